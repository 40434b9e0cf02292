"""Access: who may see what. Whatever no line of the table allows is denied, and so is whoever is no longer active."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, false, true
from sqlalchemy.orm import defer, raiseload
from sqlalchemy.orm.interfaces import ORMOption
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from branches import held, notices
from branches.actions import CorrectiveAction
from branches.appeals import Appeal
from branches.audits import Audit
from branches.calibration import ReferenceCase
from branches.editions import CHAIN, Edition, region_key
from branches.flags import Flag
from branches.held import Look
from branches.people import Role, User
from branches.places import Branch
from branches.states import COUNTED, AuditState


class Right(StrEnum):
    """Something that a person may do."""

    READ_EDITIONS = "read_editions"
    SEE_BRANCHES = "see_branches"
    SEE_AUDITS = "see_audits"
    READ_HANDBOOK = "read_handbook"
    """The standard in force; whose right reaches through the chain, every version that was published."""
    READ_OWN_BRANCH = "read_own_branch"
    """How the branch one works at stands against the norm."""
    READ_RESULTS = "read_results"
    """How a released audit was marked and scored, and what is being done about it."""
    LEND = "lend"
    """Of a shared tablet: to let somebody of the branch's staff act on it, who gives their PIN."""
    HAVE_PIN = "have_pin"
    """Choose the PIN by which one acts on the branch's shared tablet."""
    HAVE_SECOND_STEP = "have_second_step"
    """Have one's own sign-in ask for a code from one's phone as well."""
    FILL_AUDITS = "fill_audits"
    """Start, fill in and submit what one was asked to audit."""
    ANSWER_CASES = "answer_cases"
    """Mark a reference case, and see what was right once it is closed."""
    CALIBRATE = "calibrate"
    """Write reference cases, see what shoppers made of them, certify shoppers."""
    ASSIGN = "assign"
    REVIEW = "review"
    """Approve, return, release and exclude audits."""
    KEEP_PEOPLE = "keep_people"
    KEEP_PLACES = "keep_places"
    KEEP_TIMES = "keep_times"
    """Say when reports are due, and see what ran unattended."""
    READ_HISTORY = "read_history"
    """Everything that was ever done, by whom: it names shoppers."""
    KEEP_STANDARD = "keep_standard"
    """Change the draft of the standard, and publish it."""
    KEEP_NOTICES = "keep_notices"
    """Note that a branch's staff were told of the audits."""
    APPEAL = "appeal"
    DECIDE_APPEALS = "decide_appeals"
    PLAN_ACTIONS = "plan_actions"
    """Promise a corrective action and say that it is done."""
    ACCEPT_ACTIONS = "accept_actions"
    """Say for one's branch that it will do what others planned for it, or why not."""
    VERIFY_ACTIONS = "verify_actions"
    DISMISS_FLAGS = "dismiss_flags"


class Reach(StrEnum):
    """How far a right goes."""

    OWN = "own"
    """What the shopper was asked to audit; what is one's own alone."""
    BRANCH = "branch"
    REGION = "region"
    CHAIN = "chain"


RIGHTS: Mapping[Role, Mapping[Right, Reach]] = {
    Role.SHOPPER: {
        Right.SEE_BRANCHES: Reach.OWN,
        Right.SEE_AUDITS: Reach.OWN,
        Right.FILL_AUDITS: Reach.OWN,
        Right.ANSWER_CASES: Reach.OWN,
    },
    Role.STAFF: {
        Right.SEE_BRANCHES: Reach.BRANCH,
        Right.SEE_AUDITS: Reach.BRANCH,
        Right.READ_OWN_BRANCH: Reach.BRANCH,
        Right.READ_RESULTS: Reach.BRANCH,
        Right.APPEAL: Reach.BRANCH,
        Right.PLAN_ACTIONS: Reach.BRANCH,
        Right.ACCEPT_ACTIONS: Reach.BRANCH,
        Right.READ_HANDBOOK: Reach.BRANCH,
        Right.HAVE_PIN: Reach.OWN,
    },
    Role.TABLET: {
        Right.SEE_BRANCHES: Reach.BRANCH,
        Right.SEE_AUDITS: Reach.BRANCH,
        Right.READ_OWN_BRANCH: Reach.BRANCH,
        Right.READ_RESULTS: Reach.BRANCH,
        Right.READ_HANDBOOK: Reach.BRANCH,
        Right.LEND: Reach.BRANCH,
    },
    Role.MANAGER: {
        Right.HAVE_SECOND_STEP: Reach.OWN,
        Right.READ_EDITIONS: Reach.REGION,
        Right.SEE_BRANCHES: Reach.REGION,
        Right.SEE_AUDITS: Reach.REGION,
        Right.READ_RESULTS: Reach.REGION,
        Right.PLAN_ACTIONS: Reach.REGION,
        Right.VERIFY_ACTIONS: Reach.REGION,
        Right.DISMISS_FLAGS: Reach.REGION,
        Right.READ_HANDBOOK: Reach.REGION,
    },
    Role.OFFICE: {
        Right.HAVE_SECOND_STEP: Reach.OWN,
        Right.READ_EDITIONS: Reach.CHAIN,
        Right.SEE_BRANCHES: Reach.CHAIN,
        Right.SEE_AUDITS: Reach.CHAIN,
        Right.READ_RESULTS: Reach.CHAIN,
        Right.CALIBRATE: Reach.CHAIN,
        Right.ASSIGN: Reach.CHAIN,
        Right.REVIEW: Reach.CHAIN,
        Right.KEEP_PEOPLE: Reach.CHAIN,
        Right.KEEP_PLACES: Reach.CHAIN,
        Right.KEEP_TIMES: Reach.CHAIN,
        Right.READ_HISTORY: Reach.CHAIN,
        Right.KEEP_STANDARD: Reach.CHAIN,
        Right.KEEP_NOTICES: Reach.CHAIN,
        Right.DECIDE_APPEALS: Reach.CHAIN,
        Right.VERIFY_ACTIONS: Reach.CHAIN,
        Right.DISMISS_FLAGS: Reach.CHAIN,
        Right.READ_HANDBOOK: Reach.CHAIN,
    },
}

LENT = (Right.APPEAL, Right.PLAN_ACTIONS, Right.ACCEPT_ACTIONS)
"""What a shared tablet opens beside what it reads, to somebody of the branch's staff who has given their PIN: of theirs, nothing else."""

TELLS_THE_SHOPPER = (
    *("shopper_id", "code", "reason"),
    *("assigned_at", "started_at", "visited_at", "submitted_at", "approved_at"),
)
"""What of an audit says, or lets one work out, who made it; a code of the exchange form may hold anything."""
TELLS_THE_SCORE = ("score", "band", "outcome")
"""What of an audit its shopper is not told."""


def reach(user: User, right: Right) -> Reach | None:
    """How far that person's right goes; None where there is none."""
    if not user.active or user.role not in set(Role):
        return None
    return RIGHTS[Role(user.role)].get(right)


def holders(right: Right) -> tuple[Role, ...]:
    """The roles that have that right, however far."""
    return tuple(role for role in Role if right in RIGHTS[role])


def may_read_scope(user: User, scope_key: str, lent: Collection[str] = ()) -> bool:
    """Whether that person may read the reports of the chain or of that region.

    `lent` are the regions, by their keys, whose manager that person stands in for today: it lends reports alone, and only
    to somebody for whom reports are made anyway.
    """
    match reach(user, Right.READ_EDITIONS):
        case Reach.CHAIN:
            return scope_key == CHAIN or scope_key.startswith("region-")
        case Reach.REGION:
            return (user.region is not None and scope_key == region_key(user.region)) or scope_key in lent
        case _:
            return False


def visible_editions(user: User) -> SelectOfScalar[Edition]:
    match reach(user, Right.READ_EDITIONS):
        case Reach.CHAIN:
            allowed: ColumnElement[bool] = true()
        case Reach.REGION:
            allowed = _is(Edition.region_id, user.region_id)
        case _:
            allowed = false()
    return select(Edition).where(allowed)


def visible_branches(user: User) -> SelectOfScalar[Branch]:
    match reach(user, Right.SEE_BRANCHES):
        case Reach.CHAIN:
            allowed: ColumnElement[bool] = true()
        case Reach.REGION:
            allowed = _is(Branch.region_id, user.region_id)
        case Reach.BRANCH:
            allowed = _is(Branch.id, user.branch_id)
        case Reach.OWN:
            allowed = col(Branch.id).in_(select(Audit.branch_id).where(_is(Audit.shopper_id, user.id)))
        case _:
            allowed = false()
    return select(Branch).where(allowed)


def visible_audits(
    user: User, look: Look | None = None, *, managers_know_shoppers: bool = False
) -> SelectOfScalar[Audit]:
    """The audits that person may see.

    Columns that person may not know are not loaded, and to ask for one fails: the shopper's for staff (and for
    managers, unless the chain has decided otherwise), the score's for the shopper. Staff see nothing of a branch that has
    not been told of the audits, of an audit nothing before its Monday, and nothing where nobody says when they `look`.
    """
    counted = col(Audit.state).in_([state.value for state in COUNTED])
    match reach(user, Right.SEE_AUDITS):
        case Reach.CHAIN:
            return select(Audit)
        case Reach.REGION:
            there = col(Audit.branch_id).in_(select(Branch.id).where(_is(Branch.region_id, user.region_id)))
            hidden = () if managers_know_shoppers else _without_shopper()
            return select(Audit).where(counted, there).options(*hidden)
        case Reach.BRANCH:
            own = _is(Audit.branch_id, user.branch_id) & notices.informed(Audit.branch_id)
            return select(Audit).where(counted, own, _seen(user, look)).options(*_without_shopper())
        case Reach.OWN:
            return select(Audit).where(_is(Audit.shopper_id, user.id)).options(*_never_loaded(TELLS_THE_SCORE))
        case _:
            return select(Audit).where(false())


def visible_results(
    user: User, look: Look | None = None, *, managers_know_shoppers: bool = False
) -> SelectOfScalar[Audit]:
    """The released audits whose answers and scores that person may see, with the same columns left out."""
    counted = col(Audit.state).in_([state.value for state in COUNTED])
    found = visible_audits(user, look, managers_know_shoppers=managers_know_shoppers)
    return found.where(counted, _at_known_branches(user, Audit.branch_id))


def excluded_results(user: User, look: Look | None = None) -> SelectOfScalar[Audit]:
    """The audits whose results that person could read until they were excluded; only that may be said of them."""
    gone = (col(Audit.state) == AuditState.EXCLUDED.value) & col(Audit.released_at).is_not(None)
    known = _at_known_branches(user, Audit.branch_id) & _of_a_seen_audit(user, look, Audit.id)
    return select(Audit).where(gone, known).options(*_without_shopper())


def knows_shoppers(user: User, *, managers_know_shoppers: bool) -> bool:
    """Whether that person is shown who audited."""
    far = reach(user, Right.READ_RESULTS)
    return far is Reach.CHAIN or (far is Reach.REGION and managers_know_shoppers)


def visible_actions(user: User, look: Look | None = None) -> SelectOfScalar[CorrectiveAction]:
    """Promises of the branches whose results that person may see; to staff one made of an audit is there when that is."""
    known = _at_known_branches(user, CorrectiveAction.branch_id)
    return select(CorrectiveAction).where(known, _of_a_seen_audit(user, look, CorrectiveAction.audit_id))


def visible_flags(user: User) -> SelectOfScalar[Flag]:
    return select(Flag).where(_at_known_branches(user, Flag.branch_id))


def visible_appeals(user: User, look: Look | None = None) -> SelectOfScalar[Appeal]:
    there = select(Audit.id).where(_at_known_branches(user, Audit.branch_id))
    return select(Appeal).where(col(Appeal.audit_id).in_(there), _of_a_seen_audit(user, look, Appeal.audit_id))


def visible_cases(user: User) -> SelectOfScalar[ReferenceCase]:
    """Reference cases: all of them for head office, those that were opened for shoppers, none for anybody else."""
    if reach(user, Right.CALIBRATE) is not None:
        return select(ReferenceCase)
    shown = col(ReferenceCase.opened_at).is_not(None) if reach(user, Right.ANSWER_CASES) is not None else false()
    return select(ReferenceCase).where(shown)


def _at_known_branches(user: User, branch_id: Any) -> ColumnElement[bool]:
    """Whether that column names a branch whose results the person may know; staff that were not told of audits know none."""
    match reach(user, Right.READ_RESULTS):
        case Reach.CHAIN:
            return true()
        case Reach.REGION:
            return col(branch_id).in_(select(Branch.id).where(_is(Branch.region_id, user.region_id)))
        case Reach.BRANCH:
            return _is(branch_id, user.branch_id) & notices.informed(branch_id)
        case _:
            return false()


def _of_a_seen_audit(user: User, look: Look | None, audit_id: Any) -> ColumnElement[bool]:
    """Whether that column names no audit that this person is not shown yet: only staff have to wait for any."""
    if reach(user, Right.READ_RESULTS) is not Reach.BRANCH:
        return true()
    return col(audit_id).is_(None) | col(audit_id).in_(select(Audit.id).where(_seen(user, look)))


def _seen(user: User, look: Look | None) -> ColumnElement[bool]:
    """Whether staff are shown an audit by now."""
    return false() if look is None or user.branch is None else held.seen(user.branch.timezone, look)


def _is(column: Any, number: int | None) -> ColumnElement[bool]:
    """Never true of a person who belongs nowhere: in SQL that would be whatever belongs nowhere, such as the chain's."""
    return false() if number is None else col(column) == number


def _without_shopper() -> tuple[ORMOption, ...]:
    return (*_never_loaded(TELLS_THE_SHOPPER), raiseload(Audit.shopper))  # type: ignore[arg-type]


def _never_loaded(names: tuple[str, ...]) -> tuple[ORMOption, ...]:
    return tuple(defer(getattr(Audit, name), raiseload=True) for name in names)

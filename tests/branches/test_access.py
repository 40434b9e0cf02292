from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import InvalidRequestError
from sqlmodel import Session, select

from branches import access, appeals, notices
from branches.access import Right
from branches.actions import CorrectiveAction
from branches.appeals import Appeal
from branches.audits import Audit
from branches.editions import CHAIN, Edition, region_key
from branches.flags import Flag
from branches.held import USUAL, Look
from branches.people import Role, User
from branches.places import Branch
from branches.standards import Standard
from tests import make

REACHES = {
    "shopper": {"see_branches": "own", "see_audits": "own", "fill_audits": "own", "answer_cases": "own"},
    "staff": dict.fromkeys(
        (
            *("see_branches", "see_audits", "read_handbook", "read_own_branch", "read_results", "appeal"),
            *("plan_actions", "accept_actions"),
        ),
        "branch",
    )
    | {"have_pin": "own"},
    "tablet": dict.fromkeys(
        ("see_branches", "see_audits", "read_handbook", "read_own_branch", "read_results", "lend"), "branch"
    ),
    "manager": dict.fromkeys(
        (
            *("read_editions", "see_branches", "see_audits", "read_results", "plan_actions"),
            *("verify_actions", "dismiss_flags", "read_handbook"),
        ),
        "region",
    )
    | {"have_second_step": "own"},
    "office": dict.fromkeys(
        (
            *(
                "read_editions",
                "see_branches",
                "see_audits",
                "read_results",
                "assign",
                "calibrate",
                "review",
                "keep_people",
                "keep_places",
                "keep_times",
                "read_history",
            ),
            *("keep_standard", "keep_notices", "decide_appeals", "verify_actions", "dismiss_flags", "read_handbook"),
        ),
        "chain",
    )
    | {"have_second_step": "own"},
}
"""Who may do what, how far; written down a second time, by hand."""


@dataclass(frozen=True)
class Chain:
    """North with two branches and South with one, each with an audit that counts, some that do not, and editions."""

    people: dict[str, User]
    branches: dict[str, Branch]
    editions: dict[str, Edition]
    audits: dict[str, Audit]
    flags: dict[str, Flag]
    actions: dict[str, CorrectiveAction]
    appeals: dict[str, Appeal]


def audit(standard: Standard, branch: Branch, shopper: User, state: str) -> Audit:
    return Audit(
        standard_id=standard.id,
        branch_id=branch.id,
        shopper_id=shopper.id,
        state=state,
        assigned_at=make.NOON,
        visited_on=make.NOON.date(),
        released_at=make.NOON,
        score=80_000,
    )


@pytest.fixture
def chain(session: Session) -> Chain:
    north, south = make.region(session, "North"), make.region(session, "South")
    branches = {name: make.branch(session, where, name) for name, where in (("a", north), ("b", north), ("c", south))}
    mine, other = make.shopper(session), make.shopper(session)
    standard = make.standard(session, {"service": 1})
    counted = {f"{name} counted": audit(standard, branch, other, "released") for name, branch in branches.items()}
    states = ("assigned", "submitted", "approved", "excluded", "closed")
    made = counted | {f"a {state}": audit(standard, branches["a"], mine, state) for state in states}
    session.add_all(made.values())
    editions = {
        name: Edition(
            scope=scope, region_id=region, week=make.NOON.date(), due_at=make.NOON, issued_at=make.NOON, content={}
        )
        for name, scope, region in (
            ("chain", CHAIN, None),
            ("north", region_key(north), north.id),
            ("south", region_key(south), south.id),
        )
    }
    session.add_all(editions.values())
    people = {
        "shopper": mine,
        "staff": make.user(session, Role.STAFF, branch=branches["a"]),
        "tablet": make.user(session, Role.TABLET, branch=branches["a"], email=None, name=""),
        "manager": make.user(session, Role.MANAGER, region=north),
        "office": make.user(session, Role.OFFICE),
    }
    for branch in (branches["a"], branches["b"]):
        notices.note(
            session, branch, informed_on=make.NOON.date(), how="At the meeting", by=people["office"], at=make.NOON
        )
    session.flush()
    return Chain(people, branches, editions, made, *follows(session, branches, made, standard))


def follows(
    session: Session, branches: dict[str, Branch], made: dict[str, Audit], standard: Standard
) -> tuple[dict[str, Flag], dict[str, CorrectiveAction], dict[str, Appeal]]:
    """A flag, an action and an appeal at each branch."""
    day, item = make.NOON.date(), standard.sections[0].items[0].id
    flags, actions, appealed = {}, {}, {}
    for name, branch in branches.items():
        flags[name] = Flag(branch_id=branch.id, section="service", raised_week=day, last_week=day)
        actions[name] = CorrectiveAction(branch_id=branch.id, plan="Smile.", due_on=day, opened_at=make.NOON)
        audit_id = made[f"{name} counted"].id
        appealed[name] = Appeal(audit_id=audit_id, item_id=item, reason="No.", opened_at=make.NOON, mark_before="no")
    session.add_all([*flags.values(), *actions.values(), *appealed.values()])
    session.flush()
    return flags, actions, appealed


MONDAY = Look(USUAL, make.NOON + timedelta(days=5))
"""When staff see what was released in that week."""


def seen(session: Session, chain: Chain, user: User, look: Look | None = MONDAY) -> dict[str, list[str]]:
    """What that person sees, by the chain's own names."""
    found = {
        "editions": (chain.editions, session.exec(access.visible_editions(user))),
        "branches": (chain.branches, session.exec(access.visible_branches(user))),
        "audits": (chain.audits, session.exec(access.visible_audits(user, look))),
        "results": (chain.audits, session.exec(access.visible_results(user, look))),
        "flags": (chain.flags, session.exec(access.visible_flags(user))),
        "actions": (chain.actions, session.exec(access.visible_actions(user, look))),
        "appeals": (chain.appeals, session.exec(access.visible_appeals(user, look))),
    }
    return {
        kind: sorted(name for row in rows for name, held in names.items() if held.id == row.id)  # type: ignore[attr-defined]
        for kind, (names, rows) in found.items()
    }


SEEN = {
    "shopper": {
        "editions": [],
        "branches": ["a"],
        "audits": ["a approved", "a assigned", "a closed", "a excluded", "a submitted"],
        "results": [],
    }
    | {key: [] for key in ("flags", "actions", "appeals")},
    "staff": {
        "editions": [],
        "branches": ["a"],
        "audits": ["a closed", "a counted"],
        "results": ["a closed", "a counted"],
    }
    | {key: ["a"] for key in ("flags", "actions", "appeals")},
    "manager": {
        "editions": ["north"],
        "branches": ["a", "b"],
        "audits": ["a closed", "a counted", "b counted"],
        "results": ["a closed", "a counted", "b counted"],
    }
    | {key: ["a", "b"] for key in ("flags", "actions", "appeals")},
    "office": {
        "editions": ["chain", "north", "south"],
        "branches": ["a", "b", "c"],
        "audits": [
            *("a approved", "a assigned", "a closed", "a counted", "a excluded", "a submitted"),
            *("b counted", "c counted"),
        ],
        "results": ["a closed", "a counted", "b counted", "c counted"],
    }
    | {key: ["a", "b", "c"] for key in ("flags", "actions", "appeals")},
}
SEEN["tablet"] = SEEN["staff"]
NOTHING: dict[str, list[str]] = {name: [] for name in SEEN["office"]}
DOCUMENTED = Path(__file__).parents[2] / "docs" / "access.md"


def test_the_documented_table_is_the_one_that_holds() -> None:
    lines = [line.strip("|").split("|") for line in DOCUMENTED.read_text().splitlines() if line.startswith("| `")]
    documented = {cells[0].strip(" `"): [cell.strip() for cell in cells[2:]] for cells in lines}
    roles = (Role.SHOPPER, Role.STAFF, Role.TABLET, Role.MANAGER, Role.OFFICE)
    assert documented == {
        right.value: [reach.value if (reach := access.RIGHTS[role].get(right)) else "no" for role in roles]
        for right in Right
    }


def test_every_role_has_its_rights_and_no_more() -> None:
    table = {role.value: {right.value: reach.value for right, reach in access.RIGHTS[role].items()} for role in Role}
    assert table == REACHES


@pytest.mark.parametrize("role", REACHES)
def test_each_role_sees_its_own_and_nothing_of_others(session: Session, chain: Chain, role: str) -> None:
    assert seen(session, chain, chain.people[role]) == SEEN[role]


@pytest.mark.parametrize("look", [None, Look(USUAL, make.NOON), Look(USUAL, make.NOON + timedelta(days=4))])
def test_staff_see_nothing_of_an_audit_before_its_monday(session: Session, chain: Chain, look: Look | None) -> None:
    there = seen(session, chain, chain.people["staff"], look)
    assert there == SEEN["staff"] | {"audits": [], "results": [], "appeals": []}
    action, counted = chain.actions["a"], chain.audits["a counted"]
    action.audit_id = counted.id
    session.flush()
    assert seen(session, chain, chain.people["staff"], look)["actions"] == []
    assert seen(session, chain, chain.people["staff"], MONDAY)["actions"] == ["a"]
    assert seen(session, chain, chain.people["manager"], look)["actions"] == ["a", "b"]


@pytest.mark.parametrize("role", REACHES)
def test_who_is_no_longer_active_sees_nothing(session: Session, chain: Chain, role: str) -> None:
    chain.people[role].active = False
    assert seen(session, chain, chain.people[role]) == NOTHING
    assert [access.reach(chain.people[role], right) for right in Right] == [None] * len(Right)


def test_who_belongs_nowhere_sees_nothing(session: Session, chain: Chain) -> None:
    for role in ("staff", "manager"):
        person = chain.people[role]
        person.branch_id = person.region_id = None
        person.branch = person.region = None
        with session.no_autoflush:
            assert seen(session, chain, person) == NOTHING
            assert not access.may_read_scope(person, CHAIN)


def test_an_unknown_role_sees_nothing(session: Session, chain: Chain) -> None:
    chain.people["office"].role = "owner"
    assert seen(session, chain, chain.people["office"]) == NOTHING


def test_a_change_of_role_holds_at_once(session: Session, chain: Chain) -> None:
    person = chain.people["office"]
    person.role, person.region = Role.MANAGER.value, chain.branches["c"].region
    session.flush()
    assert seen(session, chain, person) == {
        "editions": ["south"],
        "branches": ["c"],
        "audits": ["c counted"],
        "results": ["c counted"],
        "flags": ["c"],
        "actions": ["c"],
        "appeals": ["c"],
    }


def test_the_scopes_that_each_role_may_read(chain: Chain) -> None:
    asked = [edition.scope for edition in chain.editions.values()] + ["", "region-", "region-0", "chain' OR 1=1"]
    allowed = {role: [s for s in asked if access.may_read_scope(user, s)] for role, user in chain.people.items()}
    north = chain.editions["north"].scope
    south = chain.editions["south"].scope
    assert allowed == {
        "shopper": [],
        "staff": [],
        "tablet": [],
        "manager": [north],
        "office": [CHAIN, north, south, "region-", "region-0"],
    }


@pytest.mark.parametrize("role", ["staff", "manager"])
def test_the_shopper_is_never_loaded_for_those_who_are_audited(session: Session, chain: Chain, role: str) -> None:
    user = chain.people[role]
    query = access.visible_audits(user, MONDAY)
    session.flush()
    session.expunge_all()
    for audit in session.exec(query):
        assert set(access.TELLS_THE_SHOPPER).isdisjoint(audit.__dict__)
        for name in (*access.TELLS_THE_SHOPPER, "shopper"):
            with pytest.raises(InvalidRequestError):
                getattr(audit, name)
        assert (audit.score, audit.visited_on) == (80_000, make.NOON.date())


def test_managers_know_the_shopper_where_the_chain_has_decided_so(session: Session, chain: Chain) -> None:
    query = access.visible_audits(chain.people["manager"], managers_know_shoppers=True)
    session.flush()
    session.expunge_all()
    assert all(audit.shopper_id is not None for audit in session.exec(query))


def test_shoppers_are_not_told_what_their_branches_scored(session: Session, chain: Chain) -> None:
    query = access.visible_audits(chain.people["shopper"])
    session.flush()
    session.expunge_all()
    for audit in session.exec(query):
        assert set(access.TELLS_THE_SCORE).isdisjoint(audit.__dict__)
        for name in access.TELLS_THE_SCORE:
            with pytest.raises(InvalidRequestError):
                getattr(audit, name)


def test_no_column_of_an_audit_tells_the_shopper_unnoticed() -> None:
    """Whoever adds a column decides here whether staff may know it."""
    known = {"id", "public_id", "standard_id", "branch_id", "channel", "state", "visited_on", "released_at"}
    assert {c.key for c in Audit.__table__.columns} == known | {*access.TELLS_THE_SHOPPER, *access.TELLS_THE_SCORE}  # type: ignore[attr-defined]


def test_an_audit_seen_without_its_shopper_can_still_be_appealed(session: Session) -> None:
    made = make.audit(session, make.branch(session))
    staff = make.user(session, Role.STAFF, branch=made.branch)
    notices.note(
        session, made.branch, informed_on=make.NOON.date(), how="By letter", by=make.user(session), at=make.NOON
    )
    query = access.visible_audits(staff, MONDAY)
    session.expunge_all()
    audit, by = session.exec(query).one(), session.get_one(User, staff.id)
    appeals.open_appeal(session, audit, "service9", reason="not so", until=make.NOON, by=by, at=make.NOON)
    assert session.exec(select(Audit.state).where(Audit.id == made.id)).one() == "appealed"

"""What a branch disputes, as everybody who may know it reads it: both scores, what speaks for it, what it has changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from sqlmodel import col, select

from branches import access, backing, editions, photos, questions, standards
from branches.appeals import Appeal, AppealPhoto
from branches.audits import Answer, Audit
from branches.places import Branch
from branches.scoring import ItemType
from branches.standards import Item
from branches.states import AppealState
from branches.weeks import local_date
from monitor.web import gate, told
from reports.followed import Followed, Looked, Revised, followed


@dataclass(frozen=True)
class AppealLine:
    """One disputed answer in a list."""

    about: str
    week: str
    state: str
    scores: str
    """Before and after, once decided."""
    href: str
    open: bool


@dataclass(frozen=True)
class Backing:
    """What speaks for an appeal besides its reason."""

    note: str
    pictures: list[tuple[str, str]]
    """Addresses of the small one and the large one."""
    names: list[tuple[str, str]]
    """What each is called in a form, and in words."""
    lost: int
    """Photos whose file cannot be found any more."""


@dataclass(frozen=True)
class Detail:
    """One disputed answer with all that is told of it."""

    public_id: str
    state: str
    reason: str
    decision: str
    days: str
    """When it was made, and when it was decided."""
    backing: Backing
    changes: list[str]
    """What the decision has changed: the answer, and its section's score before and after."""
    total: str
    """The audit's score before and after."""
    reports: str
    """What became of the reports that counted the audit."""
    editions: list[tuple[str, str]]
    """Those that were revised because of it, for whoever may read them: in words, and where."""
    open: bool
    withdrawn: bool


def of_branch(branch: Branch, *where: object) -> list[Appeal]:
    """What that branch disputed, the undecided first."""
    there = col(Appeal.audit_id).in_(select(Audit.id).where(Audit.branch_id == branch.id))
    query = access.visible_appeals(gate.person(), told.look()).where(there, *where)  # type: ignore[arg-type]
    found = gate.session().exec(query.order_by(col(Appeal.opened_at).desc())).all()
    return sorted(found, key=lambda one: one.state != AppealState.OPEN.value)


def lines(found: Sequence[Appeal], audits: Sequence[Audit]) -> list[AppealLine]:
    """Those whose audit this reader may know."""
    known = {audit.id: audit for audit in audits}
    return [_line(one, known[one.audit_id]) for one in found if one.audit_id in known]


def _line(appeal: Appeal, audit: Audit) -> AppealLine:
    item = gate.session().get_one(Item, appeal.item_id)
    place = [one.id for one in told.items_of(audit)].index(item.id) + 1
    return AppealLine(
        about=told.item_words(item, gate.tongue())[0],
        week=gate.tongue().week(told.week_of(audit)),
        state=gate.tongue().say(AppealState(appeal.state).word),
        scores=_total(appeal),
        href=url_for("results.answer", public_id=audit.public_id, place=str(place)),
        open=appeal.state == AppealState.OPEN.value,
    )


def is_decided(appeal: Appeal) -> bool:
    return appeal.state in (AppealState.UPHELD.value, AppealState.REJECTED.value)


def _total(appeal: Appeal) -> str:
    if not is_decided(appeal):
        return ""
    before, after = told.score_words(appeal.score_before), told.score_words(appeal.score_after)
    if before == after:
        return gate.tongue().say("The audit's score stays {score}.", score=after)
    return gate.tongue().say("The audit's score was {before} and is {after} now.", before=before, after=after)


def before(found: Sequence[Appeal]) -> str:
    """The score that an audit had before the first of its appeals was upheld; empty where none has changed it."""
    upheld = [one for one in found if one.state == AppealState.UPHELD.value and one.decided_at is not None]
    first = min(upheld, key=lambda one: (one.decided_at, one.id), default=None)
    changed = any(one.score_before != one.score_after for one in upheld)
    return told.score_words(first.score_before) if first is not None and changed else ""


def details(found: Sequence[Appeal], audit: Audit) -> list[Detail]:
    """Appeals of one audit's answers."""
    pictures = backing.pictures(gate.session(), found)
    return [_detail(one, audit, pictures[one.id]) for one in found]


def detail(appeal: Appeal, audit: Audit) -> Detail:
    return details([appeal], audit)[0]


def _detail(appeal: Appeal, audit: Audit, pictures: Sequence[AppealPhoto]) -> Detail:
    state, became = AppealState(appeal.state), followed(gate.session(), appeal)
    return Detail(
        public_id=appeal.public_id,
        state=gate.tongue().say(state.word),
        reason=appeal.reason,
        decision=appeal.decision,
        days=_days(appeal, audit.branch.timezone),
        backing=_backing(appeal, pictures),
        changes=_changes(appeal, audit) if is_decided(appeal) else [],
        total=_total(appeal),
        reports=_reports(became),
        editions=[_edition(one) for one in became.editions if access.may_read_scope(gate.person(), one.scope)],
        open=state is AppealState.OPEN,
        withdrawn=state is AppealState.WITHDRAWN,
    )


def _days(appeal: Appeal, zone: str) -> str:
    """By the branch's own calendar."""
    say, made = gate.tongue().say, local_date(appeal.opened_at, zone)
    if appeal.decided_at is None:
        return say("Appealed on {day}.", day=made)
    return say("Appealed on {day}, decided on {decided}.", day=made, decided=local_date(appeal.decided_at, zone))


def _backing(appeal: Appeal, pictures: Sequence[AppealPhoto]) -> Backing:
    there = [photo for photo in pictures if photos.lies(gate.site().photos, photo)]
    return Backing(
        note=appeal.note,
        pictures=[(_address(appeal, photo, "small"), _address(appeal, photo, "large")) for photo in there],
        names=[(photo.public_id, gate.tongue().say("Take photo {n} away", n=n)) for n, photo in enumerate(there, 1)],
        lost=len(pictures) - len(there),
    )


def _address(appeal: Appeal, photo: AppealPhoto, size: str) -> str:
    return url_for("results.appeal_photo", public_id=appeal.public_id, photo=photo.public_id, size=size)


def _changes(appeal: Appeal, audit: Audit) -> list[str]:
    tongue, item = gate.tongue(), gate.session().get_one(Item, appeal.item_id)
    section = standards.titles(audit.standard, tongue.code)[item.section.code]
    return [one for one in (_answer(appeal, audit, item), _section(appeal, section)) if one]


def _answer(appeal: Appeal, audit: Audit, item: Item) -> str:
    """How it was marked before, where it is marked otherwise now."""
    asked = questions.of(audit.standard, audit.channel).by_code.get(item.code)
    if asked is not None and asked.rule.type is ItemType.TEXT and not told.reader(audit.branch).originals:
        return ""  # a shopper's own words, which may be cleared or held back
    now = gate.session().get(Answer, (appeal.audit_id, item.id))
    if asked is None or now is None or now.mark == appeal.mark_before:
        return ""
    was, is_now = (told.mark_words(asked, mark) for mark in (appeal.mark_before, now.mark))
    return gate.tongue().say("The answer was “{before}” and is “{after}” now.", before=was, after=is_now)


def _section(appeal: Appeal, title: str) -> str:
    """Empty of an appeal that was decided before this was kept."""
    if appeal.section_before is None and appeal.section_after is None:
        return ""
    was, is_now = told.score_words(appeal.section_before), told.score_words(appeal.section_after)
    if was == is_now:
        return gate.tongue().say("{section} in this audit stays {score}.", section=title, score=is_now)
    return gate.tongue().say(
        "{section} in this audit was {before} and is {after} now.", section=title, before=was, after=is_now
    )


def _reports(became: Followed) -> str:
    tongue = gate.tongue()
    match became.looked:
        case Looked.TO_COME:
            return tongue.say("Reports that counted this audit are being looked at again.")
        case Looked.UNCHANGED:
            return tongue.say("No printed figure of a report changed because of it.")
        case Looked.REVISED:
            n = len(became.editions)
            return tongue.count("Because of it {n} report was revised.", "Because of it {n} reports were revised.", n)
        case Looked.NOTHING:
            return ""


def _edition(one: Revised) -> tuple[str, str]:
    tongue = gate.tongue()
    scope = tongue.say("the whole chain") if one.scope == editions.CHAIN else tongue.say("the region")
    words = tongue.say("Report of the {week}, {scope}", week=tongue.week(one.week), scope=scope)
    return words, url_for("editions.edition", public_id=one.public_id)

"""Erasing a person: nothing in any table tells who they were, what they did stays, and no issued edition changes."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import (
    accounts,
    assignments,
    calendars,
    drafts,
    erasing,
    history,
    sessions,
    stand_ins,
    subscriptions,
    terms,
)
from branches.assignments import ConflictOfInterest
from branches.audits import Audit
from branches.editions import Edition
from branches.errors import Conflict, Refused
from branches.history import Event
from branches.outbox import Mail, MailKind
from branches.people import Role, User
from branches.rotas import Planned, Rota, RotaState, Wish
from branches.stand_ins import StandIn
from branches.standards import newest
from branches.striking import SPARED, strike, tells, texts
from branches.subscriptions import Wanted
from branches.tables import metadata
from tests import make

NAME, BEFORE, ADDRESS, CODE = "Canary Ödön", "Canary Ágnes", "canary.one@example.com", "canary-77"
SAYS = f"{NAME} ({BEFORE.upper()}, {ADDRESS}) told {CODE}."
ELSEWHERE = {
    "person": "blanked column by column",
    "region": "a place of the chain",
    "branch": "a place of the chain",
    "standard": "the chain's promise",
    "section": "the chain's promise",
    "item": "the chain's promise",
    "standard_draft": "the chain's promise",
    "edition": "issued; never changed",
}
"""Why a table is spared."""


def canary(session: Session, role: Role = Role.SHOPPER, **more: object) -> User:
    made = make.user(session, role, name=BEFORE, email=ADDRESS, code=CODE, **more)
    accounts.call(session, made, NAME, language="hu", by=None, at=make.NOON)
    return made


def everything(session: Session) -> str:
    """All that is stored, editions apart, as one text; packed values opened."""
    session.flush()
    found = [
        repr(value)
        for table in metadata.sorted_tables
        if table.name != "edition"
        for row in session.execute(sa.select(table))
        for value in row
    ]
    return "\n".join(found)


def planted(session: Session) -> int:
    """Writes the canary into each column of each row that people write; how many columns held it."""
    session.flush()
    columns = [column for table in metadata.sorted_tables for column in texts(table)]
    for column in columns:
        kept: Any = {"said": [SAYS]} if isinstance(column.type, sa.JSON) else SAYS
        if (getattr(column.type, "length", None) or 500) < len(SAYS):
            kept = CODE
        if column.table.name != "history":
            session.execute(sa.update(column.table).values({column.name: kept}))
    session.expire_all()
    return len(columns)


def erase(session: Session, user: User) -> None:
    erasing.erase(session, user, by=make.user(session), at=make.NOON)


def furnished(session: Session) -> User:
    """A shopper who has something in every room that keeps anything about shoppers."""
    shopper, office = canary(session), make.user(session)
    branch = make.branch(session)
    audit = make.audit(session, branch, by=shopper)
    day = date(2025, 8, 1)
    other = make.branch(session, branch.region)
    version = newest(session)
    assert version is not None
    asked = assignments.assign(
        session, version, other, shopper, opens_on=day, closes_on=day, brief=SAYS, by=office, at=make.NOON
    )
    session.add(drafts.Draft(audit_id=audit.id, answers={"greeting1": {"comment": SAYS}}, saved_at=make.NOON))
    assignments.declare_conflict(session, shopper, other, reason=f"{SAYS} My aunt.", by=shopper, at=make.NOON)
    terms.agree(session, shopper, home=branch, most_audits=3, most_km=8, certified_on=day, by=office, at=make.NOON)
    calendars.make(session, shopper, by=shopper, at=make.NOON)
    sessions.begin(session, shopper, at=make.NOON, label=SAYS[:120])
    sessions.make_link(session, shopper, at=make.NOON)
    accounts.set_password(session, shopper, "$argon2id$x", by=shopper, at=make.NOON)
    subscriptions.of(session, shopper)
    session.add(Mail(key="k", kind=MailKind.ASSIGNED.value, user_id=shopper.id, made_at=make.NOON, next_at=make.NOON))
    history.write(session, "returned", audit, by=office, at=make.NOON, reason=SAYS, was="submitted")
    assert asked.audit.state == "withdrawn"
    return shopper


@pytest.mark.slow
def test_no_text_of_any_table_tells_who_they_were(session: Session) -> None:
    shopper = furnished(session)
    assert planted(session) > 20
    before = everything(session).casefold()
    assert [word for word in (NAME, BEFORE, ADDRESS, CODE) if word.casefold() not in before] == []
    erase(session, shopper)
    after = everything(session).casefold()
    told = (NAME, BEFORE, ADDRESS, CODE, "canary", "aunt")
    assert [word for word in told if word.casefold() in after] == []


def test_every_table_is_looked_through_or_spared_for_a_reason() -> None:
    assert ELSEWHERE.keys() == SPARED
    looked = {table.name for table in metadata.sorted_tables if list(texts(table))}
    assert {"answer", "audit", "appeal", "history", "mail", "evidence", "corrective_action", "run"} <= looked


def test_every_column_of_a_person_is_blanked_or_known_to_stay(session: Session) -> None:
    person = canary(session)
    person.password = "$argon2id$x"
    erase(session, person)
    now = person.model_dump()
    stay = {"id", "public_id", "role", "branch_id", "region_id", "created_at", "fs_uniquifier", "erased_at"}
    blank = {"code": None, "email": None, "name": "", "language": "en", "active": False, "password": None}
    assert {key: value for key, value in now.items() if key not in stay} == blank
    assert (now["erased_at"], now["role"]) == (make.NOON, "shopper")


def test_what_was_theirs_alone_goes_and_what_they_did_stays(session: Session) -> None:
    shopper = furnished(session)
    done = [(event.verb, event.at) for event in history.of(session, shopper)]
    audit = session.exec(select(Audit).where(Audit.shopper_id == shopper.id)).first()
    assert audit is not None
    score, events = audit.score, len(history.of(session, audit))
    erase(session, shopper)
    held = {
        table.name: session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in metadata.sorted_tables
    }
    gone = ("shopper_terms", "conflict_of_interest", "calendar_feed", "subscription", "draft", "device_session", "pin")
    assert [held[name] for name in (*gone, "sign_in_link")] == [0] * 8
    assert (audit.score, audit.shopper_id, len(history.of(session, audit))) == (score, shopper.id, events)
    assert [(one.verb, one.at) for one in history.of(session, shopper)] == [*done, ("erase", make.NOON)]
    assert session.exec(select(Mail.dropped_at).where(Mail.user_id == shopper.id)).first() == make.NOON


def test_history_notes_it_without_the_name(session: Session) -> None:
    shopper = canary(session)
    office = make.user(session)
    erasing.erase(session, shopper, by=office, at=make.NOON)
    event = session.exec(select(Event).where(Event.verb == "erase")).one()
    assert (event.thing, event.thing_id, event.by_id, event.details) == ("user", shopper.id, office.id, {})


def test_an_issued_edition_is_left_as_it_is(session: Session) -> None:
    shopper = furnished(session)
    week = date(2025, 6, 30)
    content = {"shoppers": [CODE]}
    made = Edition(report="weekly", scope="chain", week=week, due_at=make.NOON, issued_at=make.NOON, content=content)
    session.add(made)
    session.flush()
    raw = sa.text("SELECT * FROM edition")
    before = [tuple(row) for row in session.execute(raw)]
    erase(session, shopper)
    assert [tuple(row) for row in session.execute(raw)] == before


def test_what_others_wrote_of_others_stays(session: Session) -> None:
    other = make.user(session, Role.SHOPPER, name="Canary Ödönke", code="canary-771")
    audit = make.audit(session, make.branch(session), by=other)
    audit.reason = "Canary Ödönke, canary-771, Ödön and canary.one@example.com.au"
    session.add(audit)
    erase(session, canary(session))
    assert (other.name, other.code) == ("Canary Ödönke", "canary-771")
    assert audit.reason == "Canary Ödönke, canary-771, Ödön and ….au"


@pytest.mark.parametrize(
    ("name", "known"),
    [("Anna", False), ("Annamária", False), ("77120", False), ("Kiss É", True), ("S-17", False), ("S-0017", True)],
)
def test_only_what_means_one_person_is_struck(name: str, known: bool) -> None:
    assert tells(name) is known


def test_nothing_is_struck_where_nothing_tells(session: Session) -> None:
    audit = make.audit(session, make.branch(session))
    audit.reason = "Anna was there."
    session.add(audit)
    strike(session, ["Anna", "", "12"])
    assert audit.reason == "Anna was there."


def test_whoever_has_audits_to_do_is_not_erased(session: Session) -> None:
    shopper, branch, version = canary(session), make.branch(session), make.standard(session)
    days = {"opens_on": date(2025, 7, 3), "closes_on": date(2025, 7, 5)}
    asked = assignments.assign(session, version, branch, shopper, by=None, at=make.NOON, **days)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match=r"Audits still theirs to do: 1\."):
        erase(session, shopper)
    assignments.withdraw(session, asked.audit, reason="Moved away", by=make.user(session), at=make.NOON)
    erase(session, shopper)
    assert shopper.erased_at == make.NOON


def test_whoever_stands_in_a_rota_that_is_not_sent_is_not_erased(session: Session) -> None:
    shopper, branch, version = canary(session), make.branch(session), make.standard(session)
    day = date(2025, 8, 1)
    wish = Wish(day, day, each=1, most_audits=1, most_km=1)
    rota = Rota(standard_id=version.id, asked_at=make.NOON, **{**vars(wish), "extra": []})
    rota.state = RotaState.PROPOSED.value
    session.add(rota)
    session.flush()
    one = Planned(rota_id=rota.id, branch_id=branch.id, opens_on=day, closes_on=day, part="", shopper_id=shopper.id)
    session.add(one)
    session.flush()
    with pytest.raises(Conflict, match=r"Audits planned for them in a rota: 1\."):
        erase(session, shopper)
    rota.state = RotaState.DROPPED.value
    session.add(rota)
    session.flush()
    erase(session, shopper)
    assert shopper.erased_at is not None


def test_the_last_of_head_office_stays_and_nobody_erases_themselves(session: Session) -> None:
    last = make.user(session, Role.OFFICE)
    with pytest.raises(Conflict, match="is the last of head office"):
        erasing.erase(session, last, by=None, at=make.NOON)
    other = make.user(session, Role.OFFICE)
    with pytest.raises(Refused, match="Nobody erases themselves"):
        erasing.erase(session, last, by=last, at=make.NOON)
    erasing.erase(session, last, by=other, at=make.NOON)
    with pytest.raises(Conflict, match="erased already"):
        erasing.erase(session, last, by=other, at=make.NOON + timedelta(days=1))


def test_a_shared_tablet_is_no_person(session: Session) -> None:
    tablet = make.user(session, Role.TABLET, email=None, branch=make.branch(session))
    with pytest.raises(Refused, match="no person"):
        erase(session, tablet)


def test_an_erased_person_gets_no_account_again(session: Session) -> None:
    person = canary(session)
    erase(session, person)
    late: dict[str, Any] = {"by": None, "at": make.NOON}
    again: tuple[Callable[[], None], ...] = (
        lambda: accounts.reactivate(session, person, **late),
        lambda: accounts.call(session, person, NAME, language="hu", **late),
        lambda: accounts.change_address(session, person, ADDRESS, **late),
        lambda: accounts.change_role(session, person, Role.OFFICE, **late),
        lambda: accounts.set_password(session, person, "x", **late),
    )
    for change in again:
        with pytest.raises(Conflict, match="erased already"):
            change()
    assert person.name == ""


def test_a_manager_who_is_erased_leaves_no_stand_in_behind(session: Session) -> None:
    region = make.region(session)
    manager = canary(session, Role.MANAGER, region=region)
    there = make.user(session, Role.MANAGER, region=make.region(session))
    day = make.NOON.date()
    stand_ins.name(session, manager, there, first_day=day, last_day=day, by=manager, at=make.NOON)
    subscriptions.choose(session, manager, Wanted.SHORT, by=manager, at=make.NOON)
    erase(session, manager)
    assert session.exec(select(StandIn)).all() == []
    assert session.exec(select(ConflictOfInterest).where(col(ConflictOfInterest.shopper_id) == manager.id)).all() == []
    assert NAME not in everything(session)

"""A year in which all goes wrong at once: kills, clock changes, days off, late audits, corrections, a failing mail server."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from branches import outbox
from branches.database import reading, transaction
from branches.editions import CHAIN, Edition
from branches.outbox import Mail
from branches.people import Role, User
from reports import stored
from reports.figures import Figures
from tests.monitor import mailbox, punctual, years
from tests.monitor.hard_chain import Changed, Desk, Visit, hard_chain, said
from tests.monitor.schedulers import Fate, live_through, schedulers
from tests.monitor.sink import ACCEPT, DIE, HANG, Sink, sink
from tests.monitor.years import Calendar

FATE = Fate(kills=20, set_back=4, outages=((15, 8), (44, 12), (70, 1), (120, 20)))
ANSWERS = {ACCEPT: 79, "451 try again later": 8, DIE: 9, "550 no such mailbox": 3, HANG: 1}
"""What the mail server says, and how often."""
SHUT = ((24, 6), (90, 12))
"""From which of a few hundred mails on it takes nothing, and how many it then refuses one after the other."""
REVISED_WEEKS = 4
WINDOW_WEEKS = 8


@pytest.mark.long
@pytest.mark.parametrize(
    "databases", ["sqlite"], indirect=True
)  # it takes minutes; tests/monitor/test_year.py has both
def test_a_year_in_which_all_goes_wrong_issues_mails_and_revises_once_and_only_where_it_should(
    engine: sa.Engine, database_url: str, tmp_path: Path
) -> None:
    chance = random.Random(20260106)
    with transaction(engine) as session:
        visits = hard_chain(session, chance)
    calendar, desk = years.calendar_of(engine), Desk(engine, visits, chance)
    with sink() as server:
        server.answers = _answers(chance)
        with schedulers(database_url, tmp_path, server.port) as at_work:
            outages = live_through(at_work, sorted(set(calendar.values())), FATE, chance, desk)
            server.answers = [ACCEPT]
            years.wait_until(lambda: _is_done(engine, calendar), at_work, step=timedelta(hours=4))
    with reading(engine) as session:
        rows = list(session.exec(select(Edition).order_by(col(Edition.id))))
        mails, people = list(session.exec(select(Mail))), list(session.exec(select(User)))
    assert punctual.unpunctual(calendar, years.begun(at_work.lines), outages) == {}
    years.check_first_editions(rows, calendar)
    assert {row.public_id: said(row) for row in rows if row.public_id in desk.seen} == desk.seen
    _check_news(rows, visits, calendar)
    _check_revisions(rows, desk.changed)
    _check_outbox(rows, mails, people)
    _check_post(rows, mails, people, server)


def _answers(chance: random.Random) -> list[str]:
    """More than will be asked for."""
    usual = chance.choices(list(ANSWERS), list(ANSWERS.values()), k=2000)
    for first, many in SHUT:
        usual[first : first + many] = ["421 not now"] * many
    return usual


def _is_done(engine: sa.Engine, calendar: Calendar) -> bool:
    with reading(engine) as session:
        return years.are_issued(engine, calendar) and outbox.counts(session).waiting == 0


def _check_news(rows: Sequence[Edition], visits: Sequence[Visit], calendar: Calendar) -> None:
    """Each audit is new in one edition of its region and one of the chain's: the first that was due after its release."""
    expected = {key: Counter[tuple[str, date, bool]]() for key in calendar}
    late = 0
    for visit in visits:
        monday = visit.day - timedelta(days=visit.day.weekday())
        for scope in (visit.scope, CHAIN):
            following = [key for key, due in calendar.items() if key[0] == scope and due >= visit.released_at]
            for key in sorted(following, key=calendar.__getitem__)[:1]:
                expected[key][visit.branch, monday, monday < key[1]] += 1
                late += monday < key[1]
    found = {
        (row.scope, row.week): Counter((new.branch, new.week, new.late) for new in stored.load(row.content).new)
        for row in rows
        if row.revision == 0
    }
    assert found == expected
    assert late > len(visits) / 10


@dataclass(frozen=True)
class _Reach:
    """Editions that a change must revise, and those that it may."""

    must: frozenset[punctual.Edition]
    may: frozenset[punctual.Edition]


def _reach(one: Changed, rows: Sequence[Edition]) -> _Reach:
    """The last weeks of each scope that had counted the audit; in others a norm may have moved."""
    counted = {
        (row.scope, row.week)
        for row in rows
        if row.due_at >= one.visit.released_at and _holds(row.week, one.visit.day) and row.issued_at <= one.at
    }
    before, after = (_last_weeks(rows, one.at + later) for later in (timedelta(), timedelta(hours=1)))
    own = {key for key in counted & before & after if key[0] in (one.visit.scope, CHAIN)}
    return _Reach(frozenset(own), frozenset(counted & (before | after)))


def _holds(week: date, day: date) -> bool:
    return week - timedelta(weeks=WINDOW_WEEKS - 1) <= day < week + timedelta(weeks=1)


def _last_weeks(rows: Sequence[Edition], at: datetime) -> set[punctual.Edition]:
    issued: dict[str, set[date]] = {}
    for row in rows:
        if row.issued_at <= at:
            issued.setdefault(row.scope, set()).add(row.week)
    return {(scope, week) for scope, weeks in issued.items() for week in sorted(weeks)[-REVISED_WEEKS:]}


def _check_revisions(rows: Sequence[Edition], changed: Sequence[Changed]) -> None:
    """One for each change of an audit that one of the last editions had counted; none of anything else."""
    reaches = [(one, _reach(one, rows)) for one in changed]
    revisions = [row for row in rows if row.revision]
    for one, reach in reaches:
        answered = {(row.scope, row.week) for row in revisions if _answers_to(row, one)}
        assert reach.must <= answered
        assert answered <= reach.may
    explained = [row for row in revisions if any(_answers_to(row, one) for one in changed)]
    assert explained == revisions
    before = {(row.scope, row.week, row.revision): row for row in rows}
    for row in revisions:
        was = stored.load(before[row.scope, row.week, row.revision - 1].content)
        assert _printed(was) != _printed(stored.load(row.content))
    assert (
        min(len(revisions), sum(not reach.may for _, reach in reaches)) > 0
    )  # some change what is printed, some are too old


def _answers_to(row: Edition, one: Changed) -> bool:
    monday = one.visit.day - timedelta(days=one.visit.day.weekday())
    reasons = {(reason["branch"], reason["week"]) for reason in (row.changes or {})["reasons"]}
    soon = one.at <= row.issued_at <= one.at + timedelta(hours=2)
    return soon and (one.visit.branch, monday.isoformat()) in reasons


def _printed(figures: Figures) -> list[object]:
    """What a reader sees, rounded as it is shown."""
    cells = [
        (
            c.branch,
            c.section,
            c.state,
            c.audits,
            *(stored.printed(x) for x in (c.score, c.norm, c.variance, c.estimate)),
        )
        for c in figures.cells
    ]
    return [cells, [(s.section, stored.printed(s.norm)) for s in figures.sections], figures.new]


def _states(row: Edition) -> dict[tuple[str, str], str]:
    return {(cell.branch, cell.section): cell.state.value for cell in stored.load(row.content).cells}


def _readers(row: Edition, people: Sequence[User]) -> list[User]:
    role = Role.OFFICE if row.region_id is None else Role.MANAGER
    return [one for one in people if one.email and one.role == role.value and one.region_id == row.region_id]


def _check_outbox(rows: Sequence[Edition], mails: Sequence[Mail], people: Sequence[User]) -> None:
    """A mail for each edition and reader, and for a revision only where a branch's state differs; each gone, or told by another."""
    before = {(row.scope, row.week, row.revision): row for row in rows}
    mailed = [
        row
        for row in rows
        if not row.revision or _states(row) != _states(before[row.scope, row.week, row.revision - 1])
    ]
    wanted = Counter((row.public_id, reader.id) for row in mailed for reader in _readers(row, people))
    assert Counter((mail.about["edition"], mail.user_id) for mail in mails) == wanted
    assert [mail for mail in mails if (mail.sent_at is None) == (mail.folded_into_id is None)] == []
    assert 0 < len(mailed) - sum(row.revision == 0 for row in rows) < sum(row.revision > 0 for row in rows)


def _check_post(rows: Sequence[Edition], mails: Sequence[Mail], people: Sequence[User], server: Sink) -> None:
    """What the server took is what was sent, to whom it was for; twice only where either end died after the message."""
    sent = {mail.message_id: mail for mail in mails if mail.sent_at is not None}
    taken = Counter(str(message["Message-ID"]) for message in server.taken)
    assert taken.keys() == sent.keys()
    assert sum(taken.values()) - len(taken) <= FATE.kills
    assert len(server.came) > len(server.taken)
    address = {one.id: one.email for one in people}
    branches = {row.scope: set(stored.load(row.content).branch_names.values()) for row in rows}
    for message in server.taken:
        mail = sent[str(message["Message-ID"])]
        assert str(message["To"]).rpartition("<")[2].strip("<>") == address[mail.user_id]
        elsewhere = branches[CHAIN] - branches[mail.about["scope"]]
        assert [name for name in elsewhere if name in mailbox.text(message)] == []
        assert [one for one in _first_told(mail, rows) if f"/editions/{one}" not in mailbox.text(message)] == []


def _first_told(mail: Mail, rows: Sequence[Edition]) -> list[str]:
    """The edition that a mail is about, and the first editions of other weeks that it speaks for."""
    row = next(row for row in rows if row.public_id == mail.about["edition"])
    earlier = [one for one in rows if one.public_id in mail.about.get("earlier", ())]
    return [row.public_id, *(one.public_id for one in earlier if one.week != row.week and not one.revision)]

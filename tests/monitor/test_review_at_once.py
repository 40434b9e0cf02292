"""Two reviewers of one audit at the same moment: one decides, the other is told what was decided."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from branches import history
from branches.audits import Audit
from branches.database import reading, transaction
from branches.people import Role
from tests import make
from tests.databases import PostgresqlDatabases, SqliteDatabases
from tests.monitor.pages import Form, Page, Visitor
from tests.monitor.rooms import Rooms, form, opened
from tests.together import together

CHANGED = "This audit has changed since the page was opened. Look at it again before you decide."
FIELDS = {"reason": "Look again.", "why-excluded": "The wrong branch.", "hours": "24"}
BECOMES = {"approve": "approved", "approve-and-release": "released", "return": "returned", "exclude": "excluded"}


@pytest.fixture
def rooms(databases: SqliteDatabases | PostgresqlDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(databases, tmp_path) as rooms:
        yield rooms


def second(rooms: Rooms) -> Visitor:
    """Another person of head office."""
    with transaction(rooms.engine) as session:
        rooms.people[Role.OFFICE] = make.user(session, name="Otto Office")
    return rooms.office()


def press(visitor: Visitor, asked: Form) -> tuple[int, str]:
    answer = visitor.client.post(asked.action, data={**asked.fields, **FIELDS}, follow_redirects=True)
    page = Page(answer)
    page.check()
    return page.status, page.text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("one", "other"), [("approve", "approve"), ("approve-and-release", "return"), ("return", "exclude")]
)
def test_two_who_decide_at_once_get_one_winner_and_one_sentence(rooms: Rooms, one: str, other: str) -> None:
    audit, olga, otto = rooms.audit(), rooms.office(), second(rooms)
    asked = [form(visitor.get(f"/office/review/{audit}"), f"/{step}") for visitor, step in ((olga, one), (otto, other))]
    answers = together(partial(press, olga, asked[0]), partial(press, otto, asked[1]))
    told = [answer for answer in answers if isinstance(answer, tuple)]
    assert sorted(status for status, _ in told) == [200, 409]
    won = [status for status, _ in told].index(200)
    said = told[1 - won][1]
    winner = ("Olga Office", "Otto Office")[won]
    assert (said.count(CHANGED), f"What happened last: {winner}" in said) == (1, True)
    assert rooms.one(Audit, audit).state == BECOMES[(one, other)[won]]
    with reading(rooms.engine) as session:
        verbs = [event.verb for event in history.of(session, rooms.one(Audit, audit))]
    decided = {"approve-and-release": ["approved", "released"]}
    assert verbs[3:] == decided.get((one, other)[won], [BECOMES[(one, other)[won]]])


@pytest.mark.slow
def test_two_who_decide_the_same_audits_at_once_decide_each_once(rooms: Rooms) -> None:
    ticks = [f"{rooms.audit()}", f"{rooms.audit(branch=rooms.other)}"]
    olga, otto = rooms.office(), second(rooms)
    with reading(rooms.engine) as session:
        newest = {one.public_id: history.newest(session, one) for one in rooms.all(Audit)}
    known = [f"{one}.{newest[one]}" for one in ticks]

    def tick(visitor: Visitor, step: str, boxes: list[str]) -> tuple[int, str]:
        token = visitor.get("/office/review").forms[-1].fields["csrf_token"]
        fields = {"csrf_token": token, "audit": boxes, "step": step}
        page = Page(visitor.client.post("/office/review", data=fields, follow_redirects=True))
        return page.status, page.text

    answers = together(partial(tick, olga, "approve", known), partial(tick, otto, "approve-and-release", known[::-1]))
    told = sorted(answer for answer in answers if isinstance(answer, tuple))
    assert ([status for status, _ in told], told[1][1].count(CHANGED)) == ([200, 409], 2)
    assert len({audit.state for audit in rooms.all(Audit)}) == 1

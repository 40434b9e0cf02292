"""The page of history: it has words for all that is written, narrows, goes on, is taken home, and is head office's alone."""

import ast
import csv
import re
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from branches import history
from branches.access import RIGHTS, Right
from branches.database import transaction
from branches.people import Role, User
from branches.places import Branch
from branches.rotas import Rota, Wish
from branches.standards import Standard
from branches.states import AppealState, AuditState
from monitor.web.office import recorded
from monitor.web.office.history import OF_A_PAGE
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.pages import Page
from tests.monitor.rooms import HARMFUL, NOW, Rooms, form, opened

ROOT = Path(__file__).parents[2]
THINGS = {
    **dict.fromkeys(("user", "person", "shopper", "row.person", "device.user", "ends", "stays"), "user"),
    **dict.fromkeys(("branch", "tablet.branch", "gone", "kept"), "branch"),
    "action": "correctiveaction",
    "revised": "edition",
    "row": "duechange",
    "one.rota": "rota",
    "keeping": "keeping",
    "draft": "standarddraft",
    "case": "referencecase",
    **{name: name for name in ("audit", "flag", "notice", "appeal", "edition", "mail", "standard", "region", "rota")},
}
"""What the second argument of `history.write` is called in the code, by the kind it is kept under; `place` may be two."""
STEPS = {state.value for state in AuditState} - {AuditState.ASSIGNED.value}
VERBS = {
    ("audits.py", "to.value"): STEPS,
    ("appeals.py", "appeal.state"): {AppealState.UPHELD.value, AppealState.REJECTED.value},
    ("replies.py", "_VERBS[reply]"): {"refuse", "ask"},
    ("clearing.py", "VERB"): {"clear"},
    ("amendments.py", "VERB"): {"amend"},
}
"""Verbs that the code does not write out, by file and expression; those handed on as `verb` stand where they come from."""
HANDED_ON = {("accounts.py", "_end"), ("factors.py", "_note"), ("sessions.py", "_end_one")}
KNOWN_DETAILS = {
    *("about", "anyway", "audits", "after", "before", "branch", "branches", "changed", "day", "decision", "due"),
    *(
        "first_week",
        "item",
        "items",
        "left",
        "note",
        "origin",
        "outcome",
        "photo",
        "photos",
        "placed",
        "planned",
        "reason",
    ),
    *("revised", "revision", "role", "scope", "shopper", "stand_in", "unchanged", "unplaced", "until", "version"),
    *("since", "was", "week", "kind", "n"),
}
"""What events hold beside who, what and when: none of it opens anything. A new one is looked at before it stands here."""


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Every call that writes history, with its file and what is called."""
    for path in sorted([*ROOT.glob("branches/**/*.py"), *ROOT.glob("monitor/**/*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                if name in ("history.write", "floor.write") or (path.name, name) in HANDED_ON:
                    yield path.name, node, name


def written() -> set[tuple[str, str]]:
    """Every kind of thing and verb that the code can write."""
    found = set[tuple[str, str]]()
    for file, call, name in calls():
        handed_on = name != "history.write"
        verb, thing = (call.args[2], call.args[1]) if handed_on else (call.args[1], call.args[2])
        words = ast.unparse(thing)
        if ast.unparse(verb) == "verb":
            continue
        verbs = {verb.value} if isinstance(verb, ast.Constant) else VERBS[file, ast.unparse(verb)]
        kinds = {"branch", "region"} if words == "place" else {"user" if handed_on else THINGS[words]}
        found |= {(kind, str(one)) for kind in kinds for one in verbs}
    return found


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def shown(page: Page) -> list[int]:
    """The numbers of the events on the page."""
    return [int(number) for number in re.findall(r'id="event-(\d+)"', page.html)]


def lines(rooms: Rooms, query: str = "") -> list[list[str]]:
    answer = rooms.office().client.get(f"/office/history.csv{query}")
    assert (answer.status_code, answer.mimetype, answer.is_streamed) == (200, "text/csv", True)
    return list(csv.reader(StringIO(answer.get_data().decode("utf-8-sig"))))


def test_everything_that_is_written_has_words() -> None:
    words = {(kind, verb) for kind, verbs in recorded.EVERY.items() for verb in verbs}
    assert written() - words == set()
    assert len(written()) > 60


def test_what_has_words_is_written_somewhere() -> None:
    words = {(kind, verb) for kind, verbs in recorded.EVERY.items() for verb in verbs}
    assert words - written() == set()


def test_events_hold_nothing_that_nobody_looked_at() -> None:
    names = {word.arg for _, call, _ in calls() for word in call.keywords} - {"by", "at", None}
    assert names - KNOWN_DETAILS == set()


def test_history_is_head_offices_alone() -> None:
    assert [role for role in Role if Right.READ_HISTORY in RIGHTS[role]] == [Role.OFFICE]


def test_what_happened_is_told_with_who_from_what_to_what_and_why(rooms: Rooms) -> None:
    office = rooms.office()
    audit = rooms.audit("returned")
    page = office.get(f"/office/places/branches/{rooms.other}")
    office.submit(form(page, "/name"), name="Station <b>Hall</b>")
    page = office.get("/office/history")
    assert "Olga Office changed it. Station <b>Hall</b>" in page.text
    assert "name: Station Road → Station <b>Hall</b>" in page.text
    assert "Olga Office returned it to be corrected." in page.text
    assert ("sent" in page.text, "Look again." in page.text) == (True, True)
    assert f"/office/review/{audit}" in page.links
    assert f"/office/places/branches/{rooms.other}" in page.links


def test_what_a_rota_and_a_shoppers_terms_hold_is_told_by_name(rooms: Rooms) -> None:
    shopper, office = rooms.people[Role.SHOPPER], rooms.people[Role.OFFICE]
    with transaction(rooms.engine) as session:
        home = session.exec(select(Branch).where(Branch.public_id == rooms.branch)).one()
        changed = {"home_id": [None, home.id], "most_km": [80, None], "certified_on": [None, "2025-06-02"]}
        history.write(session, "agree", shopper, by=office, at=NOW, **changed)
        standard = session.exec(select(Standard)).one()
        wish = Wish(NOW.date(), NOW.date(), each=1, most_audits=1, most_km=1)
        rota = Rota(standard_id=standard.id, asked_at=NOW, **{**vars(wish), "extra": []})
        session.add(rota)
        session.flush()
        history.write(session, "propose", rota, by=None, at=NOW, placed=4, unplaced=0)
        history.write(session, "give", rota, by=office, at=NOW, planned="x", shopper=[None, shopper.id])
    text = rooms.office().get("/office/history").text
    for words in (
        f"lives near: none → {HARMFUL}",
        "kilometres at most: 80 → none",
        "certified since: none → 2 June 2025",
        "audits given: 4 audits for nobody: 0",
        f"nobody → {shopper.name}",
    ):
        assert words in text


def test_history_is_narrowed_by_kind_verb_person_and_days(rooms: Rooms) -> None:
    rooms.audit("released")
    office = rooms.office()

    def found(query: str) -> set[str]:
        return {line[4] for line in lines(rooms, query)[1:]}

    assert found("?kind=audit&verb=released") == {"Olga Office released it."}
    assert {line[2] for line in lines(rooms, "?by=olga+office")[1:]} == {"Olga Office"}
    assert {line[2] for line in lines(rooms, "?show=program")[1:]} == {"The program"}
    assert found("?kind=audit&verb=released&to=2025-07-09") == set()
    assert len(found("?kind=audit&verb=released&from=2025-07-10&to=2025-07-10")) == 1
    page = office.get("/office/history?kind=audit&verb=released&to=2025-07-09")
    assert "Nothing of the kind has happened." in page.text
    assert shown(office.get("/office/history?kind=nothing&verb=odd&show=odd")) == shown(office.get("/office/history"))


def test_a_things_own_history_is_led_to_from_its_page(rooms: Rooms) -> None:
    office, audit = rooms.office(), rooms.audit("returned")
    for path in (f"/office/review/{audit}", f"/office/places/branches/{rooms.branch}"):
        link = next(one for one in office.get(path).links if one.startswith("/office/history"))
        page = office.get(link.replace("&amp;", "&"))
        assert (HARMFUL in page.text, "Its page" in page.text) == (True, True)
        assert shown(page)
    person = rooms.people[Role.OFFICE].public_id
    assert "Olga Office assigned it." in office.get(f"/office/history?by={person}").text
    assert office.client.get("/office/history?kind=branch&thing=0000").status_code == 404
    assert office.client.get(f"/office/history?kind=mail&thing={person}").status_code == 404


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("?from=never", "from", "never is not a day; write it like 2026-11-16."),
        ("?to=0001-01-01", "to", "0001-01-01 is not a day; write it like 2026-11-16."),
        ("?from=2025-07-02&to=2025-07-01", "to", "The last day is before the first."),
        ("?by=nobody", "by", "There is nobody here of that name, address or code."),
    ],
)
def test_what_is_wrong_with_the_question_is_said(rooms: Rooms, query: str, field: str, said: str) -> None:
    page = rooms.office().get(f"/office/history{query}", status=422)
    assert (f"#{field}" in page.links, said in page.text, shown(page)) == (True, True, [])
    assert len(lines(rooms, query)) == 1


def test_a_name_that_two_have_asks_for_more(rooms: Rooms) -> None:
    with transaction(rooms.engine) as session:
        make.user(session, name="olga office")
    page = rooms.office().get("/office/history?by=Olga+Office", status=422)
    assert "More than one has that name; write the address or code instead." in page.text


def test_pages_go_on_without_a_gap_in_as_many_queries_as_before(rooms: Rooms) -> None:
    with transaction(rooms.engine) as session:
        for n in range(2 * OF_A_PAGE + 10):
            branch = make.branch(session, name=f"Branch {n}")
            history.write(
                session, "change", branch, by=None, at=NOW + timedelta(minutes=n), name=[f"Old {n}", branch.name]
            )
    office, asked = rooms.office(), "/office/history?kind=branch&verb=change"
    first = office.get(asked)
    second = office.get(_way(first, "next"))
    third = office.get(_way(second, "next"))
    numbers = [*shown(first), *shown(second), *shown(third)]
    assert (len(numbers), len(set(numbers)), numbers) == (110, 110, sorted(numbers, reverse=True))
    assert shown(office.get(_way(third, "prev"))) == shown(second)
    assert shown(office.get(_way(second, "prev"))) == shown(first)
    for mark in ("0-0", "x", "9" * 17 + "-1", "9" * 30):
        assert office.client.get(f"{asked}&older={mark}&newer=").status_code == 200
    queries = [_queries(rooms, office, f"{asked}&to=2025-07-{day}") for day in ("09", "10")]
    assert queries[1] - queries[0] <= 5


def _way(page: Page, kind: str) -> str:
    found = re.search(rf'<a rel="{kind}" href="([^"]+)"', page.html)
    assert found
    return found[1].replace("&amp;", "&")


def _queries(rooms: Rooms, office: object, path: str) -> int:
    asked: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        asked.append(statement)

    sa.event.listen(rooms.engine, "before_cursor_execute", note)
    office.get(path)  # type: ignore[attr-defined]
    sa.event.remove(rooms.engine, "before_cursor_execute", note)
    return len(asked)


def test_the_table_has_every_event_and_no_formula(rooms: Rooms) -> None:
    with transaction(rooms.engine) as session:
        branch = session.exec(select(Branch).where(Branch.public_id == rooms.other)).one()
        office = session.get_one(User, rooms.people[Role.OFFICE].id)
        history.write(session, "change", branch, by=office, at=NOW, name=["=1+1", "@SUM(A1)"])
    head, newest, *others = lines(rooms, "?kind=branch")
    assert head[:5] == ["Number", "When", "Who", "Who, in addresses", "What was done"]
    assert (newest[1], newest[2], newest[6]) == ("2025-07-10T11:00:00+02:00", "Olga Office", "Station Road")
    assert (newest[8], newest[9]) == ("name: =1+1", "name: @SUM(A1)")
    assert {len(line) for line in (newest, *others)} == {len(head)}
    with transaction(rooms.engine) as session:
        found = session.get_one(User, rooms.people[Role.OFFICE].id)
        found.name = "=cmd"
        session.add(found)
    assert lines(rooms, "?kind=branch&verb=change")[1][2] == "'=cmd"


def test_what_no_words_are_known_for_is_told_as_it_was_written(rooms: Rooms) -> None:
    with transaction(rooms.engine) as session:
        branch = make.branch(session, name="Old")
        history.write(session, "paint", branch, by=None, at=NOW + timedelta(days=1))
    assert "The program: branch paint Old" in rooms.office().get("/office/history").text

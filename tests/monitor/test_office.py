"""Head office's desk and who may open its rooms."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from branches.access import Right, holders
from branches.people import Role
from tests.databases import SqliteDatabases
from tests.monitor.rooms import HARMFUL, Rooms, opened

LANGUAGES = ("en", "hu", "hi", "ta", "te")
LISTS = (
    "/office/",
    "/office/review",
    "/office/review?show=approved",
    "/office/review?show=returned",
    "/office/review?show=released",
    "/office/review?show=excluded",
    "/office/appeals",
    "/office/appeals?show=decided",
    "/office/assignments",
    "/office/assignments?show=closing",
    "/office/assignments?show=overdue",
    "/office/assignments?show=expired",
    "/office/assignments/new",
    "/office/people",
    "/office/people?show=inactive",
    "/office/people/new",
    "/office/places",
    "/office/places?show=uninformed",
    "/office/places?show=closed",
    "/office/places/regions/new",
    "/office/places/branches/new",
    "/office/mail",
    "/office/schedule",
    "/office/schedule?show=late",
    "/office/schedule/chain",
)


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def things(rooms: Rooms) -> list[str]:
    """The pages of one audit, assignment, appeal, person, branch and region."""
    appeal, person = rooms.appeal(), rooms.people[Role.SHOPPER].public_id
    audit, branch = rooms.audit("submitted", branch=rooms.other), rooms.branch
    return [
        f"/office/review/{audit}",
        f"/office/assignments/{audit}",
        f"/office/appeals/{appeal}",
        f"/office/people/{person}",
        f"/office/places/branches/{branch}",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_opens_in_every_language(rooms: Rooms, language: str) -> None:
    paths, office = [*LISTS, *things(rooms)], rooms.office()
    office.client.post("/language", data={**office.get("/office/").forms[0].fields, "language": language})
    assert [path for path in paths if office.get(path).language != language] == []


@pytest.mark.slow
def test_nobody_else_opens_a_page_of_head_office(rooms: Rooms) -> None:
    paths = [*LISTS, *things(rooms)]
    for role in (Role.MANAGER, Role.STAFF, Role.SHOPPER):
        visitor = rooms.visitor(role)
        found = [visitor.client.get(path).status_code for path in paths]
        assert found == [404] * len(paths), role


def test_every_route_is_opened_by_a_right(rooms: Rooms) -> None:
    routes = [rule.endpoint for rule in rooms.app.url_map.iter_rules() if rule.rule.startswith("/office")]
    rights = {name: getattr(rooms.app.view_functions[name], "right", None) for name in routes}
    assert [name for name, right in rights.items() if not isinstance(right, Right)] == []
    audiences = {name: getattr(rooms.app.view_functions[name], "audience", None) for name in routes}
    assert audiences == {name: frozenset(holders(right)) for name, right in rights.items()}  # type: ignore[arg-type]


def test_the_desk_names_what_waits_and_leads_there(rooms: Rooms) -> None:
    office = rooms.office()
    page = office.get("/office/")
    assert "No audit waits for your review, but there is something else to do." in page.text
    assert "Branches whose staff are not informed Their staff see nothing until you note that they were. 1" in page.text
    appeal, audit = rooms.appeal(), rooms.audit("submitted", branch=rooms.other)
    page = office.get("/office/")
    assert "1 audit waits for your review; it was sent 30 hours ago." in page.text
    assert (f"/office/review/{audit}" in page.links, "/office/appeals" in page.links) == (True, True)
    assert f"/office/appeals/{appeal}" in office.get("/office/appeals").links


def test_the_desk_is_empty_when_nothing_waits(rooms: Rooms) -> None:
    office = rooms.office()

    page = office.get(f"/office/places/branches/{rooms.other}")
    office.submit(
        next(one for one in page.forms if one.action.endswith("/notices")), informed_on="2025-07-01", how="By letter"
    )
    page = office.get("/office/")
    assert ("These steps lead to the first report." in page.text, "All that waits" in page.text) == (True, False)


def test_lists_are_searched_and_turned_page_by_page(rooms: Rooms) -> None:
    office = rooms.office()
    for n in range(45):
        rooms.audit("submitted", branch=rooms.branch if n else rooms.other)
    first = office.get("/office/review")
    assert first.html.count('class="row"') == 40
    second = office.get(next(link for link in first.links if "page=2" in link))
    assert second.html.count('class="row"') == 5
    assert office.get("/office/review?q=station").html.count('class="row"') == 1
    assert office.get("/office/review?q=nothing+here").text.count("There is none here.") == 1
    assert HARMFUL.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in first.html
    assert HARMFUL not in first.html


@pytest.mark.parametrize("page", ["0", "-1", "99999999999", "x", "%00", "2%5B%5D"])
@pytest.mark.parametrize("path", ["/office/review", "/office/people", "/office/places", "/office/assignments"])
def test_a_page_number_that_cannot_be_is_the_first_or_last(rooms: Rooms, path: str, page: str) -> None:
    rooms.office().get(f"{path}?page={page}&show={page}&q=%00%25_&region={page}")

"""Who has improved, the small pictures of branches, and the way from a report to a new audit."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from branches.audits import Audit
from branches.database import transaction
from branches.editions import Edition
from branches.people import Role
from reports import stored
from reports.figures import Change, Figures, Move, NewAudit
from reports.kept import Course, Courses
from tests.databases import SqliteDatabases
from tests.monitor.test_access_walk import enter
from tests.monitor.test_standing_in import lend
from tests.monitor.walked import Opened, Side, World, build


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("pictures"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


def fill(opened: Opened, side: Side | None = None) -> str:
    """A region's report tells of a rise, of courses and of a new audit, whose address this gives."""
    things = (side or opened.world.mine).things
    with transaction(opened.engine) as session:
        edition = session.exec(select(Edition).where(Edition.public_id == things["edition"])).one()
        audit = session.exec(select(Audit).where(Audit.public_id == things["released"])).one()
        figures = stored.load(edition.content)
        edition.content = stored.dump(_filled(figures, audit.branch.code, audit.public_id))
    return f"/results/{things['released']}"


def _filled(figures: Figures, branch: str, audit: str) -> Figures:
    section = figures.cells[0].section
    of = tuple(Course(branch, code, (2, 3), (-4.0, 6.0)) for code in ("", section))
    return replace(
        figures,
        new=(NewAudit(branch, figures.week, False, 80.0, (), findings=("greeting9",), photos=1, public_id=audit),),
        changes=(Change(branch, section, Move.RISING, figures.week.toordinal() - 35, 9.0, ()),),
        courses=Courses(
            (figures.week - timedelta(weeks=7), figures.week - timedelta(weeks=3)), {"": 5.0, section: 8.0}, of
        ),
    )


@pytest.mark.slow
def test_a_manager_reads_who_has_improved_and_looks_at_the_branches(opened: Opened) -> None:
    fill(opened)
    page = enter(opened, Role.MANAGER).get(f"/editions/{opened.world.mine.things['edition']}")
    told = ("Improved", "has risen since about the", "Which branches drift?", "1 branch has risen by more than luck.")
    assert [words for words in told if words not in page.text] == []
    assert 'id="panels-title"' in page.html


def test_a_new_audit_says_what_failed_and_leads_to_its_page_for_whoever_may_open_it(opened: Opened) -> None:
    address, edition = fill(opened), f"/editions/{opened.world.mine.things['edition']}"
    for role in (Role.MANAGER, Role.OFFICE):
        visitor = enter(opened, role)
        page = visitor.get(edition)
        assert address in page.links
        assert visitor.get(address).status == 200
        assert "The audit, with 1 photo" in page.text


def test_a_stand_in_reads_what_failed_and_has_no_way_to_the_audit(opened: Opened) -> None:
    lend(opened)
    address, edition = fill(opened, opened.world.theirs), f"/editions/{opened.world.theirs.things['edition']}"
    page = enter(opened, Role.MANAGER).get(edition)
    assert "Not in order: greeting9" in page.text
    assert address not in page.links


def test_the_list_of_branches_shows_where_each_was(opened: Opened) -> None:
    fill(opened)
    page = enter(opened, Role.MANAGER).get("/branches")
    assert "All sections, points from the norm, four weeks at a time: \u22124.0 · +6.0." in page.text
    assert 'class="spark"' in page.html


def test_the_paper_has_them_too(opened: Opened) -> None:
    fill(opened)
    answer = enter(opened, Role.MANAGER).client.get(f"/editions/{opened.world.mine.things['edition']}.pdf")
    assert answer.get_data().startswith(b"%PDF-")


def test_staff_are_shown_nothing_of_other_branches_courses(opened: Opened) -> None:
    fill(opened)
    text = enter(opened, Role.STAFF).get("/branch").text
    assert "drift" not in text

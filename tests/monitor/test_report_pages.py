"""The way from a report to a branch and a flag, and which audits every count is of."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from sqlmodel import col, select

from branches.database import transaction
from branches.editions import Edition
from branches.language import language
from branches.people import Role
from branches.places import Branch
from branches.standards import Item
from reports import stored, wording
from reports.figures import Change, Move, State
from reports.purpose import purpose
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.pages import Page
from tests.monitor.test_access_walk import enter
from tests.monitor.walked import NOW, Opened, World, build

RANKED = {"estimate": -9.0, "low": -12.0, "high": -6.0, "p_short": 0.97, "q": 0.03}
RANKED |= {"rank_low": 52, "rank_high": 60, "ranked": 60}


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("reports"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


def branch_links(page: Page) -> set[str]:
    return {link for link in page.links if link.startswith("/branches/")}


def judge(opened: Opened) -> None:
    """As if there were audits enough: the region's branch falls short in its one section."""
    with transaction(opened.engine) as session:
        scope = opened.world.mine.things["scope"]
        query = select(Edition).where(Edition.scope == scope).order_by(col(Edition.week).desc())
        edition = session.exec(query).first()
        assert edition is not None
        figures = stored.load(edition.content)
        cells = tuple(replace(cell, state=State.FALLS_SHORT, **RANKED) for cell in figures.cells)  # type: ignore[arg-type]
        edition.content = stored.dump(replace(figures, cells=cells))


def test_names_in_a_report_lead_to_the_branches_that_the_reader_may_see(opened: Opened) -> None:
    own, other = (f"/branches/{side.things['branch']}" for side in (opened.world.mine, opened.world.theirs))
    manager, office = enter(opened, Role.MANAGER), enter(opened, Role.OFFICE)
    scope = opened.world.mine.things["scope"]
    assert branch_links(manager.get(f"/reports/{scope}")) == {own}
    assert branch_links(office.get("/reports/chain")) == {own, other}
    assert [manager.get(own).status, office.get(other).status] == [200, 200]


def test_head_office_finds_all_branches_from_the_report_of_the_chain(opened: Opened) -> None:
    office = enter(opened, Role.OFFICE)
    assert "/branches" in office.get("/reports/chain").links
    page = office.get("/branches")
    assert (page.headings, "North Street" in page.text, "South Street" in page.text) == (["All branches"], True, True)
    assert enter(opened, Role.MANAGER).get("/branches").headings == ["My branches"]


def test_the_page_of_a_flag_says_what_it_rests_on(opened: Opened) -> None:
    judge(opened)
    path = f"/flags/{opened.world.mine.things['flag']}"
    page = enter(opened, Role.MANAGER).get(path)
    told = (
        "9.0 below the norm (likely between 6 and 12 below)",
        "97% sure",
        "52 to 60 of 60 branches; 1 is the best",
        "Shoppers 3",
    )
    assert [words for words in told if words not in page.text] == []
    assert 'class="chart"' in page.html


def test_staff_are_told_of_a_flag_without_its_rank_or_shoppers(opened: Opened) -> None:
    judge(opened)
    text = enter(opened, Role.STAFF).get(f"/flags/{opened.world.mine.things['flag']}").text
    assert ("97% sure" in text, "Likely rank" in text, "Shoppers" in text) == (True, False, False)


def test_a_flag_that_no_report_knows_yet_has_its_page_all_the_same(opened: Opened) -> None:
    with transaction(opened.engine) as session:
        for edition in session.exec(select(Edition)):
            session.delete(edition)
    page = enter(opened, Role.MANAGER).get(f"/flags/{opened.world.mine.things['flag']}")
    assert ("In the report of" in page.text, "Plan an action" in page.text) == (False, True)


def test_the_table_of_a_report_holds_what_each_flag_rests_on(opened: Opened) -> None:
    judge(opened)
    body = enter(opened, Role.MANAGER).client.get(f"/editions/{opened.world.mine.things['edition']}.csv")
    heads, row = csv.reader(StringIO(body.get_data().decode("utf-8-sig")))
    assert list(zip(heads, row, strict=True))[8:] == [
        ("Estimate", "-9.0"),
        ("Likely from", "-12.0"),
        ("to", "-6.0"),
        ("Probability short", "0.97"),
        ("False share", "0.03"),
        ("Probability above", ""),
        ("Audits", "5"),
        ("Shoppers", "3"),
        ("Rank from", "52"),
        ("to", "60"),
        ("Branches ranked", "60"),
        ("First day counted", "2026-01-12"),
        ("Last day counted", "2026-03-08"),
        (purpose(language("en")), ""),
    ]


def test_every_count_of_audits_says_of_which_days_it_is(opened: Opened) -> None:
    days = "12 January 2026 to 8 March 2026."
    manager, path = enter(opened, Role.MANAGER), f"/branches/{opened.world.mine.things['branch']}"
    assert "5 audits 1 action due" in manager.get("/branches").text
    with transaction(opened.engine) as session:
        branch = session.exec(select(Branch).where(Branch.public_id == opened.world.mine.things["branch"])).one()
        make.audit(session, branch, score=80, visited_at=NOW - timedelta(days=1))
    listed = manager.get("/branches").text
    assert ("5 audits in the report, 6 in all" in listed, f"counts the audits from {days}" in listed) == (True, True)
    said = (
        f"Of the 6 audits released here the report counts 5: those of {days} Older and newer ones do not count in it."
    )
    assert said in manager.get(path).text


def test_the_page_of_a_flag_says_by_which_rule_it_stands(opened: Opened) -> None:
    path = f"/flags/{opened.world.mine.things['flag']}"
    before = enter(opened, Role.MANAGER).get(path).text
    judge(opened)
    after = enter(opened, Role.MANAGER).get(path).text
    unsure = "Greeting was flagged; the last report is not sure enough of it any more."
    sure = "Greeting is almost certainly more than 5 points below the norm."
    assert [(unsure in text, sure in text) for text in (before, after)] == [(True, False), (False, True)]
    assert "A flag means: probably more than 5 points below the norm." in after


def test_the_page_of_a_flag_says_what_cost_most_and_takes_a_tip_for_a_plan(opened: Opened) -> None:
    path = f"/flags/{opened.world.mine.things['flag']}"
    with transaction(opened.engine) as session:
        for item in session.exec(select(Item)):
            item.wording = {"en": {"text": f"Was {item.code} so?", "playbook": f"Look at {item.code}."}}
    staff = enter(opened, Role.STAFF)
    page = staff.get(path)
    assert ("What cost the most points in Greeting" in page.text, "General tip: Look at greeting10." in page.text) == (
        True,
        True,
    )
    tip = f"{path}?tip=greeting10#planning"
    assert tip in page.links
    assert [
        f'">\n{text}</textarea>' in staff.get(way).html
        for way, text in ((path, ""), (tip, "Look at greeting10."), (f"{path}?tip=none", ""))
    ] == [True] * 3
    assert "Plan this" not in enter(opened, Role.OFFICE).get(path).text


def test_branches_stand_in_the_order_of_their_regions_report_with_falls_after_shortfalls(opened: Opened) -> None:
    states = {"b1": (State.WATCH, -6.0), "b2": (State.FALLS_SHORT, -8.0), "b3": (State.FALLS_SHORT, -12.0)}
    with transaction(opened.engine) as session:
        edition = session.exec(select(Edition).where(Edition.public_id == opened.world.mine.things["edition"])).one()
        figures, region = stored.load(edition.content), opened.person(session, Role.MANAGER).region
        assert region is not None
        codes = {name: make.branch(session, region, name).code for name in ("b0", "b1", "b2", "b3", "b4", "b5")}
        plain = figures.cells[0]
        cells = [
            replace(plain, branch=codes[name], state=state, estimate=points) for name, (state, points) in states.items()
        ]
        open_one = replace(plain, branch=codes["b5"], state=State.AS_NORM, p_short=wording.UNSURE)
        fall = Change(codes["b4"], plain.section, Move.FALLING, figures.week.toordinal(), -9.0, ())
        edition.content = stored.dump(replace(figures, cells=(*cells, open_one), changes=(fall,)))
    text = enter(opened, Role.MANAGER).get("/branches").text
    assert sorted(codes, key=text.index) == ["b3", "b2", "b4", "b1", "b0", "b5"]
    said = (
        "2 branches fall short in a section. 1 branch is lately worse",
        "Lately worse than before: Greeting.",
        "Not sure: Greeting",
    )
    assert [words for words in said if words not in text] == []


def test_past_weeks_count_branches_and_editions_that_did_not_say_so(opened: Opened) -> None:
    scope = opened.world.mine.things["scope"]
    with transaction(opened.engine) as session:
        edition = session.exec(select(Edition).where(Edition.scope == scope).order_by(col(Edition.week).desc())).first()
        assert edition is not None
        edition.states = {"falls_short": 3, "falls_short_branches": 2, "watch": 1}
    page = enter(opened, Role.MANAGER).get(f"/reports/{scope}/past")
    assert "Falls short: 2 branches · Watch: 1 section of a branch · Above: 0 branches" in page.text.replace(
        "\xa0", " "
    )

"""My branch at a glance: what goes well, why points are lost, what to do now; beside the others, and with one more in order."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import database, editions, notices, sessions
from branches.audits import Audit
from branches.database import reading, transaction
from branches.people import Role, User
from branches.weeks import Week
from monitor import jobs
from monitor.app import create_app
from monitor.jobs import Worker
from monitor.web.gate import Site
from reports import stored
from reports.kept import ChainItem
from reports.weekly import Settings
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.pages import Page, sign_in
from tests.reports.versions import said

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
FIRST = Week.of(NOW.date()).plus(-1)
VISITED = datetime.combine(FIRST.monday, datetime.min.time(), UTC) + timedelta(days=1, hours=12)
ADVICE = "Look up and smile."
pytestmark = pytest.mark.slow


class Room:
    """A chain of branches of which the first is ours: 2 of its 4 audits miss what the others hardly ever miss."""

    def __init__(self, engine: sa.Engine, folder: Path, others: int) -> None:
        self.engine = engine
        self.app = create_app(Site(engine, lambda: NOW, "en", folder, "UTC"), b"0123456789abcdef0123456789abcdef")
        with transaction(engine) as session:
            self.staff = self._fill(session, others)
        settings = Settings(reporting_from=FIRST, chain_zone="UTC", weeks=8)
        jobs.weekly_report(Worker(engine, settings, lambda: NOW, "tests"))

    def _fill(self, session: Session, others: int) -> User:
        region = make.region(session)
        standard = make.standard(session, {"greeting": 10})
        standard.sections[0].items[9].wording = said("Did they smile?", playbook=ADVICE)
        self.scope = editions.region_key(region)
        ours, *rest = (make.branch(session, region) for _ in range(1 + others))
        for week in range(4):
            at = VISITED - timedelta(weeks=week)
            make.audit(session, ours, score=100 if week % 2 else 90, visited_at=at)
            for branch in rest:
                make.audit(session, branch, score=80 if branch is rest[0] and not week else 100, visited_at=at)
        notices.note(session, ours, informed_on=NOW.date(), how="Told.", by=make.user(session), at=NOW)
        return make.user(session, Role.STAFF, branch=ours)

    def page(self) -> Page:
        with transaction(self.engine) as session:
            token = sessions.make_link(session, session.get_one(User, self.staff.id), at=NOW)
        return sign_in(self.app, token).get("/branch")


@pytest.fixture
def engine(sqlite: SqliteDatabases) -> Iterator[sa.Engine]:
    with sqlite.fresh() as url:
        found = database.create(url)
        yield found
        found.dispose()


def test_it_says_what_goes_well_what_costs_points_and_what_to_do_now(engine: sa.Engine, tmp_path: Path) -> None:
    page = Room(engine, tmp_path, others=4).page()
    brief = page.html.partition('<dl class="brief">')[2].partition("</dl>")[0]
    told = ("Goes well", "greeting1", "in order at all 4 audits", "Costs the most points", "Did they smile?", ADVICE)
    assert [words for words in told if words not in brief] == []
    assert brief.index("Goes well") < brief.index("Costs the most points") < brief.index("What to do now")


def test_each_item_stands_beside_the_other_branches_and_says_what_one_more_would_have_made(
    engine: sa.Engine, tmp_path: Path
) -> None:
    page = Room(engine, tmp_path, others=4).page()
    told = (
        "not in order at 2 of 4 audits",
        "At the chain's other branches: in order at about 9 of 10 audits.",
        "Had it been in order at one more of these audits, the score of Greeting would have been 97.5 instead of 95.0.",
        "At the chain's other branches: in order at every audit.",
        "an example, not a promise",
    )
    assert [words for words in told if words not in page.text] == []


def test_a_new_audit_that_staff_are_not_shown_yet_is_named_nowhere(engine: sa.Engine, tmp_path: Path) -> None:
    room = Room(engine, tmp_path, others=4)
    assert "1 audit is new this week." in room.page().text
    with transaction(engine) as session:
        ours = col(Audit.branch_id) == room.staff.branch_id
        newest = session.exec(select(Audit).where(ours).order_by(col(Audit.visited_at).desc())).all()[0]
        newest.released_at = NOW - timedelta(days=1, hours=7)  # on the Monday at five, before the report
    page = room.page().text
    assert ("not in order at 2 of 4 audits" in page, "1 audit is new" in page) == (True, False)


def test_of_two_other_branches_nothing_is_told(engine: sa.Engine, tmp_path: Path) -> None:
    page = Room(engine, tmp_path, others=2).page()
    assert ("not in order at 2 of 4 audits" in page.text, "other branches: in order" in page.text) == (True, False)


def test_the_edition_keeps_how_the_whole_chain_kept_each_item(engine: sa.Engine, tmp_path: Path) -> None:
    room = Room(engine, tmp_path, others=4)
    with reading(room.engine) as session:
        found = editions.latest(session, room.scope)
        assert found is not None
        kept = stored.load(found.content).chain_items
    assert kept[9] == ChainItem("greeting10", "greeting", branches=5, audits=20, kept=17, marks=None)


def test_an_edition_made_before_says_nothing_of_other_branches(engine: sa.Engine, tmp_path: Path) -> None:
    room = Room(engine, tmp_path, others=4)
    with transaction(room.engine) as session:
        found = editions.latest(session, room.scope)
        assert found is not None
        found.content = {name: part for name, part in found.content.items() if name != "chain_items"}
        session.add(found)
    page = room.page()
    assert ("would have been 97.5" in page.text, "other branches: in order" in page.text) == (True, False)


def test_what_a_figure_means_is_folded_away_where_it_stands(engine: sa.Engine, tmp_path: Path) -> None:
    page = Room(engine, tmp_path, others=4).page()
    folds = page.html.count('<details class="meaning">')
    assert folds == page.html.count("What does this mean?")
    assert folds >= 2
    for word in ("Score", "Norm", "Likely", "Audits"):
        assert f"<dt>{word}</dt>" in page.html

"""What does a region's weekly report take: figures, words, drawings, page, mail and PDF? And each region more?

python -m benchmarks.regions [--branches 300] [--weeks 26]

An invented chain of ten regions of thirty branches is audited once a week. The chain's picture is shared by all of them and is made once;
the rest is made for each region anew, with nothing cached.
"""

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import database, editions, migrations, places, sessions
from branches.database import reading, transaction
from branches.editions import CHAIN, Edition, Scope
from branches.outbox import Mail
from branches.people import Role, User
from branches.places import Branch
from branches.timetable import DueTimes
from branches.weeks import Week
from monitor import demo
from monitor.app import create_app
from monitor.web.gate import Site
from reports import addressed, envelope, weekly
from reports.addressed import Links
from reports.collect import Window
from reports.envelope import Sender
from reports.figures import Rules
from reports.weekly import Picture
from tests.monitor.pages import Visitor, sign_in

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECRET = bytes(32)
LINKS = Links("http://localhost:8000", "example.com")
SENDER = Sender("reports@example.com", "Reports")
Spent = defaultdict[str, float]


@contextmanager
def counted(spent: Spent, what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    spent[what] += time.perf_counter() - began


def edition_of(engine: sa.Engine, picture: Picture, scope: Scope, week: Week, spent: Spent) -> Edition:
    """The region's figures, stored with the mails that tell of them."""
    at = scope.due_at(week)
    with counted(spent, "figures"), transaction(engine) as session:
        prepared = weekly.prepare(session, picture, scope, week, due_at=at, since=at - 7 * DAY, reported=week)
        return weekly.issue(session, prepared, picture, at=NOW)


def page_of(visitor: Visitor, edition: Edition, spent: Spent) -> None:
    """The page as a browser gets it for the first time: composed, drawn and laid out."""
    with counted(spent, "page with its drawings"):
        answer = visitor.client.get(f"/editions/{edition.public_id}")
    assert answer.status_code == 200


def mail_of(engine: sa.Engine, edition: Edition, spent: Spent) -> None:
    """The manager's mail with its picture and PDF, as it is handed to the mail server."""
    with reading(engine) as session:
        mail = next(one for one in session.exec(select(Mail)) if one.about.get("edition") == edition.public_id)
        with counted(spent, "mail with its PDF"):
            enclosed = addressed.edition(session, mail, mail.user, LINKS, now=NOW, kept={})
            to = envelope.address("manager@example.com", "Manager")
            made = envelope.enclose(
                enclosed.letter, SENDER, to, message_id="<1@example.com>", at=NOW, papers=enclosed.papers
            )
    assert len(enclosed.papers) == 1
    assert made.as_bytes()


def join_regions(session: Session) -> None:
    """Two of the invented chain's regions of fifteen become one of thirty."""
    known = places.regions(session)
    for stays, goes in zip(known[::2], known[1::2], strict=False):
        session.exec(sa.update(Branch).where(col(Branch.region_id) == goes.id).values(region_id=stays.id))


def measured(branches: int, weeks: int) -> tuple[float, list[Spent]]:
    """Seconds of the chain's picture, and of each region's own parts, in the order in which they are made."""
    with tempfile.TemporaryDirectory() as folder:
        engine = database.create(f"sqlite:///{folder}/chain.sqlite3")
        migrations.upgrade(engine)
        with transaction(engine) as session:
            demo.build(session, seed=1, today=NOW.date(), branches=branches, weeks=weeks)
            join_regions(session)
            office = session.exec(select(User).where(User.role == Role.OFFICE.value)).one()
            token = sessions.make_link(session, office, at=NOW)
        visitor = sign_in(create_app(Site(engine, lambda: NOW, "en", Path(folder) / "cache", "UTC"), SECRET), token)
        week, began = Week.of(NOW.date()).plus(-1), time.perf_counter()
        with reading(engine) as session:
            scopes = [one for one in editions.scopes(session, "UTC", DueTimes()) if one.key != CHAIN]
            picture = weekly.look(session, Window.ending(week, weeks), NOW, Rules())
        shared, found = time.perf_counter() - began, []
        for scope in scopes:
            spent: Spent = defaultdict(float)
            edition = edition_of(engine, picture, scope, week, spent)
            page_of(visitor, edition, spent)
            mail_of(engine, edition, spent)
            found.append(spent)
        engine.dispose()
    return shared, found


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--branches", type=int, default=300)
    words.add_argument("--weeks", type=int, default=26)
    chosen = words.parse_args()
    shared, regions = measured(chosen.branches, chosen.weeks)
    each = chosen.branches / len(regions)
    print(f"{len(regions)} regions of {each:g} branches, {chosen.weeks} weeks, one audit a week")
    print(f"the chain's picture, once: {shared:.2f} s")
    for title, some in (("the first region", regions[:1]), ("each further region, on average", regions[1:])):
        parts = {part: sum(one[part] for one in some) / len(some) for part in some[0]}
        print(f"{title}: {sum(parts.values()):.2f} s")
        for part, seconds in parts.items():
            print(f"    {part}: {seconds:.2f} s")


if __name__ == "__main__":
    main()

"""A chain with its people, pages and mail, and the ways of a browser that wants in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from branches import accounts, database
from branches.database import transaction
from branches.people import Role, User
from monitor import passwords
from monitor.app import create_app
from monitor.web.gate import Site
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.mailbox import Mailbox, link
from tests.monitor.pages import Form, Page, Visitor

BEGIN = datetime(2026, 3, 10, 12, tzinfo=UTC)
SECRET = bytes(range(32))
PASSWORD = "Nine green bottles"


@dataclass
class Clock:
    at: datetime = BEGIN

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: int) -> None:
        self.at += timedelta(**by)


@dataclass
class House:
    """A chain with one person of each role, its pages and its mail."""

    app: Flask
    engine: sa.Engine
    people: dict[Role, User]
    mail: Mailbox = field(default_factory=Mailbox)
    clock: Clock = field(default_factory=Clock)

    def visitor(self) -> Visitor:
        return Visitor(self.app)

    def email(self, role: Role = Role.OFFICE) -> str:
        return str(self.people[role].email)

    def change(self, verb: Callable[..., None], role: Role, *values: object, **more: object) -> None:
        with transaction(self.engine) as session:
            verb(session, session.get_one(User, self.people[role].id), *values, by=None, at=self.clock(), **more)


@contextmanager
def opened(
    sqlite: SqliteDatabases, cache: Path, *, address: str = "http://localhost:8000", proxies: int = 0
) -> Iterator[House]:
    """A house of its own for each test."""
    with sqlite.fresh() as url:
        engine = database.create(url)
        people = settled(engine)
        mail, clock = Mailbox(), Clock()
        site = Site(engine, clock, "en", cache, "Europe/Budapest", name="Test & Sons", address=address, mail=mail)
        yield House(create_app(site, SECRET, trusted_proxies=proxies), engine, people, mail, clock)
        engine.dispose()


def settled(engine: sa.Engine) -> dict[Role, User]:
    """One person of each role."""
    with transaction(engine) as session:
        branch = make.branch(session)
        return {
            Role.OFFICE: make.user(session),
            Role.MANAGER: make.user(session, Role.MANAGER, region=branch.region),
            Role.STAFF: make.user(session, Role.STAFF, branch=branch),
            Role.SHOPPER: make.shopper(session),
        }


def form(page: Page, action: str) -> Form:
    return next(form for form in page.forms if form.action == action)


def ask(visitor: Visitor, email: str, *, status: int = 200) -> Page:
    return visitor.submit(form(visitor.get("/sign-in"), "/sign-in"), status=status, email=email)


def follow(visitor: Visitor, path: str, *, status: int = 200) -> Page:
    return visitor.submit(form(visitor.get(path), path), status=status)


def type_code(visitor: Visitor, typed: str, *, status: int = 200) -> Page:
    return visitor.submit(form(visitor.get("/sign-in/code"), "/sign-in/code"), status=status, code=typed)


def by_password(visitor: Visitor, email: str, password: str, *, status: int = 200) -> Page:
    page = visitor.get("/sign-in")
    return visitor.submit(form(page, "/sign-in/password"), status=status, email=email, password=password)


def give_password(house: House, role: Role = Role.OFFICE) -> None:
    house.change(accounts.set_password, role, passwords.hashed(house.people[role], PASSWORD))


def is_in(visitor: Visitor) -> bool:
    return visitor.get("/account").headings == ["My sign-in"]


def entered(house: House, role: Role = Role.OFFICE) -> Visitor:
    """A browser signed in by the mailed link."""
    visitor = house.visitor()
    ask(visitor, house.email(role))
    follow(visitor, link(house.mail.sent[-1]))
    assert is_in(visitor)
    return visitor

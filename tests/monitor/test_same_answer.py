"""Whoever asks at the door learns nothing of who is known here: not from words, headers or status, nor from the work it takes."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask_security.utils import verify_password

from branches import accounts
from branches.database import transaction
from branches.people import Role
from monitor import passwords
from monitor.web.gate import Site
from tests.databases import SqliteDatabases
from tests.monitor.house import PASSWORD, House, ask, form, give_password, opened
from tests.monitor.mailbox import link
from tests.monitor.pages import Page, Visitor

TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')
WHOM = ("with a password", "without one", "deactivated", "invited", "unknown")
Try = Callable[[Visitor, str], "Heard"]
DRAWN = ("Set-Cookie", "Content-Length", "X-Request-ID")
"""Headers that are looked at by themselves, follow from the body, or are drawn anew for each request."""


@dataclass
class Work:
    """What was done for an answer: steps of the database, by what they do to which table, and passwords compared."""

    steps: list[str] = field(default_factory=list)
    compared: int = 0


@dataclass(frozen=True)
class Heard:
    """What whoever asks gets to hear."""

    status: int
    headers: dict[str, str]
    cookies: tuple[str, ...]
    body: str


@pytest.fixture
def house(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[House]:
    with opened(sqlite, tmp_path) as house:
        waiting: list[Callable[[], object]] = []
        site: Site = house.app.extensions["site"]
        give_password(house)
        give_password(house, Role.SHOPPER)
        house.change(accounts.deactivate, Role.SHOPPER)
        with transaction(house.engine) as session:
            accounts.invite(session, house.people[Role.STAFF], by=None, at=house.clock())
        object.__setattr__(site, "later", waiting.append)  # what no answer waits for tells nobody anything
        yield house


def addresses(house: House) -> dict[str, str]:
    roles = (Role.OFFICE, Role.MANAGER, Role.SHOPPER, Role.STAFF)
    return {**dict(zip(WHOM, map(house.email, roles), strict=False)), "unknown": "nobody@example.com"}


@contextmanager
def counting(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    work = Work()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        work.steps.append(" ".join(re.findall(r"^\w+|(?<=FROM )\w+|(?<=INTO )\w+|(?<=UPDATE )\w+", statement)))

    def compare(*values: str) -> bool:
        work.compared += 1
        return bool(verify_password(*values))

    sa.event.listen(house.engine, "before_cursor_execute", note)
    with monkeypatch.context() as patched:
        patched.setattr(passwords, "verify_password", compare)
        yield work
    sa.event.remove(house.engine, "before_cursor_execute", note)


def sent(visitor: Visitor, path: str, page: str, email: str, **fields: str) -> Heard:
    asked = form(visitor.get(page), path)
    answer = visitor.client.post(path, data={**asked.fields, "email": email, **fields})
    headers = {name: value for name, value in answer.headers if name not in DRAWN}
    cookies = tuple(sorted(re.sub(r"=[^;]*", "", one, count=1) for one in answer.headers.getlist("Set-Cookie")))
    body = TOKEN.sub("", answer.get_data(as_text=True)).replace(email, "ADDRESS")
    return Heard(answer.status_code, headers, cookies, body)


def by_password(visitor: Visitor, email: str) -> Heard:
    return sent(visitor, "/sign-in/password", "/sign-in", email, password="not it, whoever you are")


def by_mail(visitor: Visitor, email: str) -> Heard:
    return sent(visitor, "/sign-in", "/sign-in", email)


def by_code(visitor: Visitor, email: str) -> Heard:
    return sent(visitor, "/sign-in/code", "/sign-in/code", email, code="000000000")


@pytest.mark.slow
@pytest.mark.parametrize("way", [by_password, by_mail, by_code])
def test_nobody_hears_whether_an_address_is_known(house: House, way: Try, monkeypatch: pytest.MonkeyPatch) -> None:
    heard, work = dict[str, Heard](), dict[str, Work]()
    for whom, email in addresses(house).items():
        visitor = house.visitor()
        ask(visitor, email)
        _mail_goes_out(house)
        with counting(house, monkeypatch) as done:
            heard[whom] = way(visitor, email)
        work[whom] = done
    assert {whom: one for whom, one in heard.items() if one != heard["unknown"]} == {}
    assert {whom: one for whom, one in work.items() if one != work["unknown"]} == {}
    assert {one.compared for one in work.values()} == {1 if way is by_password else 0}


def _mail_goes_out(house: House) -> None:
    """What waited is done now: the code of whoever is known is alive."""
    waiting = house.app.extensions["site"].later.__self__
    while waiting:
        waiting.pop(0)()


@pytest.mark.slow
def test_after_too_many_tries_all_hear_the_same_and_no_password_is_looked_at(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.web.login.MOST_PASSWORDS", 1)
    heard, work = dict[str, Heard](), dict[str, Work]()
    for whom, email in addresses(house).items():
        by_password(house.visitor(), email)
        with counting(house, monkeypatch) as done:
            heard[whom] = sent(house.visitor(), "/sign-in/password", "/sign-in", email, password=PASSWORD)
        work[whom] = done
    assert {whom: one for whom, one in heard.items() if one != heard["unknown"]} == {}
    assert {whom: one for whom, one in work.items() if one != work["unknown"]} == {}
    assert {one.compared for one in work.values()} == {0}


def test_a_link_that_opens_nothing_says_the_same_whatever_it_was(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Invented, used, too old, and of somebody whose access has ended since."""
    paths = {"invented": "/sign-in/" + "x" * 32}
    for kind, role in (("used", Role.OFFICE), ("old", Role.MANAGER), ("ended", Role.STAFF)):
        ask(house.visitor(), house.email(role))
        _mail_goes_out(house)
        paths[kind] = link(house.mail.sent[-1])
    visitor = house.visitor()
    visitor.submit(form(visitor.get(paths["used"]), paths["used"]))
    house.change(accounts.deactivate, Role.STAFF)
    house.clock.forward(minutes=15)
    heard, work = dict[str, Heard](), dict[str, Work]()
    for kind, path in paths.items():
        with counting(house, monkeypatch) as done:
            told = sent(house.visitor(), path, path, "a@example.com")
        heard[kind], work[kind] = told, done
    assert {kind: one for kind, one in heard.items() if one != heard["invented"]} == {}
    assert {kind: one for kind, one in work.items() if one != work["invented"]} == {}
    assert heard["invented"].status == 403


def test_the_page_behind_a_link_says_nothing_of_it(house: House) -> None:
    ask(house.visitor(), house.email())
    _mail_goes_out(house)
    path = link(house.mail.sent[-1])
    shown = [Page(house.visitor().client.get(one)) for one in (path, f"/sign-in/{'x' * 32}")]
    assert shown[0].text == shown[1].text

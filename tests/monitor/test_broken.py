"""What is said when something broke on our side, or changed while it was looked at."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from branches import accounts
from branches.language import language
from branches.people import Role, User
from monitor import passwords
from tests.databases import SqliteDatabases
from tests.monitor import house
from tests.monitor.house import PASSWORD, House, ask, by_password, follow, form, give_password
from tests.monitor.mailbox import link


@pytest.fixture
def own(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[House]:
    with house.opened(sqlite, tmp_path) as found:
        yield found


@pytest.mark.parametrize(("table", "speaks", "known"), [("history", "hu", True), ("person", "en", False)])
def test_after_an_error_of_the_database_its_page_still_speaks_to_whom_it_knows(
    own: House, table: str, speaks: str, *, known: bool
) -> None:
    own.change(accounts.call, Role.OFFICE, "Anna", language="hu")
    own.app.config["PROPAGATE_EXCEPTIONS"] = False
    visitor = own.visitor()
    ask(visitor, own.email())
    follow(visitor, link(own.mail.sent[-1]))
    asking = form(visitor.get("/account"), "/account/password")
    with own.engine.begin() as database:
        database.execute(sa.text(f"ALTER TABLE {table} RENAME TO lost"))
    page = visitor.submit(asking, status=500, new="A new pass phrase")
    assert (page.language, page.headings) == (speaks, [language(speaks).say("That did not work")])
    assert ("/sign-out" in [one.action for one in page.forms]) is known


@pytest.mark.slow
def test_a_password_taken_away_while_it_is_compared_opens_nothing(own: House, monkeypatch: pytest.MonkeyPatch) -> None:
    give_password(own)
    compare = passwords.fits

    def slowly(user: User | None, password: str) -> bool:
        found = compare(user, password)
        own.change(accounts.set_password, Role.OFFICE, None)
        return found

    monkeypatch.setattr(passwords, "fits", slowly)
    page = by_password(own.visitor(), own.email(), PASSWORD, status=422)
    assert "do not fit each other" in page.text

"""Where the chain asks for the second step, whoever reads reports sets it up before anything else; others go on as before."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from branches.people import Role
from monitor.app import create_app
from monitor.web.gate import Site
from tests.databases import SqliteDatabases
from tests.monitor.house import SECRET, House, ask, entered, follow, form, is_in, opened
from tests.monitor.mailbox import link
from tests.monitor.test_second_step import PAGE, set_up


@pytest.fixture
def house(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[House]:
    with opened(sqlite, tmp_path) as house:
        yield house


@pytest.fixture
def strict(house: House) -> House:
    """A chain that asks for it."""
    site: Site = house.app.extensions["site"]
    house.app = create_app(replace(site, second_step=True), SECRET)
    return house


@pytest.mark.parametrize("role", [Role.OFFICE, Role.MANAGER])
def test_where_it_is_asked_for_nothing_opens_before_it_is_set_up(strict: House, role: Role) -> None:
    visitor = strict.visitor()
    ask(visitor, strict.email(role))
    assert follow(visitor, link(strict.mail.sent[-1])).headings == ["Second step"]
    for path in ("/", "/account", "/reports/chain" if role is Role.OFFICE else "/reports/mine"):
        assert visitor.get(path).headings == ["Second step"]
    page = visitor.get(PAGE)
    fields = form(page, f"{PAGE}/begin").fields
    refused = visitor.client.post("/account/devices", data={**fields, "device": "1"})
    assert (refused.status_code, refused.headers["Location"]) == (303, PAGE)
    set_up(strict, visitor, role)
    assert is_in(visitor)


@pytest.mark.parametrize("role", [Role.STAFF, Role.SHOPPER])
def test_where_it_is_asked_for_others_go_on_as_before(strict: House, role: Role) -> None:
    assert is_in(entered(strict, role))


def test_where_it_is_asked_for_one_may_still_sign_out_and_choose_a_language(strict: House) -> None:
    visitor = strict.visitor()
    ask(visitor, strict.email())
    page = follow(visitor, link(strict.mail.sent[-1]))
    assert visitor.submit(form(page, "/language"), language="hu").language == "hu"
    assert visitor.submit(form(visitor.get(PAGE), "/sign-out")).headings != ["Second step"]

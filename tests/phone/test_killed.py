"""Whatever is killed, and wherever: at most the keystroke being typed is lost, and one audit arrives, whole."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.databases import SqliteDatabases
from tests.phone.living import Living, Server, ask, chromium, living_server
from tests.phone.relay import Relay
from tests.phone.walk import KILLS, STEPS, Kill, Walk

pytestmark = pytest.mark.browser

Step = Callable[[Walk, Kill], None]
Killing = Callable[[Walk], None]
PAIRS = [(step, kill) for kill in KILLS for step in STEPS]
SOME = [(step, KILLS[place % len(KILLS)]) for place, step in enumerate(STEPS)]
"""Each step once, each kill in turn."""


def named(pair: tuple[Step, Killing]) -> str:
    return "-".join(one.__name__ for one in pair)


@pytest.fixture(scope="module")
def line(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Relay]]:
    with sqlite.fresh() as url, living_server(url, tmp_path_factory.mktemp("living")) as found:
        yield found


@pytest.fixture(scope="module")
def phone(line: tuple[Server, Relay], browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    found = Living(browser.browser_type, tmp_path_factory.mktemp("profile"), line[1], chromium())
    yield found
    found.close()


def survives(phone: Living, server: Server, step: Step, kill: Killing) -> None:
    phone.line.mend()
    asked = ask(server)
    phone.context.clear_cookies()
    phone.sign_in(asked)
    walk = Walk(phone, asked)
    step(walk, lambda: kill(walk))
    walk.finish()
    assert phone.faults == []


@pytest.mark.slow
@pytest.mark.parametrize("pair", SOME, ids=named)
def test_whatever_is_killed_one_audit_arrives(
    phone: Living, line: tuple[Server, Relay], pair: tuple[Step, Killing]
) -> None:
    survives(phone, line[0], *pair)


@pytest.mark.long
@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair not in SOME], ids=named)
def test_whatever_is_killed_wherever_one_audit_arrives(
    phone: Living, line: tuple[Server, Relay], pair: tuple[Step, Killing]
) -> None:
    survives(phone, line[0], *pair)

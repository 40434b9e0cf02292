"""Behind TLS every answer of every address earns the grade A+ of the MDN HTTP Observatory, whoever asks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Response
from werkzeug.test import TestResponse

from branches import sessions
from branches.database import transaction
from branches.people import Role
from monitor.web import files
from tests.databases import SqliteDatabases
from tests.monitor.observatory import Judged, directives, judge
from tests.monitor.pages import Page, Visitor
from tests.monitor.test_access_walk import doors, may
from tests.monitor.walked import Opened, World, build

ADDRESS = "https://quality.example.com"
GOOD = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; script-src 'self'",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("observed"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path, address=ADDRESS)
    yield found
    found.engine.dispose()


class Browser(Visitor):
    """One that comes over TLS."""

    def look(self, path: str, method: str = "GET", **fields: str) -> TestResponse:
        return self.client.open(path, method=method, base_url=ADDRESS, data=fields, headers={"Referer": f"{ADDRESS}/"})


def enter(opened: Opened, role: Role) -> tuple[Browser, TestResponse]:
    """A browser that is signed in, and the answer by which it was."""
    with transaction(opened.engine) as session:
        token = sessions.make_link(session, opened.person(session, role), at=opened.clock[0])
    browser = Browser(opened.app)
    fields = Page(browser.look(f"/sign-in/{token}")).forms[0].fields
    return browser, browser.look(f"/sign-in/{token}", "POST", **fields)


def answers(opened: Opened, role: Role) -> Iterator[tuple[str, TestResponse]]:
    """All that somebody of that role can open."""
    browser, come_in = enter(opened, role)
    yield "signing in", come_in
    for door in doors(opened.app):
        if door.method == "GET" and may(door, role, mine=True):
            path = door.path(opened.world.mine)
            yield path, browser.look(path)


def below(found: Iterator[tuple[str, TestResponse]]) -> tuple[dict[str, dict[str, int]], int]:
    """Addresses with less than A+, and what took it from them; how many were looked at."""
    judged = dict[str, Judged]()
    for path, answer in found:
        judged[path] = judge(answer)
        answer.close()
    return {path: one.marks for path, one in judged.items() if one.grade != "A+"}, len(judged)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "least"), [(Role.OFFICE, 60), (Role.MANAGER, 25), (Role.STAFF, 10), (Role.SHOPPER, 10), (Role.TABLET, 5)]
)
def test_every_page_earns_the_best_grade_whoever_opens_it(opened: Opened, role: Role, least: int) -> None:
    worse, looked_at = below(answers(opened, role))
    assert worse == {}
    assert looked_at > least


def test_so_does_what_is_open_to_everybody(opened: Opened) -> None:
    browser = Browser(opened.app)
    open_to_all = (
        "/",
        "/sign-in",
        "/sign-in/code",
        "/sign-in/x",
        "/sign-in/second",
        "/tablet",
        "/no-network",
        "/mails/x",
    )
    files_of_ours = (f"/static/{files.version()}/{name}" for name in files.names())
    served = ("/sw.js", "/manifest.webmanifest", "/not/there", "/account", "/reports/chain", *files_of_ours)
    worse, looked_at = below((path, browser.look(path)) for path in (*open_to_all, *served))
    assert worse == {}
    assert looked_at > 20


def test_so_do_refusals(opened: Opened) -> None:
    browser = Browser(opened.app)
    fields = Page(browser.look("/sign-in")).forms[0].fields
    refused = {
        "no token": browser.look("/sign-in", "POST", email="a@example.com"),
        "no address": browser.look("/sign-in", "POST", **{**fields, "email": "a"}),
        "no code": browser.look("/sign-in/code", "POST", **{**fields, "code": "1"}),
        "no such method": browser.look("/reports/chain", "DELETE"),
        "too much": browser.look("/sign-in", "POST", **{**fields, "email": "a" * 2_000_000}),
    }
    assert [one.status_code for one in refused.values()] == [400, 422, 422, 405, 413]
    assert below(iter(refused.items()))[0] == {}


@pytest.mark.slow
def test_pages_of_persons_are_kept_nowhere(opened: Opened) -> None:
    kept = {path: answer.headers["Cache-Control"] for path, answer in answers(opened, Role.MANAGER)}
    assert set(kept.values()) == {"no-store"}


@pytest.mark.parametrize(
    ("name", "written", "grade"),
    [
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; style-src 'unsafe-inline'", "A+"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; script-src 'unsafe-inline'", "B+"),
        ("Content-Security-Policy", "default-src https:; frame-ancestors 'none'", "B+"),
        ("Content-Security-Policy", "", "C"),
        ("Strict-Transport-Security", "max-age=300", "A+"),
        ("Strict-Transport-Security", "", "B+"),
        ("X-Content-Type-Options", "sniff", "A+"),
        ("Set-Cookie", "session=x; Secure; SameSite=Lax", "B"),
        ("Set-Cookie", "session=x; HttpOnly; SameSite=Lax", "C+"),
        ("Referrer-Policy", "unsafe-url", "A+"),
        ("Cross-Origin-Resource-Policy", "anybody", "A+"),
    ],
)
def test_the_judge_takes_off_what_the_rules_take_off(name: str, written: str, grade: str) -> None:
    """Where enough bonuses stand against it a single fault still earns A+, as the Observatory has it."""
    headers = {**GOOD, name: written}
    answer = TestResponse((), "200 OK", Response(headers=headers).headers, None, None)  # type: ignore[arg-type]
    assert judge(answer).grade == grade


def test_of_a_directive_that_is_named_twice_the_first_counts() -> None:
    found = directives(["default-src 'none'; script-src 'self'; script-src *"])
    assert (found["script-src"], found["twice"]) == ({"'self'"}, {"script-src"})

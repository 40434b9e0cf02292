"""The pages: who may open what, and what every page must have."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlmodel import col, select
from werkzeug.routing import Rule

from branches import database, editions, notices, sessions
from branches.database import reading, transaction
from branches.editions import Edition
from branches.people import Role, User
from branches.places import Region
from monitor import jobs
from monitor.app import create_app
from monitor.jobs import Worker
from monitor.web.gate import EVERYBODY, Site
from reports.weekly import Settings
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.chains import audit_weekly, small_chain
from tests.monitor.pages import Visitor, sign_in
from tests.monitor.test_jobs import FIRST

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LANGUAGES = ("en", "hu", "hi", "ta", "te")
SignIn = Callable[[Role], Visitor]


@pytest.fixture(scope="module")
def prepared(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one person of each role and the reports of one week, made once."""
    kept = tmp_path_factory.mktemp("pages") / "prepared.sqlite3"
    with sqlite.fresh() as url:
        engine = database.create(url)
        with transaction(engine) as session:
            chain = small_chain(session)
            audit_weekly(session, chain, FIRST.plus(-4).monday, weeks=6)
            home = chain.branches["Europe/Budapest"]
            office = make.user(session)
            make.user(session, Role.MANAGER, region=home.region)
            make.user(session, Role.STAFF, branch=home)
            make.user(session, Role.TABLET, branch=home, email=None, name="")
            for branch in chain.branches.values():
                notices.note(session, branch, informed_on=make.NOON.date(), how="A meeting.", by=office, at=NOW)
        settings = Settings(reporting_from=FIRST, chain_zone="Europe/Budapest", weeks=8)
        jobs.weekly_report(Worker(engine, settings, lambda: NOW, "tests"))
        engine.dispose()
        shutil.copyfile(url.removeprefix("sqlite:///"), kept)
    return kept


@pytest.fixture
def engine(prepared: Path, tmp_path: Path) -> Iterator[sa.Engine]:
    copy = tmp_path / "chain.sqlite3"
    shutil.copyfile(prepared, copy)
    engine = database.create(f"sqlite:///{copy}")
    yield engine
    engine.dispose()


@pytest.fixture
def people(engine: sa.Engine) -> dict[Role, User]:
    """The last of each role: the manager's region and the staff's branch are those in Budapest."""
    with reading(engine) as session:
        return {Role(user.role): user for user in session.exec(select(User).order_by(col(User.id)))}


@pytest.fixture
def app(engine: sa.Engine, tmp_path: Path) -> Flask:
    return pages(engine, tmp_path)


def pages(engine: sa.Engine, cache: Path, *, demo: bool = False) -> Flask:
    site = Site(engine, lambda: NOW, "en", cache, "Europe/Budapest", name="Test & Sons", demo=demo)
    return create_app(site, b"0123456789abcdef0123456789abcdef")


@pytest.fixture
def signed_in(app: Flask, engine: sa.Engine, people: dict[Role, User]) -> SignIn:
    def enter(role: Role) -> Visitor:
        with transaction(engine) as session:
            token = sessions.make_link(session, people[role], at=NOW)
        return sign_in(app, token)

    return enter


def test_each_role_begins_on_its_own_page(signed_in: SignIn) -> None:
    begins = {role: signed_in(role).get("/").headings[0].strip() for role in Role}
    assert begins == {
        Role.OFFICE: "The whole chain · week of 2 March 2026",
        Role.MANAGER: "Europe/Budapest · week of 2 March 2026",
        Role.STAFF: "How we are doing · branch of Budapest · week of 2 March 2026",
        Role.TABLET: "How we are doing · branch of Budapest · week of 2 March 2026",
        Role.SHOPPER: "My audits",
    }


def routes(app: Flask) -> Iterator[tuple[Rule, object]]:
    for rule in app.url_map.iter_rules():
        yield rule, getattr(app.view_functions[rule.endpoint], "audience", None)


def test_every_route_says_who_it_is_for(app: Flask) -> None:
    assert [rule.rule for rule, audience in routes(app) if audience is None] == []


def test_without_signing_in_only_the_open_routes_answer(app: Flask) -> None:
    for rule, audience in routes(app):
        if audience == EVERYBODY or "GET" not in (rule.methods or ()):
            continue
        path = rule.rule.replace("<scope>", "chain").replace("<public_id>", "0" * 16)
        assert Visitor(app).get(path).headings == ["Sign in"], path


def test_each_role_gets_404_from_the_others_routes(app: Flask, signed_in: SignIn) -> None:
    for role in Role:
        visitor = signed_in(role)
        for rule, audience in routes(app):
            if isinstance(audience, frozenset) and role not in audience and "GET" in (rule.methods or ()):
                path = rule.rule.replace("<scope>", "chain").replace("<public_id>", "0" * 16)
                assert visitor.get(path, status=404).headings == ["Not found"], (role, path)


def test_a_manager_reads_no_other_regions_editions(app: Flask, engine: sa.Engine, signed_in: SignIn) -> None:
    visitor = signed_in(Role.MANAGER)
    with reading(engine) as session:
        own = editions.region_key(session.exec(select(Region).where(Region.code == "Budapest")).one())
        found = session.exec(select(Edition)).all()
    answers = {
        visitor.get(f"/editions/{one.public_id}", status=200 if one.scope == own else 404).status for one in found
    }
    assert answers == {200, 404}
    for one in found:
        status = 200 if one.scope == own else 404
        visitor.get(f"/reports/{one.scope}", status=status)
        visitor.get(f"/reports/{one.scope}/past", status=status)


@pytest.mark.slow
def test_an_edition_comes_as_pdf_to_those_who_may_read_it(app: Flask, engine: sa.Engine, signed_in: SignIn) -> None:
    visitor = signed_in(Role.MANAGER)
    with reading(engine) as session:
        own = editions.region_key(session.exec(select(Region).where(Region.code == "Budapest")).one())
        found = session.exec(select(Edition)).all()
    answers = {one.scope == own: visitor.client.get(f"/editions/{one.public_id}.pdf") for one in found}
    assert {mine: answer.status_code for mine, answer in answers.items()} == {True: 200, False: 404}
    paper = answers[True]
    assert (paper.mimetype, paper.data[:5], paper.headers["Cache-Control"]) == ("application/pdf", b"%PDF-", "no-store")
    assert paper.headers["Content-Disposition"] == "attachment; filename=Europe-Budapest-2026-03-02.pdf"
    page = visitor.get(f"/reports/{own}")
    assert [visitor.client.get(link).data == paper.data for link in page.links if link.endswith(".pdf")] == [True]


def test_a_scope_that_does_not_exist_is_not_found(signed_in: SignIn) -> None:
    for path in ("/reports/region-0000000000000000", "/reports/x/past", "/editions/9223372036854775808", "/nowhere"):
        assert signed_in(Role.OFFICE).get(path, status=404).headings == ["Not found"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_choice_of_a_language_is_remembered(app: Flask, signed_in: SignIn, language: str) -> None:
    visitor = signed_in(Role.MANAGER)
    page = visitor.get("/reports/mine")
    if language != "en":
        chooser = next(form for form in page.forms if form.action == "/language")
        page = visitor.submit(chooser, language=language)
    assert (page.language, visitor.get("/reports/mine").language) == (language, language)
    assert "[en]" not in page.text


def test_a_language_form_never_leads_elsewhere(app: Flask, signed_in: SignIn) -> None:
    visitor = signed_in(Role.SHOPPER)
    chooser = next(form for form in visitor.get("/audits").forms if form.action == "/language")
    for back in ("//example.com/x", "https://example.com", "/\\example.com", "javascript:alert(1)", "/\r\nx"):
        assert visitor.submit(chooser, language="hu", back=back).language == "hu"
    assert visitor.submit(chooser, status=422, language="xx").headings != []


def test_a_sign_in_link_works_once_and_looking_at_it_does_not_use_it_up(
    app: Flask, engine: sa.Engine, people: dict[Role, User]
) -> None:
    with transaction(engine) as session:
        token = sessions.make_link(session, people[Role.OFFICE], at=NOW)
    first, second = Visitor(app), Visitor(app)
    second.get(f"/sign-in/{token}")
    form = first.get(f"/sign-in/{token}").forms[0]
    first.submit(form)
    late = second.get(f"/sign-in/{token}").forms[0]
    second.submit(late, status=403)
    assert second.get("/").headings == ["Sign in"]


def test_an_old_link_opens_nothing(app: Flask, engine: sa.Engine, people: dict[Role, User]) -> None:
    with transaction(engine) as session:
        token = sessions.make_link(session, people[Role.OFFICE], at=NOW - timedelta(minutes=16))
    visitor = Visitor(app)
    visitor.submit(visitor.get(f"/sign-in/{token}").forms[0], status=403)


def test_sign_out_ends_the_session_for_a_copied_cookie_too(app: Flask, signed_in: SignIn) -> None:
    visitor, thief = signed_in(Role.OFFICE), Visitor(app)
    cookie = visitor.client.get_cookie("device")
    assert cookie is not None
    thief.client.set_cookie("device", cookie.value)
    assert thief.get("/reports/chain").headings != ["Sign in"]
    visitor.submit(next(form for form in visitor.get("/reports/chain").forms if form.action == "/sign-out"))
    assert thief.get("/reports/chain").headings == ["Sign in"]


def test_a_form_without_its_token_changes_nothing(signed_in: SignIn) -> None:
    visitor = signed_in(Role.OFFICE)
    visitor.post("/language", status=400, language="hu")
    assert visitor.get("/reports/chain").language == "en"


def test_every_answer_carries_the_policy_that_forbids_inline_code(signed_in: SignIn) -> None:
    page = signed_in(Role.OFFICE).get("/reports/chain")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["Cache-Control"] == "no-store"


def test_staff_never_see_who_audited_or_when(signed_in: SignIn, people: dict[Role, User]) -> None:
    shopper = people[Role.SHOPPER]
    html = signed_in(Role.STAFF).get("/branch").html
    canaries = [shopper.code, shopper.name, shopper.email, shopper.public_id, "12:00", "2026-03-04", "4 March"]
    assert [canary for canary in canaries if canary and canary in html] == []


def test_the_demo_lets_anybody_on_this_machine_look_as_anybody(
    engine: sa.Engine, people: dict[Role, User], tmp_path: Path
) -> None:
    app = pages(engine, tmp_path, demo=True)
    for role in Role:
        visitor = Visitor(app)
        visitor.submit(visitor.get(f"/demo/{role.value}").forms[0])
        assert visitor.get("/").headings != ["Sign in"]
    assert len(Visitor(app).get("/sign-in").forms) == 5 + 1
    from_elsewhere = {"REMOTE_ADDR": "192.0.2.1"}
    Visitor(app).get("/demo/office", status=404, environ_overrides=from_elsewhere)


def test_the_demo_goes_on_in_the_language_it_was_entered_in(
    engine: sa.Engine, people: dict[Role, User], tmp_path: Path
) -> None:
    assert {user.language for user in people.values()} == {"en"}
    visitor = Visitor(pages(engine, tmp_path, demo=True))
    visitor.submit(next(one for one in visitor.get("/sign-in").forms if one.action == "/language"), language="ta")
    for role in Role:
        page = visitor.submit(visitor.get(f"/demo/{role.value}").forms[0])
        assert (page.language, visitor.get("/").language) == ("ta", "ta")
    visitor.client.delete_cookie("device")
    visitor.submit(next(one for one in visitor.get("/sign-in").forms if one.action == "/language"), language="en")
    assert visitor.submit(visitor.get("/demo/manager").forms[0]).language == "en"


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:8000", 200), ("127.0.0.1:8000", 200), ("[::1]:8000", 200), ("demo.evil.example", 404), ("[", 404)],
)
def test_the_demo_answers_to_this_machines_own_names_alone(
    engine: sa.Engine, tmp_path: Path, host: str, status: int
) -> None:
    client = pages(engine, tmp_path, demo=True).test_client()
    assert client.get("/sign-in", headers={"Host": host}).status_code == status


def test_outside_the_demo_the_name_is_the_proxys_affair(app: Flask) -> None:
    assert app.test_client().get("/sign-in", headers={"Host": "audits.example"}).status_code == 200


def test_outside_the_demo_there_is_no_such_door(app: Flask) -> None:
    Visitor(app).get("/demo/office", status=404)

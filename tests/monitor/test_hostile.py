"""What is sent to do harm, to each address, by each role and by nobody: it is taken or refused in words, and nothing of what was refused is kept."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path

import pytest

from branches.people import Role
from tests.databases import SqliteDatabases
from tests.monitor import hostile, hostile_files
from tests.monitor.stronghold import Stronghold, doors_of, pages, posts, raised
from tests.monitor.walked import World, build

ANYBODY = [*Role, None]
AT_ONCE, ALONE = 8, 1
"""How many texts each form gets in all of its fields at once, and each field alone; the next one goes on where these ended."""
TIMES_AN_HONEST_PAGE = 500
"""As much work as so many honest pages is in proportion: the check of a password alone is that of hundreds."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("hostile"))


@contextmanager
def attacked(world: World, folder: Path, role: Role | None) -> Iterator[Stronghold]:
    """Looks at the end that nothing was wrong with any answer, and that none took out of all proportion."""
    hold = raised(world, folder, role)
    try:
        honest = hold.honest()
        yield hold
        assert hold.asked > 0
        assert hold.faults == []
        assert hold.slowest[0] < TIMES_AN_HONEST_PAGE * honest, hold.slowest
    finally:
        hold.close()


@pytest.mark.parametrize("role", ANYBODY)
def test_no_text_in_any_field_of_any_form_does_harm(world: World, tmp_path: Path, role: Role | None) -> None:
    with attacked(world, tmp_path, role) as hold:
        texts, token = cycle(hostile.TEXTS.items()), hold.token
        for post in posts(hold):
            for what, text in islice(texts, AT_ONCE):
                data = {**dict.fromkeys(post.typed, safe(text)), "csrf_token": token}
                hold.ask(f"{what} in every field", post.action, "POST", data=data)
            for name in post.typed:
                for what, text in islice(texts, ALONE):
                    data = {**post.fields, name: safe(text), "csrf_token": token}
                    hold.ask(f"{what} in {name}", post.action, "POST", data=data)
        assert hold.asked > AT_ONCE


@pytest.mark.parametrize("role", ANYBODY)
def test_no_name_in_an_address_does_harm(world: World, tmp_path: Path, role: Role | None) -> None:
    with attacked(world, tmp_path, role) as hold:
        names, token, mine = cycle(hostile.NAMES.items()), hold.token, hold.opened.world.mine
        for door in (one for one in doors_of(hold) if one.rule.arguments):
            for argument in sorted(door.rule.arguments):
                good = f"/{door.example(argument, mine)}"
                for what, name in islice(names, 3):
                    path = door.path(mine).replace(good, f"/{name}", 1)
                    form = {"data": {"csrf_token": token}} if door.method == "POST" else {}
                    hold.ask(f"{what} as {argument}", path, door.method, **form)


@pytest.mark.parametrize(
    "secret", ["/sign-in/{}", "/mails/{}", "/mails/{}/alerts", "/calendar/{}.ics", "/static/{}", "/{}"]
)
def test_no_name_does_harm_where_nobody_is_signed_in(world: World, tmp_path: Path, secret: str) -> None:
    with attacked(world, tmp_path, None) as hold:
        for what, name in hostile.NAMES.items():
            for method in ("GET", "POST"):
                hold.ask(what, secret.format(name), method)


@pytest.mark.parametrize("role", ANYBODY)
def test_no_question_does_harm(world: World, tmp_path: Path, role: Role | None) -> None:
    with attacked(world, tmp_path, role) as hold:
        queries = cycle(hostile.QUERIES.items())
        for path in pages(hold):
            for what, query in islice(queries, 5):
                hold.ask(what, f"{path}?{query}")


@pytest.mark.parametrize("role", ANYBODY)
def test_no_header_does_harm(world: World, tmp_path: Path, role: Role | None) -> None:
    with attacked(world, tmp_path, role) as hold:
        token = hold.token
        for what, headers in hostile.HEADERS.items():
            for path in ("/", "/sign-in", "/no-such-page"):
                hold.ask(what, path, headers=headers)
            hold.ask(what, "/language", "POST", headers=headers, data={"language": "hu", "csrf_token": token})


@pytest.mark.parametrize("role", ANYBODY)
def test_no_method_does_harm(world: World, tmp_path: Path, role: Role | None) -> None:
    with attacked(world, tmp_path, role) as hold:
        for path in {door.path(hold.opened.world.mine) for door in doors_of(hold)}:
            for method in ("HEAD", "OPTIONS", "DELETE"):
                hold.ask(f"method {method[:10]}", path, method)
        for method in hostile.METHODS:
            hold.ask(f"method {method[:10]}", "/sign-in", method)


def test_no_body_of_a_script_does_harm(world: World, tmp_path: Path) -> None:
    with attacked(world, tmp_path, Role.SHOPPER) as hold:
        at = f"/audits/{world.mine.things['open']}"
        headers = {"X-CSRFToken": hold.token, "Accept": "application/json"}
        statuses = set()
        for what, body in hostile.BODIES.items():
            for path in (f"{at}/draft", f"{at}/send"):
                sent = {"data": body, "content_type": "application/json", "headers": headers}
                statuses.add(hold.ask(what, path, "POST", **sent))
        assert statuses <= {200, 400, 409, 413, 422}
        assert hold.refused > len(hostile.BODIES)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("role", ANYBODY)
def test_no_body_of_a_form_does_harm(world: World, tmp_path: Path, role: Role | None) -> None:
    # Of a form with too many files Werkzeug leaves those it has read to the collector, which Python warns of.
    bodies = {f"parts: {what}": one for what, one in hostile_files.PARTS.items()}
    kinds = ("application/x-www-form-urlencoded", "application/json", "text/plain", "")
    bodies |= {f"{kind}: {what}": (kind, body) for what, body in hostile_files.PLAIN.items() for kind in kinds}
    with attacked(world, tmp_path, role) as hold:
        headers, taken = {"X-CSRFToken": hold.token}, posts(hold)
        chosen = [*[post for post in taken if post.files], *taken[:4]]
        for post, (what, (kind, body)) in zip(cycle(chosen), bodies.items(), strict=False):
            hold.ask(what, post.action, "POST", data=body, content_type=kind, headers=headers)


@pytest.mark.parametrize("role", [Role.SHOPPER, Role.STAFF, Role.MANAGER, Role.OFFICE])
def test_no_file_does_harm(world: World, tmp_path: Path, role: Role) -> None:
    with attacked(world, tmp_path, role) as hold:
        token, takers = hold.token, [post for post in posts(hold) if post.files]
        assert takers
        for what, (name, content) in hostile_files.files().items():
            for post in takers:
                file = {field: (BytesIO(content), name) for field in post.files}
                hold.ask(what, post.action, "POST", data={**post.fields, **file, "csrf_token": token})


def test_no_photo_sent_by_a_script_does_harm(world: World, tmp_path: Path) -> None:
    with attacked(world, tmp_path, Role.SHOPPER) as hold:
        at, headers = f"/audits/{world.mine.things['open']}/photos", {"X-CSRFToken": hold.token}
        for what, (_, content) in hostile_files.files().items():
            for digest in (hostile_files.digest(content), "0" * 64, "x"):
                hold.ask(what, f"{at}/{digest}?item=../x", "POST", data=content, headers=headers)


def test_the_corpus_is_as_large_as_is_said() -> None:
    """Without counting how often each is sent, and where."""
    families: list[Mapping[str, object]] = [
        hostile.TEXTS,
        hostile.NAMES,
        hostile.QUERIES,
        hostile.HEADERS,
        hostile.BODIES,
        hostile_files.PARTS,
        hostile_files.PLAIN,
        hostile_files.files(),
    ]
    assert sum(map(len, families)) + len(hostile.METHODS) >= 500


def safe(text: str) -> str:
    """As a browser would send it: half a sign has no bytes."""
    return text.encode(errors="surrogatepass").decode(errors="replace")

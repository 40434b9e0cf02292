"""The furnished chain as it is served to the browser, and the way to each of its pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import sqlalchemy as sa
from flask import Flask
from sqlmodel import update
from werkzeug.serving import WSGIRequestHandler

from branches import database
from branches.database import transaction
from branches.people import User
from monitor import origins
from monitor.app import create_app
from monitor.config import read
from monitor.origins import Said
from monitor.web.gate import LANGUAGE_COOKIE, Site
from tests.browser.atlas import Place, atlas
from tests.browser.chain import AT, Served, fill
from tests.browser.furnished import furnish
from tests.browser.looks import OPEN_ALL, Look
from tests.served import PagesServer

SECRET = bytes(range(32))
SETTINGS = """\
[chain]
name = "Tom & Jerry's <salons>"
timezone = "Europe/Budapest"

[database]
url = "postgresql://monitor:hidden@database-of-the-chain.internal.example.com:5432/consistency_of_service"

[reports.regions]
North = "tuesday 07:00"
South = "wednesday 18:30"

[mail]
host = "mail.example.com"
password_file = "password"

[webhooks.to.team]
address = "https://chat.example.com/hooks/hidden"
region = "North"
"""
SEND = """([path, fields]) => {
    const own = document.querySelector(`form[method="post"][action="${path}"]`), form = document.createElement("form");
    const hidden = own ? [...own.querySelectorAll("[type=hidden]")] : [document.querySelector("[name=csrf_token]")];
    form.method = "post"; form.action = path;
    for (const [name, value] of Object.entries({...Object.fromEntries(hidden.map(one => [one.name, one.value])), ...fields})) {
        const one = document.createElement("input");
        one.type = "hidden"; one.name = name; one.value = value; form.append(one);
    }
    document.body.append(form); form.submit();
}"""


@dataclass
class House:
    """The pages as they are served to the browser, and the list of them."""

    engine: sa.Engine
    app: Flask
    served: Served
    places: list[Place]

    def speak(self, code: str) -> None:
        """From now on everybody reads that language."""
        with transaction(self.engine) as session:
            session.exec(update(User).values(language=code))

    def place(self, name: str) -> Place:
        return next(one for one in self.places if one.name == name)

    def show(self, seen: Look, place: Place, language: str) -> int:
        """Opens a page with all its folds open; gives the status it was answered with."""
        person = f"{place.person} en" if place.person else ""
        cookie = {"name": LANGUAGE_COOKIE, "value": language, "url": self.served.address}
        status = seen.open(person, place.through or place.path).status if person else _out(seen, place, cookie)
        if place.through:
            with seen.page.expect_navigation() as came:
                seen.page.evaluate(SEND, [place.path, dict(place.fields)])
            status = came.value.status
        seen.page.evaluate(OPEN_ALL)
        return status


def _out(seen: Look, place: Place, cookie: dict[str, str]) -> int:
    seen.context.clear_cookies()
    seen.context.add_cookies([cookie])  # type: ignore[list-item]
    return seen.go(seen.served.address + (place.through or place.path)).status


class Silent(WSGIRequestHandler):
    """Does not tell of each request."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the name it is called by
        pass


@contextmanager
def opened(url: str, folder: Path) -> Iterator[House]:
    """The house over that empty database."""
    engine = database.create(url)
    devices, editions = fill(engine, AT)
    things = furnish(engine, folder / "photos") | editions
    app = create_app(_site(engine, folder), SECRET, said=_said(folder))
    server = PagesServer(app, handler=Silent)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield House(engine, app, Served(f"http://127.0.0.1:{server.port}", devices, **editions), atlas(app, things))
    finally:  # a thread that still serves would keep the tests from ending
        server.shutdown()
        thread.join()
        engine.dispose()


def _said(folder: Path) -> Said:
    file = folder / "config.toml"
    file.write_text(SETTINGS, encoding="utf-8")
    return origins.of(read(file))


def _site(engine: sa.Engine, folder: Path) -> Site:
    return Site(
        engine,
        lambda: AT,
        "en",
        folder / "cache",
        "Europe/Budapest",
        name="Tom & Jerry's <salons>",
        photos=folder / "photos",
        demo=True,
    )

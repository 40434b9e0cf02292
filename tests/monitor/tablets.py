"""A branch's shared tablet for tests: let in by head office's code, lent to staff by a PIN, over a clock of the test's own."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import col, select

from branches import pins
from branches.actions import CorrectiveAction
from branches.database import reading, transaction
from branches.history import Event
from branches.people import Role, User
from monitor import passwords
from tests import make
from tests.monitor.pages import Form, Page, Visitor
from tests.monitor.test_access_walk import enter, thing
from tests.monitor.test_portal import answer_path
from tests.monitor.walked import NOW, Opened, World

PIN, OTHER_PIN, WRONG_PIN = "271845", "908172", "100000"
READS, ACTS = "this shared tablet only reads.", "This tablet acts as"
HASHED = passwords.hashed_pin(PIN)


@dataclass
class Clock:
    """Turns the clock that the pages read."""

    hands: list[datetime]

    def __call__(self) -> datetime:
        return self.hands[0]

    def forward(self, **by: float) -> None:
        self.hands[0] += timedelta(**by)


@dataclass
class Shared:
    """The walked world with a PIN for its member of staff, and browsers that are tablets."""

    opened: Opened
    clock: Clock

    def branch(self, side: str = "mine") -> str:
        return f"/office/places/branches/{thing(self.opened, f'{side} branch')}"

    def office(self) -> Visitor:
        return enter(self.opened, Role.OFFICE)

    def code(self, side: str = "mine") -> str:
        """As head office's page shows it."""
        office = self.office()
        page = office.submit(form(office.get(self.branch(side)), "/tablets"))
        found = re.search(r"The code is ([\d ]+)\.", page.text)
        assert found, page.text
        return found[1]

    def let_in(self, side: str = "mine") -> Visitor:
        visitor = Visitor(self.opened.app)
        page = visitor.submit(form(visitor.get("/tablet"), "/tablet"), code=self.code(side))
        assert "this shared tablet only reads." in page.text
        return visitor

    def staff(self) -> User:
        with reading(self.opened.engine) as session:
            return self.opened.person(session, Role.STAFF)

    def colleague(self, name: str, pin: str = OTHER_PIN, **more: object) -> User:
        with transaction(self.opened.engine) as session:
            branch = self.opened.person(session, Role.STAFF).branch
            made = make.user(session, Role.STAFF, branch=branch, name=name, **more)
            pins.choose(session, made, passwords.hashed_pin(pin), by=made, at=self.clock())
            return made

    def unlock(
        self, tablet: Visitor, path: str = "/branch", pin: str = PIN, *, status: int = 200, who: str = ""
    ) -> Page:
        """Gives the PIN on the way to that page."""
        page = tablet.get(f"/tablet/pin?back={path}")
        asked = form(page, "/tablet/pin")
        return tablet.submit(asked, status=status, who=who or self.staff().public_id, pin=pin)


def carried_on(tablet: Visitor, page: Page, *, status: int = 200, **typed: str) -> Page:
    """Gives the PIN that a form waits for; the browser then sends the same to where it was going."""
    asked = form(page, "/tablet/pin")
    fields = {**asked.fields, **typed}
    answer = tablet.client.post(asked.action, data=fields)
    assert answer.status_code == 307, answer.text
    return tablet.submit(Form(answer.headers["Location"], "post", fields), status=status)


def form(page: Page, end: str) -> Form:
    return next(one for one in page.forms if one.action.endswith(end))


def shared(world: World, folder: Path) -> Shared:
    """A copy of the world, its clock to be turned."""
    opened = world.opened(folder)
    with transaction(opened.engine) as session:
        staff = opened.person(session, Role.STAFF)
        pins.choose(session, staff, HASHED, by=staff, at=NOW)
    return Shared(opened, Clock(opened.clock))


def newest(house: Shared) -> CorrectiveAction:
    with reading(house.opened.engine) as session:
        return session.exec(select(CorrectiveAction).order_by(col(CorrectiveAction.id).desc())).all()[0]


def opened_by(house: Shared, thing: str, verb: str) -> int | None:
    with reading(house.opened.engine) as session:
        query = select(Event.by_id).where(Event.thing == thing, Event.verb == verb)
        return session.exec(query.order_by(col(Event.id).desc())).first()


def planned(tablet: Visitor, house: Shared, page: Page | None = None, *, status: int = 200) -> Page:
    asked = form(page or tablet.get(answer_path(house.opened)), "/plan")
    return tablet.submit(asked, status=status, plan="Smile at the door.", due="2026-03-15")


def on(house: Shared, tablet: Visitor) -> str:
    """What the page says of who acts."""
    text = tablet.get("/branch").text
    return ACTS if ACTS in text else READS if READS in text else ""

"""The way of one audit on a phone, step by step, and at each step the moment at which something is killed."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import Error, FilePayload, Page, expect

from monitor.opening import now
from tests.branches.test_photos import jpeg
from tests.phone.living import ZONE, Asked, Living

COMMENT = "The door stuck."
WHY = "Quiet, one colleague away."
PATIENCE = 45.0
"""Seconds until what is to be sent has gone by itself."""
SLOWLY = 90
"""Milliseconds between two keystrokes."""
ANSWERS = {"greeted": "yes", "after": "42", "cut": "4", "drink": "tea", "people": "3", "why": WHY, "mirror": "1"}


def _here() -> str:
    """An hour ago, by the clock at the branch."""
    return (now() - timedelta(hours=1)).astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%dT%H:%M")


def large() -> bytes:
    """A photo that takes a while to be made smaller."""
    out = BytesIO()
    Image.effect_noise((4000, 3000), 60).convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


@dataclass
class Given:
    """What the shopper has given so far; `sure`: the program had said that it is kept, or had had the time to."""

    marks: dict[str, str] = field(default_factory=dict)
    typing: tuple[str, str] = ("", "")
    """The control in which something is being typed, and all keys that were struck."""
    photo: str = ""
    """"perhaps" while nothing was said of it, "sure" from then on."""


@dataclass
class Walk:
    """One audit on one phone."""

    phone: Living
    asked: Asked
    given: Given = field(default_factory=Given)
    visited: str = field(default_factory=_here)
    wanted: bool = False
    """Whether the shopper has pressed Send."""

    @property
    def page(self) -> Page:
        return self.phone.page

    def open(self) -> bool:
        """Opens the form; False where the audit has been sent and there is none any more."""
        self.phone.open(f"{self.asked.path}/form/all")
        if "/form/" not in self.page.url:
            return False
        self.page.wait_for_selector("form[data-kept]", state="attached")
        return True

    def stands(self, words: str) -> None:
        self.page.locator("[data-stands]", has_text=words).wait_for()

    def first_section(self) -> None:
        self._fill("#visited", self.visited)
        self._check("greeted", "yes")
        self._fill("#m-after", "0:42")
        self._check("cut", "4")

    def comment(self) -> None:
        fold = self.page.locator("[data-item=greeted] details")
        if fold.get_attribute("open") is None:
            fold.locator("summary").click()
        self._type("#c-greeted", COMMENT)

    def second_section(self) -> None:
        self._check("drink", "tea")
        self._fill("#m-people", "3")
        self._type("#m-why", WHY)

    def choose_photo(self, data: bytes) -> None:
        self.given.photo = "perhaps"
        self.page.locator("[name=p-mirror]").set_input_files(
            FilePayload(name="a.jpg", mimeType="image/jpeg", buffer=data)
        )

    def photo_kept(self) -> None:
        self.page.locator("[data-photo]").wait_for()
        self.given.photo = "sure"

    def answers(self) -> None:
        self.first_section()
        self.comment()
        self.second_section()

    def look_over(self) -> None:
        self.page.get_by_role("button", name="Save and look it over").click()
        self.page.wait_for_url("**/check")
        self.page.wait_for_selector("form[data-send]")

    def send(self) -> None:
        self.wanted = True
        self.page.locator("form[data-send] button").last.click()

    def _fill(self, control: str, value: str) -> None:
        self.page.locator(control).fill(value)
        self.given.marks[control] = value

    def _check(self, code: str, value: str) -> None:
        control = f"[name=m-{code}][value='{value}']"
        self.page.locator(control).check()
        self.given.marks[control] = "checked"

    def _type(self, control: str, text: str) -> None:
        self.page.locator(control).fill("")
        self.given.typing = (control, text)
        self.page.locator(control).press_sequentially(text, delay=SLOWLY)

    def typed(self) -> None:
        """The program has said that what was typed is kept."""
        control, text = self.given.typing
        self.given.marks[control] = text
        self.given.typing = ("", "")

    def is_all_there(self) -> None:
        """At most the keystroke that was being typed is lost."""
        for control, value in self.given.marks.items():
            found = self.page.locator(control)
            held = "checked" if value == "checked" and found.is_checked() else found.input_value()
            assert held == value, (control, held, value)
        control, text = self.given.typing
        if control:
            assert self.page.locator(control).input_value() in (text, text[:-1])
        if self.given.photo == "sure":
            self.page.locator("[data-item=mirror] ul.pictures li").first.wait_for()
        assert self.page.locator("[data-item=mirror] ul.pictures li").count() <= 1

    def finish(self) -> None:
        """Whatever has become of it, the shopper goes on: what is there stays, what is missing is given, and it is sent."""
        if self.wanted:
            self.goes_by_itself()
        elif self.open():
            self.is_all_there()
            self.answers()
            if not self.page.locator("[data-item=mirror] ul.pictures li").count():
                self.choose_photo(jpeg())
                self.photo_kept()
            self.look_over()
            self.send()
            self.page.wait_for_url("**/sent")
        self.arrived()

    def goes_by_itself(self) -> None:
        """It was to be sent: any page of the shopper's has it sent, and nothing more is asked."""
        self.phone.open("/audits")
        until = time.monotonic() + PATIENCE
        while self.asked.stored().submitted_at is None:
            assert time.monotonic() < until, "it did not go by itself"
            self.page.wait_for_timeout(200)

    def arrived(self) -> None:
        """It is there once, whole, and the phone says so and holds nothing back."""
        asked = self.asked
        assert (asked.stored().state, asked.sendings(), asked.photos()) == ("submitted", 1, ["mirror"])
        assert (asked.answers(), asked.comments()) == (ANSWERS, {"greeted": COMMENT})
        self.phone.open(asked.path)
        self.page.get_by_text("7 answers, 1 of 1 photo, kept at").first.wait_for()
        self.page.locator("[data-waiting][data-ready]").wait_for(state="attached")
        expect(self.page.locator("[data-waiting]")).not_to_contain_text("only this phone has")


Kill = Callable[[], None]


def opened(walk: Walk, kill: Kill) -> None:
    walk.open()
    kill()


def first_section(walk: Walk, kill: Kill) -> None:
    walk.open()
    walk.first_section()
    walk.stands("Kept on this phone")
    walk.page.wait_for_timeout(SLOWLY)  # it may have been said of the answer before the last
    kill()


def typing_a_comment(walk: Walk, kill: Kill) -> None:
    walk.open()
    walk.first_section()
    walk.comment()
    kill()


def typing_in_the_last_section(walk: Walk, kill: Kill) -> None:
    walk.open()
    walk.second_section()
    kill()


def photo_chosen(walk: Walk, kill: Kill) -> None:
    walk.open()
    walk.first_section()
    walk.choose_photo(large())
    kill()


def photo_being_shrunk(walk: Walk, kill: Kill) -> None:
    walk.open()
    walk.choose_photo(large())
    walk.stands("being made smaller")
    walk.given.photo = "sure"  # it is said only of a photo that is kept
    kill()


def photo_stored(walk: Walk, kill: Kill) -> None:
    walk.open()
    walk.choose_photo(jpeg())
    walk.photo_kept()
    kill()


def _at(walk: Walk, kill: Kill, path: str, side: str) -> None:
    """All is given, and the line holds the first such request, or its reply."""
    walk.open()
    place = walk.phone.line.hold(path, side)
    walk.answers()
    walk.choose_photo(jpeg())
    walk.photo_kept()
    walk.typed()
    place.wait()
    kill()


def draft_on_its_way(walk: Walk, kill: Kill) -> None:
    _at(walk, kill, "/draft", "before")


def drafts_reply_lost(walk: Walk, kill: Kill) -> None:
    _at(walk, kill, "/draft", "after")


def photo_on_its_way(walk: Walk, kill: Kill) -> None:
    _at(walk, kill, "/photos/", "before")


def photos_reply_lost(walk: Walk, kill: Kill) -> None:
    _at(walk, kill, "/photos/", "after")


def all_pushed(walk: Walk, kill: Kill) -> None:
    walk.open()
    walk.answers()
    walk.choose_photo(jpeg())
    walk.photo_kept()
    walk.stands("Kept on")
    walk.page.locator("[data-stands]", has_text=":").wait_for()
    walk.typed()
    kill()


def _looked(walk: Walk) -> None:
    walk.open()
    walk.answers()
    walk.choose_photo(jpeg())
    walk.photo_kept()
    walk.typed()
    walk.look_over()


def looking_it_over(walk: Walk, kill: Kill) -> None:
    _looked(walk)
    kill()


def commit_on_its_way(walk: Walk, kill: Kill) -> None:
    _looked(walk)
    place = walk.phone.line.hold("/send", "before")
    walk.send()
    place.wait()
    kill()


def commits_reply_lost(walk: Walk, kill: Kill) -> None:
    _looked(walk)
    place = walk.phone.line.hold("/send", "after")
    walk.send()
    place.wait()
    kill()


def wanted_with_no_network(walk: Walk, kill: Kill) -> None:
    _looked(walk)
    walk.phone.line.cut()
    walk.send()
    walk.stands("It leaves this phone as soon as there is a network")
    kill()
    walk.phone.line.mend()


def receipt_shown(walk: Walk, kill: Kill) -> None:
    _looked(walk)
    walk.send()
    walk.page.wait_for_url("**/sent")
    kill()


STEPS = (
    opened,
    first_section,
    typing_a_comment,
    typing_in_the_last_section,
    photo_chosen,
    photo_being_shrunk,
    photo_stored,
    draft_on_its_way,
    drafts_reply_lost,
    photo_on_its_way,
    photos_reply_lost,
    all_pushed,
    looking_it_over,
    commit_on_its_way,
    commits_reply_lost,
    wanted_with_no_network,
    receipt_shown,
)


def tab_crashed(walk: Walk) -> None:
    walk.phone.crash()


def tab_closed(walk: Walk) -> None:
    walk.phone.close_tab()


def browser_killed(walk: Walk) -> None:
    walk.phone.kill()
    walk.phone.sign_in(walk.asked)


def network_lost(walk: Walk) -> None:
    walk.phone.context.set_offline(True)
    walk.page.wait_for_timeout(300)
    walk.phone.context.set_offline(False)


def line_cut(walk: Walk) -> None:
    walk.phone.line.cut()
    walk.page.wait_for_timeout(300)
    walk.phone.line.mend()


def server_killed(walk: Walk) -> None:
    walk.asked.server.kill()
    with suppress(Error):
        walk.page.wait_for_timeout(300)
    walk.asked.server.start()


KILLS = (tab_crashed, tab_closed, browser_killed, network_lost, line_cut, server_killed)

"""The whole form filled in on a slow phone: taps, keys, how soon each is answered, what moves; and a photo of twelve megapixels."""

import tempfile
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Locator, Page

from benchmarks.phone_chain import Chain
from benchmarks.phone_seen import slow_phone

FILLED = 3
"""Audits, so that one hiccup of the machine is not the second slowest of all."""
BETWEEN = 100
"""Milliseconds from one tap to the next."""
ANSWER = "Friendly, and quick."
ASKED = "[...document.querySelectorAll('.question[data-item]')].filter((one) => one.checkVisibility()).map((one) => one.dataset.item)"
"""Items of the questions that are asked now, in their order."""


def fill(browser: Browser, chain: Chain, language: str, steps: Sequence[str]) -> None:
    """Prints what filling in some audits costs: a screen for each section, as the form opens, or one page with all of them."""
    filled = [_fill_one(browser, chain, language, audit, steps) for audit in range(FILLED)]
    taps, keys = filled[0].taps, filled[0].keys
    events = [event for one in filled for event in one.events]
    interactions = sum(one.interactions for one in filled)
    slow_ones, p98 = answered_within(events, interactions)
    print(
        f"filling in form/{' '.join(steps)}, {FILLED} audits: {taps} taps, {keys} keys each; {interactions} of them answered, {slow_ones} after 16 ms or more, the 98th of a hundred {p98} ms; CLS {max(one.shift for one in filled):.3f}"
    )


@dataclass
class Filled:
    """What filling in one audit cost."""

    taps: int = 0
    keys: int = 0
    interactions: int = 0
    shift: float = 0.0
    events: list[tuple[Hashable, float]] = field(default_factory=list)
    """What each tap or key is called, and the milliseconds until its answer was seen."""


def _fill_one(browser: Browser, chain: Chain, language: str, number: int, steps: Sequence[str]) -> Filled:
    audit, filled = chain.audits[language].pop(), Filled()
    with slow_phone(browser, chain.devices[language], chain.address, network=False) as slow:
        for step in steps:
            slow.page.goto(f"{chain.address}/audits/{audit}/form/{step}")
            slow.page.wait_for_selector("[data-waiting]", state="attached")
            slow.page.wait_for_timeout(3000)
            _say_when(slow.page)
            taps, keys = _answer(slow.page)
            seen = slow.seen()
            filled.taps, filled.keys = filled.taps + taps, filled.keys + keys
            filled.interactions += seen["interactions"]
            filled.shift = max(filled.shift, seen["cls"])
            filled.events += [((number, step, interaction), duration) for interaction, duration in seen["events"]]
    return filled


def _say_when(page: Page) -> None:
    """The time of the visit, where this screen asks for it."""
    visited = page.locator("#visited")
    if visited.count():
        visited.fill(page.evaluate("new Date(Date.now() - 3600000).toISOString().slice(0, 16)"))


def tap_by_hand(browser: Browser, address: str) -> None:
    """Prints how soon a page without a script, which only has to show the choice, answers a tap on such a phone."""
    with slow_phone(browser, "nobody", address, network=False) as slow:
        slow.page.goto(f"{address}/form/all")
        slow.page.wait_for_timeout(3000)
        for choice in slow.page.locator("fieldset label:first-of-type").all():
            tap(slow.page, choice)
        slow.page.wait_for_timeout(1000)
        seen = slow.seen()
        slow_ones, p98 = answered_within(seen["events"], seen["interactions"])
        print(
            f"by hand: {seen['interactions']} taps answered, {slow_ones} after 16 ms or more, the 98th of a hundred {p98} ms"
        )


def tap(page: Page, place: Locator) -> None:
    """A finger on its middle. The tool's own tap adds listeners to the page, to look who hears it: work that no phone has."""
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    if box is None:
        raise LookupError("there is nothing to tap on")
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(BETWEEN)


def answered_within(events: Sequence[tuple[Hashable, float]], interactions: int) -> tuple[int, float]:
    """How many taps and keys took 16 ms or more, and the time that 98 of 100 did not exceed; the browser tells of no shorter ones."""
    slowest: dict[Hashable, float] = {}
    for interaction, duration in events:
        slowest[interaction] = max(duration, slowest.get(interaction, 0))
    times = sorted(slowest.values(), reverse=True)
    place = int(0.02 * max(interactions, len(times)))
    return len(times), times[place] if place < len(times) else 16


def _answer(page: Page) -> tuple[int, int]:
    """One tap for each choice, keys for the rest; an answer may bring more questions, which come right after it."""
    taps = keys = 0
    answered = set[str]()
    while (code := next((code for code in page.evaluate(ASKED) if code not in answered), None)) is not None:
        answered.add(code)
        place = page.locator(f'.question[data-item="{code}"]')
        box = place.locator(".box").first
        if box.count() and not place.locator(".field > .control").count():
            tap(page, box)
            taps += 1
            continue
        control = place.locator(".field > .control:not([type=file])").first
        if not control.count():
            continue
        words = "42" if control.evaluate("one => one.tagName") == "INPUT" else ANSWER
        tap(page, control)
        page.keyboard.type(words, delay=30)
        taps, keys = taps + 1, keys + len(words)
    page.wait_for_timeout(2000)
    return taps, keys


def give_photo(browser: Browser, chain: Chain, language: str) -> None:
    """Prints how long a photo of twelve megapixels holds the page up at a time."""
    audit = chain.audits[language].pop()
    with (
        tempfile.TemporaryDirectory() as held,
        slow_phone(browser, chain.devices[language], chain.address, network=False) as slow,
    ):
        file = Path(held) / "IMG_4711.jpg"
        coarse = np.random.default_rng(1).integers(0, 255, (300, 400, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((4000, 3000), Image.Resampling.BICUBIC).save(file, "JPEG", quality=92)
        slow.page.goto(f"{chain.address}/audits/{audit}/form/all")
        slow.page.wait_for_timeout(4000)
        before = len(slow.seen()["tasks"])
        with slow.page.expect_response("**/photos/*"):
            slow.page.locator("[name='p-']").set_input_files(file)
        tasks = [duration for _, duration in slow.seen()["tasks"][before:]]
        print(
            f"a photo of 12 megapixels, {file.stat().st_size / 1e6:.1f} MB: deaf for {max(tasks, default=0):.0f} ms at most at a time"
        )

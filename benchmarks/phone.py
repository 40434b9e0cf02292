"""What the shopper's form costs a cheap phone on a slow network, beside the same form written by hand in one file.

python -m benchmarks.phone [--rounds 5] [--language ta]

Real Chromium, four times slower than this machine, slow 4G, nothing in its cache. Bytes are those on the wire, headers and all.
"""

import argparse
import os
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Playwright, sync_playwright

from benchmarks import phone_chain
from benchmarks.phone_chain import Chain
from benchmarks.phone_filled import fill, give_photo, tap_by_hand
from benchmarks.phone_lighthouse import scores
from benchmarks.phone_seen import slow_phone

SECTIONS = ("1", "2", "3", "4", "5")
"""The screens of the salon standard, one a section: how the form opens."""


def first_view(browser: Browser, chain: Chain, language: str, step: str) -> dict[str, Any]:
    """The form on a phone that was never there: what came until it stood, and what came later by itself."""
    audit = chain.audits[language].pop()
    with slow_phone(browser, chain.devices[language], chain.address) as slow:
        slow.page.goto(f"{chain.address}/audits/{audit}/form/{step}")
        slow.page.wait_for_selector("form[data-kept]", state="attached")
        slow.page.wait_for_timeout(3000)
        seen, wire = slow.seen(), slow.wire.by_url()
        later = {url: size for url, size in wire.items() if url in seen["later"]}
        return {**seen, "first": {url: size for url, size in wire.items() if url not in later}, "later": later}


def floor_view(browser: Browser, address: str, step: str) -> dict[str, Any]:
    """The page written by hand on such a phone."""
    with slow_phone(browser, "nobody", address) as slow:
        slow.page.goto(f"{address}/form/{step}")
        slow.page.wait_for_timeout(1500)
        return {"first": slow.wire.by_url(), **slow.seen()}


def blocked(tasks: list[tuple[float, float]]) -> float:
    """Milliseconds in which nothing was answered, beyond the first 50 of each task."""
    return sum(max(0.0, duration - 50) for _, duration in tasks)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--language", default="en")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as held, sync_playwright() as tool:
        folder, port, floor_port = Path(held), phone_chain.free_port(), phone_chain.free_port()
        chain = phone_chain.make(folder, port)
        served = phone_chain.serving(["monitor", "--config", str(folder / "config.toml"), "serve"], port)
        floor = phone_chain.serving(["benchmarks.phone_floor", str(floor_port)], floor_port)
        by_hand = f"http://127.0.0.1:{floor_port}/{given.language}"
        with served, floor, chromium(tool) as browser:
            for step in ("1", "all"):
                compare(browser, chain, by_hand, given.language, step, rounds=given.rounds)
            fill(browser, chain, given.language, SECTIONS)
            fill(browser, chain, given.language, ["all"])
            tap_by_hand(browser, by_hand)
            give_photo(browser, chain, given.language)
            scores(chain, given.language)


def chromium(tool: Playwright) -> Browser:
    """The machine's own Chromium."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    return tool.chromium.launch(executable_path=program, chromium_sandbox=os.geteuid() != 0)


def compare(browser: Browser, chain: Chain, floor: str, language: str, step: str, *, rounds: int) -> None:
    """Prints both pages' figures, measured in turns."""
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(first_view(browser, chain, language, step))
        theirs.append(floor_view(browser, floor, step))
    print(f"form/{step} in {language}")
    for url, size in ours[-1]["first"].items():
        print(f"  {size:7} B  {url.rpartition('/')[2]}")
    first, later = (sum(ours[-1][part].values()) for part in ("first", "later"))
    print(f"  {first:7} B until the form stands, {later} B later by itself")
    lcp, by_hand = (statistics.median(one["lcp"] for one in some) for some in (ours, theirs))
    print(
        f"  LCP {lcp:.0f} ms, by hand {by_hand:.0f} ms ({sum(theirs[-1]['first'].values())} B), ratio {lcp / by_hand:.2f}"
    )
    print(
        f"  TBT {statistics.median(blocked(one['tasks']) for one in ours):.0f} ms, CLS {max(one['cls'] for one in ours):.3f}"
    )


if __name__ == "__main__":
    main()

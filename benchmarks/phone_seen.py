"""What a slow phone sees of a page: bytes on the wire, when the page is painted, how long it is deaf, how soon it answers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

CPU = 4
"""Times slower than this machine."""
LATENCY, KBIT = 150, 1_638
"""Milliseconds there and back, and thousand bits a second: Lighthouse's slow 4G."""
SEEN = """
const seen = { lcp: 0, cls: 0, moved: [], tasks: [], events: [] };
globalThis.seen = seen;
const watch = (type, look, more = {}) => new PerformanceObserver((list) => list.getEntries().forEach(look)).observe({ type, buffered: true, ...more });
watch("largest-contentful-paint", (one) => (seen.lcp = one.startTime));
watch("layout-shift", (one) => {
  if (one.hadRecentInput) return;
  seen.cls += one.value;
  seen.moved.push(...one.sources.map(({ node }) => node?.className || node?.nodeName || "?"));
});
watch("longtask", (one) => seen.tasks.push([one.startTime, one.duration]));
watch("event", (one) => one.interactionId && seen.events.push([one.interactionId, one.duration]), { durationThreshold: 16 });
"""
ASKED = """(() => {
  const named = new Set([...document.querySelectorAll("link[href], script[src]")].map((one) => one.href || one.src));
  const later = performance.getEntriesByType("resource").map((one) => one.name).filter((one) => !named.has(one));
  return JSON.stringify({ ...seen, later, interactions: performance.interactionCount });
})()"""
"""What was seen so far; later is what came that the page itself does not name: its scripts asked for it."""


@dataclass
class Wire:
    """What came over the wire, headers and all."""

    kinds: dict[str, str] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def listen(self, cdp: CDPSession) -> None:
        cdp.send("Network.enable")
        cdp.on("Network.responseReceived", self._received)
        cdp.on("Network.loadingFinished", self._finished)

    def _received(self, said: dict[str, Any]) -> None:
        self.kinds[said["requestId"]] = said["type"]
        self.urls[said["requestId"]] = said["response"]["url"]

    def _finished(self, said: dict[str, Any]) -> None:
        self.sizes[said["requestId"]] = int(said["encodedDataLength"])

    def by_url(self) -> dict[str, int]:
        """Bytes by address; nothing of what came out of a cache."""
        return {self.urls[one]: size for one, size in self.sizes.items() if one in self.urls and size}


@dataclass
class Slow:
    """A page on a slow phone."""

    page: Page
    cdp: CDPSession
    wire: Wire

    def seen(self) -> dict[str, Any]:
        """What was seen so far."""
        found: dict[str, Any] = json.loads(self.page.evaluate(ASKED))
        return found


@contextmanager
def slow_phone(browser: Browser, device: str, address: str, *, network: bool = True, cpu: int = CPU) -> Iterator[Slow]:
    """A phone with nothing in its cache."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    context.add_cookies([{"name": "device", "value": device, "url": address}])
    context.add_init_script(SEEN)
    page = context.new_page()
    cdp = context.new_cdp_session(page)
    wire = Wire()
    wire.listen(cdp)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": cpu})
    if network:
        speed = KBIT * 1000 / 8
        cdp.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": LATENCY, "downloadThroughput": speed, "uploadThroughput": speed / 2},
        )
    try:
        yield Slow(page, cdp, wire)
    finally:
        context.close()

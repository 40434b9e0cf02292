"""The MDN HTTP Observatory's grade of an answer, by its published rules; written anew from reading them.

Rules: github.com/mdn/mdn-http-observatory, `src/analyzer/tests` (what is looked at) and `src/grader/charts.js` (what it is worth), as of August 2026.
What only a scan of the outside sees is left out: the certificate, the preload list, and whether plain HTTP leads on to TLS, which is the proxy's.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

LEAST_FOR_BONUS = 90
"""Bonuses count only where what was taken off leaves as much."""
SIX_MONTHS = 15_552_000
BROAD = {"*", "ftp:", "http:", "https:", "http://*", "http://*.*", "https://*", "https://*.*"}
INLINE = {"'unsafe-inline'", "data:"}
HASHES = ("'sha256-", "'sha384-", "'sha512-", "'nonce-")
PRIVATE = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")
LEAKING = ("origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade")
GRADES = {100: "A+", 90: "A", 85: "A-", 80: "B+", 70: "B", 65: "B-", 60: "C+", 50: "C", 45: "C-", 40: "D+", 30: "D"}
Policy = dict[str, set[str]]


@dataclass(frozen=True)
class Judged:
    """What each rule adds or takes."""

    marks: dict[str, int]

    @property
    def score(self) -> int:
        bare = 100 + sum(mark for mark in self.marks.values() if mark < 0)
        return 100 + sum(self.marks.values()) if bare >= LEAST_FOR_BONUS else max(bare, 0)

    @property
    def grade(self) -> str:
        return next((grade for least, grade in GRADES.items() if self.score >= least), "F")


def judge(answer: TestResponse) -> Judged:
    """How one answer over TLS is judged; its body is read for scripts."""
    headers = answer.headers
    policy = directives(headers.getlist("Content-Security-Policy"))
    marks = {
        "content-security-policy": _policy(policy, headers),
        "cookies": _cookies(headers.getlist("Set-Cookie")),
        "cross-origin-resource-sharing": _sharing(headers),
        "cross-origin-resource-policy": _known(headers, "Cross-Origin-Resource-Policy", {"same-origin": 10, "same-site": 10, "cross-origin": 0}),
        "cross-origin-opener-policy": _known(headers, "Cross-Origin-Opener-Policy", {"same-origin": 10, "same-origin-allow-popups": 10, "noopener-allow-popups": 10, "unsafe-none": 0}),
        "cross-origin-embedder-policy": _known(headers, "Cross-Origin-Embedder-Policy", {"require-corp": 10, "credentialless": 10, "unsafe-none": 0}),
        "referrer-policy": _referrer(headers.get("Referrer-Policy", "")),
        "strict-transport-security": _transport(headers.getlist("Strict-Transport-Security")),
        "subresource-integrity": _scripts(answer),
        "x-content-type-options": 0 if headers.get("X-Content-Type-Options", "").strip().lower() == "nosniff" else -5,
        "x-frame-options": _frames(headers.get("X-Frame-Options", ""), policy),
    }  # fmt: skip
    return Judged(marks)


def directives(policies: Sequence[str]) -> Policy:
    """Directive → sources; of one that is named twice the first counts, and is marked."""
    found: Policy = {}
    for part in ";".join(policies).split(";"):
        name, *sources = part.lower().split() or [""]
        if name in found:
            found["twice"] = {name}
        elif name:
            found[name] = set(sources) or {"'none'"}
    return found


def _policy(policy: Policy, headers: Headers) -> int:
    if not policy:
        return -25
    scripts, styles, objects = (_sources(policy, f"{kind}-src") for kind in ("script", "style", "object"))
    pictures = _sources(policy, "img-src") | _sources(policy, "media-src")
    rest = (sources for kind, sources in policy.items() if kind not in ("img-src", "media-src", "twice"))
    if scripts & (BROAD | INLINE) or objects & BROAD or _in_the_open(set().union(*rest)):
        return -20
    if "'unsafe-eval'" in scripts | styles or _in_the_open(pictures):
        return -10
    if styles & (BROAD | INLINE) or "twice" in policy:
        return 0
    return 10 if policy.get("default-src") == {"'none'"} else 5


def _sources(policy: Policy, kind: str) -> set[str]:
    """What a kind may come from; beside a digest or a nonce browsers overlook 'unsafe-inline'."""
    found = policy.get(kind, policy.get("default-src", {"*"}))
    return found - {"'unsafe-inline'"} if any(one.startswith(HASHES) for one in found) else found


def _in_the_open(sources: Iterable[str]) -> bool:
    return any(source.startswith(("http:", "ftp:")) for source in sources)


def _cookies(cookies: Sequence[str]) -> int:
    """The worst of them; those that all bear every flag are worth five."""
    return min((_cookie(cookie) for cookie in cookies), default=0)


def _cookie(cookie: str) -> int:
    name, *flags = (part.strip().lower() for part in cookie.split(";"))
    name = name.partition("=")[0]
    opens, same = (
        any(part in name for part in ("login", "sess")),
        [flag for flag in flags if flag.startswith("samesite")],
    )
    if opens and "secure" not in flags:
        return -40
    if opens and "httponly" not in flags:
        return -30
    if "secure" not in flags or (same and same[0].partition("=")[2] not in ("lax", "strict", "none")):
        return -20
    if not same:
        return -20 if "csrf" in name else 0
    return 5


def _sharing(headers: Headers) -> int:
    anybody = headers.get("Access-Control-Allow-Credentials", "").lower() == "true"
    return -50 if anybody and "Access-Control-Allow-Origin" in headers else 0


def _known(headers: Headers, name: str, worth: dict[str, int]) -> int:
    written = headers.get(name)
    return 0 if written is None else worth.get(written.strip().lower(), -5)


def _referrer(written: str) -> int:
    known = [one.strip().lower() for one in written.split(",") if one.strip().lower() in PRIVATE + LEAKING]
    if not written:
        return 0
    return 5 if known and known[-1] in PRIVATE else -5


def _transport(written: Sequence[str]) -> int:
    age = re.fullmatch(r"max-age=(\d+)(?:; includesubdomains)?(?:; preload)?", written[0].lower()) if written else None
    if age is None or len(written) > 1:
        return -20
    return 0 if int(age[1]) >= SIX_MONTHS else -10


def _frames(written: str, policy: Policy) -> int:
    if "frame-ancestors" in policy or written.strip().lower() in ("deny", "sameorigin"):
        return 5
    return 0 if written.lower().startswith("allow-from") else -20


class _Scripts(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag == "script" and "src" in held:
            self.found.append(held)


def _scripts(answer: TestResponse) -> int:
    """Scripts of other places need a digest; none of ours has any, so one of another place is -5 or -50."""
    if answer.mimetype != "text/html":
        return 0
    worst = 0
    for script in _Scripts(answer.get_data(as_text=True)).found:
        if re.match(r"//|http:", script["src"]):
            worst = min(worst, -20 if "integrity" in script else -50)
        elif script["src"].startswith("https:") and "integrity" not in script:
            worst = min(worst, -5)
    return worst

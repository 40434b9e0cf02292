"""A calendar that other programs read (RFC 5545): whole days, folded lines, nothing in a text that could end its line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

TYPE = "text/calendar; charset=utf-8"
LONGEST_LINE = 75
"""Octets; what follows stands in the next line, behind a space."""


@dataclass(frozen=True)
class Entry:
    """Something to do on one of these days."""

    uid: str
    first: date
    last: date
    title: str
    place: str = ""
    words: str = ""
    link: str = ""


def calendar(name: str, entries: Sequence[Entry], at: datetime) -> bytes:
    """The whole file."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//monitor//audits//EN", "METHOD:PUBLISH"]
    lines += [f"X-WR-CALNAME:{_text(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT6H"]
    for entry in entries:
        lines += _entry(entry, at)
    return b"".join(part for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _entry(entry: Entry, at: datetime) -> list[str]:
    said = {"SUMMARY": entry.title, "LOCATION": entry.place, "DESCRIPTION": entry.words}
    return [
        "BEGIN:VEVENT",
        f"UID:{entry.uid}",
        f"DTSTAMP:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{entry.first:%Y%m%d}",
        f"DTEND;VALUE=DATE:{entry.last + timedelta(days=1):%Y%m%d}",
        *(f"{kind}:{_text(text)}" for kind, text in said.items() if text),
        *([f"URL:{entry.link}"] if entry.link else []),
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _text(plain: str) -> str:
    """Signs that mean something there are written so that they mean themselves."""
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\r", "\\n"), ("\n", "\\n")):
        plain = plain.replace(sign, written)
    return "".join(sign for sign in plain if sign.isprintable() or sign == "\t")


def _folded(line: str) -> Iterator[bytes]:
    """No line is longer than readers must take, and none ends within a letter."""
    part = b""
    for letter in line:
        octets = letter.encode(errors="replace")
        if len(part) + len(octets) > LONGEST_LINE:
            yield part + b"\r\n"
            part = b" "
        part += octets
    yield part + b"\r\n"

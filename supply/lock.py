"""The lock, read: each package with its version and the digests that one of its files must have."""

import re
from dataclasses import dataclass
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"
_ENTRY = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.+!]+)(.*(?:\n[ #].*)*)", re.MULTILINE)
_DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Part:
    """One package in one version."""

    name: str
    version: str
    digests: tuple[str, ...]
    """SHA-256 of each file in which it comes: one is installed, which one depends on the machine."""


def parts(text: str) -> list[Part]:
    """By name; a package may stand in several versions, for several Pythons."""
    return [Part(name, version, tuple(_DIGEST.findall(rest))) for name, version, rest in _ENTRY.findall(text)]

"""What an address is posted: one line of text for each thing that happened, as chat systems show it, and the same as data."""

import json
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from branches import webhooks
from branches.alerts import Fact
from branches.editions import Scope
from branches.language import Language
from branches.webhooks import Post
from reports import alerted, alerts
from reports.alerted import NothingLeft

MOST_LINES = 100
"""What chat systems take in one message."""
_HARMLESS = str.maketrans({"<": "\u2039", ">": "\u203a", "@": "\uff20"})
"""In chat systems these call everybody, or make a link of what is none."""


def body(session: Session, post: Post, scope: Scope, tongue: Language) -> bytes:
    """The post as JSON, of what holds now.

    Args:
        session: only read from.
        post: what is to be told.
        scope: the region or the chain that its address is told about.
        tongue: in which its text is.

    Raises:
        NothingLeft: nothing of it holds.
    """
    found = alerted.told(session, post.events, webhooks.reached(scope))
    if not found:
        raise NothingLeft
    told = alerted.worded(session, found[:MOST_LINES], tongue, post.made_at)
    lines = [_plain(alerts.line(alert, tongue)) for alert in told]
    rest = len(found) - len(lines)
    more = [tongue.count("And {n} more.", "And {n} more.", rest)] if rest > 0 else []
    return written("alerts", post.public_id, post.made_at, "\n".join((*lines, *more)), _events(found[:MOST_LINES]))


def written(kind: str, number: str, created: datetime, text: str, events: Sequence[dict[str, object]] = ()) -> bytes:
    """A post in JSON: `text` is what Slack, Mattermost, Teams and Google Chat show.

    Args:
        kind: "alerts" or "test".
        number: the same each time it is sent.
        created: when it was written.
        text: for people.
        events: for programs.
    """
    said = {"type": kind, "id": number, "created": created.isoformat(), "text": text, "events": list(events)}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _events(found: Sequence[Fact]) -> list[dict[str, object]]:
    return [
        {
            "type": fact.what.value,
            "branch": fact.branch.code,
            "region": fact.branch.region.code,
            "week": fact.week.isoformat(),
            "items": list(fact.failed),
            "section": fact.section or None,
        }
        for fact in found
    ]


def _plain(text: str) -> str:
    """On one line, and without what a chat system would do something with."""
    shown = "".join(" " if unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} else letter for letter in text)
    return " ".join(shown.split()).translate(_HARMLESS)

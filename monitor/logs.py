"""Logs: as text or as JSON, a line each; what is written of a request never holds the secret that its address carries."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal

Form = Literal["text", "json"]


def _path(plain: str) -> str:
    """A server opens an address also where its letters are written as numbers."""
    return "".join(f"(?:{letter}|%{ord(letter):02x})" for letter in plain)


_WAY_IN = rf"{_path('/sign-in/')}(?!(?:code|password)(?![\w-]))"
_CHOICE = _path("/mails/")
_CALENDAR = _path("/calendar/")
_SECRET = re.compile(rf"({_WAY_IN}|{_CHOICE}|{_CALENDAR})[^\s\"'?#<>\]]+", re.IGNORECASE)
WORDS = "%(asctime)s %(levelname)s %(message)s"
FACTS = "facts"
"""What a record carries beside its words: the keys of its line of JSON."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that this thread answers."""


def redacted(text: str) -> str:
    """Without the secret part of a sign-in link, of the address by which one chooses one's mails, or by which a calendar reads."""
    return _SECRET.sub(r"\1…", text)


class Redacting(logging.Formatter):
    """Words a record with its traceback, then takes out what opens a door; what is wrong is found by the request's id."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        known = request_id.get() if record.levelno >= logging.WARNING else ""
        return f"{super().formatMessage(record)} [request {known}]" if known else super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


class Lines(logging.Formatter):
    """A record as one line of JSON, its traceback in it; what opens a door is taken out of each text."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        if known := request_id.get():
            said["request"] = known
        said |= getattr(record, FACTS, {})
        if record.exc_info:
            said["traceback"] = redacted(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False)


def begin(form: Form = "text") -> None:
    """The whole process writes through it: our own words, the libraries' only when something is wrong."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines() if form == "json" else Redacting(WORDS))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("monitor").setLevel(logging.INFO)


def of_the_server(form: Form = "text") -> dict[str, Any]:
    """The web server's own log and its list of requests, in its terms."""
    words = {"()": Lines} if form == "json" else {"()": Redacting, "fmt": WORDS}
    return {
        "formatters": {"generic": words, "access": words},
        "handlers": {
            name: {"formatter": name, "class": "logging.StreamHandler", "stream": "ext://sys.stderr"}
            for name in ("generic", "access")
        },
        "loggers": {
            "_granian": {"handlers": ["generic"], "level": "INFO", "propagate": False},
            "granian.access": {"handlers": ["access"], "level": "INFO", "propagate": False},
        },
    }

"""A form as it was sent: everything typed is kept, and each refusal stands beside its field."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date

from flask import request

from branches.errors import Conflict, NotFound, Refused
from branches.language import message
from branches.people import User
from monitor.web import forms, gate

UNFIT, STALE = 422, 409


class Typed:
    """What came in; `errors` holds a sentence by field."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.errors: dict[str, str] = {}
        self.status = UNFIT

    def text(self, name: str, most: int, missing: str = "") -> str:
        """A text of bounded length; `missing` is what is said where there is none."""
        found = forms.plain(request.form.get(name, "")).strip()
        self.values[name] = found
        if len(found) > most:
            self.wrong(name, Refused("That is longer than {most} characters.", most=most))
        elif missing and not found:
            self.wrong(name, Refused(missing))
        return found

    def line(self, name: str, most: int, missing: str = "") -> str:
        """The same, without line ends."""
        found = " ".join(self.text(name, most, missing).split())
        self.values[name] = found
        return found

    def day(self, name: str, missing: str = "") -> date | None:
        """A day as browsers send it; None where it is missing or none."""
        found = self.text(name, 40, missing)
        try:
            return date.fromisoformat(found) if found else None
        except ValueError:
            self.wrong(name, Refused(message("{text} is not a day; write it like 2026-11-16."), text=found[:40]))
            return None

    def one_of(self, name: str, allowed: Collection[str], missing: str) -> str:
        """One of a few; anything else is asked for again."""
        found = self.text(name, 200)
        if found not in allowed:
            self.wrong(name, Refused(missing))
            return ""
        return found

    def wrong(self, name: str, refused: Refused) -> None:
        """Only the first thing that is wrong with a field is said."""
        self.errors.setdefault(name, gate.tongue().say(refused.message, **refused.values))

    def tell(self, name: str, sentence: str) -> None:
        self.wrong(name, Refused(sentence))

    def take(self, field: str, verb: Callable[[], object]) -> bool:
        """Does it, unless something is wrong already; what refuses it is said beside that field."""
        if self.errors:
            return False
        with self.beside(field):
            verb()
            gate.session().flush()
        return not self.errors

    @contextmanager
    def beside(self, field: str) -> Iterator[None]:
        """A refusal in here is said beside that field, and nothing of it is kept."""
        try:
            yield
        except NotFound:
            raise
        except Refused as refused:
            gate.session().rollback()
            self.status = STALE if isinstance(refused, Conflict) else UNFIT
            self.wrong(field, refused)

    @property
    def found(self) -> list[tuple[str, str]]:
        """For the list above the form."""
        return list(self.errors.items())


def by() -> User:
    return gate.person()

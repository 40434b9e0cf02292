"""Refusals: what cannot be done, as a key with values that the edge words in the reader's language."""


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """The request cannot be met; `message` says what is wrong, where, and what to do."""

    def __init__(self, message: str, /, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return self.message.format(**self.values)


class NotFound(Refused):
    """There is no such thing, or this person may not know of it."""


class NotAllowed(Refused):
    """This person may not do that."""


class Conflict(Refused):
    """Somebody or something else got there first."""

"""States: where audits, appeals and corrective actions stand, which step may follow which, and the words for it."""

from collections.abc import Mapping
from enum import StrEnum

from branches.language import Message, message


class AuditState(StrEnum):
    """Where an audit is in its life."""

    ASSIGNED = "assigned"
    STARTED = "started"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    RELEASED = "released"
    APPEALED = "appealed"
    DECIDED = "decided"
    CLOSED = "closed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    EXCLUDED = "excluded"

    @property
    def word(self) -> Message:
        """As the office and the branch are told."""
        return _AUDIT[self]

    @property
    def shoppers_word(self) -> Message:
        """As the audit's shopper is told; what happens to it at the branch is not among it."""
        return _SHOPPERS.get(self, message("done"))


class AppealState(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    """The branch has taken it back."""

    @property
    def word(self) -> Message:
        return _APPEAL[self]


class ActionState(StrEnum):
    """Where a corrective action stands."""

    OPEN = "open"
    COMPLETED = "completed"
    VERIFIED = "verified"

    @property
    def word(self) -> Message:
        return _ACTION[self]


class Reply(StrEnum):
    """What a branch says to a corrective action that somebody else planned for it, or left to one of its staff."""

    UNASKED = ""
    """It was planned by whoever sees to it: there is nothing to accept."""
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """Why it cannot be done stands in its history."""
    ASKED = "asked"
    """There is a question."""

    @property
    def word(self) -> Message:
        return _REPLY[self]


COUNTED = frozenset({AuditState.RELEASED, AuditState.APPEALED, AuditState.DECIDED, AuditState.CLOSED})
"""States in which an audit counts and staff may see it."""

NEXT: Mapping[AuditState, frozenset[AuditState]] = {
    AuditState.ASSIGNED: frozenset({AuditState.STARTED, AuditState.EXPIRED, AuditState.WITHDRAWN}),
    AuditState.STARTED: frozenset({AuditState.SUBMITTED, AuditState.EXPIRED, AuditState.WITHDRAWN}),
    AuditState.SUBMITTED: frozenset({AuditState.RETURNED, AuditState.APPROVED, AuditState.EXCLUDED}),
    AuditState.RETURNED: frozenset({AuditState.SUBMITTED, AuditState.EXCLUDED, AuditState.WITHDRAWN}),
    AuditState.APPROVED: frozenset({AuditState.RELEASED, AuditState.RETURNED, AuditState.EXCLUDED}),
    AuditState.RELEASED: frozenset({AuditState.APPEALED, AuditState.CLOSED, AuditState.EXCLUDED}),
    AuditState.APPEALED: frozenset({AuditState.DECIDED, AuditState.EXCLUDED}),
    AuditState.DECIDED: frozenset({AuditState.APPEALED, AuditState.CLOSED, AuditState.EXCLUDED}),
    AuditState.CLOSED: frozenset({AuditState.EXCLUDED}),
    AuditState.EXPIRED: frozenset(),
    AuditState.WITHDRAWN: frozenset(),
    AuditState.EXCLUDED: frozenset(),
}
"""Which step may follow which."""

# Apart from the codes above: these are stored, and a better word must not change what is stored.
_AUDIT = {
    AuditState.ASSIGNED: message("assigned"),
    AuditState.STARTED: message("started"),
    AuditState.SUBMITTED: message("submitted"),
    AuditState.RETURNED: message("returned"),
    AuditState.APPROVED: message("approved"),
    AuditState.RELEASED: message("released"),
    AuditState.APPEALED: message("appealed"),
    AuditState.DECIDED: message("decided"),
    AuditState.CLOSED: message("closed"),
    AuditState.EXPIRED: message("expired"),
    AuditState.WITHDRAWN: message("withdrawn"),
    AuditState.EXCLUDED: message("excluded"),
}
_SHOPPERS = {
    AuditState.ASSIGNED: message("to be made"),
    AuditState.STARTED: message("begun"),
    AuditState.SUBMITTED: message("sent, being looked at"),
    AuditState.RETURNED: message("returned to you"),
    AuditState.EXPIRED: message("expired"),
    AuditState.WITHDRAWN: message("withdrawn"),
    AuditState.EXCLUDED: message("not counted"),
}
_APPEAL = {
    AppealState.OPEN: message("open"),
    AppealState.UPHELD: message("upheld"),
    AppealState.REJECTED: message("rejected"),
    AppealState.WITHDRAWN: message("withdrawn"),
}
_ACTION = {
    ActionState.OPEN: message("open"),
    ActionState.COMPLETED: message("completed"),
    ActionState.VERIFIED: message("verified"),
}
_REPLY = {
    Reply.WAITING: message("not accepted yet"),
    Reply.ACCEPTED: message("accepted"),
    Reply.REFUSED: message("the branch says why not"),
    Reply.ASKED: message("the branch has a question"),
}

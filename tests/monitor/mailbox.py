"""Mail as tests see it: what was sent, in order; and what is in it."""

import re
from dataclasses import dataclass, field
from email.message import EmailMessage

from reports.envelope import NotDelivered


@dataclass
class Mailbox:
    """A way out that keeps what goes by, or takes nothing."""

    sent: list[EmailMessage] = field(default_factory=list)
    shut: bool = False

    def send(self, message: EmailMessage) -> None:
        if self.shut:
            raise NotDelivered("451 try again later", for_good=False)
        self.sent.append(message)


def text(message: EmailMessage, kind: str = "plain") -> str:
    body = message.get_body((kind,))
    assert isinstance(body, EmailMessage)
    return str(body.get_content()).replace("\r\n", "\n")


def link(message: EmailMessage) -> str:
    """The link's path."""
    found = re.search(r"(https?://[^/]+)(/sign-in/[\w-]+)", text(message))
    assert found is not None
    return found[2]


def code(message: EmailMessage) -> str:
    found = re.search(r"^(\d{3}) (\d{3}) (\d{3})$", text(message), re.MULTILINE)
    assert found is not None
    return found[1] + found[2] + found[3]

"""The envelope: what is said, to whom and from whom, as one message that any mail server takes; no name can add a header."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, quote
from typing import Any, Protocol
from urllib.parse import quote as quoted
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")


class _Exact(EmailPolicy):
    """Writes subjects and names itself.

    The library's own folding loses spaces between words of some scripts, lets an encoded line end a header
    (CVE-2024-6923), and may leave a header's first line empty.
    """

    def fold(self, name: str, value: Any) -> str:
        match name.lower():
            case "subject":
                return f"{name}: {self._encoded(str(value), name)}{self.linesep}"
            case "from" | "to":
                each = (self._address(one, name) for one in value.addresses)
                return f"{name}: {f',{self.linesep} '.join(each)}{self.linesep}"
            case "list-unsubscribe":
                return f"{name}: {value}{self.linesep}"  # folded or encoded, a mail program finds no address in it
            case _:
                folded: str = super().fold(name, value)
                return folded

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("utf-8" if self.utf8 else "ascii", "surrogateescape")

    def _encoded(self, text: str, name: str) -> str:
        text = one_line(text)
        return text if text.isascii() else Header(text, "utf-8", header_name=name).encode(linesep=self.linesep)

    def _address(self, one: Address, name: str) -> str:
        if not one.display_name:
            return f"<{one.addr_spec}>"
        shown = one_line(one.display_name)
        quoted = f'"{quote(shown)}"' if shown.isascii() else self._encoded(shown, name)
        return f"{quoted}{self.linesep} <{one.addr_spec}>"


POLICY = _Exact(linesep="\r\n", cte_type="7bit")
"""Plain letters all the way: a relay that knows no eight-bit mail changes nothing."""
LONGEST_HEADER = 250
"""Letters of a subject or a name that are kept."""
_OF_PATHS = "/%:@!$&'()*+;=~"
"""What stands in an address as it is; a comma would begin another one."""
_NO_LETTERS = {"Cc", "Cs", "Zl", "Zp"}
"""Control characters, halves of characters, and what ends a line somewhere."""


class NotDelivered(Exception):  # noqa: N818 - the mail waits, nothing is lost
    """The mail was not taken; `why` is what the mail server said, `for_good` that asking again soon is of no use."""

    def __init__(self, why: str, for_good: bool, *, unreachable: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.for_good = for_good
        self.unreachable = unreachable
        """Whether it is the server that is in trouble, and not this mail."""


class Transport(Protocol):
    """A way out of the house."""

    def send(self, message: EmailMessage) -> None:
        """Hands the message over; it is kept there once this returns.

        Raises:
            NotDelivered: it was not taken, or nobody knows whether it was.
        """


@dataclass(frozen=True)
class Sender:
    """Whom mail comes from."""

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        """As mail servers know it."""
        return _domain(self.address.rpartition("@")[2])


@dataclass(frozen=True)
class Image:
    """A picture that the message carries; its HTML names it as cid:`cid`."""

    cid: str
    content: bytes
    alt: str


@dataclass(frozen=True)
class Letter:
    """One mail in words, for one reader."""

    subject: str
    text: str
    html: str = ""
    images: tuple[Image, ...] = ()


@dataclass(frozen=True)
class Paper:
    """A PDF that the message carries."""

    name: str
    content: bytes


def enclose(
    letter: Letter,
    sender: Sender,
    to: Address,
    *,
    message_id: str,
    at: datetime,
    papers: Iterable[Paper] = (),
    ended_at: str = "",
) -> EmailMessage:
    """The letter with its text, HTML, pictures and papers as one message; `ended_at`: where one ends such mails."""
    message = EmailMessage(policy=POLICY)
    message["From"] = address(sender.address, sender.name)
    message["To"] = to
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: answering machines keep quiet
    _say_where_it_ends(message, ended_at)
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
        _add_images(message, letter.images)
    for paper in papers:
        message.add_attachment(paper.content, maintype="application", subtype="pdf", filename=one_line(paper.name))
    return message


def _say_where_it_ends(message: EmailMessage, link: str) -> None:
    """For the mail program's own button: RFC 2369, and by one click RFC 8058, which asks for https."""
    if link:
        message["List-Unsubscribe"] = f"<{_plain(link)}>"
    if link.startswith("https://"):
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _add_images(message: EmailMessage, images: tuple[Image, ...]) -> None:
    shown = message.get_body(("html",))
    if not isinstance(shown, EmailMessage):
        return
    for image in images:
        shown.add_related(
            image.content,
            maintype="image",
            subtype="png",
            cid=f"<{image.cid}>",
            disposition="inline",
            filename=f"{image.cid.partition('@')[0]}.png",
        )


def address(written: str, name: str = "") -> Address:
    """A mail address with the name to be shown; a domain in letters of its own is written as mail servers know it.

    Raises:
        NotDelivered: no message can be sent to such an address.
    """
    user, _, host = written.rpartition("@")
    no_address = NotDelivered("This is no address that a mail can be sent to.", for_good=True)
    if not (user and host) or any(c.isspace() or not c.isprintable() for c in written):
        raise no_address
    try:
        return Address(one_line(name), user, _domain(host))
    except (ValueError, IndexError):
        raise no_address from None


def _plain(link: str) -> str:
    """An address as it may stand in a header, whatever letters its host and folders are written in."""
    parts = urlsplit(link)
    host, colon, port = parts.netloc.partition(":")
    return f"{parts.scheme}://{_domain(host)}{colon}{port}{quoted(parts.path, safe=_OF_PATHS)}"


def _domain(host: str) -> str:
    return host if host.isascii() else host.encode("idna").decode("ascii")


def addresses(message: EmailMessage) -> list[str]:
    """Whom a message is from and for."""
    found = (message[name] for name in ("From", "To"))
    return [one.addr_spec for header in found if header is not None for one in header.addresses]


def without_addresses(said: str) -> str:
    """What a mail server answered, for a log: its answers name whom they refuse."""
    return _ADDRESS.sub("…", said)


def one_line(text: str) -> str:
    """As it may stand in a header: on one line, without control characters, of a bounded length.

    What begins like an encoded word is broken up: decoded, it could hold a line break.
    """
    kept = "".join(" " if unicodedata.category(c) in _NO_LETTERS else c for c in text)
    words = " ".join(kept.replace("=?", "= ?").split())
    return words if len(words) <= LONGEST_HEADER else words[: LONGEST_HEADER - 1].rstrip() + "…"

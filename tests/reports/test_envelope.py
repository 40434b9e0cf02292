"""The envelope: whatever a name holds, it stays where it was put."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import envelope
from reports.envelope import Image, Letter, NotDelivered, Paper, Sender

AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
NAMES = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"]
BODY = ["Content-Type", "Content-Transfer-Encoding", "MIME-Version"]


def posted(letter: Letter, *, sender: str = "Salons", to: str = "Kati", papers: tuple[Paper, ...] = ()) -> EmailMessage:
    """What arrives of a message."""
    made = envelope.enclose(
        letter,
        Sender("reports@chain.example", sender),
        envelope.address("kati@example.com", to),
        message_id="<a.b@chain.example>",
        at=AT,
        papers=papers,
    )
    arrived = message_from_bytes(made.as_bytes(), policy=default)
    assert isinstance(arrived, EmailMessage)
    return arrived


@pytest.mark.parametrize(
    "odd",
    [
        "North\r\nBcc: everybody@example.com",
        "North\nBcc: everybody@example.com",
        "North\x85Bcc: x@example.com",
        "North\u2028Bcc: x@example.com",
        "North\x00\x1b[31m",
        "=?utf-8?q?Bcc=3A_x=40example.com?=",
        "=?utf-8?q?North=0D=0ABcc=3A_x=40example.com?=",
        "North =?utf-8?b?DQpCY2M6IHhAZXhhbXBsZS5jb20NCg==?= South",
        '"; <evil@example.com>, ',
        "a\ud800b",
        "N" * 5000,
    ],
)
def test_no_name_adds_a_header_or_a_recipient(odd: str) -> None:
    arrived = posted(Letter(odd, "text"), sender=odd, to=odd, papers=(Paper(f"{odd}.pdf", b"%PDF-"),))
    assert sorted(arrived.keys()) == sorted([*NAMES, "Content-Type", "MIME-Version"])
    assert [one.addr_spec for one in arrived["To"].addresses] == ["kati@example.com"]
    assert [one.addr_spec for one in arrived["From"].addresses] == ["reports@chain.example"]


@given(st.text(max_size=120))
def test_a_subject_arrives_as_one_line_of_what_was_written(text: str) -> None:
    arrived = posted(Letter(text, "text"))
    assert list(arrived.keys()) == [*NAMES, *BODY]
    assert str(arrived["Subject"]).split() == envelope.one_line(text).split()


@pytest.mark.parametrize(
    "subject",
    [
        "The whole chain, week of 16 Mar: Not enough audits to judge any branch",
        "North, nov. 16-i hét: Köszöntés: 38 üzletből 3 elmarad a szokásostól",
        "\u2068سوق\u2069, 16 நவ. அன்று தொடங்கும் வாரம்: வரவேற்பு: 38 கிளைகளில் 3 வழக்கத்தைவிடக் குறைவு",
    ],
)
def test_a_subject_begins_on_its_own_line_and_arrives_unharmed(subject: str) -> None:
    arrived = posted(Letter(subject, "text"))
    assert str(arrived["Subject"]) == subject
    raw = envelope.enclose(
        Letter(subject, "text"), Sender("a@b.example"), envelope.address("c@d.example"), message_id="<a@b>", at=AT
    ).as_bytes()
    assert b"\r\nSubject:\r\n" not in raw
    assert raw.isascii()


def test_the_html_finds_its_picture_and_the_text_comes_first() -> None:
    picture = Image("funnel.abc@chain.example", b"\x89PNG\r\n", "a picture")
    html = "<p>szöveg</p><img src='cid:funnel.abc@chain.example' alt='a picture'>"
    arrived = posted(Letter("Subject", "szöveg\n", html, (picture,)), papers=(Paper("Fő tér.pdf", b"%PDF-1.7"),))
    kinds = [part.get_content_type() for part in arrived.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    parts = {part.get_content_type(): part for part in arrived.walk()}
    assert parts["image/png"]["Content-ID"] == "<funnel.abc@chain.example>"
    assert parts["image/png"].get_content_disposition() == "inline"
    assert parts["application/pdf"].get_filename() == "Fő tér.pdf"
    text = arrived.get_body(("plain",))
    assert isinstance(text, EmailMessage)
    assert text.get_content() == "szöveg\r\n"


def test_a_domain_in_letters_of_its_own_is_written_for_mail_servers() -> None:
    assert envelope.address("kati@példa.hu").addr_spec == "kati@xn--plda-bpa.hu"
    assert Sender("reports@példa.hu").domain == "xn--plda-bpa.hu"


@pytest.mark.parametrize("written", ["", "@", "a@", "@b", "a b@c.example", "a\r\n@c.example", "a@b..c\u00e9"])
def test_what_is_no_address_is_refused_for_good(written: str) -> None:
    with pytest.raises(NotDelivered) as refused:
        envelope.address(written)
    assert (refused.value.for_good, refused.value.unreachable) == (True, False)

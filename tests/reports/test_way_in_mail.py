"""The mail about a change of one's sign-in: what was done, in the reader's language, and what to do if it was not them."""

import pytest
from sqlmodel import Session

from branches import outbox
from branches.language import codes
from branches.outbox import MailKind
from reports import way_in_mail
from reports.addressed import Links
from reports.envelope import Letter
from tests import make

LINKS = Links("https://quality.example.com", "example.com")


def letter(session: Session, verb: str, language: str = "en", **about: int) -> Letter:
    reader = make.user(session)
    reader.language = language
    mail = outbox.write(session, MailKind.SIGN_IN, reader, {"verb": verb, **about}, key=verb, at=make.NOON)
    return way_in_mail.told(mail, reader, LINKS).letter


def test_it_says_what_was_done_and_what_to_do_if_it_was_somebody_else(session: Session) -> None:
    told = letter(session, "use_recovery_code", left=9)
    assert told.subject == "Your sign-in has changed"
    for words in (
        "One of your recovery codes was used.",
        "9 of them are left.",
        "If this was not you, tell head office at once.",
        "https://quality.example.com/account",
    ):
        assert words in told.text
        assert words in told.html


@pytest.mark.parametrize("language", codes())
@pytest.mark.parametrize("verb", way_in_mail.DONE)
def test_each_change_is_said_in_each_language(session: Session, verb: str, language: str) -> None:
    told = letter(session, verb, language)
    assert ("[en]" in told.text, told.text.isascii()) == (False, language == "en")

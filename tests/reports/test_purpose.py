"""What it is for stands in the small print of every mail that tells of results, in both of its forms."""

from collections.abc import Callable

import pytest

from branches.language import Language, codes, language
from reports.alerts import alerts_mail
from reports.envelope import Letter
from reports.purpose import purpose
from reports.reminding import Told
from reports.reminding import letter as reminder
from tests.reports import test_alerts, test_mail

TOLD = Told(
    "Main Street", "Greeting", "Smile.", "20 July", late=False, planner="", why="Why.", link="https://a.example"
)


def of_week(tongue: Language) -> Letter:
    return test_mail.letter(code=tongue.code)


def between_reports(tongue: Language) -> Letter:
    return alerts_mail([test_alerts.failed()], tongue, test_alerts.setting())


def of_action(tongue: Language) -> Letter:
    return reminder(TOLD, tongue)


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("made", [of_week, between_reports, of_action])
def test_a_mail_says_what_it_is_for(made: Callable[[Language], Letter], code: str) -> None:
    letter, words = made(language(code)), purpose(language(code))
    small_print = letter.text.partition("\n-- \n")[2]
    assert " ".join(small_print.split()).startswith(words)
    assert words in letter.html

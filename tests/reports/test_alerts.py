"""What happened between reports, in words: what is counted, what is shown, and what a line says alone."""

from collections.abc import Callable
from datetime import date

import pytest

from branches.alerts import What
from branches.language import codes, language
from reports.alerts import MOST_LINES, Alert, Setting, alerts_mail, gist, line, subject_line

ENGLISH = language("en")
WEEK = date(2026, 11, 16)


def failed(branch: str = "Kossuth tér", region: str = "North", *items: str) -> Alert:
    return Alert(What.CRITICAL, branch, region, WEEK, items or ("Clean tools",))


def flag(what: What = What.RAISED, branch: str = "Fő utca", region: str = "North") -> Alert:
    return Alert(what, branch, region, WEEK, section="Greeting")


def setting(*why: str) -> Setting:
    return Setting(
        "North", "https://a.example/", why or ("You get this because you manage North.",), "https://a.example/m"
    )


@pytest.mark.parametrize(
    ("alerts", "subject"),
    [
        ([failed()], "North: A critical item failed at Kossuth tér"),
        ([failed(), flag()], "North: A critical item failed at Kossuth tér; 1 flag was raised"),
        ([failed(), failed("Liget")], "North: A critical item failed at 2 audits"),
        (
            [flag(), flag(), flag(What.CLEARED), flag(What.WITHDRAWN)],
            "North: 2 flags were raised; 1 flag was cleared; 1 flag was withdrawn",
        ),
    ],
)
def test_the_subject_says_where_and_what(alerts: list[Alert], subject: str) -> None:
    assert subject_line(alerts, ENGLISH, "North") == subject
    assert alerts_mail(alerts, ENGLISH, setting()).subject == subject


@pytest.mark.parametrize(
    ("alert", "said"),
    [
        (failed("A", "North", "x", "y"), "A critical item failed: A, North, week of 16 November 2026: x; y"),
        (flag(), "Flag raised: Fő utca, North, week of 16 November 2026: Greeting"),
        (flag(What.CLEARED), "Flag cleared: Fő utca, North, week of 16 November 2026: Greeting"),
        (
            flag(What.WITHDRAWN),
            "Flag withdrawn after a correction: Fő utca, North, week of 16 November 2026: Greeting",
        ),
    ],
)
def test_a_line_says_by_itself_what_happened(alert: Alert, said: str) -> None:
    assert line(alert, ENGLISH) == said


def test_each_kind_stands_under_its_heading_and_regions_where_there_are_several() -> None:
    alone = alerts_mail([failed(), flag()], ENGLISH, setting()).text
    assert "Critical items that failed\n- Kossuth tér · week of 16 November 2026 · Clean tools" in alone
    assert "Flags raised\n- Fő utca · Greeting · week of 16 November 2026" in alone
    assert "cleared" not in alone
    both = alerts_mail([failed(), flag(region="South")], ENGLISH, setting()).text
    assert "- Kossuth tér · North · week of 16 November 2026 · Clean tools" in both
    assert "- Fő utca · South · Greeting · week of 16 November 2026" in both


def test_no_more_is_listed_than_one_can_read() -> None:
    many = [flag(branch=f"Branch {n}") for n in range(MOST_LINES + 3)]
    letter = alerts_mail(many, ENGLISH, setting())
    for shown in (letter.text, letter.html):
        assert shown.count("Greeting") == MOST_LINES
        assert "And 3 more." in shown


def meaning(alerts: list[Alert]) -> tuple[bool, bool]:
    text = " ".join(alerts_mail(alerts, ENGLISH, setting()).text.split())
    return "no proof of anything about a person" in text, "a reason to look, not a verdict" in text


def test_what_it_means_is_said_of_what_is_told() -> None:
    assert meaning([failed()]) == (True, False)
    assert meaning([flag()]) == (False, True)
    assert meaning([failed(), flag()]) == (True, True)
    assert meaning([flag(What.CLEARED)]) == (False, False)


def test_names_are_no_markup() -> None:
    shown = alerts_mail([failed("<b>A</b>", "North", "<img src=x>")], ENGLISH, setting("<i>why</i>")).html
    assert "<b>" not in shown
    assert "<img" not in shown
    assert "<i>" not in shown


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("said", [gist, lambda alerts, tongue: [line(one, tongue) for one in alerts]])
def test_every_language_says_everything(code: str, said: Callable[..., list[str]]) -> None:
    every = [failed(), *(flag(what) for what in What if what is not What.CRITICAL)]
    tongue = language(code)
    words = [*said(every, tongue), alerts_mail(every, tongue, setting()).text]
    assert [one for one in words if "[en]" in one] == []

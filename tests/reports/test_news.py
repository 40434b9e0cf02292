"""What came in: what failed at a new audit, the way to it, and how many audits were left out."""

from dataclasses import replace

import pytest

from branches.language import language
from reports import stored
from reports.compose import compose
from reports.figures import NewAudit, State
from reports.news import MOST_FINDINGS
from reports.report import Fresh
from tests.reports import invented
from tests.reports.invented import TITLES, WEEK

NORM = State.AS_NORM
PLAIN = invented.figures({"b1": (NORM, NORM)})
AUDIT = NewAudit("b1", WEEK, late=False, score=80.0, failed_critical=(), public_id="0123456789abcdef")
WORDS = {"GREET": "Greeted within a minute", "DRINK": "A drink offered"}


def told(audit: NewAudit) -> Fresh:
    (fresh,) = compose(replace(PLAIN, new=(audit,)), language("en"), TITLES, WORDS).news.others
    return fresh


def test_what_failed_is_told_in_the_words_of_the_standard() -> None:
    found = told(replace(AUDIT, findings=("GREET", "DRINK", "OLD")))
    assert found.findings == "Not in order: Greeted within a minute · A drink offered · OLD"
    assert told(AUDIT).findings == ""


def test_very_many_that_failed_are_counted() -> None:
    found = told(replace(AUDIT, findings=tuple(f"I{n}" for n in range(MOST_FINDINGS + 2))))
    assert found.findings == "Not in order: I0 · I1 · I2 · 2 more"


@pytest.mark.parametrize(
    ("photos", "way"), [(0, "The audit"), (1, "The audit, with 1 photo"), (3, "The audit, with 3 photos")]
)
def test_the_way_to_it_says_how_many_photos_there_are(photos: int, way: str) -> None:
    found = told(replace(AUDIT, photos=photos))
    assert (found.audit, found.way) == (AUDIT.public_id, way)


def test_an_edition_that_kept_no_audit_has_no_way() -> None:
    found = told(replace(AUDIT, public_id=""))
    assert (found.audit, found.way) == ("", "")


def test_what_an_older_edition_did_not_keep_is_no_change_of_it() -> None:
    now = replace(PLAIN, new=(replace(AUDIT, findings=("GREET",), photos=2),))
    was = replace(PLAIN, new=(replace(AUDIT, public_id=""),))
    assert stored.changes(was, now) == ()


@pytest.mark.parametrize(
    ("excluded", "said"),
    [
        (None, "The standard is version 3."),
        (0, "No audit of these days was excluded."),
        (1, "1 audit of these days was excluded by head office, which keeps the reason; it counts nowhere."),
        (2, "2 audits of these days were excluded by head office, which keeps the reasons; they count nowhere."),
    ],
)
def test_what_was_left_out_is_said_and_nothing_where_it_was_not_counted(excluded: int | None, said: str) -> None:
    assert compose(replace(PLAIN, excluded=excluded), language("en"), TITLES).notes[-1] == said

"""A standard as XLSForm: it comes back as it went, and other programs take it for a form."""

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from pyxform.xls2xform import convert
from sqlmodel import Session

from branches.errors import Refused
from branches.exchange.publishing import publish_standard, says_the_same
from branches.exchange.shipped import SHIPPED, read_standard, read_tables
from branches.exchange.toml_out import written_standard
from branches.exchange.written import WrittenStandard
from branches.exchange.xlsform import read_xlsform, xlsform
from branches.exchange.xlsform.workbook import read_workbook
from branches.exchange.xlsform.writing import said
from tests.branches import drawn
from tests.branches.forms import NOW

SHEETS = ("survey", "choices", "settings", "bands")
SMALL: dict[str, Any] = {
    "title": "Test",
    "total": "sections",
    "bands": {"good": 80},
    "sections": [
        {
            "code": "greeting",
            "title": "Greeting",
            "items": [
                {"code": "greeted", "text": "Greeted?", "hint": "A nod counts.", "weight": 3, "critical": True},
                {
                    "code": "after",
                    "type": "seconds",
                    "from": 180,
                    "to": 60,
                    "na": True,
                    "when": "greeted = yes",
                    "timed": "arrived-greeted",
                    "channels": ["visit", "phone"],
                    "text": "After how long?",
                },
                {"code": "smile", "type": "rating", "from": 1, "to": 3, "judgement": True, "text": "A smile?"},
                {"code": "who", "type": "choice", "options": ["desk", "a colleague"], "text": "Who?"},
            ],
        }
    ],
}


def small() -> WrittenStandard:
    words = {"text": "Who?", "options": {"desk": "The desk"}}
    hungarian = {"language": "hu", "items": {"greeted": {"text": "Köszöntek?"}}}
    files: dict[str, dict[str, Any]] = {
        "small.toml": SMALL,
        "small.en.toml": {"items": {"who": words}},
        "small.hu.toml": hungarian,
    }
    return read_tables("small.toml", files)


def rows(data: bytes, sheet: str) -> list[dict[str, str]]:
    """What a person would see: each row by the heads of the columns that hold something."""
    found = read_workbook(data, SHEETS)[sheet].rows
    return [{found[1][at]: text for at, text in cells.items()} for row, cells in found.items() if row > 1]


def converted(data: bytes) -> str:
    """By the program from which ODK, KoboToolbox and others have their forms."""
    return str(convert(BytesIO(data), file_type=".xlsx", validate=False).xform)


@pytest.mark.slow
@given(standard=drawn.standards())
def test_any_standard_comes_back_from_its_xlsform(standard: WrittenStandard) -> None:
    read = read_xlsform(xlsform(standard))
    assert said(read.standard) == said(standard)
    assert read.remarks == ()


@pytest.mark.slow
@given(standard=drawn.standards())
def test_any_standard_comes_back_from_its_toml(standard: WrittenStandard) -> None:
    assert said(written_standard(drawn.stored(standard))) == said(standard)


@pytest.mark.slow
@given(standard=drawn.standards())
def test_other_programs_take_any_standard_for_a_form(standard: WrittenStandard) -> None:
    assert "<h:html" in converted(xlsform(standard))


@pytest.mark.slow
def test_the_standard_for_salons_is_a_form_of_which_nothing_is_lost(session: Session) -> None:
    shipped = read_standard(SHIPPED)
    standard, _ = publish_standard(session, shipped, at=NOW)
    data = xlsform(written_standard(standard))
    form = convert(BytesIO(data), file_type=".xlsx", validate=False)
    assert form.warnings == []
    assert [form.xform.count(f'<translation lang="{name}') for name in ("English (en)", "Telugu (te)")] == [1, 1]
    read = read_xlsform(data)
    assert (said(read.standard), read.remarks) == (said(shipped), ())
    assert says_the_same(standard, read.standard)


def test_a_form_asks_what_the_standard_asks() -> None:
    found = rows(xlsform(small()), "survey")
    assert [(row["type"], row["name"]) for row in found] == [
        ("begin group", "greeting"),
        ("select_one yes_no", "greeted"),
        ("integer", "after"),
        ("select_one rating_1_3", "smile"),
        ("select_one list_who", "who"),
        ("end group", "greeting"),
    ]
    assert found[1] == {
        "type": "select_one yes_no",
        "name": "greeted",
        "label::English (en)": "Greeted?",
        "label::Hungarian (hu)": "Köszöntek?",
        "hint::English (en)": "A nod counts.",
        "required": "yes",
        "kind": "yes_no",
        "weight": "3",
        "critical": "yes",
        "scored": "yes",
        "na": "no",
        "judgement": "no",
        "channels": "visit",
    }
    after = found[2]
    assert (after["relevant"], after["constraint"]) == ("${greeted} = 'yes'", ". >= 0 and . <= 86400")
    assert (after["from"], after["to"], after["channels"], after["timed"]) == (
        "180",
        "60",
        "visit, phone",
        "arrived-greeted",
    )


def test_choices_are_named_as_other_programs_can_name_them() -> None:
    found = [row for row in rows(xlsform(small()), "choices") if row["list_name"] == "list_who"]
    assert found == [
        {"list_name": "list_who", "name": "desk", "label::English (en)": "The desk"},
        {"list_name": "list_who", "name": "option:2", "exact_name": "a colleague"},
    ]
    said_yes = next(row for row in rows(xlsform(small()), "choices") if row["name"] == "yes")
    assert (said_yes["label::English (en)"], said_yes["label::Hungarian (hu)"]) == ("Yes", "Igen")


def test_another_program_skips_by_the_same_rule() -> None:
    form = converted(xlsform(small()))
    assert "relevant=\" /data/greeting/greeted  = 'yes'\"" in form


def test_the_same_standard_is_the_same_bytes() -> None:
    assert xlsform(small()) == xlsform(small())


def test_a_standard_that_would_not_come_back_is_refused() -> None:
    """A spreadsheet's cell has an end; here a list of channels goes beyond it."""
    sections = [{"code": "a", "items": [{"code": "b", "text": "c", "channels": ["x" * 32] * 2000}]}]
    long = read_tables("long.toml", {"long.toml": {"sections": sections}})
    with pytest.raises(Refused) as refused:
        xlsform(long)
    assert str(refused.value) == "The standard has no form as XLSForm: a text of it would be read otherwise."

"""XLSForms of others: what is taken and how, what is left out, and every fault with its sheet, row and column."""

from typing import Any

import pytest

from branches.exchange.faults import FormRefused
from branches.exchange.xlsform import ReadForm, read_xlsform
from branches.exchange.xlsform.languages import code_of
from tests.branches.workbooks import GREETED, HEAD, YES_NO, book, survey

NO_WEIGHT = "survey, row 1: There is no column weight: each item counts 1."
NO_LANGUAGE = "survey, row 1: The file does not say its language; it is taken for en."
USUAL = [NO_LANGUAGE, NO_WEIGHT]
LOOSE = "survey, row 2: Questions that stand in no group are the section general."


def faults(data: bytes) -> list[str]:
    with pytest.raises(FormRefused) as refused:
        read_xlsform(data)
    return [str(fault) for fault in refused.value.faults]


def remarks(read: ReadForm) -> list[str]:
    return [str(remark) for remark in read.remarks]


def items(read: ReadForm) -> dict[str, Any]:
    return {code: item.values["type"].value for code, item in read.standard.items.items()}


def in_group(*rows: tuple[Any, ...]) -> tuple[tuple[Any, ...], ...]:
    return (("begin group", "desk", "The desk"), *rows, ("end group",))


def test_questions_of_every_kind_become_items() -> None:
    choices = (
        *YES_NO,
        ("who", "staff", "Staff"),
        ("who", "owner", "The owner"),
        ("said", "1", "Yes"),
        ("said", "0", "No"),
        ("said", "na", "Not"),
    )
    read = read_xlsform(
        survey(
            *in_group(
                GREETED,
                ("select_one said", "smiled", "Did they smile?"),
                ("select_one who", "whom", "Whom did you meet?"),
                ("integer", "waited", "How many minutes?"),
                ("decimal", "price", "What did it cost?"),
                ("text", "why", "Why?"),
                ("image", "front", "The front"),
            ),
            choices=choices,
        )
    )
    found = read.standard.items
    assert items(read) == {
        "greeted": "yes_no",
        "smiled": "yes_no",
        "whom": "choice",
        "waited": "number",
        "price": "number",
        "why": "text",
        "front": "photo",
    }
    assert (found["whom"].options, found["whom"].wording["en"]["options"]) == (
        ("staff", "owner"),
        {"staff": "Staff", "owner": "The owner"},
    )
    assert [found[code].values["na"] for code in ("greeted", "smiled")] == [False, True]
    assert [found[code].values["weight"] for code in found] == ["1"] * 7
    assert [found[code].values["scored"] for code in found] == [True, True, *[False] * 5]
    unbounded = [f"survey, row {row}: Without from and to a number earns no points." for row in (6, 7)]
    assert remarks(read) == [*USUAL, *unbounded]


def test_groups_become_sections_and_groups_within_them_their_items() -> None:
    rows = (
        *in_group(GREETED, ("begin group", "till", "The till"), ("text", "why", "Why?"), ("end group",)),
        ("begin_group", "room", "The room"),
        ("text", "how", "How?"),
        ("end_group",),
    )
    read = read_xlsform(survey(*rows))
    sections = [(one.code, one.titles, [item.code for item in one.items]) for one in read.standard.sections]
    assert sections == [("desk", {"en": "The desk"}, ["greeted", "why"]), ("room", {"en": "The room"}, ["how"])]
    assert remarks(read) == [*USUAL, "survey, row 4, column type: A section has no sections: the items stand in desk."]


def test_what_nobody_answers_is_left_out_and_said() -> None:
    rows = (
        ("start", "start", None),
        ("calculate", "sum", None),
        ("begin group", "welcome", "Welcome"),
        ("note", "hello", "Hello"),
        ("end group",),
        *in_group(GREETED),
        ("#", "a remark", None),
    )
    read = read_xlsform(survey(*rows, head=(*HEAD, "appearance")))
    assert [section.code for section in read.standard.sections] == ["desk"]
    assert remarks(read) == [
        "survey, row 1, column appearance: The column is left out.",
        *USUAL,
        "survey, row 2, column type: start is filled in by the device, so it is left out.",
        "survey, row 3, column type: calculate is filled in by the device, so it is left out.",
        "survey, row 5, column type: A note asks nothing, so it is left out.",
    ]


def test_questions_without_a_group_are_a_section() -> None:
    read = read_xlsform(survey(GREETED, ("begin group", "general", "G"), ("text", "why", "Why?"), ("end group",)))
    assert [section.code for section in read.standard.sections] == ["general_", "general"]
    assert remarks(read) == [*USUAL, LOOSE.replace("general.", "general_.")]


def test_rules_of_groups_hold_for_their_items() -> None:
    choices = (*YES_NO, ("said", "1", "Yes"), ("said", "0", "No"))
    rows = (
        ("select_one said", "first-time", "Your first visit?", None),
        ("begin group", "desk", "The desk", "${first-time} = 1"),
        ("select_one yes_no", "greeted", "Greeted?", None),
        ("text", "why", "Why not?", "${greeted} = 'no' or ${greeted} = 'na'"),
        ("end group",),
    )
    read = read_xlsform(survey(*rows, head=(*HEAD, "relevant"), choices=choices))
    assert {code: item.condition for code, item in read.standard.items.items()} == {
        "first_time": "",
        "greeted": "first_time = yes",
        "why": "first_time = yes and (greeted = no or greeted = na)",
    }


def test_languages_are_read_from_the_heads() -> None:
    head = ("type", "name", "label::English (en)", "label:Hungarian", "hint::Hungarian")
    settings = (("form_title", "default_language"), ("Our promise", "Hungarian"))
    choices = (("list name", "name", "label::Hungarian"), ("yes_no", "yes", "Igen"), ("yes_no", "no", "Nem"))
    rows = (("select_one yes_no", "greeted", "Greeted?", "Köszöntek?", "Bárki."), ("text", "why", None, "Miért?", None))
    read = read_xlsform(survey(*rows, head=head, choices=choices, settings=settings))
    assert read.standard.title == "Our promise"
    assert [item.wording for item in read.standard.items.values()] == [
        {"hu": {"text": "Köszöntek?", "hint": "Bárki."}, "en": {"text": "Greeted?"}},
        {"hu": {"text": "Miért?"}},
    ]
    assert remarks(read) == [NO_WEIGHT, LOOSE]


def test_our_columns_say_how_an_item_counts() -> None:
    head = (*HEAD, "weight", "critical", "na", "from", "to", "channels", "judgement", "required", "playbook")
    rows = (
        (*GREETED, 2.5, "yes", "yes", None, None, "visit, phone", "TRUE", "yes", "Greet first."),
        ("integer", "waited", "Minutes?", 0.3, None, None, 20, 5, "*", None, None, None),
    )
    read = read_xlsform(survey(*rows, head=head))
    greeted, waited = read.standard.items.values()
    assert (greeted.values["weight"], greeted.values["critical"], greeted.values["na"]) == ("2.5", True, True)
    assert (greeted.channels, greeted.judgement, greeted.required) == (("visit", "phone"), True, True)
    assert greeted.wording["en"]["playbook"] == "Greet first."
    assert (waited.values["weight"], waited.values["from"], waited.values["to"]) == ("0.3", "20", "5")
    assert (waited.values["scored"], waited.channels, waited.required) == (True, (), False)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("select_multiple yes_no", "x", "X"), "type: select_multiple yes_no has no place in an audit, which asks integer, decimal, range, text, image, select_one."),
        (("geopoint", "x", "X"), "type: geopoint has no place in an audit, which asks integer, decimal, range, text, image, select_one."),
        (("select_one_from_file x.csv", "x", "X"), "type: select_one_from_file x.csv has no place in an audit, which asks integer, decimal, range, text, image, select_one."),
        (("select_one yes_no or_other", "x", "X"), "type: or_other asks a second question; ask it in a row of its own."),
        (("select_one yes_no please", "x", "X"), "type: The type says please behind its list."),
        (("select_one nowhere", "x", "X"), "type: There is no list nowhere on the sheet choices."),
        (("", "x", "X"), "type: The row has no type."),
        (("end group", "", ""), "type: Nothing that is open ends here."),
        (("begin group", "g", "G"), "type: What begins here as begin group does not end."),
        (("text", "", "X"), "name: The cell is empty; fill it in."),
        (("text", "greeted", "X"), "name: greeted is in row 2 already."),
        (("text", "branch", "X"), "name: branch is a column of audits.csv; choose another code."),
        (("text", "x", ""), "label: The item needs a text."),
        (("text", "x", "y" * 2001), "label: A text of at most 2000 characters belongs here."),
        (("text", "x", "Why ${greeted}?"), "label: The text takes in another answer, which the text of an item cannot."),
        (("text", "x", "X", "${y} = 1"), "relevant: The rule of x asks about y, which is not an item."),
        (("text", "x", "X", "${x} = 1"), "relevant: The rules of x wait for one another."),
        (("text", "x", "X", "count(${greeted}) > 1"), "relevant: count has no place in a rule, which compares answers by = != < > and joins that by and, or, not."),
        (("text", "x", "X", "${greeted} = 'yes'", "greeted = no"), "when: relevant and when say different things; empty one of them."),
        (("text", "x", "X", "", "greeted = "), "when: The rule breaks off; write it like greeted = yes."),
        (("text", "x", "X", "", "", "heavy"), "weight: A number belongs here."),
        (("text", "x", "X", "", "", "-1"), "weight: -1 is below 0, which a weight cannot be."),
        (("select_one yes_no", "x", "X", "", "", "", "maybe"), "critical: maybe is neither yes nor no."),
        (("text", "x", "X", "", "", "", "yes"), "critical: A critical item must be scored."),
        (("text", "x", "X", "", "", "", "", "number"), "kind: An item of type number is not asked as text."),
        (("integer", "x", "X", "", "", "", "", "", "5", "5"), "to: from and to must differ."),
        (("integer", "x", "X", "", "", "", "", "rating", "1", "5.5"), "to: 5.5 is not a whole number."),
        (("select_one yes_no", "x", "X", "", "", "", "", "rating", "1", "5"), "type: The choices are not the whole steps from 1 to 5."),
        (("text", "x", "X", "", "", "", "", "", "", "", '"visit'), "channels: The words cannot be told apart; part them by commas, as visit, phone."),
        (("text", "x", "X", "", "", "", "", "", "", "", "a, " + "b" * 33), "channels: A list of words belongs here."),
        (("text", "x", "X", "", "", "", "", "", "", "", "", "arrived-paid"), "timed: Only an item of type seconds is timed."),
        (("select_one yes_no", "x", "X", "", "", "", "", "", "", "", "", "", "a = b"), "choice_filter: Choices that depend on other answers have no place in an audit."),
    ],
)  # fmt: skip
def test_survey_with_a_fault(row: tuple[Any, ...], sentence: str) -> None:
    ours = ("relevant", "when", "weight", "critical", "kind", "from", "to", "channels", "timed", "choice_filter")
    assert faults(survey(GREETED, row, head=(*HEAD, *ours))) == [f"survey, row 3, column {sentence}"]


@pytest.mark.parametrize(
    ("sheets", "sentences"),
    [
        ({"choices": (*YES_NO, ("yes_no", "yes", "Sure"))}, ["choices, row 4, column name: yes is in row 2 already."]),
        ({"choices": (*YES_NO, ("yes_no", None, "Sure"))}, ["choices, row 4, column name: The cell is empty; fill it in."]),
        ({"choices": (*YES_NO, ("yes_no", "x" * 33, "X"))}, ["choices, row 4, column name: The text has 33 characters; at most 32 fit."]),
        ({"choices": (("list_name", "label"), ("yes_no", "Yes"))}, ["choices, row 1, column name: The column is missing."]),
        ({"choices": (("list_name", "name", "label"), ("yes_no", "yes", "=1+1"), ("yes_no", "no", "=2+1"))}, ["choices, row 2, column label: Formulas in this column: 2, the first one here; write what they come to."]),
        ({"settings": (("total",), ("mean",))}, ["settings, row 2, column total: mean is not a way to a total; these are: pooled, sections."]),
        ({"settings": (("form_title",), ("x" * 201,))}, ["settings, row 2, column form_title: A text of at most 200 characters belongs here."]),
        ({"bands": (("band", "from"), ("good", 80), ("good", 90))}, ["bands, row 3, column band: good is in row 2 already."]),
        ({"bands": (("band", "from"), ("good", "high"))}, ["bands, row 2, column from: A number belongs here."]),
        ({"bands": (("band",), ("good",))}, ["bands, row 1, column from: The column is missing."]),
    ],
)  # fmt: skip
def test_sheet_beside_the_survey_with_a_fault(sheets: dict[str, Any], sentences: list[str]) -> None:
    assert faults(survey(GREETED, **sheets)) == sentences


def test_settings_may_calculate_what_is_passed_over() -> None:
    """Many forms have their version from a formula."""
    settings = (("form_title", "version"), ("Test", '=TEXT(NOW(), "yyyymmdd")'))
    assert read_xlsform(survey(GREETED, settings=settings)).standard.title == "Test"


def test_head_with_faults() -> None:
    assert faults(book(survey=[("type", "name", "label", "label"), ("text", "x", "X", "X")])) == [
        "survey, row 1, column label: The column is there twice."
    ]
    assert faults(book(other=[("type",)])) == ["XLSForm: There is no sheet survey, which an XLSForm has."]
    assert faults(book(survey=[])) == [
        f"survey, row 1, column {word}: The column is missing." for word in ("type", "name", "label")
    ]


@pytest.mark.slow  # the names that languages have for themselves are looked up once
def test_languages_by_name() -> None:
    assert [
        code_of(name) for name in ("Hungarian (hu)", "English(en)", "x (pt-BR)", "hungarian", "Magyar", "DEUTSCH", "ta")
    ] == [
        "hu",
        "en",
        "pt-BR",
        "hu",
        "hu",
        "de",
        "ta",
    ]
    assert faults(book(survey=[("type", "label::Elvish")])) == [
        "survey, row 1, column label::Elvish: Elvish names no language; write it like Hungarian (hu).",
        "survey, row 1, column name: The column is missing.",
        "survey, row 1, column label: The column is missing.",
    ]
    assert faults(survey(GREETED, settings=(("default_language",), ("Klingonisch",)))) == [
        "settings, row 2, column default_language: Klingonisch names no language; write it like Hungarian (hu)."
    ]


def test_all_faults_are_told_at_once_in_the_order_of_the_sheet() -> None:
    rows = (
        ("begin repeat", "visits", "Visits", ""),
        ("geopoint", "where", "Where?", ""),
        ("text", "why", "Why?", "${where} = 1 and ${nobody} = 2"),
        ("end repeat", "", "", ""),
        ("text", "a", "A", "${b} = 1"),
        ("text", "b", "B", "${a} = 1"),
        ("text", "c", "", ""),
    )
    assert faults(survey(*rows, head=(*HEAD, "relevant"))) == [
        "survey, row 2, column type: What repeats has no place in an audit, which asks each item once.",
        "survey, row 3, column type: geopoint has no place in an audit, which asks integer, decimal, range, text, image, select_one.",
        "survey, row 4, column relevant: The rule of why asks about nobody, which is not an item.",
        "survey, row 6, column relevant: The rules of a, b wait for one another.",
        "survey, row 8, column label: The item needs a text.",
    ]


def test_a_circle_through_a_group_is_told() -> None:
    rows = (("begin group", "g", "G", "${a} = 1"), ("text", "a", "A", ""), ("end group",))
    assert faults(survey(*rows, head=(*HEAD, "relevant"))) == [
        "survey, row 3, column relevant: The rules of a wait for one another."
    ]


def test_an_item_without_a_text_in_a_language_is_not_worded_in_it() -> None:
    head = ("type", "name", "label::English (en)", "label::Hungarian (hu)", "hint::Hungarian (hu)")
    read = read_xlsform(survey(("text", "why", "Why?", None, "Bármi."), head=head))
    assert [item.wording for item in read.standard.items.values()] == [{"en": {"text": "Why?"}}]
    assert remarks(read)[-1] == (
        "survey, row 2, column label::Hungarian (hu): Without a label in this language the item is not worded in it."
    )


def test_a_constraint_is_said_to_be_left_out() -> None:
    rows = (("integer", "waited", "Minutes?", ". < 60"), ("integer", "paid", "Paid?", ". >= 0 and . <= 1000000000"))
    read = read_xlsform(survey(*rows, head=(*HEAD, "constraint")))
    said = [remark for remark in remarks(read) if "constraint" in remark]
    assert said == [
        "survey, row 2, column constraint: The constraint is left out: an audit takes what the type of an item takes."
    ]

"""The report on paper: what it says, what a screen reader is told, and that no name breaks it."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from branches.language import Language, codes, language
from reports.compose import compose
from reports.figures import Figures, Interval, ItemFigures, NewAudit, State, Whose
from reports.letters import NO_LETTER, legible
from reports.own import OwnReport, own_report
from reports.paper import own_pdf, weekly_pdf
from reports.report import Report
from tests.reports import invented
from tests.reports.invented import TITLES, WEEK
from tests.reports.pdfs import Pdf, bare

ENGLISH = language("en")
SHORT, WATCH, NORM, ABOVE, FEW = (
    State.FALLS_SHORT,
    State.WATCH,
    State.AS_NORM,
    State.ABOVE,
    State.NOT_ENOUGH,
)
CODE = "=cmd|'/c calc'!A0 $x$ <b>*#panic()*"
LONG = "abcdefghij" * 20


def figures(name: str = "Kossuth tér") -> Figures:
    """A branch of each state, the first under this name, and an audit that failed a critical item."""
    states = {"b1": (SHORT, NORM), "b2": (WATCH, NORM), "b3": (ABOVE, NORM), "b4": (NORM, NORM), "b5": (FEW, FEW)}
    new = NewAudit("b1", WEEK, late=False, score=80.0, failed_critical=("HYG1",))
    failing = ItemFigures("greeted", "greeting", 90, 60, Interval(60 / 90, 0.58, 0.75), None, Whose.CHAIN, 0.99)
    return replace(invented.figures(states, {"b1": name}), new=(new,), items=(failing,))


def report(name: str = "Kossuth tér", tongue: Language = ENGLISH) -> Report:
    return compose(figures(name), tongue, TITLES, {"HYG1": "Tools were clean"})


def paper(name: str = "Kossuth tér", tongue: Language = ENGLISH, *, revised: tuple[str, ...] = ()) -> Pdf:
    return Pdf(weekly_pdf(report(name, tongue), tongue, edition="edition 0123", revised=revised))


def own(name: str = "Kossuth tér", tongue: Language = ENGLISH) -> OwnReport:
    of_branch = invented.figures({"b1": (SHORT, ABOVE)}, {"b1": name})
    return own_report(replace(of_branch, scope="b1", scope_name=name), tongue, TITLES)


@pytest.mark.slow
@pytest.mark.parametrize("code", codes())
def test_every_language_can_be_read_out_and_copied(code: str) -> None:
    tongue = language(code)
    told, pdf = report(tongue=tongue), paper(tongue=tongue)
    text = bare(pdf.text())
    said = [*told.headline, told.certainty, told.basis, told.short.verdicts[0].words, told.news.sentence, *told.notes]
    said += [told.estimated, *told.leaders, *(line for group in told.about for line in (group.title, *group.items))]
    assert [sentence for sentence in said if bare(sentence) not in text] == []
    assert str(pdf.root.Lang) == code
    assert 0 not in pdf.shown


@pytest.mark.slow
@pytest.mark.parametrize("code", ["hi", "ta", "te"])
def test_words_with_signs_are_said_as_one_wherever_they_stand(code: str) -> None:
    tongue = language(code)
    told = report(tongue=tongue)
    said = [parts for parts in paper(tongue=tongue).runs() if any(as_one for _, as_one in parts)]
    apart = [
        (before, after)
        for parts in said
        for (before, one), (after, other) in pairwise(parts)
        if (one or other) and not (before[-1:].isspace() or after[:1].isspace())
    ]
    assert apart == []
    words = {word for parts in said for word, as_one in parts if as_one}
    assert all(" " not in word for word in words)
    assert set(told.headline[0].split()) & words


@pytest.mark.slow
def test_it_is_marked_as_accessible_and_tells_nothing_of_who_made_it_when_or_where() -> None:
    pdf = paper()
    raw = pdf.raw
    assert b"<pdfuaid:part>1</pdfuaid:part>" in raw
    assert (bool(pdf.root.MarkInfo.Marked), bool(pdf.root.ViewerPreferences.DisplayDocTitle)) == (True, True)
    assert "The whole chain · week of 16 November 2026</rdf:li>".encode() in raw
    assert re.findall(rb"<dc:creator><rdf:Seq><rdf:li>([^<]*)", raw) == [b"Service consistency"]
    assert b"CreateDate" not in raw
    assert b"CreationDate" not in raw
    assert b".py" not in raw


@pytest.mark.slow
def test_its_fonts_are_in_it() -> None:
    fonts = paper("Kossuth tér தெரு").fonts
    assert {name.partition("+")[2] for name in fonts} == {"NotoSans-Regular", "NotoSansTamil-Regular"}
    assert all(fonts.values())


@pytest.mark.slow
def test_headings_tables_and_pictures_are_tagged() -> None:
    told, pdf = report(), paper()
    tags = pdf.tags
    shown = [*told.funnels, *(one for one in (told.heat, told.items, told.trend, told.split) if one)]
    tables = [told.unjudged.table, told.sections]
    assert tags["H1"] == 1
    assert tags["H3"] == 3 + len(told.about)
    assert tags["Table"] == len(tables)
    assert tags["TH"] == sum(len(table.columns) for table in tables if table)
    assert sorted(pdf.alternatives) == sorted(picture.caption for picture in shown)


@pytest.mark.slow
def test_the_same_edition_is_the_same_file() -> None:
    assert paper().raw == paper().raw


@pytest.mark.slow
@pytest.mark.parametrize("name", [CODE, LONG, "கடை" * 60], ids=["code", "long", "long Tamil"])
def test_a_name_is_printed_as_it_is(name: str) -> None:
    pdf = paper(name, revised=("Revised: an appeal.", f"{name}, Greeting: was 1, is 2."))
    assert (
        bare(pdf.text()).count(bare(name)) == 5
    )  # two steps, its verdict, the news and the revision; charts hold outlines


@pytest.mark.slow
@pytest.mark.parametrize("name", ["قهوة", "שלום"])
def test_a_name_from_right_to_left_is_printed_and_turns_nothing_round(name: str) -> None:
    text = paper(name).text()
    assert name in text or name[::-1] in text
    assert f"{ENGLISH.say('score {score}', score=80.0)}" in text
    assert 0 not in paper(name).shown


@pytest.mark.slow
def test_letters_that_no_font_has_are_said_to_be_missing() -> None:
    text = paper("上海").text()
    assert f"{NO_LETTER}{NO_LETTER}" in text
    assert f"Letters that our fonts do not have are shown as {NO_LETTER}" in text
    assert "Letters that our fonts" not in paper().text()


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_no_name_can_spoil_the_staff_rooms_page(name: str) -> None:
    pdf = Pdf(own_pdf(own(name), ENGLISH, branch=name))
    assert 0 not in pdf.shown
    assert len(pdf.pages) == 1
    assert bare(legible(name)).isascii() <= (bare(legible(name)) in bare(pdf.text()))


@pytest.mark.slow
@pytest.mark.parametrize("code", codes())
def test_the_staff_rooms_page_says_what_their_page_says(code: str) -> None:
    tongue = language(code)
    told = own(tongue=tongue)
    pdf = Pdf(own_pdf(told, tongue, branch="Kossuth tér"))
    text = bare(pdf.text())
    said = [*told.headline, *told.besides, told.basis, told.well[0].words, told.work[0].facts, told.news.sentence]
    assert [sentence for sentence in said if bare(sentence) not in text] == []
    assert len(pdf.pages) == 1


@pytest.mark.slow
def test_every_page_says_scope_week_edition_and_which_page_it_is() -> None:
    pdf = paper()
    text, pages = pdf.text(), len(pdf.pages)
    foot = "The whole chain · week of 16 November 2026 · edition 0123"
    assert text.count(foot) == pages
    assert [f"page {n} of {pages}" in text for n in range(1, pages + 1)] == [True] * pages


@pytest.mark.slow
def test_what_was_not_said_in_full_stands_in_a_table_at_the_end() -> None:
    many = {f"b{place}": (SHORT, NORM) for place in range(14)}
    told = compose(invented.figures(many), ENGLISH, TITLES)
    pdf = Pdf(weekly_pdf(told, ENGLISH, edition=""))
    assert told.short.more == "2 more are in the table."
    assert told.short.table is not None
    assert pdf.tags["TD"] == len(told.short.table.rows) * (len(told.short.table.columns) - 1) + 10  # all of one state
    assert len(pdf.pages) <= 5

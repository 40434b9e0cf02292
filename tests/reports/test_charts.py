import re
from dataclasses import replace
from datetime import date
from functools import cache
from xml.etree import ElementTree as ET

import pytest
from matplotlib.font_manager import fontManager, get_font

from branches.language import Language, codes, language
from reports import charts
from reports.compose import compose
from reports.drawing import folded, printable, shortened, svg, width
from reports.figures import State
from reports.render import drawings
from reports.report import Dot, Entry, Funnel, HeatMap, HeatRow, Limits, Picture, Strip, Trend
from tests.reports import invented

ENGLISH = language("en")
NAMES = [
    "$x$ <b>&amp;",
    "Kovácsné Szépségszalon a Hermina úti bevásárlóközpontban",
    "மயிலாப்பூர்",
    "מספרה",
    "\x00\n理发店",
]
STATES = list(State)


def painted(tongue: Language = ENGLISH) -> dict[str, str]:
    """All pictures of a chain with every state and odd names."""
    pairs = {name: (state, STATES[place - 1]) for place, (name, state) in enumerate(zip(NAMES, STATES, strict=True))}
    return dict(drawings(compose(invented.figures(pairs), tongue, {}), tongue))


@cache
def pictures() -> dict[str, str]:
    return painted()


def drawn(figure_of: str) -> ET.Element:
    return ET.fromstring(pictures()[figure_of])


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter("text")]


def test_pictures_are_drawn_under_their_names() -> None:
    assert list(pictures()) == [
        "funnel-1",
        "funnel-2",
        "heat",
        "trend",
        "split",
        "strip-falls_short-1",
        "strip-falls_short-2",
        "strip-watch-1",
        "strip-watch-2",
        "strip-above-1",
        "strip-above-2",
    ]


def test_same_figures_make_the_same_picture() -> None:
    assert painted() == pictures()


@pytest.mark.parametrize("code", codes())
def test_our_fonts_have_every_letter_of_our_languages(code: str) -> None:
    tongue = language(code)
    figures = invented.figures({"b1": (State.FALLS_SHORT, State.NOT_ENOUGH)})
    page = "".join(drawings(compose(figures, tongue, {}), tongue).values())
    letters = set("".join(re.findall(r"<text[^>]*>([^<]*)", page)))
    ours = {chr(code) for font in fontManager.ttflist for code in get_font(font.fname).get_charmap()}
    assert letters - ours == set()


def test_picture_needs_no_style_of_its_own() -> None:
    for picture in pictures().values():
        found = [
            element for element in ET.fromstring(picture).iter() if "style" in element.attrib or element.tag == "style"
        ]
        assert found == []
        assert "script" not in picture


def test_ids_of_all_pictures_together_are_unique_and_all_references_lead_somewhere() -> None:
    page = "".join(pictures().values())
    ids = re.findall(r' id="([^"]*)"', page)
    references = set(re.findall(r'href="#([^"]*)"', page))
    labels = {name for both in re.findall(r'aria-labelledby="([^"]*)"', page) for name in both.split()}
    assert len(ids) == len(set(ids))
    assert (references | labels) - set(ids) == set()


def test_every_id_begins_with_the_pictures_name() -> None:
    for name, picture in pictures().items():
        ids = re.findall(r' id="([^"]*)"', picture)
        assert [one for one in ids if not one.startswith(f"{name}-")] == []


def test_picture_scales_and_is_read_out() -> None:
    root = drawn("funnel-1")
    assert (root.get("viewBox"), root.get("width"), root.get("role")) == ("0 0 336 268", None, "img")
    assert root.findtext("title") == "Which branches fall short in greeting?"
    assert root.findtext("desc", "").startswith("Each dot is a branch")


def test_strip_is_not_read_out_because_its_words_stand_beside_it() -> None:
    root = drawn("strip-watch-1")
    assert (root.get("aria-hidden"), root.get("role"), texts(root)) == ("true", None, [])


def test_every_colour_is_a_class_of_the_palette() -> None:
    for picture in pictures().values():
        for element in ET.fromstring(picture).iter():
            painted = [element.get(name) for name in ("fill", "stroke") if element.get(name) not in {None, "none"}]
            classes = [one for one in element.get("class", "").split() if one[:2] in {"f-", "s-"}]
            assert len(painted) == len(classes)


def test_odd_names_stay_as_they_are() -> None:
    cells = (Entry("\u221212", State.FALLS_SHORT),)
    heat = HeatMap(("A < B", "$y$"), tuple(HeatRow(name, cells * 2) for name in NAMES))
    root = ET.fromstring(svg(charts.heat(heat, ENGLISH), "heat", "<title>", "$z$"))
    assert texts(root)[:7] == ["A < B", "$y$", "$x$ <b>&amp;", "Kovácsné Szépsé…", "மயிலாப்பூர்", "מספרה", "理发店"]
    assert (root.findtext("title"), root.findtext("desc")) == ("<title>", "$z$")


def test_heat_map_leaves_points_out_where_squares_are_narrow() -> None:
    entries = tuple(Entry("+3", State.AS_NORM) for _ in range(12))
    heat = HeatMap(tuple("ABCDEFGHIJKL"), (HeatRow("b1", entries),))
    assert texts(ET.fromstring(svg(charts.heat(heat, ENGLISH), "heat"))) == [*"ABCDEFGHIJKL", "b1"]


def test_funnel_names_flags_where_there_is_room() -> None:
    near = [Dot(9, 60.0, State.FALLS_SHORT, "b1"), Dot(9, 60.1, State.FALLS_SHORT, "b2"), Dot(4, 80.0, State.AS_NORM)]
    root = ET.fromstring(svg(charts.funnel(funnel(near), ENGLISH), "funnel"))
    assert [text for text in texts(root) if text.startswith("b")] == ["b1"]


def funnel(dots: list[Dot]) -> Funnel:
    limits = (Limits(1, 60.0, 100.0), Limits(9, 76.0, 90.0))
    return Funnel(tuple(dots), 83.6, limits, "audits", "mean score", "norm 83.6", "chance alone")


@pytest.mark.parametrize("audits", [1, 2, 40])
def test_funnel_of_a_single_branch_has_room_around_it(audits: int) -> None:
    figure = charts.funnel(funnel([Dot(audits, 83.6, State.AS_NORM)]), ENGLISH)
    places = re.findall(r'<use x="([\d.]+)" y="([\d.]+)"', svg(figure, "funnel"))
    assert len(places) == 1
    assert all(34 < float(x) < 336 and 30 < float(y) < 230 for x, y in places)


def test_funnel_of_single_audits_is_a_band() -> None:
    one = Funnel(
        (Dot(1, 80.0, State.AS_NORM),), 83.6, (Limits(1, 60.0, 95.0),), "audits", "mean score", "norm", "chance"
    )
    band = ET.fromstring(svg(charts.funnel(one, ENGLISH), "funnel")).find("path")
    assert band is not None
    assert re.findall(r"[ML] ([\d.]+) ", band.get("d", "")) == ["34", "330", "330", "34"]


def test_trend_does_not_bridge_a_week_without_audits() -> None:
    page = pictures()["trend"]
    lines = re.findall(r'<path d="([^"]*)"[^>]*class="s-accent"', page)
    assert [line.count("M") for line in lines] == [1, 1]  # weeks 0 and 1 are neighbours, week 3 stands alone


def test_trend_ends_in_no_single_visit_but_names_the_mean_of_the_whole_time() -> None:
    plain = invented.figures({"b1": (State.AS_NORM, State.AS_NORM)})
    single = tuple(replace(point, audits=1) for point in plain.trend)
    branch = compose(replace(plain, scope_name="North", trend=single), ENGLISH, {}).trend
    chain = compose(plain, ENGLISH, {}).trend
    assert branch is not None
    assert chain is not None
    assert isinstance(branch.values, Trend)
    assert isinstance(chain.values, Trend)
    assert [panel.told for panel in branch.values.panels] == ["mean 71.2 · norm 83.6", "mean 71.2 · norm 90.0"]
    assert [panel.told for panel in chain.values.panels] == ["norm 83.6", "norm 90.0"]
    assert branch.caption.startswith("Each dot is usually a single audit")
    assert chain.caption.startswith("Each dot is the mean of a week's audits")


def test_trend_says_its_first_and_last_week() -> None:
    root = drawn("trend")
    assert [text for text in texts(root) if text.endswith(("May", "Nov"))] == ["25 May", "16 Nov"]


@pytest.mark.parametrize(("value", "x"), [(0.0, "168"), (-20.0, "6"), (-50.0, "6"), (20.0, "330")])
def test_strip_shows_the_estimate_beside_the_norm(value: float, x: str) -> None:
    strip = Strip(State.FALLS_SHORT, value, value, value, margin=5.0, reach=20.0)
    assert re.findall(r'<use x="([\d.]+)"', svg(charts.strip(strip, ENGLISH), "strip")) == [x]


@pytest.mark.parametrize(("text", "line"), [("a\nb\t c", "a b c"), ("\x00a\ud800\ufffe", "a"), ("$x$", "$x$")])
def test_printable_keeps_a_name_on_one_line(text: str, line: str) -> None:
    assert printable(text) == line


def test_shortened_cuts_between_letters_and_not_inside() -> None:
    short = shortened("மயிலாப்பூர் மயிலாப்பூர்", 11, 60)
    assert short.endswith("…")
    assert width(short, 11) <= 60
    assert "மயிலாப்பூர்".startswith(short[:-1])


def test_folded_takes_two_lines_before_it_cuts_off() -> None:
    assert folded("Oktogon", 11, 200) == ["Oktogon"]
    assert folded("Oktogon Square", 11, 60) == ["Oktogon", "Square"]
    assert folded("a b c d", 11, width("a b", 11) + 1) == ["a b", "c d"]
    first, last = folded("Oktogon Square at the corner", 11, 60)
    assert (first, last[-1]) == ("Oktogon", "…")
    assert [width(line, 11) <= 60 for line in (first, last)] == [True, True]
    assert folded("Donaudampfschifffahrt", 11, 60) == [shortened("Donaudampfschifffahrt", 11, 60)]


def test_shortened_leaves_what_fits() -> None:
    assert shortened("Oktogon", 11, 200) == "Oktogon"


@pytest.mark.slow
def test_funnel_of_five_hundred_branches_is_small_enough_for_a_phone() -> None:
    dots = [Dot(1 + place % 26, 60 + place % 37 + place / 600, State.AS_NORM) for place in range(500)]
    picture = svg(charts.funnel(funnel(dots), ENGLISH), "funnel")
    assert picture.count("<use") == 500
    assert len(picture) < 60_000


def test_all_tables_behind_pictures_hold_a_line_for_each_figure() -> None:
    report = compose(invented.figures({"b1": (State.FALLS_SHORT, State.AS_NORM)}), ENGLISH, {})
    found: list[Picture | None] = [*report.funnels, *report.quiet_funnels, report.heat, report.trend, report.split]
    assert [len(picture.table.rows) for picture in found if picture] == [1, 1, 1, 3, 6]


def test_trend_table_is_newest_first() -> None:
    trend = compose(invented.figures({"b1": (State.AS_NORM, State.AS_NORM)}), ENGLISH, {}).trend
    assert trend is not None
    weeks = [date(2026, 11, 16), date(2026, 11, 9), date(2026, 10, 26)]
    assert [row[0].text for row in trend.table.rows] == [ENGLISH.week(week) for week in weeks]

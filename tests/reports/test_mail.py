"""The weekly mail: the page's first sentence, the flags, one picture, one link; as HTML and as text alike."""

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from branches.actions import Promised
from branches.language import codes, language
from reports import mail, mail_layout, render
from reports.compose import compose
from reports.envelope import Image, Letter
from reports.figures import Interval, ItemFigures, State, Whose
from reports.mail import Earlier, Setting, Task
from tests.reports import invented

ODD = "Anna <b>Salai</b> & $co$"
LINK = "https://audits.example/editions/0123456789abcdef"
CHOICE = "https://audits.example/mails/token"
SIGNED = "-- "
"""What stands above a signature; mail programs know it by its space."""
GMAIL_CLIPS_AT = 102 * 1024
SETTING = Setting(
    monday=invented.WEEK,
    link=LINK,
    why="You get this because you manage North.",
    edition="edition 0123456789abcdef",
    flags=2,
    earlier=(Earlier(date(2026, 11, 9), f"{LINK}9"), Earlier(date(2026, 11, 2), f"{LINK}2")),
    due=(
        Promised("Main Street", "A second person on Fridays", date(2026, 11, 27), overdue=False),
        Promised(ODD, "Clean basins", date(2026, 11, 20), overdue=True),
    ),
    promises=2,
    with_paper=True,
    mails=CHOICE,
)
PICTURE = Image("funnel@chain.example", b"\x89PNG", "The picture shows what the words below it say.")


class Words(HTMLParser):
    """What a reader sees of the HTML, and the elements it is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def letter(flags: int = 2, code: str = "en", setting: Setting = SETTING, picture: Image | None = PICTURE) -> Letter:
    states = {f"b{n}": (State.FALLS_SHORT, State.AS_NORM) for n in range(flags)}
    states |= {"watched": (State.WATCH, State.ABOVE), "new": (State.NOT_ENOUGH, State.NOT_ENOUGH)}
    figures = invented.figures(states, {"b0": "Main Street", "b1": ODD})
    report = compose(replace(figures, scope="north", scope_name="North"), language(code), invented.TITLES)
    return mail.edition_mail(report, language(code), setting, picture)


def test_the_subject_says_scope_week_and_the_first_sentence() -> None:
    assert letter().subject == "North, week of 16 Nov: Greeting falls short at 2 of 4 branches"


def test_the_subject_of_a_revision_begins_with_the_word() -> None:
    subject = letter(setting=replace(SETTING, revised=("An audit no longer counts.",))).subject
    assert subject == "Revised: North, week of 16 Nov: Greeting falls short at 2 of 4 branches"


def test_the_text_says_everything_in_order() -> None:
    made = letter(setting=replace(SETTING, revised=("An audit no longer counts.",)))
    assert (
        made.text
        == f"""\
North · week of 16 November 2026

Greeting falls short at 2 of 4 branches.

No other shortfall could be shown.
1 branch could not be judged.

What has changed
An audit no longer counts.

What to do first
1. Main Street · ask what is behind it: Greeting (12.4 below the norm · 97%
sure)
2. {ODD} · ask what is behind it: Greeting (12.4 below
the norm · 97% sure)

▼ Falls short · 2 branches
- Main Street · Greeting
  12.4 below the norm (likely between 6 and 18 below) · 9 audits by 5
  shoppers · 97% sure
- {ODD} · Greeting
  12.4 below the norm (likely between 6 and 18 below) · 9 audits by 5
  shoppers · 97% sure

Above · 1 branch
- watched · Cut · 9.0 above the norm (likely between 6 and 12 above) · 9
  audits by 5 shoppers

Watch: 1 branch · Not enough audits: 1 branch

Of the 2 flags here, fewer than 0.1 can be expected to be false alarms: the
branch is in truth not more than 5 points below. Almost certain (95% or
more): 2 of them.
Rests on 28 audits of 4 branches, 25 May 2026 to 22 November 2026, held
against 36 audits of the whole chain.

Which branches fall short in Greeting?
Each dot is a branch: its mean score, and how many audits that rests on. The
luck band is where luck alone puts 19 of 20 branches that are exactly as the
norm. Whether a branch falls short is told by the dot's shape, not by the
luck band.

What is new
No new audit this week.

What is due
- Main Street · A second person on Fridays · due on 27 November 2026
- {ODD} · Clean basins · was due on 20 November 2026

Open the report:
{LINK}

The same report is attached as a PDF.

Earlier editions that no mail told you of
- week of 9 November 2026
  {LINK}9
- week of 2 November 2026
  {LINK}2

{SIGNED}
Made so that service gets better; not for judging or disciplining single
people.
You get this because you manage North.
Which mails you get:
{CHOICE}
edition 0123456789abcdef
"""
    )


@pytest.mark.parametrize("code", codes())
def test_html_and_text_say_the_same(code: str) -> None:
    made = letter(code=code)
    shown = Words(made.html.split("<body")[1].split("</div>", 1)[1])
    seen = {" ".join(words.split()) for words in shown.text if len(words.split()) > 1}
    read = " ".join(re.sub(r"\n *(- )?", " ", made.text).split())
    heads = {language(code).say("What the audits say")}
    assert {words for words in seen if words not in read} == heads


def test_odd_names_are_shown_and_mean_nothing() -> None:
    made = letter()
    assert "Anna &lt;b&gt;Salai&lt;/b&gt; &amp; $co$" in made.html
    assert Words(made.html).of("b") == []
    assert ODD in made.text


@pytest.mark.parametrize("code", codes())
def test_300_flags_stay_below_what_mail_programs_clip(code: str) -> None:
    made = letter(300, code, replace(SETTING, flags=300))
    assert len(made.html.encode()) < 40_000 < GMAIL_CLIPS_AT
    assert language(code).count("{n} more is on the page.", "{n} more are on the page.", 288) in made.html


def test_nothing_is_fetched_and_layout_is_no_table_of_figures() -> None:
    shown = Words(letter().html)
    assert [image["src"] for image in shown.of("img")] == [f"cid:{PICTURE.cid}"]
    assert {link["href"] for link in shown.of("a")} == {LINK, f"{LINK}2", f"{LINK}9", CHOICE}
    assert shown.of("link") + shown.of("script") == []
    layout = [table for table in shown.of("table") if "rows" not in (table["class"] or "")]
    assert [table["role"] for table in layout] == ["presentation"] * len(layout)
    assert [head["scope"] for head in shown.of("th")] == ["col", "col", "row", "row"]
    assert {meta.get("content") for meta in shown.of("meta") if meta.get("name") == "color-scheme"} == {"light dark"}
    assert "url(" not in letter().html


def test_every_element_carries_its_style() -> None:
    body = Words(letter().html.split("<body")[1])
    styled = [attributes.get("style") for tag, attributes in body.elements if attributes.get("class")]
    assert None not in styled


def test_without_a_picture_nothing_is_missing() -> None:
    made = letter(picture=None)
    assert (made.images, Words(made.html).of("img")) == ((), [])


def test_the_picture_is_drawn_as_png() -> None:
    figures = invented.figures({"b0": (State.FALLS_SHORT, State.AS_NORM), "b1": (State.AS_NORM, State.AS_NORM)})
    report = compose(figures, language("ta"), invented.TITLES)
    picture = mail.main_picture(report)
    assert picture is not None
    drawn = render.mail_drawing(picture, language("ta"))
    assert drawn[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(drawn) < 150_000
    assert drawn == render.mail_drawing(picture, language("ta"))


def test_the_dark_colours_are_those_of_the_pages() -> None:
    css = (Path(__file__).parents[2] / "monitor/static/tokens.css").read_text()
    dark = dict(re.findall(r"--([\w-]+): (#\w+);", css.split("prefers-color-scheme: dark")[1].split("@media")[0]))
    assert {name: dark[name] for name in mail_layout.DARK} == dict(mail_layout.DARK)


TASK = Task("Main Street", "1 Main Street", date(2026, 3, 2), date(2026, 3, 8), "Come\nafter work.", "20 EUR", LINK)


def test_the_one_or_two_items_that_fail_most_are_named() -> None:
    rate = Interval(0.5, 0.4, 0.6)
    failing = [ItemFigures(f"i{n}", "greeting", 40, 20 + n, rate, None, Whose.UNTOLD) for n in range(3)]
    figures = replace(invented.figures({"b1": (State.FALLS_SHORT, State.AS_NORM)}), items=tuple(failing))
    report = compose(figures, language("en"), invented.TITLES, {"i0": "Were you greeted?"})
    text = mail.edition_mail(report, language("en"), SETTING, None).text
    told = [
        "Which items go wrong most often?",
        "Were you greeted? · not in order at 20 of 40 audits (50%)",
        "i1 · not in order at 19 of 40 audits (50%)",
    ]
    assert ("\n".join(told) in text, "i2" in text) == (True, False)


def test_a_shoppers_subject_names_no_branch() -> None:
    for code in codes():
        tongue = language(code)
        elsewhere = replace(TASK, zone="Asia/Kolkata")
        for made in (
            mail.assigned_mail(TASK, tongue),
            mail.assigned_mail(elsewhere, tongue),
            mail.returned_mail(TASK, "No photo.", "By Friday.", tongue),
            mail.moved_mail(elsewhere, tongue),
            mail.withdrawn_mail(TASK, "Painted.", tongue),
            mail.closing_mail(elsewhere, tongue),
        ):
            assert "Main Street" not in made.subject
            assert "Main Street" in made.text
            assert LINK in made.text
            assert "[en]" not in made.subject + made.text


def test_a_new_audit_says_when_is_best_and_what_is_paid_back() -> None:
    task = replace(TASK, fee="20 €", best="on a Saturday or Sunday", expenses="a cut, up to 40 €")
    text = mail.assigned_mail(task, language("en")).text
    assert "Best time: on a Saturday or Sunday\nFee: 20 € · Paid back: a cut, up to 40 €" in text


def test_a_returned_audit_says_why_and_until_when() -> None:
    made = mail.returned_mail(TASK, "No photo.\nWhich chair?", "Please correct it by 10 March 2026.", language("en"))
    assert (
        made.text
        == f"""\
An audit came back to you

Main Street

Please correct it by 10 March 2026.

What head office wrote
No photo.
Which chair?

Open my audits:
{LINK}

{SIGNED}
You get this because you audit for us. Tell nobody at the branch about it.
"""
    )

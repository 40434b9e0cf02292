from dataclasses import replace
from datetime import timedelta

import pytest

from branches.language import language
from reports import wording
from reports.figures import Change, Figures, ItemCount, Move, NewAudit, Scale, State
from reports.own import OwnReport, own_report
from reports.render import own_drawings
from tests.reports import invented
from tests.reports.invented import TITLES, WEEK

SHORT, WATCH, NORM, ABOVE, FEW = (
    State.FALLS_SHORT,
    State.WATCH,
    State.AS_NORM,
    State.ABOVE,
    State.NOT_ENOUGH,
)


def own(greeting: State, cut: State) -> OwnReport:
    return told(figures(greeting, cut))


def figures(greeting: State, cut: State) -> Figures:
    return replace(invented.figures({"b1": (greeting, cut)}), scope="b1", scope_name="Kossuth tér")


def told(figures: Figures) -> OwnReport:
    return own_report(figures, language("en"), TITLES, {"HYG1": "Tools were clean"})


@pytest.mark.parametrize(
    ("states", "headline", "besides"),
    [
        ((SHORT, NORM), ("Greeting is almost certainly more than 5 points below the norm.",), ("Cut is as the norm.",)),
        (
            (SHORT, ABOVE),
            ("Cut is above the norm.", "Greeting is almost certainly more than 5 points below the norm."),
            (),
        ),
        ((SHORT, SHORT), ("Greeting and Cut are almost certainly more than 5 points below the norm.",), ()),
        ((NORM, NORM), ("Everything is as the norm.",), ()),
        (
            (WATCH, NORM),
            ("Greeting is probably below the norm, but not surely enough for a flag.",),
            ("Cut is as the norm.",),
        ),
        ((NORM, FEW), ("Greeting is as the norm.",), ("Not enough audits yet to judge: Cut.",)),
        ((FEW, FEW), ("There are not enough audits yet to say how we are doing.",), ()),
    ],
)
def test_headline_says_what_stands_out_good_before_bad(
    states: tuple[State, State], headline: tuple[str, ...], besides: tuple[str, ...]
) -> None:
    found = own(*states)
    assert (found.headline, found.besides) == (headline, besides)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (SHORT, "About 12 points below the norm (likely between 6 and 18 below)."),
        (WATCH, "Probably more than 5 points below the norm (60% sure), but not surely enough for a flag."),
        (NORM, "As the norm: no clear difference."),
        (ABOVE, "About 9 points above the norm (likely between 6 and 12 above)."),
        (FEW, "Not enough audits yet to say."),
    ],
)
def test_each_state_is_a_sentence_of_its_own(state: State, words: str) -> None:
    found = own(state, state)
    assert [(one.title, one.words) for one in found.sections] == [("Greeting", words), ("Cut", words)]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.5, 8.0, "As the norm, perhaps a little above it."),
        (-8.0, -0.5, "As the norm, perhaps a little below it."),
        (-3.0, 3.0, "As the norm: no clear difference."),
    ],
)
def test_as_the_norm_says_no_more_than_its_strip_shows(low: float, high: float, words: str) -> None:
    plain = figures(NORM, NORM)
    aside = replace(plain.cells[0], estimate=(low + high) / 2, low=low, high=high)
    assert told(replace(plain, cells=(aside, plain.cells[1]))).alike[0].words == words


def test_a_fall_leads_the_headline_with_how_often_chance_shows_one() -> None:
    since = (WEEK - timedelta(weeks=4)).toordinal()
    fall = Change("b1", "cut", Move.FALLING, since, -8.2, ())
    found = told(replace(figures(NORM, NORM), changes=(fall,)))
    assert found.headline == ("Cut has fallen since about the week of 19 October 2026, by about 8 points.",)
    assert found.besides == (
        "Of 20 branches where nothing has changed, about one shows such a fall; that does not say how likely a fall that is shown is real.",
        "All audits taken together, everything is as the norm.",
    )
    assert told(replace(figures(NORM, NORM), changes=(replace(fall, move=Move.RISING, size=8.2),))).headline == (
        "Everything is as the norm.",
    )


def test_what_is_not_sure_and_has_fallen_is_to_be_asked_about() -> None:
    plain = figures(NORM, NORM)
    open_one = replace(plain.cells[0], p_short=0.4)
    fall = Change("b1", open_one.section, Move.FALLING, WEEK.toordinal(), -8.2, ())
    found = told(replace(plain, cells=(open_one, plain.cells[1]), changes=(fall,)))
    assert [one.words for one in found.unsure] == [
        "Not sure: perhaps more than 5 points below the norm (40% sure). No action on the level yet; do ask about the fall."
    ]


@pytest.mark.parametrize(("p_short", "how"), [(0.95, "almost certainly"), (0.949, "probably")])
def test_a_flag_is_almost_certain_or_only_probable(p_short: float, how: str) -> None:
    plain = figures(SHORT, NORM)
    found = told(replace(plain, cells=(replace(plain.cells[0], p_short=p_short), plain.cells[1])))
    assert found.headline == (f"Greeting is {how} more than 5 points below the norm.",)


def test_as_the_norm_for_want_of_proof_is_said_to_be_unsure() -> None:
    plain = figures(NORM, NORM)
    open_one = replace(plain.cells[0], estimate=-4.2, low=-8.9, high=0.3, p_short=wording.UNSURE)
    found = told(replace(plain, cells=(open_one, plain.cells[1])))
    assert [(one.title, one.words) for one in found.unsure] == [
        (
            "Greeting",
            "Not sure: perhaps more than 5 points below the norm (25% sure). No action yet; more audits will tell.",
        )
    ]
    assert [one.title for one in found.alike] == ["Cut"]
    assert (*found.headline, *found.besides) == (
        "Greeting may be below the norm; it is not sure.",
        "Cut is as the norm.",
    )
    surer = replace(open_one, p_short=wording.UNSURE - 0.01)
    assert told(replace(plain, cells=(surer, plain.cells[1]))).unsure == ()


def test_what_rests_on_one_audit_gives_no_probability() -> None:
    plain = figures(WATCH, NORM)
    found = told(replace(plain, cells=(replace(plain.cells[0], one_visit=True), plain.cells[1])))
    assert [one.words for one in found.work] == ["It looks below the norm, but that rests on one audit alone."]


def test_basis_counts_the_branchs_own_audits() -> None:
    assert own(NORM, FEW).basis == "Rests on 9 audits of our branch, 25 May 2026 to 22 November 2026."


def test_strips_are_drawn_where_there_is_an_estimate_and_reach_equally_far() -> None:
    found = own(SHORT, FEW)
    (strip,) = [one.strip for one in found.work]
    assert strip is not None
    assert (strip.low, strip.high, strip.reach) == (-18.0, -6.0, 18.0)
    assert list(own_drawings(found, language("en"))) == ["strip-1", "trend"]


def test_a_failed_critical_item_is_told_by_name() -> None:
    new = (NewAudit("b1", WEEK, late=False, score=80.0, failed_critical=("HYG1",)),)
    found = told(replace(figures(NORM, NORM), new=new))
    (fresh,) = found.news.critical
    assert found.headline == ("Look today: Tools were clean.", "Everything is as the norm.")
    assert (fresh.words, fresh.critical) == ("score 80.0", ("Tools were clean",))


def test_items_always_in_order_and_items_that_cost_points_are_told_the_costliest_first() -> None:
    counts = (
        ItemCount("once", "greeting", audits=1, kept=1, failed=0),
        ItemCount("always", "greeting", audits=4, kept=4, failed=0),
        ItemCount("often", "greeting", audits=4, kept=1, failed=3, lost=6.0),
        ItemCount("seldom", "greeting", audits=4, kept=3, failed=1, lost=1.0),
        ItemCount("partly", "greeting", 4, 1, 0, 4.5, 2.75, Scale("rating", 1.0, 5.0)),
    )
    words = {"always": "Clean?", "often": "Greeted?"}
    found = own_report(
        figures(NORM, NORM), language("en"), {}, words, counts=counts, advice={"often": "Look up.", "always": "No."}
    )
    assert [(one.text, one.words, one.advice) for one in found.kept] == [("Clean?", "in order at all 4 audits", "")]
    assert [(one.text, one.words, one.advice) for one in found.failed] == [
        ("Greeted?", "not in order at 3 of 4 audits", "Look up."),
        ("partly", "on average 2.8 of 5, full points at 1 of 4 audits", ""),
        ("seldom", "not in order at 1 of 4 audits", ""),
    ]

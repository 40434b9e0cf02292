"""The page for the staff room: much or little to say, it is one page, and what matters stands on it."""

from dataclasses import replace

import pytest

from branches.language import codes, language
from reports import one_page
from reports.figures import ItemCount, State
from reports.kept import ChainItem
from reports.own import OwnPromise, OwnReport, own_report
from reports.paper import own_pdf
from tests.reports import invented
from tests.reports.invented import TITLES
from tests.reports.pdfs import Pdf, bare

LONG = "Did somebody greet you by the name under which you had booked, and lead you to your place within a minute? "


def report(code: str, *, items: int, states: tuple[State, ...] = (State.FALLS_SHORT, State.ABOVE)) -> OwnReport:
    """A branch with so many sections, and with so many items that were always kept and as many that failed."""
    figures = invented.figures({"b1": (State.FALLS_SHORT, State.ABOVE)})
    cells = tuple(
        invented.cell("b1", place, state) for place, state in zip(("greeting", "cut") * 12, states, strict=False)
    )
    counts = [ItemCount(f"k{n}", "cut", 9, 9, 0) for n in range(items)]
    counts += [ItemCount(f"f{n}", "cut", 9, n % 8, 9 - n % 8) for n in range(items)]
    words = {one.code: f"{one.code} {LONG}" for one in counts}
    advice = dict.fromkeys(words, "Look up, and say so.")
    others = tuple(ChainItem(one.code, "cut", 9, 90, 60, None) for one in counts)
    told = replace(figures, scope="b1", scope_name="Kossuth tér", cells=cells, chain_items=others)
    return own_report(told, language(code), TITLES, words, counts=counts, advice=advice)


def promises(n: int) -> tuple[OwnPromise, ...]:
    return tuple(
        OwnPromise(f"Promise {one}. {LONG}", "Greeting", f"Due {one} March 2026", "overdue") for one in range(n)
    )


@pytest.mark.slow
@pytest.mark.parametrize("code", codes())
def test_what_went_well_what_failed_and_what_is_planned_stand_on_it(code: str) -> None:
    told = replace(report(code, items=2), promised=promises(1))
    pdf = Pdf(own_pdf(told, language(code), branch="Kossuth tér"))
    text = bare(pdf.text())
    said = [told.kept[0].text, told.kept[0].words, told.failed[0].text, told.failed[0].advice, "Due 0 March 2026"]
    said += [told.kept[0].elsewhere, told.failed[0].elsewhere]
    assert all(said)
    assert ([words for words in said if bare(words) not in text], len(pdf.pages)) == ([], 1)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf.raw


@pytest.mark.slow
@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("state", [State.FALLS_SHORT, State.AS_NORM])
def test_however_much_there_is_to_say_it_is_one_page(code: str, state: State) -> None:
    told = replace(report(code, items=40, states=(state,) * 24), promised=promises(30))
    assert len(Pdf(own_pdf(told, language(code), branch="Kossuth tér")).pages) == 1


def test_letters_are_large_before_lists_are_long_and_what_is_left_out_is_counted() -> None:
    told = replace(report("en", items=7), promised=promises(1))
    first, *_, last = one_page.tried(told, language("en"))
    assert (first.size, len(first.report.kept), first.kept, first.promised) == (13.0, 5, "2 more are on our page.", "")
    assert (last.size < 8, last.report.kept, last.report.promised, last.failed) == (True, (), (), "")


def test_a_long_promise_is_cut_between_words() -> None:
    told = replace(report("en", items=0), promised=(OwnPromise(LONG * 3, "", "Due 1 March 2026", ""),))
    (plan,) = [one.plan for one in next(one_page.tried(told, language("en"))).report.promised]
    assert (len(plan) <= one_page.LONGEST, plan.endswith("…"), (LONG * 3).startswith(plan[:-1])) == (True, True, True)

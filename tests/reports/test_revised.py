"""What is said of a revision: which printed figures changed, and why."""

from dataclasses import replace
from datetime import date

from branches.language import language
from reports import stored
from reports.figures import Cell, Figures, NewAudit, State
from reports.kept import Failures
from reports.revised import MOST_CHANGES, revision_words
from reports.stored import Reason
from tests.reports import invented

EXCLUDED = (Reason("excluded", date(2026, 3, 9)),)
OWN = (Reason("excluded", date(2026, 3, 9), "b1"),)


def whole() -> Figures:
    return invented.figures({"b1": (State.AS_NORM, State.WATCH)})


def figures(*cells: Cell) -> Figures:
    return replace(whole(), cells=cells)


def cell(branch: str = "b1", score: float = 71.04, state: State = State.AS_NORM) -> Cell:
    return Cell(branch, "greeting", 9, 3, score, 80.0, score - 80.0, -5.0, -9.0, -1.0, 0.4, 0.5, state)


def test_a_figure_changes_only_when_its_print_does() -> None:
    assert stored.changes(figures(cell()), figures(cell(score=71.0401))) == ()
    found = stored.changes(figures(cell()), figures(cell(score=71.06)))
    assert [(c.figure, c.was, c.now) for c in found] == [("score", 71.0, 71.1), ("variance", -9.0, -8.9)]
    assert not stored.state_changed(found)


def test_a_printed_figure_is_rounded_half_up_and_never_minus_nothing() -> None:
    assert [stored.printed(x) for x in (0.25, -0.25, -0.04, 71.05, None)] == [0.3, -0.3, 0.0, 71.1, None]


def test_a_changed_state_is_told() -> None:
    found = stored.changes(figures(cell()), figures(cell(state=State.WATCH)))
    assert (stored.state_changed(found), [c.figure for c in found]) == (True, ["state"])


def test_stored_figures_come_back_the_same() -> None:
    assert stored.load(stored.dump(whole())) == whole()


def test_the_reasons_come_first_and_the_changes_in_words() -> None:
    found = stored.changes(figures(cell()), figures(cell(state=State.FALLS_SHORT, score=70.0)))
    words = revision_words(
        stored.dump_changes(found, EXCLUDED), language("en"), {"greeting": "Greeting"}, {"b1": "Fő tér"}
    )
    assert words == (
        "Revised: an audit of the week of 9 March 2026 no longer counts.",
        "Fő tér, Greeting: score was 71.0, is 70.0.",
        "Fő tér, Greeting: was “As the norm”, is “Falls short”.",
        "Fő tér, Greeting: variance was −9.0, is −10.0.",
    )


def test_the_branch_and_its_most_telling_figure_stand_in_the_first_sentence() -> None:
    found = stored.changes(figures(cell()), figures(cell(state=State.FALLS_SHORT, score=70.0)))
    words = revision_words(stored.dump_changes(found, OWN), language("en"), {"greeting": "Greeting"}, {"b1": "Fő tér"})
    assert words == (
        "Revised: an audit of Fő tér (week of 9 March 2026) no longer counts. Fő tér, Greeting: was “As the norm”, is “Falls short”.",
        "Fő tér, Greeting: score was 71.0, is 70.0.",
        "Fő tér, Greeting: variance was −9.0, is −10.0.",
    )


def test_a_branch_that_is_not_the_readers_is_not_named() -> None:
    found = stored.changes(figures(cell("b2")), figures(cell("b2", score=70.0)))
    words = revision_words(
        stored.dump_changes(found, OWN), language("en"), {"greeting": "Greeting"}, {"b2": "Main Street"}
    )
    assert words == (
        "Revised: an audit of a branch of another region (week of 9 March 2026) no longer counts.",
        "Main Street, Greeting: score was 71.0, is 70.0.",
        "Main Street, Greeting: variance was −9.0, is −10.0.",
    )


def test_many_changes_are_counted() -> None:
    many = [cell(f"b{n}") for n in range(30)]
    moved = [replace(one, state=State.WATCH) for one in many]
    reasons = (Reason("appeal upheld", date(2026, 3, 9)), Reason("corrected", date(2026, 3, 9)))
    found = stored.dump_changes(stored.changes(figures(*many), figures(*moved)), reasons)
    words = revision_words(found, language("en"), {}, {})
    assert len(words) == 2 + MOST_CHANGES + 1
    assert words[-1] == "10 more figures changed."


def test_a_score_that_is_gone_is_nothing() -> None:
    gone = replace(cell(), audits=0, score=None, variance=None, estimate=None)
    found = stored.dump_changes(stored.changes(figures(cell()), figures(gone)), EXCLUDED)
    words = revision_words(found, language("en"), {}, {"b1": "B"})
    assert "B, greeting: score was 71.0, is nothing." in words
    assert "B, greeting: number of audits was 9, is 0." in words


def test_states_count_cells_and_branches() -> None:
    found = invented.figures({"b1": (State.WATCH, State.WATCH), "b2": (State.AS_NORM, State.WATCH)})
    assert stored.states(found) == {"watch": 3, "as_norm": 1, "watch_branches": 2, "as_norm_branches": 1}


def test_how_often_a_critical_item_failed_before_is_no_change_of_what_is_new() -> None:
    audit = NewAudit("b1", invented.WEEK, late=False, score=80.0, failed_critical=("x",))
    was = replace(invented.figures({"b1": (State.WATCH, State.WATCH)}), new=(audit,))
    now = replace(was, new=(replace(audit, failures=(Failures(1, 9),)),))
    assert stored.changes(was, now) == ()
    (gone,) = stored.changes(was, replace(was, new=()))
    assert (gone.figure, gone.was, gone.now) == ("new", 1, 0)

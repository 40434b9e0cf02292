"""What a branch's own page is made of: its region's edition, narrowed to it."""

from dataclasses import replace

from branches.places import Branch
from monitor.web.standing import narrowed
from reports.figures import Figures, State
from tests.reports import invented

STATES = {"b1": (State.FALLS_SHORT, State.AS_NORM), "b2": (State.ABOVE, State.AS_NORM)}
OWN = Branch(code="b1", name="Kossuth tér", timezone="UTC", region_id=1)
OTHER = Branch(code="b2", name="Fő tér", timezone="UTC", region_id=1)


def region() -> Figures:
    """Each branch is held against the others, so each against a norm of its own."""
    found = invented.figures(STATES, {one.code: one.name for one in (OWN, OTHER)})
    cells = tuple(replace(cell, norm=84.0 if cell.branch == OWN.code else 84.2) for cell in found.cells)
    return replace(found, cells=cells, sections=tuple(replace(one, norm=84.1) for one in found.sections))


def test_a_branch_reads_one_norm_a_section_its_own() -> None:
    found = narrowed(region(), OWN)
    assert {one.norm for one in found.sections} == {cell.norm for cell in found.cells} == {84.0}


def test_where_a_branch_was_not_judged_the_chains_norm_stays() -> None:
    figures = region()
    unjudged = replace(figures, cells=tuple(replace(cell, norm=None) for cell in figures.cells))
    assert {one.norm for one in narrowed(unjudged, OWN).sections} == {84.1}


def test_nothing_of_another_branch_is_left() -> None:
    found = narrowed(region(), OWN)
    assert {cell.branch for cell in found.cells} == {OWN.code}
    assert OTHER.name not in repr(found)

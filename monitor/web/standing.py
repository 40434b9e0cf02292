"""How one branch stands: the last edition of its region, narrowed to it, beside its own weeks and items."""

from dataclasses import dataclass, replace

from markupsafe import Markup

from branches import editions, standards
from branches.audits import Audit
from branches.editions import Edition
from branches.places import Branch
from branches.standards import Standard
from monitor import cache
from monitor.web import gate, told
from reports import change_words, collect, collect_items, collect_more, stored
from reports.collect import Window
from reports.figures import Cell, Figures
from reports.own import OwnPromise, OwnReport, OwnSection, own_report
from reports.voice import Voice


@dataclass(frozen=True)
class Standing:
    """One branch in one edition."""

    edition: Edition
    name: str
    """Of its drawings and papers."""
    report: OwnReport
    figures: Figures
    """The edition's, narrowed to the branch."""

    def section(self, code: str) -> tuple[OwnSection, Cell] | None:
        """How the branch stands in one section; None where the edition does not know it."""
        cell = next((cell for cell in self.figures.cells if cell.section == code), None)
        own = next((one for one in self.report.sections if one.section == code), None)
        return (own, cell) if own is not None and cell is not None else None

    def drawings(self) -> dict[str, Markup]:
        return cache.drawings(gate.site().cache, self.name, self.report, gate.tongue())

    def paper(self, promised: tuple[OwnPromise, ...]) -> bytes:
        """The page for the staff room, with what the branch is to do."""
        report = replace(self.report, promised=promised)
        return cache.own_paper(gate.site().cache, f"{self.name}-{cache.digest(report)}", report, gate.tongue())

    def expected(self, code: str) -> str:
        """What to expect of a section next time without any change; empty where nothing is known or it makes no difference."""
        found = self.section(code)
        if found is None:
            return ""
        own, cell = found
        return change_words.regression(Voice(self.figures, gate.tongue(), {code: own.title}), cell)


def of(branch: Branch) -> Standing | None:
    """The branch in the last edition of its region; None before the first."""
    found = editions.latest(gate.session(), editions.region_key(branch.region))
    if found is None:
        return None
    figures = _seen(narrowed(stored.load(found.content), branch), branch)
    report = _report(found, branch, figures)
    return Standing(found, f"{found.public_id}-{branch.public_id}-{cache.digest(report)}", report, figures)


def _report(found: Edition, branch: Branch, figures: Figures) -> OwnReport:
    session, tongue = gate.session(), gate.tongue()
    days = Window(figures.window_from, figures.window_to)
    titles, items = standards.wordings(session, found.standard_id, tongue.code)
    standard = session.get(Standard, found.standard_id) if found.standard_id is not None else None
    return own_report(
        replace(figures, trend=collect.branch_trend(session, branch.id, days, found.due_at)),
        tongue,
        titles,
        items,
        counts=collect_items.branch_items(session, branch.id, days, found.due_at),
        advice=standards.playbooks(standard, tongue.code) if standard is not None else {},
        more=collect_more.branch_one_more(session, branch.id, days, found.due_at),
    )


def _seen(figures: Figures, branch: Branch) -> Figures:
    """Without the new audits that this reader is not shown yet: figures of half a year count them, no line names one."""
    known = {audit.public_id for audit in told.results(Audit.branch_id == branch.id)} if figures.new else set()
    return replace(figures, new=tuple(one for one in figures.new if not one.public_id or one.public_id in known))


def narrowed(figures: Figures, own: Branch) -> Figures:
    """The region's edition narrowed to one branch; nothing of shoppers or of other branches is left in it.

    The norm of a section is the one that this branch is held against: of all the others, so that its page knows one norm alone.
    """
    cells = tuple(cell for cell in figures.cells if cell.branch == own.code)
    norms = {cell.section: cell.norm for cell in cells if cell.norm is not None}
    return replace(
        figures,
        scope=own.code,
        scope_name=own.name,
        sections=tuple(replace(one, norm=norms.get(one.section, one.norm)) for one in figures.sections),
        cells=cells,
        shoppers=(),
        trend=(),
        new=tuple(audit for audit in figures.new if audit.branch == own.code),
        branch_names={code: name for code, name in figures.branch_names.items() if code == own.code},
        branch_regions={code: name for code, name in figures.branch_regions.items() if code == own.code},
        flags=tuple(flag for flag in figures.flags if flag.branch == own.code),
        items=(),
        changes=tuple(change for change in figures.changes if change.branch == own.code),
        courses=None,
        praise=tuple(one for one in figures.praise if one.branch == own.code),
        actions=tuple(action for action in figures.actions or () if action.branch == own.code),
    )

"""How often each branch appeals and how often that is upheld: in the order of names, since to appeal is a right and no contest."""

from dataclasses import dataclass
from datetime import timedelta

from flask import render_template
from werkzeug.wrappers import Response

from branches import access, appeal_counts
from branches.access import Right
from branches.appeal_counts import Counts
from branches.places import regions
from monitor.web import download, gate
from monitor.web.office.room import blueprint, now, today
from monitor.web.parts import OF_A_PAGE, place, searched
from monitor.web.tables import Row, Sheet
from reports import upheld

LOOKED_BACK = timedelta(weeks=52)
SHARE_DIGITS = 4


@dataclass(frozen=True)
class Line:
    """One branch, or one region with all of its branches."""

    region: str
    name: str
    """The branch's; empty of a region."""
    counts: Counts

    @property
    def share(self) -> str:
        """Of its decided appeals how many were upheld, in words."""
        return upheld.words(gate.tongue(), self.counts.upheld, self.counts.decided)


@blueprint.get("/appeals/by-branch")
@gate.needs(Right.DECIDE_APPEALS)
def appealing() -> str:
    found, text = _branches(), searched()
    lines = [line for line in found if text.casefold() in f"{line.name}\n{line.region}".casefold()]
    here = place(len(lines))
    return render_template(
        "office/appealing.html",
        total=appeal_counts.together(line.counts for line in found),
        share=upheld.words,
        first=today() - LOOKED_BACK,
        fewest=upheld.FEWEST,
        regions=_regions(found),
        part=here.part(lines[here.skipped : here.skipped + OF_A_PAGE], len(lines), "office.appealing", q=text),
        q=text,
    )


@blueprint.get("/appeals/by-branch.csv")
@gate.needs(Right.DECIDE_APPEALS)
def appealing_table() -> Response:
    title = gate.tongue().say("Appeals")
    return download.csv(_sheet(gate.tongue().say("Branches"), _branches()), download.file_name(title, today(), "csv"))


@blueprint.get("/appeals/by-branch.xlsx")
@gate.needs(Right.DECIDE_APPEALS)
def appealing_workbook() -> Response:
    say, found = gate.tongue().say, _branches()
    sheets = [_sheet(say("Branches"), found), _sheet(say("Regions"), _regions(found))]
    return download.xlsx(sheets, say("Appeals"), download.file_name(say("Appeals"), today(), "xlsx"))


def _branches() -> list[Line]:
    """Every branch with an audit in that time, region by region, by name."""
    session = gate.session()
    counts = appeal_counts.by_branch(session, since=now() - LOOKED_BACK)
    names = {region.id: region.name for region in regions(session)}
    there = [branch for branch in session.exec(access.visible_branches(gate.person())) if branch.id in counts]
    lines = [(branch.code, Line(names[branch.region_id], branch.name, counts[branch.id])) for branch in there]
    return [line for _, line in sorted(lines, key=lambda one: (*_order(one[1]), one[0]))]


def _order(line: Line) -> tuple[str, str]:
    return line.region.casefold(), line.name.casefold()


def _regions(found: list[Line]) -> list[Line]:
    """The same, region by region."""
    names = dict.fromkeys(line.region for line in found)
    return [Line(name, "", appeal_counts.together(one.counts for one in found if one.region == name)) for name in names]


def _sheet(name: str, lines: list[Line]) -> Sheet:
    say = gate.tongue().say
    heads = (
        *(say("Region"), say("Branch"), say("Audits"), say("Answers"), say("Appeals"), say("Waiting")),
        *(say("Decided"), say("Upheld"), say("Share upheld"), say("Likely from"), say("to")),
    )
    return Sheet(name, heads, [_row(line) for line in lines])


def _row(line: Line) -> Row:
    counts, found = line.counts, upheld.share(line.counts.upheld, line.counts.decided)
    shares = (found.value, found.low, found.high) if found is not None else (None, None, None)
    return (
        *(line.region, line.name, counts.audits, counts.answers, counts.appeals, counts.waiting),
        *(counts.decided, counts.upheld),
        *(None if one is None else round(one, SHARE_DIGITS) for one in shares),
    )

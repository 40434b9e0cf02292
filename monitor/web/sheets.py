"""What the tables that are taken home hold: an edition's cells, a branch's answers; every head in the reader's words."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlmodel import col, select

from branches import questions, standards
from branches.audits import Answer, Audit, ScoreRow
from branches.clearing import Reader
from branches.standards import Section
from monitor.web import gate, told
from monitor.web.tables import Row, Sheet
from reports import stored, wording
from reports.figures import Cell, Figures

CHANCE_DIGITS = 4


def cells(figures: Figures, titles: Mapping[str, str]) -> Sheet:
    """Every branch and section of an edition, a line each, as it is printed."""
    say = gate.tongue().say
    heads = (
        *(say("Week"), say("Branch"), say("Region"), say("Section"), say("State")),
        *(say("Score"), say("Norm"), say("Variance"), say("Estimate"), say("Likely from"), say("to")),
        *(say("Probability short"), say("False share"), say("Probability above"), say("Audits"), say("Shoppers")),
        *(say("Rank from"), say("to"), say("Branches ranked"), say("First day counted"), say("Last day counted")),
    )
    return Sheet(say("Figures"), heads, [_cell(cell, figures, titles) for cell in figures.cells])


def _cell(cell: Cell, figures: Figures, titles: Mapping[str, str]) -> Row:
    measured = (cell.score, cell.norm, cell.variance, cell.estimate, cell.low, cell.high)
    return (
        figures.week,
        figures.branch_names.get(cell.branch) or cell.branch,
        figures.branch_regions.get(cell.branch, ""),
        titles.get(cell.section) or cell.section,
        wording.state_word(gate.tongue(), cell.state),
        *(stored.printed(value) for value in measured),
        *(None if p is None else round(p, CHANCE_DIGITS) for p in (cell.p_short, cell.q, cell.p_above)),
        *(cell.audits, cell.shoppers),
        *(cell.rank_low, cell.rank_high, cell.ranked),
        *(figures.window_from, figures.window_to),
    )


def scores(audits: Sequence[Audit], *, shoppers: bool) -> Sheet:
    """The scores of each audit, a line each section."""
    say = gate.tongue().say
    heads = (say("Week"), say("Audit"), *_shopper_head(shoppers), say("Section"), say("Section score"), say("Score"))
    rows: list[Row] = []
    for audit in audits:
        titles = standards.titles(audit.standard, gate.tongue().code)
        query = select(ScoreRow, Section).join(Section, col(Section.id) == ScoreRow.section_id)
        found = gate.session().exec(query.where(ScoreRow.audit_id == audit.id).order_by(col(Section.position))).all()
        head = (told.week_of(audit), audit.public_id, *_shopper(audit, shoppers))
        rows += [(*head, titles[section.code], _points(row.score), _points(audit.score)) for row, section in found]
    return Sheet(say("Scores"), heads, rows)


def answers(audits: Sequence[Audit], *, shoppers: bool = False) -> Sheet:
    """Every answer of these audits; of when they were made only the week."""
    say = gate.tongue().say
    heads = (
        *(say("Week"), say("Audit"), *_shopper_head(shoppers), say("Section"), say("Item"), say("Answer")),
        *(say("Points"), say("Points possible"), say("Comment")),
    )
    readers = {
        branch.id: told.reader(branch) for branch in {audit.branch_id: audit.branch for audit in audits}.values()
    }
    rows = [row for audit in audits for row in _answers(audit, readers[audit.branch_id], shoppers)]
    return Sheet(say("Answers"), heads, rows)


def _answers(audit: Audit, shown: Reader, shoppers: bool) -> list[Row]:
    tongue, asked = gate.tongue(), questions.of(audit.standard, audit.channel).by_code
    titles = standards.titles(audit.standard, tongue.code)
    given = {one.item_id: one for one in gate.session().exec(select(Answer).where(Answer.audit_id == audit.id))}
    head = (told.week_of(audit), audit.public_id, *_shopper(audit, shoppers))
    return [
        (
            *head,
            titles[item.section.code],
            told.item_words(item, tongue)[0],
            told.given_words(asked[item.code], given[item.id], shown),
            *_earned(given[item.id], float(asked[item.code].rule.weight)),
            shown.comment(given[item.id]),
        )
        for item in told.items_of(audit)
        if item.id in given and item.code in asked
    ]


def _earned(answer: Answer, weight: float) -> tuple[float | None, float | None]:
    if answer.points is None:
        return None, None
    return weight * answer.points / told.FULL, weight


def _points(thousandths: int | None) -> float | None:
    return None if thousandths is None else thousandths / told.FULL


def _shopper_head(shoppers: bool) -> tuple[str, ...]:
    return (gate.tongue().say("Shopper"),) if shoppers else ()


def _shopper(audit: Audit, shoppers: bool) -> Row:
    if not shoppers:
        return ()
    return (audit.shopper.name or audit.shopper.code or audit.shopper.public_id if audit.shopper is not None else "",)


def newest_week(audits: Sequence[Audit], otherwise: date) -> date:
    """What a file of these audits is named by."""
    return told.week_of(audits[0]) if audits else otherwise

"""The plan as plain text, for a terminal."""

from textwrap import fill

from reports.plain import WIDTH
from reports.plan_words import PlanReport
from reports.report import Table


def plain(report: PlanReport) -> str:
    """The plan as text for a terminal: words first, tables after."""
    blocks = [report.title, "\n".join(fill(line, WIDTH) for line in report.headline), fill(report.basis, WIDTH)]
    blocks.append("\n".join(fill(f"{one.title}: {' '.join(one.words)}", WIDTH) for one in report.sections))
    blocks += [aligned(table) for table in (report.worth, report.noticed, report.needy) if table]
    blocks.append("\n".join(fill(note, WIDTH, initial_indent="  ", subsequent_indent="  ") for note in report.notes))
    return "\n\n".join(block for block in blocks if block.strip())


def aligned(table: Table) -> str:
    """A table as lines of a terminal: names at the left, figures at the right."""
    heads = [column.title for column in table.columns]
    rows = [[entry.text for entry in row] for row in table.rows]
    widths = [max(len(line[place]) for line in [heads, *rows]) for place in range(len(heads))]
    numbers = [column.kind == "number" for column in table.columns]

    def line(texts: list[str]) -> str:
        parts = zip(texts, widths, numbers, strict=True)
        return "  ".join(text.rjust(room) if number else text.ljust(room) for text, room, number in parts).rstrip()

    return "\n".join([table.caption, *(f"  {line(texts)}" for texts in [heads, *rows])])

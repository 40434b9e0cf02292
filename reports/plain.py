"""A report as plain text, for a terminal."""

from textwrap import fill

from reports.drift import Improved
from reports.report import Acts, Group, News, Picture, Report, Table

WIDTH = 100
MOST_ITEMS = 5
MOST_NAMES = 20
"""Branches that could not be judged and are named; the rest are counted by the sentence above them."""


def plain(report: Report) -> str:
    """The report's words, from the headline down to the notes; the same sentences as on the page."""
    blocks = [report.title, _lines(report.headline), fill(report.certainty, WIDTH), fill(report.basis, WIDTH)]
    blocks.append(_first(report))
    blocks += [_judged(group) for group in (report.short, report.watch, report.above) if group.verdicts]
    blocks += [
        _improved(report.improved),
        _unsure(report),
        fill(report.estimated, WIDTH),
        _unjudged(report),
        _items(report),
    ]
    blocks += [_answer(report.trend), _answer(report.split), _acts(report.acts), _news(report.news)]
    blocks += [_lines(report.notes, indent="  ")]
    return "\n\n".join(block for block in blocks if block.strip())


def _first(report: Report) -> str:
    """What to do first, numbered."""
    if report.first is None:
        return ""
    steps = [f"{place}. {one.line}" for place, one in enumerate(report.first.steps, start=1)]
    return "\n".join([report.first.title, *(_indented(step, 2) for step in steps)])


def _lines(sentences: tuple[str, ...], indent: str = "") -> str:
    return "\n".join(fill(line, WIDTH, initial_indent=indent, subsequent_indent=indent) for line in sentences)


def _answer(picture: Picture | None) -> str:
    """A picture's question with its answer."""
    return "\n".join([picture.question, _indented(picture.answer, 2)]) if picture and picture.answer else ""


def _items(report: Report) -> str:
    """The items that cost the most points, and whose problem they are."""
    if report.items is None:
        return ""
    lines = [report.items.question, *(_indented(line, 2) for line in report.failing[:MOST_ITEMS])]
    for group in report.about:
        told = (*group.items, group.more, group.meant)
        lines += [_indented(group.title, 2), *(_indented(line, 4) for line in told if line)]
    return "\n".join(lines)


def _judged(group: Group) -> str:
    lines = [f"{group.title} · {group.sentence}"]
    for one in group.verdicts:
        lines += [f"  {one.name} · {one.section} · {one.words}"]
        lines += [_indented(line, 4) for line in (one.costs, one.detail) if line]
        lines += [_indented(line, 4) for line in one.doing]
    if group.table is not None and len(group.table.rows) > len(group.verdicts):
        lines += ["  " + " · ".join(entry.text for entry in row) for row in group.table.rows[len(group.verdicts) :]]
    return "\n".join(lines)


def _improved(found: Improved | None) -> str:
    """Who has risen by more than luck, and what that means."""
    if found is None:
        return ""
    told = (*(f"{one.name} · {one.words}" for one in found.rises), found.rest, found.meant)
    return "\n".join([f"{found.title} · {found.sentence}", *(_indented(line, 2) for line in told if line)])


def _unsure(report: Report) -> str:
    """Which branches are as the norm for want of proof alone."""
    group = report.unsure
    if group is None or group.table is None:
        return ""
    return "\n".join([f"{group.title} · {group.sentence}", _indented(_named(group.table), 2)])


def _unjudged(report: Report) -> str:
    """Why it could not be said, what would change that, and at which branches."""
    lines = [_lines(report.reasons)] if report.reasons else []
    group = report.unjudged
    if group.table is None:
        return "\n".join(lines)
    return "\n".join([f"{group.title} · {group.sentence}", *lines, _indented(_named(group.table), 2)])


def _named(table: Table) -> str:
    """The branches of a table, each once, as far as there is room."""
    names = list(dict.fromkeys(row[0].text for row in table.rows))
    return ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")


def _indented(text: str, spaces: int) -> str:
    return fill(text, WIDTH, initial_indent=" " * spaces, subsequent_indent=" " * spaces)


def _acts(found: Acts | None) -> str:
    """What is being done about it."""
    if found is None:
        return ""
    lines = [" · ".join(filter(None, (one.name, one.about, one.plan, one.state, one.effect))) for one in found.acts]
    told = (*lines, found.rest, found.meant)
    return "\n".join([f"{found.title} · {found.sentence}", *(_indented(line, 2) for line in told if line)])


def _news(news: News) -> str:
    failed = [" · ".join(filter(None, (one.name, one.words, one.late, *one.critical))) for one in news.critical]
    return "\n".join([fill(news.sentence, WIDTH), *(_indented(line, 2) for line in (*failed, news.meant) if line)])

"""A report as plain text, for a terminal."""

from textwrap import fill

from reports.report import Group, News, Report

WIDTH = 100


def plain(report: Report) -> str:
    """The report's words, from the headline down to the notes; the same sentences as on the page."""
    blocks = [report.title, "\n".join(fill(line, WIDTH) for line in report.headline), fill(report.basis, WIDTH)]
    blocks += [_group(group) for group in (report.short, report.watch, report.above, report.unjudged) if group.sentence]
    blocks += ["\n".join(fill(line, WIDTH) for line in report.leaders), _news(report.news)]
    blocks += ["\n".join(fill(line, WIDTH, initial_indent="  ", subsequent_indent="  ") for line in report.notes)]
    return "\n\n".join(block for block in blocks if block.strip())


def _group(group: Group) -> str:
    lines = [group.title, fill(group.sentence, WIDTH)]
    lines += [f"  {v.word}: {v.name} · {v.section} · {v.words} · {v.detail}" for v in group.verdicts]
    if group.table is not None:
        lines += ["  " + " · ".join(entry.text for entry in row) for row in group.table.rows]
        lines += [f"  {group.table.rest}"] if group.table.rest else []
    return "\n".join(lines)


def _news(news: News) -> str:
    lines = [fill(news.sentence, WIDTH)]
    lines += [f"  {one.name} · {one.words} {one.late} {' '.join(one.critical)}".rstrip() for one in news.critical]
    return "\n".join(lines)

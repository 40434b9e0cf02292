"""Report → pictures for the page; the words are laid out by the templates."""

from markupsafe import Markup

from branches.language import Language
from reports import charts
from reports.drawing import svg
from reports.own import OwnReport
from reports.report import Funnel, HeatMap, Picture, Report, Split, Strip, Trend


def drawings(report: Report, language: Language) -> dict[str, Markup]:
    """Inline SVG of every picture by its name, and of every verdict's strip by "strip-<state>-<place>"."""
    pictures = [
        *report.funnels,
        *report.quiet_funnels,
        *(one for one in (report.heat, report.trend, report.split) if one),
    ]
    found = {picture.name: _drawing(picture, language) for picture in pictures}
    for group in (report.short, report.watch, report.above):
        for place, verdict in enumerate(group.verdicts, start=1):
            found |= _strip(f"strip-{group.state}-{place}", verdict.strip, language)
    return found


def own_drawings(report: OwnReport, language: Language) -> dict[str, Markup]:
    """Inline SVG of every section's strip by its name."""
    found: dict[str, Markup] = {}
    for section in (*report.well, *report.work, *report.alike, *report.unjudged):
        found |= _strip(section.name, section.strip, language)
    return found


def _drawing(picture: Picture, language: Language) -> Markup:
    match picture.values:
        case Funnel() as values:
            figure = charts.funnel(values, language)
        case HeatMap() as values:
            figure = charts.heat(values, language)
        case Trend() as values:
            figure = charts.trend(values, language)
        case Split() as values:
            figure = charts.split(values, language)
    return Markup(svg(figure, picture.name, picture.question, picture.caption))  # noqa: S704 - escaped by the cleaner


def _strip(name: str, strip: Strip | None, language: Language) -> dict[str, Markup]:
    if strip is None:
        return {}
    return {name: Markup(svg(charts.strip(strip, language), name))}  # noqa: S704 - holds no text

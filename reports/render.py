"""Report → pictures for the page and for paper; the words are laid out by the templates."""

from collections.abc import Iterator

from markupsafe import Markup
from matplotlib.figure import Figure

from branches.language import Language
from reports import charts, charts_change, charts_items, charts_panels
from reports.drawing import paper_svg, png, svg
from reports.drift import Panels
from reports.own import OwnReport
from reports.report import ChangeChart, Funnel, Group, HeatMap, ItemBars, Picture, Report, Split, Strip, Trend


def drawings(report: Report, language: Language) -> dict[str, Markup]:
    """Inline SVG of every picture by its name, and of every verdict's strip by "strip-<state>-<place>"."""
    found = {
        picture.name: _inline(_figure(picture, language), picture.name, picture.question, picture.caption)
        for picture in _pictures(report)
    }
    return found | {
        name: _inline(charts.strip(strip, language), name)
        for name, strip in _strips(report.short, report.watch, report.above)
    }


def own_drawings(report: OwnReport, language: Language) -> dict[str, Markup]:
    """Inline SVG of every section's strip by its name, and of the trend."""
    found = {name: _inline(charts.strip(strip, language), name) for name, strip in _own_strips(report)}
    told = [*report.changes, *([report.trend] if report.trend else [])]
    return found | {one.name: _inline(_figure(one, language), one.name, one.question, one.caption) for one in told}


def paper_drawings(report: Report, language: Language) -> dict[str, str]:
    """SVG of what paper shows: no quiet pictures, strips of the leading group alone; letters are outlines, so that no font need know them."""
    quiet = {picture.name for picture in report.quiet_funnels}
    shown = [picture for picture in _pictures(report) if picture.name not in quiet]
    found = {picture.name: paper_svg(_figure(picture, language)) for picture in shown}
    return found | {name: paper_svg(charts.strip(strip, language)) for name, strip in _strips(leading(report))}


def own_paper_drawings(report: OwnReport, language: Language) -> dict[str, str]:
    """Every section's strip for paper."""
    return {name: paper_svg(charts.strip(strip, language)) for name, strip in _own_strips(report)}


def mail_drawing(picture: Picture, language: Language) -> bytes:
    """One picture as PNG, the only kind that every mail program shows."""
    return png(_figure(picture, language))


def _pictures(report: Report) -> list[Picture]:
    others = (report.heat, report.items, report.trend, report.panels, report.split)
    return [*report.funnels, *report.quiet_funnels, *(one for one in others if one)]


def leading(report: Report) -> Group:
    """The group that a report opens with."""
    return report.short if report.short.verdicts else report.above


def _strips(*groups: Group) -> Iterator[tuple[str, Strip]]:
    for group in groups:
        for place, verdict in enumerate(group.verdicts, start=1):
            if verdict.strip:
                yield f"strip-{group.state}-{place}", verdict.strip


def _own_strips(report: OwnReport) -> Iterator[tuple[str, Strip]]:
    for section in report.sections:
        if section.strip:
            yield section.name, section.strip


def _figure(picture: Picture, language: Language) -> Figure:
    match picture.values:
        case Funnel() as values:
            drawn = charts.funnel(values, language)
        case HeatMap() as values:
            drawn = charts.heat(values, language)
        case Trend() as values:
            drawn = charts.trend(values, language)
        case Split() as values:
            drawn = charts.split(values, language)
        case ItemBars() as values:
            drawn = charts_items.item_bars(values, language)
        case ChangeChart() as values:
            drawn = charts_change.change(values, language)
        case Panels() as values:
            drawn = charts_panels.panels(values, language)
    return drawn


def _inline(figure: Figure, name: str, title: str = "", description: str = "") -> Markup:
    return Markup(svg(figure, name, title, description))  # noqa: S704 - escaped by the cleaner

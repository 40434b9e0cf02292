"""In short: how a branch stands in three lines, of which what goes well is the first."""

from dataclasses import dataclass

from reports.own import OwnReport
from reports.own_items import OwnItem


@dataclass(frozen=True)
class Brief:
    """What leads the page; None or empty where there is nothing to say."""

    well: OwnItem | None
    """What is always in order, the most often seen."""
    costs: OwnItem | None
    """What costs the most points in the section that needs work the most."""

    @property
    def now(self) -> str:
        """What the standard advises about it."""
        return self.costs.advice if self.costs is not None else ""


def brief(report: OwnReport) -> Brief:
    """What goes well, why are points lost, and what is to be done now?"""
    well = next(iter(report.kept), None)
    costly = next((items for _, items in report.costly), ())
    return Brief(well, next(iter(costly), None))

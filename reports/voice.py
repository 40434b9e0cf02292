"""Voice: the figures with what is needed to speak of them to one reader."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from branches.language import Language
from reports.figures import Cell, Figures


@dataclass(frozen=True)
class Voice:
    figures: Figures
    language: Language
    titles: Mapping[str, str]

    def title(self, section: str) -> str:
        return self.titles.get(section) or section

    def name(self, branch: str) -> str:
        return self.figures.branch_names.get(branch) or branch

    def by_branch(self) -> dict[str, dict[str, Cell]]:
        """The cells of each branch by section."""
        found: dict[str, dict[str, Cell]] = defaultdict(dict)
        for cell in self.figures.cells:
            found[cell.branch][cell.section] = cell
        return dict(found)

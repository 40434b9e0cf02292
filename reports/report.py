"""Report: one edition in words for one reader in one language; pages, mail and paper lay it out, none of them words it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from reports.drift import Improved, Panels
from reports.figures import Interval, State

Kind = Literal["name", "text", "state", "number"]


@dataclass(frozen=True)
class Column:
    title: str
    kind: Kind


@dataclass(frozen=True)
class Entry:
    """A table's cell, worded; a state is shown as its mark before the text."""

    text: str
    state: State | None = None
    branch: str = ""
    """Code of the branch that the text names; empty elsewhere."""
    section: str = ""
    """Code of the section that the text names; empty elsewhere."""
    unsure: bool = False
    """Whether a state that is as the norm is so for want of proof alone; shown as a question mark."""


@dataclass(frozen=True)
class Table:
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Entry, ...], ...]
    rest: str = ""
    """What the table leaves out, in a sentence; empty where it is complete."""


@dataclass(frozen=True)
class Strip:
    """One estimate beside the norm: the norm a line, the interval a bar, the estimate a dot. Points below or above the norm."""

    state: State
    value: float
    low: float
    high: float
    margin: float
    reach: float
    """Points shown to each side of the norm: the same on every strip of a report, so that they can be compared."""


@dataclass(frozen=True)
class Dot:
    """A branch in a funnel; label is empty for all but the few that are named."""

    audits: int
    score: float
    state: State
    label: str = ""


@dataclass(frozen=True)
class Limits:
    """Between which scores chance alone keeps nine branches in ten that are exactly at the norm."""

    audits: float
    low: float
    high: float


@dataclass(frozen=True)
class Funnel:
    dots: tuple[Dot, ...]
    norm: float
    limits: tuple[Limits, ...]
    across: str
    up: str
    norm_word: str
    chance_word: str


@dataclass(frozen=True)
class HeatRow:
    name: str
    cells: tuple[Entry, ...]


@dataclass(frozen=True)
class HeatMap:
    sections: tuple[str, ...]
    rows: tuple[HeatRow, ...]


@dataclass(frozen=True)
class TrendWeek:
    """A week's mean score; the interval is None where the spread of single audits is unknown."""

    week: date
    audits: int
    score: float
    interval: Interval | None


@dataclass(frozen=True)
class TrendPanel:
    section: str
    norm: float | None
    mean: float | None
    """Of the whole time; None where it is the norm itself."""
    told: str
    """Both, in words."""
    weeks: tuple[TrendWeek, ...]


@dataclass(frozen=True)
class Trend:
    first: date
    last: date
    panels: tuple[TrendPanel, ...]


@dataclass(frozen=True)
class Part:
    """What one source adds to the spread, in points."""

    word: str
    spread: Interval


@dataclass(frozen=True)
class SplitPanel:
    section: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Split:
    panels: tuple[SplitPanel, ...]
    across: str


@dataclass(frozen=True)
class ItemBar:
    """One item: the share that was not in order or lost, 0…1, with its interval."""

    text: str
    rate: Interval
    chain: float | None
    """The whole chain's share; None where that is what is shown."""


@dataclass(frozen=True)
class ItemBars:
    bars: tuple[ItemBar, ...]
    across: str
    chain_word: str
    """What the mark of the chain is called; empty where there is none."""


@dataclass(frozen=True)
class ChangeSpot:
    """A branch's moving average after one audit, and how far chance alone takes it: points, or spreads of a single audit."""

    week: date
    average: float
    limit: float


@dataclass(frozen=True)
class ChangeChart:
    spots: tuple[ChangeSpot, ...]
    in_points: bool
    """Whether the values are points, and may be read off."""
    since: date | None
    """The Monday since which the change is likeliest."""
    since_word: str
    tone: str
    """Colour of what lies outside the band."""
    above: str
    below: str
    chance: str


@dataclass(frozen=True)
class ItemGroup:
    """Items that fail in the same way."""

    title: str
    items: tuple[str, ...]
    more: str
    """How many others there are; empty where all are listed."""
    meant: str = ""
    """By which rule that is said, and what follows from it."""


@dataclass(frozen=True)
class Picture:
    """A chart's values with the question it answers, what it shows in words, and the same figures as a table."""

    name: str
    """Unique in its report and fit for an id."""
    question: str
    caption: str
    values: Funnel | HeatMap | Trend | Split | ItemBars | ChangeChart | Panels
    table: Table
    answer: str = ""
    """The question's answer in words, as far as one can be given; read before the picture."""
    beyond: str = ""
    """What only the table has, which is not on paper; empty where the picture shows all."""


@dataclass(frozen=True)
class Verdict:
    """One branch in one section, in words."""

    state: State
    word: str
    branch: str
    name: str
    region: str
    section: str
    words: str
    detail: str
    strip: Strip | None
    since: str = ""
    """How long the flag has stood; empty without one."""
    doing: tuple[str, ...] = ()
    """What is being done about it, a line each."""
    code: str = ""
    """The section's code."""
    costs: str = ""
    """Which of its items cost the most there; empty where that was not kept."""
    sure: str = ""
    """How sure a flag is; empty of others."""


@dataclass(frozen=True)
class Group:
    """The verdicts of one state: the first few in full, the rest as a table."""

    state: State
    title: str
    sentence: str
    verdicts: tuple[Verdict, ...]
    table: Table | None
    more: str = ""
    """How many verdicts stand only in the table; empty where all are given in full."""
    names: str = ""
    """Which branches these are, where that is told beside the word; empty elsewhere."""
    certainty: str = ""
    """How many of them may be named wrongly, where that is not told in the opening."""


@dataclass(frozen=True)
class Fresh:
    """An audit that is new in this edition."""

    name: str
    words: str
    late: str
    """"arrived late", or empty."""
    critical: tuple[str, ...]
    """The failed critical items, worded."""
    branch: str = ""
    """The branch's code."""
    findings: str = ""
    """What else was not in order; empty where nothing was, or it was not kept."""
    audit: str = ""
    """The audit's public id; empty in editions that did not keep it."""
    way: str = ""
    """What the way to it is called."""


@dataclass(frozen=True)
class News:
    sentence: str
    critical: tuple[Fresh, ...]
    others: tuple[Fresh, ...]
    rest: str
    meant: str = ""
    """What a failed critical item means and what it does not; empty where none failed."""
    critical_word: str = ""
    """"Critical item failed:"."""


@dataclass(frozen=True)
class Act:
    """One corrective action."""

    name: str
    """Of the branch."""
    branch: str
    """The branch's code."""
    about: str
    """The section that it answers; empty where that is not known."""
    public_id: str
    plan: str
    state: str
    tone: str
    """"short" where it is late."""
    effect: str
    """Whether it has helped; empty where that was not judged."""


@dataclass(frozen=True)
class Acts:
    """What the scope's branches do about it."""

    title: str
    sentence: str
    acts: tuple[Act, ...]
    rest: str
    meant: str
    """What a judgement of an action means; empty where there is none."""


@dataclass(frozen=True)
class Step:
    """One thing to do, of those that come first."""

    mark: str
    """The shape beside it: a state, or "critical"; empty for none."""
    words: str
    name: str = ""
    """Of the branch; empty where it is a matter for everybody."""
    branch: str = ""
    """The branch's code."""

    @property
    def line(self) -> str:
        """Whom it is about and what to do, where both stand in one line."""
        return " · ".join(filter(None, (self.name, self.words)))


@dataclass(frozen=True)
class Steps:
    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Report:
    """What one reader gets to know of one scope and week."""

    language: str
    scope: str
    title: str
    """Scope and week."""
    week: str
    headline: tuple[str, ...]
    basis: str
    """What it rests on."""
    certainty: str
    """How many of the flags may be false; empty where there are none."""
    short: Group
    watch: Group
    above: Group
    norm: Group
    unjudged: Group
    reasons: tuple[str, ...]
    """Why something could not be judged, and how many audits would change it."""
    funnels: tuple[Picture, ...]
    """Of the sections in which a branch falls short or is on watch."""
    quiet_funnels: tuple[Picture, ...]
    """Of the other sections."""
    heat: Picture | None
    trend: Picture | None
    split: Picture | None
    leaders: tuple[str, ...]
    """Whether shoppers or branches differ more, section by section, as far as it can be told."""
    sections: Table | None
    news: News
    notes: tuple[str, ...]
    items: Picture | None = None
    """The items that cost the most points."""
    about: tuple[ItemGroup, ...] = ()
    """Which of them fail all over the chain and which at a few branches, as far as it can be told."""
    failing: tuple[str, ...] = ()
    """The items that cost the most points, a line each, the same as in the picture."""
    about_note: str = ""
    """Of whom and how surely that is said; empty where nothing is told."""
    estimated: str = ""
    """Why score and norm do not subtract to what is said; empty where they do."""
    first: Steps | None = None
    """What to do first, in this order; None where nothing is to be done."""
    unsure: Group | None = None
    """The branches that are as the norm for want of proof alone; None where none is."""
    reading: str = ""
    """How a strip is read, and what its shaded part is."""
    acts: Acts | None = None
    """The corrective actions; None where there are none."""
    improved: Improved | None = None
    """The branches that have risen by more than luck; None where none has."""
    panels: Picture | None = None
    """A small picture of each branch."""

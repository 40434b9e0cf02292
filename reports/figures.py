"""The figures of one report, in numbers and codes, without a word of any language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from reports.acted import PlannedAction
from reports.kept import ChainItem, CostlyItem, Courses, Failures, StandingPraise


class State(StrEnum):
    """What may be said of a branch in a section."""

    FALLS_SHORT = "falls_short"
    WATCH = "watch"
    AS_NORM = "as_norm"
    ABOVE = "above"
    NOT_ENOUGH = "not_enough"


@dataclass(frozen=True)
class Rules:
    """The business's settings of the judgement, from config.toml."""

    margin: float = 5.0
    """Points below the norm that are worth acting on."""
    false_share: float = 0.10
    """Largest share of false flags that is accepted among the flags of one edition."""
    least_audits: int = 2
    """Audits of a branch in the window below which nothing is said of it."""
    half_life_weeks: float = 0.0
    """Weeks after which an audit counts half; 0: every audit of the window counts the same."""


@dataclass(frozen=True)
class Interval:
    """An estimate with its 90 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class SectionFigures:
    """One section over the whole chain."""

    section: str
    audits: int
    branches: int
    """Branches with at least one score."""
    norm: float | None
    """Mean of branch means, 0…100; None where nothing was scored."""
    variances: Mapping[str, Interval] = field(default_factory=dict)
    """Points²: "region", "branch", "shopper", "residual"; empty where no fit was possible."""
    criterion: float | None = None
    """−2 log restricted likelihood of the section's own fit."""
    shopper_over_branch: float | None = None
    """Probability that shoppers differ more than branches (region included in branch); None where it cannot be told."""
    audits_wanted: int | None = None
    """Further audits with a score in it that would let branches be told from visits; 0 where they can. None with fewer
    than two branches, and in editions that did not count it."""
    shares: Mapping[str, Interval] = field(default_factory=dict)
    """Share of each in the variance of one audit's score, 0…1; empty where it cannot be told, and in editions that did
    not ask."""


@dataclass(frozen=True)
class Cell:
    """One branch in one section over the window."""

    branch: str
    section: str
    audits: int
    shoppers: int
    score: float | None
    """Plain mean of the branch's audits."""
    norm: float | None
    """Leave-one-out mean of branch means."""
    variance: float | None
    """score − norm, points, signed."""
    estimate: float | None
    """Probable true difference from the chain's norm."""
    low: float | None
    high: float | None
    """90 % interval of the true difference."""
    p_short: float | None
    """Probability that the true difference is below −margin."""
    q: float | None
    """Expected share of false flags if all cells at least as likely short were flagged."""
    state: State
    one_visit: bool = False
    """Whether the difference vanishes without the one audit that speaks for it most: too little for a flag."""
    rank_low: int | None = None
    rank_high: int | None = None
    """90 % interval of its rank among the branches seen in the section, 1 the best; None where nothing may be said."""
    ranked: int | None = None
    """How many branches that is."""
    p_above: float | None = None
    """Probability that the true difference is above the margin; of those above alone, None in editions that did not keep it."""


@dataclass(frozen=True)
class Leniency:
    """How many points a shopper gives above the others in a section."""

    shopper: str
    section: str
    audits: int
    leniency: float
    sd: float


LEAST_REPEATS = 30
LEAST_MEDIAN = 2
"""From so many repeat audits, and so many audits of the median branch, branches can be told from single visits."""


@dataclass(frozen=True)
class Design:
    """What the audits of the window can tell apart."""

    audits: int
    branches: int
    audited_branches: int
    shoppers: int
    unknown_shopper_audits: int
    median_audits: float
    """Median number of audits over the audited branches."""
    repeats: int
    """Σ (audits − 1) over the audited branches."""
    enough: bool
    """Whether branches can be told from visits at all: LEAST_REPEATS and LEAST_MEDIAN are reached."""
    audits_wanted: int | None
    """Further audits that would make it enough; 0 where it is enough; None where no number would."""
    groups: int
    """Connected groups of branches and known shoppers; leniency cannot be compared across groups."""
    cross_region_share: float | None
    """Share of audits made outside the shopper's most frequent region; None with fewer than two regions."""


@dataclass(frozen=True)
class Assessment:
    """What the statistics say of one window: the result of `screening.assess`."""

    design: Design
    sections: tuple[SectionFigures, ...]
    cells: tuple[Cell, ...]
    """Every branch × section, branches in the sheet's order, sections within."""
    shoppers: tuple[Leniency, ...]


@dataclass(frozen=True)
class TrendPoint:
    """The mean score of a scope's audits of one week in one section."""

    week: date
    section: str
    audits: int
    score: float


@dataclass(frozen=True)
class NewAudit:
    """An audit counted for the first time in this edition."""

    branch: str
    week: date
    late: bool
    """Its week's edition had already been issued without it."""
    score: float | None
    failed_critical: tuple[str, ...]
    """Codes of failed critical items."""
    failures: tuple[Failures, ...] = ()
    """Of each of them at this branch; empty in editions that did not count it."""
    findings: tuple[str, ...] = ()
    """Codes of the other items that failed, and how many photos came with it; empty in editions that did not keep them."""
    photos: int = 0
    public_id: str = ""
    """The audit's, for whoever may open it."""


@dataclass(frozen=True)
class StandingFlag:
    """A flag as it stands with this edition."""

    branch: str
    section: str
    since: date
    """The week it was raised."""
    dismissed_until: date | None = None
    """Somebody who knows more has set it aside until this day."""
    dismissed_reason: str = ""
    before: date | None = None
    """The last week in which an earlier flag of the same branch and section stood."""
    seen_on: date | None = None
    """When a manager or head office said that they have seen it."""


class Whose(StrEnum):
    """Whose problem an item is."""

    NOBODY = "nobody"
    CHAIN = "chain"
    BRANCHES = "branches"
    UNTOLD = "untold"


@dataclass(frozen=True)
class BranchItem:
    """How one branch kept an item."""

    branch: str
    applicable: int
    kept: int


@dataclass(frozen=True)
class Scale:
    """How a graded item is marked."""

    kind: str
    """"rating", "number" or "seconds"."""
    worst: float
    """The value that earns nothing; as `best`, which earns all points."""
    best: float


@dataclass(frozen=True)
class Grade:
    """What a graded item's marks in a scope came to."""

    scale: Scale
    mark: float
    """Mean of the marks as they were given."""
    earned: Interval
    """Mean share of the full points, 0…1, with its 90 % interval."""
    chain: float | None
    """The whole chain's mean share; None where that is the scope."""


@dataclass(frozen=True)
class ItemFigures:
    """One item over the window."""

    code: str
    section: str
    applicable: int
    kept: int
    """Of the scope's own audits: in which it applied, and in which it earned all its points."""
    rate: Interval
    """Share kept, with its exact 90 % interval, 0…1."""
    chain: Interval | None
    """The whole chain's; None where that is the scope."""
    whose: Whose
    """In the whole chain."""
    probability: float | None = None
    """That it is so; None where nothing is said."""
    share: Interval | None = None
    """Share of the chain's failures at the fifth of branches that fail it most, 0.2…1."""
    worst: tuple[BranchItem, ...] = ()
    """The scope's branches that probably fail it most, where it is the problem of a few."""
    lost: float | None = None
    """What it cost the scope's audits: its weight times what was missing of full points, summed; None in editions that did not count it."""
    grade: Grade | None = None
    """Of a graded item; None of one that is in order or not."""
    sources: Mapping[str, Interval] = field(default_factory=dict)
    """Of the whole chain: share of "branch", "shopper" and "residual" in the variance of one mark in logits, 0…1; empty
    where it cannot be told, and in editions that did not ask."""


class Move(StrEnum):
    """What a chart says."""

    FALLING = "falling"
    RISING = "rising"
    STEADY = "steady"
    NOT_ENOUGH = "not_enough"


@dataclass(frozen=True)
class ChartPoint:
    """One audit on the chart."""

    week: int
    """Ordinal of the audit's Monday."""
    surprise: float
    """Standard deviations above the level before."""
    average: float
    """The moving average of the surprises, or their sum."""
    limit: float
    """An average below −limit is an alarm of falling, above it one of rising."""


@dataclass(frozen=True)
class Change:
    """One branch in one section over the weeks that were watched."""

    branch: str
    section: str
    move: Move
    since: int | None
    """Ordinal of the Monday from which the change is likeliest; None where there was no alarm."""
    size: float | None
    """Points by which the level moved since, shrunk; None where there was no alarm."""
    points: tuple[ChartPoint, ...]


@dataclass(frozen=True)
class ChainMove:
    """How far the whole chain, or one region, moved in one section over the window."""

    section: str
    points: Interval
    """The later half of the weeks less the earlier, with a 90 % interval."""
    chance: float | None = None
    """Probability of so large a move in this direction where nothing has moved; None in editions that did not count it."""


@dataclass(frozen=True)
class Figures:
    """Everything one edition says of one scope and week, language-free: what is stored and what is drawn."""

    scope: str
    """"chain" or the region's code."""
    scope_name: str | None
    """The region's name; None for the chain, whose name is worded."""
    week: date
    window_from: date
    window_to: date
    """First and last day counted, both included."""
    rules: Rules
    standard_version: int
    design: Design
    sections: tuple[SectionFigures, ...]
    """Of the whole chain: the norm a region is held against."""
    cells: tuple[Cell, ...]
    """Of the scope's own branches."""
    shoppers: tuple[Leniency, ...]
    trend: tuple[TrendPoint, ...]
    """Of the scope's own audits."""
    new: tuple[NewAudit, ...]
    branch_names: Mapping[str, str]
    """Name of each branch of the scope by its code, as it was when the edition was made."""
    branch_regions: Mapping[str, str]
    """Region name of each branch of the scope by its code."""
    flags: tuple[StandingFlag, ...] = ()
    """Of the scope's branches, this edition's own included."""
    new_after: datetime | None = None
    """New is what was released after this moment and by the due time."""
    first_week: date | None = None
    """The scope's first reported week: an audit of an earlier one is history, not late."""
    items: tuple[ItemFigures, ...] = ()
    """In the order of the standard."""
    changes: tuple[Change, ...] = ()
    """The scope's branches that have fallen or risen, section by section."""
    chain_moves: tuple[ChainMove, ...] = ()
    """How far the whole chain has moved in each section."""
    moves: tuple[ChainMove, ...] = ()
    """How far the scope's own branches have moved together."""
    critical_items: int | None = None
    """Of the newest standard in use; None in editions that did not count them yet."""
    by_days: bool = False
    """Made by hand of these days: it is no week's report."""
    actions: tuple[PlannedAction, ...] | None = None
    """What the scope's branches had promised: what was open, and what was completed within the window; None in editions
    that did not keep it."""
    usual: Interval | None = None
    """Score of a whole audit anywhere in the chain: the middle one and between which nine in ten lie; None where there are few."""
    praise: tuple[StandingPraise, ...] = ()
    """Since when those are above that are; empty in editions that did not keep it."""
    courses: Courses | None = None
    """Where the branches were, every four weeks; of the chain's only those that stand out. None in editions without it."""
    costly: tuple[CostlyItem, ...] = ()
    """Of each shortfall the items that cost it the most; empty in editions that did not keep them."""
    chain_items: tuple[ChainItem, ...] = ()
    """How the whole chain kept each item; empty in editions that did not keep it."""
    excluded: int | None = None
    """Audits of the scope's branches in these days that head office had excluded; None in editions that did not count them."""


@dataclass(frozen=True)
class ItemCount:
    """How one item was kept at one branch."""

    code: str
    section: str
    audits: int
    """In which it applied."""
    kept: int
    """In which it earned all its points."""
    failed: int
    """In which it earned none."""
    lost: float = 0.0
    """Its weight times what was missing of full points, summed."""
    mark: float | None = None
    """Mean of the marks as they were given, of a graded item; as `scale`."""
    scale: Scale | None = None

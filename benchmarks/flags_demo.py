"""Are the flags of the weekly report right? The demo's generator knows the truth; the report does not.

python -m benchmarks.flags_demo [--seeds 20] [--write docs/flags-demo.md]
"""

import argparse
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import sqrt
from pathlib import Path
from statistics import fmean

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import database, migrations
from branches.audits import Audit
from monitor import demo
from monitor.demo import Planted
from monitor.demo.plan import STEP_POINTS, STEP_WEEKS
from monitor.demo.truth import Spreads
from monitor.demo.visits import ACROSS_SHARE
from reports import collect, screening
from reports.collect import Window
from reports.figures import Assessment, Cell, Rules, State
from reports.sheet import ScoreSheet

FIRST_SEED = 5001
"""The seeds were fixed before the first run and nothing was tuned to them."""
TODAY = date(2026, 11, 16)
WEEKS = 26
POINTS = 20.0
EVEN_SPREAD = 13.0
"""Points that chance in the marks adds where it adds the same everywhere."""
STATED = (0.0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
"""Classes of the stated probability of falling short."""
CONFIDENT = 1.645
"""Of a 90 % interval."""


@dataclass(frozen=True)
class Tally:
    """What one seed showed, or several together."""

    planted: int = 0
    found: int = 0
    flags: int = 0
    false: int = 0
    short: int = 0
    """Cells truly more than the margin below the norm."""
    short_flagged: int = 0
    raw_flags: int = 0
    """Cells whose plain mean is more than the margin below the norm."""
    raw_false: int = 0
    falls: int = 0
    falls_found: int = 0
    above: int = 0
    """Cells said to be above."""
    above_false: int = 0


def truth(planted: Planted, cells: Sequence[Cell], days: dict[str, list[date]]) -> dict[tuple[str, str], float]:
    """True difference of each audited cell: expected score over its audits' days, less the mean of the other branches'."""
    expected = {
        (c.branch, c.section): fmean(planted.cells[c.branch, c.section].on(day).score for day in days[c.branch])
        for c in cells
        if c.audits
    }
    differences = {}
    for (branch, section), own in expected.items():
        others = [score for (b, s), score in expected.items() if s == section and b != branch]
        differences[branch, section] = own - fmean(others)
    return differences


def judge(planted: Planted, found: Assessment, days: dict[str, list[date]], margin: float) -> Tally:
    """Compares what is flagged with what is true."""
    true = truth(planted, found.cells, days)
    flagged = {(c.branch, c.section) for c in found.cells if c.state is State.FALLS_SHORT}
    above = {(c.branch, c.section) for c in found.cells if c.state is State.ABOVE}
    raw = {(c.branch, c.section) for c in found.cells if c.variance is not None and c.variance < -margin}
    short = {key for key, points in true.items() if points < -margin}
    weekly = {(f.branch, f.section) for f in planted.faults if f.points >= POINTS and len(days[f.branch]) >= WEEKS}
    falls = {(f.branch, f.section) for f in planted.falls}
    return Tally(
        planted=len(weekly),
        found=len(weekly & flagged),
        flags=len(flagged),
        false=len(flagged - short),
        short=len(short),
        short_flagged=len(flagged & short),
        raw_flags=len(raw),
        raw_false=len(raw - short),
        falls=len(falls),
        falls_found=len(falls & flagged),
        above=len(above),
        above_false=sum(true[key] <= margin for key in above),
    )


def stated(planted: Planted, found: Assessment, days: dict[str, list[date]], margin: float) -> list[tuple[float, bool]]:
    """Each judged cell's stated probability of falling short, and whether it does."""
    true = truth(planted, found.cells, days)
    return [(c.p_short, true[c.branch, c.section] < -margin) for c in found.cells if c.p_short is not None]


def even(planted: Planted, sheet: ScoreSheet, seed: int) -> ScoreSheet:
    """The same audits of the same branches, with normal scores whose spread is the same at every level and has no ceiling."""
    chance, spreads = np.random.default_rng(seed), Spreads()
    audits, sections = sheet.scores.shape
    places = zip(sheet.branch, map(date.fromordinal, sheet.week.tolist()), strict=True)
    true = [[planted.cells[sheet.branches[b], s].on(day).score for s in sheet.sections] for b, day in places]
    own = chance.normal(0.0, spreads.shopper, (len(sheet.shoppers), 1))
    leniency = own + chance.normal(0.0, spreads.shopper_section, (len(sheet.shoppers), sections))
    visit = chance.normal(0.0, spreads.visit, (audits, 1))
    marks = chance.normal(0.0, EVEN_SPREAD, (audits, sections))
    return replace(sheet, scores=np.array(true) + leniency[sheet.shopper] + visit + marks)


@dataclass(frozen=True)
class Run:
    """One seed: with the demo's marks, and with an even spread."""

    demo: Tally
    control: Tally
    stated: list[tuple[float, bool]]
    """Of the demo's marks."""


def run(seed: int, folder: Path, rules: Rules) -> Run:
    engine = database.create(f"sqlite:///{folder / f'{seed}.sqlite3'}")
    migrations.upgrade(engine)
    with database.transaction(engine) as session:
        planted = demo.build(session, seed=seed, today=TODAY)
        window = Window.ending(planted.last, WEEKS)
        asked_at = datetime.combine(TODAY, datetime.min.time(), tzinfo=UTC) + timedelta(hours=6)
        sheet = collect.window(session, window, asked_at).sheet
        days = visits(session, window)
    engine.dispose()
    found, control = (screening.assess(one, rules) for one in (sheet, even(planted, sheet, seed)))
    return Run(
        judge(planted, found, days, rules.margin),
        judge(planted, control, days, rules.margin),
        stated(planted, found, days, rules.margin),
    )


def visits(session: Session, window: Window) -> dict[str, list[date]]:
    """The days of each branch's audits."""
    found: dict[str, list[date]] = {}
    for audit in session.exec(select(Audit).where(sa.between(col(Audit.visited_on), window.first, window.last))):
        if audit.visited_on is not None:
            found.setdefault(audit.branch.code, []).append(audit.visited_on)
    return found


def together(tallies: Iterable[Tally]) -> Tally:
    return Tally(*map(sum, zip(*map(astuple, tallies), strict=True)))


def share(part: int, whole: int) -> str:
    """A share with its 90 % interval (Wilson 1927)."""
    if not whole:
        return "none"
    p, z = part / whole, CONFIDENT**2 / whole
    centre, half = (p + z / 2) / (1 + z), sqrt(z * (p * (1 - p) + z / 4)) / (1 + z)
    return f"{part} of {whole}, {p:.0%} ({max(0.0, centre - half):.0%} to {min(1.0, centre + half):.0%})"


def table(results: dict[int, Tally]) -> str:
    lines = [
        "| seed | planted | found | flags | false | truly short | of these flagged |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, t in [*results.items(), ("all", together(results.values()))]:
        lines.append(f"| {name} | {t.planted} | {t.found} | {t.flags} | {t.false} | {t.short} | {t.short_flagged} |")
    return "\n".join(lines)


def totals(t: Tally, control: Tally, rules: Rules) -> str:
    below = f"more than {rules.margin:g} points below the norm"
    told = [
        ("Planted faults found", t.found, t.planted),
        ("False among the flags", t.false, t.flags),
        (f"Flagged among the cells truly {below}", t.short_flagged, t.short),
        (
            f"Flagged among the cells that fell by {STEP_POINTS:g} points in the last {STEP_WEEKS} weeks only",
            t.falls_found,
            t.falls,
        ),
        ("False among the cells said to be above", t.above_false, t.above),
        (f"For comparison, false if every plain mean {below} were flagged", t.raw_false, t.raw_flags),
        ("Control with an even spread: planted faults found", control.found, control.planted),
        ("Control with an even spread: false among the flags", control.false, control.flags),
    ]
    return "\n".join(f"- {what}: {share(part, whole)}." for what, part, whole in told)


def honesty(pairs: Sequence[tuple[float, bool]]) -> str:
    """How often a cell falls short of which the report says how probable that is."""
    lines = ["| stated probability | cells | stated on average | truly short |", "|---|---|---|---|"]
    for low, high in pairwise(STATED):
        inside = [(p, short) for p, short in pairs if low <= p < high or p == high == 1.0]
        if inside:
            said, true = fmean(p for p, _ in inside), fmean(short for _, short in inside)
            lines.append(f"| {low:g} to {high:g} | {len(inside)} | {said:.3f} | {true:.3f} |")
    return "\n".join(lines)


PAGE = """# Are the flags right?

The demo's generator (`monitor/demo`) invents a chain and knows what every branch is truly like. The weekly report sees only the
audits. Here are {seeds} invented chains of 60 branches, audited weekly, and what the report made of a window of {weeks} weeks.

Made on {made} by `{command}` in {seconds:.0f} s. The seeds {first} to {last} were chosen before the first run;
nothing was tuned to them. Margin {margin:g} points, accepted share of false flags {accepted:.0%}.

{table}

{totals}

{honesty}

Shares are of all seeds together, with their 90 % intervals (Wilson 1927, as if cells were independent).

## What is counted

- *Planted*: cells (branch and section) whose expected score was lowered by {points:g} to 30 points throughout, at branches audited in
  each of the {weeks} weeks. *Found*: the report says "falls short".
- *Truth* of a cell: the section score to be expected of an audit of that branch, averaged over the days on which it was audited. It
  is exact over marks and N/A (sums over every pattern) and over shoppers and days (the normal curve in steps of 0.04 logits, out to
  six standard deviations); no simulation enters.
- *True difference*: that truth less the mean truth of the section's other audited branches.
- *False*: flagged, though the true difference is not lower than {margin:g} points below. *Truly short*: it is.

## How the chain is made

- In points: spread of regions 2, of branches 4, of sections within a branch 3, of shoppers 4, of shoppers' sections 2, of visits 6;
  chance in the single marks adds 9 to 14 at the chain's own level.
- Marks are yes or no, steps and waits, and no score exceeds 100: a branch at 75 to 80 varies by about 19 points from audit to
  audit, one at 90 to 95 by about 11. The report learns from the audits how the spread follows the level. The *control* has the
  same branches, visits and shoppers, but normal scores with a spread of {even:g} points from the marks at every level: what it
  does better is what the ceiling costs.
- About 24 shoppers; {across:.0%} of the visits are by a shopper of another region.
- Besides the planted faults: branches above the others, one that fell by {step:g} points {step_weeks} weeks before the end, one that
  closed, one audited once and one not yet.
"""


def page(runs: dict[int, Run], rules: Rules, command: str, seconds: float) -> str:
    results = {seed: one.demo for seed, one in runs.items()}
    return PAGE.format(
        seeds=len(results),
        weeks=WEEKS,
        made=datetime.now(tz=UTC).date().isoformat(),
        command=command,
        seconds=seconds,
        first=min(results),
        last=max(results),
        margin=rules.margin,
        accepted=rules.false_share,
        table=table(results),
        totals=totals(together(results.values()), together(one.control for one in runs.values()), rules),
        honesty=honesty([pair for one in runs.values() for pair in one.stated]),
        points=POINTS,
        even=EVEN_SPREAD,
        across=ACROSS_SHARE,
        step=STEP_POINTS,
        step_weeks=STEP_WEEKS,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    rules, began = Rules(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        runs = {seed: run(seed, Path(folder), rules) for seed in range(FIRST_SEED, FIRST_SEED + asked.seeds)}
    command = f"python -m benchmarks.flags_demo --seeds {asked.seeds}"
    text = page(runs, rules, f"{command} --write {asked.write}" if asked.write else command, time.monotonic() - began)
    print(text)
    if asked.write is not None:
        asked.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

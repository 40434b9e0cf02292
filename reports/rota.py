"""A rota is proposed: who audits which branch in which days and part of the week, as one optimisation, with reasons."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from branches.rota import Bar, Field, Given, Part, Proposal, Quality, Unplaced, Wanted
from branches.weeks import Window
from reports.rota_greedy import greedy
from reports.rota_joined import groups, join, met
from reports.rota_match import Chosen, match
from reports.rota_pairs import BARS, MAY, Ask, Pairs, ask, pairs
from reports.sheet import Ints

PARTS = tuple(Part)
SATURDAY = 5


def propose(field: Field) -> Proposal:
    """Who should go where? No hard rule is broken; as many audits as can be are placed, at the least cost.

    Three choices are held against each other: the cheapest one, the same after groups of branches that shared no shopper
    were joined, and the one that one would make by hand. The best is taken, so that it is never worse than that.

    Args:
        field: branches with their windows, shoppers with their room, who was where, conflicts and rules.
    """
    asked = ask(field)
    known = pairs(asked)
    matched = match(asked, known)
    joined, moved = join(asked, known, matched)
    none = set[tuple[int, int]]()
    choices = ((joined, moved), (matched, none), (greedy(asked, known), none))
    best, by_joining = min(choices, key=lambda one: quality(asked, known, one[0]).order)
    return proposal(asked, known, best, by_joining)


def by_hand(field: Field) -> Proposal:
    """What would the rota be if each branch took the nearest shopper who has room?"""
    asked = ask(field)
    known = pairs(asked)
    return proposal(asked, known, greedy(asked, known), set())


def quality(asked: Ask, known: Pairs, chosen: Chosen) -> Quality:
    """How good is a choice? Ways in kilometres."""
    there = (chosen.branch, chosen.shopper)
    number = groups(met(asked), chosen).number
    apart = asked.field.rules.apart_km * max(number - 1, 0)
    return Quality(
        unplaced=int(asked.wants.sum()) - len(chosen.branch),
        groups=number,
        km=round(float(known.km[there].sum()), 1),
        again=int(known.before[there].sum()),
        cost=round(float(known.cost[there].sum()) + apart, 1),
    )


def proposal(asked: Ask, known: Pairs, chosen: Chosen, joined: set[tuple[int, int]]) -> Proposal:
    """What does the choice say of each audit, and why is each other one not placed?"""
    room = asked.most - np.bincount(chosen.shopper, minlength=len(asked.most))
    at: dict[int, list[int]] = {}
    for branch, shopper in zip(chosen.branch.tolist(), chosen.shopper.tolist(), strict=True):
        at.setdefault(branch, []).append(shopper)
    given, unplaced = list[Given](), list[Unplaced]()
    for place, wanted in enumerate(asked.field.wanted):
        there = sorted(at.get(place, ()))
        seats = _seats({one: int(known.start[place, one]) for one in there}, len(wanted.windows))
        bars = _bars(known, place, there, room) if len(there) < len(wanted.windows) else {}
        for number, (window, part) in enumerate(zip(wanted.windows, parts(wanted, place), strict=True)):
            if number in seats:
                seat = (place, seats[number])
                given.append(_given(asked, known, seat, window, part, joins=seat in joined))
            else:
                unplaced.append(Unplaced(wanted.branch, window, part, bars))
    return Proposal(tuple(given), tuple(unplaced), quality(asked, known, chosen))


def _given(asked: Ask, known: Pairs, seat: tuple[int, int], window: Window, part: Part, *, joins: bool) -> Given:
    wanted, person = asked.field.wanted[seat[0]], asked.field.shoppers[seat[1]]
    return Given(
        branch=wanted.branch,
        window=window,
        part=part,
        shopper=person.shopper,
        km=float(known.km[seat]) if known.measured[seat] else None,
        home=None if person.region is None else person.region == wanted.region,
        before=int(known.before[seat]),
        could=int(known.may[seat[0]].sum()),
        joins=joins,
    )


def _seats(starts: Mapping[int, int], windows: int) -> dict[int, int]:
    """Who goes in which window: whoever may only go late has the late ones, the others are spread over the rest."""
    left, seats = list(range(windows)), dict[int, int]()
    for shopper in sorted(starts, key=lambda one: (-starts[one], one)):
        seats[left.pop()] = shopper
    return seats


def _bars(known: Pairs, place: int, there: list[int], room: Ints) -> dict[Bar, int]:
    """What keeps each shopper from one more audit of this branch."""
    codes = known.bar[place].copy()
    free = codes == MAY
    codes[free] = np.where(room[free] > 0, BARS.index(Bar.LOCKOUT), BARS.index(Bar.FULL))
    codes[there] = BARS.index(Bar.THERE)
    counts = Counter(codes.tolist())
    return {bar: counts[code] for code, bar in enumerate(BARS) if counts[code]}


def parts(wanted: Wanted, place: int) -> tuple[Part, ...]:
    """In which part of the week should each audit of a branch be? Each time the one in which there were fewest.

    Nothing else hangs on it, so it is chosen by itself; where several are as good, branches begin with different ones.
    """
    came, found = Counter(wanted.came), list[Part]()
    for window in wanted.windows:
        there = [part for part in PARTS if _has(window, part)]
        part = min(there, key=lambda one: (came[one], (PARTS.index(one) - place) % len(PARTS)))
        came[part] += 1
        found.append(part)
    return tuple(found)


def _has(window: Window, part: Part) -> bool:
    """Whether a window has a day in that part of the week."""
    days = min((window.last - window.first).days + 1, 7)
    weekdays = {(window.first + timedelta(days=n)).weekday() for n in range(days)}
    return max(weekdays) >= SATURDAY if part is Part.WEEKEND else min(weekdays) < SATURDAY

"""Fields of all kinds for the laws of rotas, and the rules in plain words of their own."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import strategies as st

from branches.rota import Available, Been, Field, Given, Point, RotaRules, Wanted, windows
from branches.weeks import Window

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)
POINTS = st.one_of(st.none(), st.builds(Point, st.floats(46.0, 48.0), st.floats(17.0, 20.0)))
REGIONS = st.integers(1, 3)
RULES = st.builds(
    RotaRules,
    lockout_days=st.sampled_from([0, 7, 30, 60]),
    most_km=st.sampled_from([20.0, 80.0, 500.0]),
    certified_only=st.booleans(),
)


def a_branch(number: int, audits: int = 1, region: int = 1, point: Point | None = None) -> Wanted:
    return Wanted(number, region, windows(FIRST, LAST, audits), point)


@st.composite
def fields(draw: st.DrawFn, most: int = 6, audits: int = 4) -> Field:
    """Few branches and shoppers, whatever else."""
    wanted = tuple(
        a_branch(number, draw(st.integers(0, audits)), draw(REGIONS), draw(POINTS))
        for number in range(draw(st.integers(0, most)))
    )
    shoppers = tuple(
        Available(
            100 + number,
            draw(st.integers(0, 4)),
            draw(st.one_of(st.none(), REGIONS)),
            draw(POINTS),
            draw(st.sampled_from([None, 10.0, 100.0])),
            certified=draw(st.booleans()),
            active=draw(st.sampled_from([True, True, True, False])),
        )
        for number in range(draw(st.integers(0, most)))
    )
    pair = st.tuples(st.integers(0, most), st.integers(100, 100 + most))
    been = draw(st.lists(st.tuples(pair, st.integers(-90, 40)), max_size=12))
    return Field(
        wanted,
        shoppers,
        tuple(Been(*where, _day(after)) for where, after in been),
        frozenset(draw(st.lists(pair, max_size=4))),
        frozenset(draw(st.lists(pair, max_size=2))),
        draw(RULES),
    )


def _day(after: int) -> Window:
    day = FIRST + timedelta(days=after)
    return Window(day, day)


def broken(field: Field, given: tuple[Given, ...]) -> list[str]:
    """Every hard rule that is broken, one after another, without a single array."""
    people = {one.shopper: one for one in field.shoppers}
    places = {one.branch: one for one in field.wanted}
    found = []
    for one in given:
        person, place = people[one.shopper], places[one.branch]
        found += ["inactive"] * (not person.active)
        found += ["uncertified"] * (field.rules.certified_only and not person.certified)
        found += ["conflict"] * ((one.branch, one.shopper) in field.conflicts)
        found += ["missed"] * ((one.branch, one.shopper) in field.missed)
        found += ["window"] * (one.window not in place.windows)
        found += ["far"] * (way(field, one) > min(field.rules.most_km, person.most_km or field.rules.most_km))
        for been in field.been:
            same = (been.branch, been.shopper) == (one.branch, one.shopper)
            found += ["lockout"] * (same and one.window.days_to(been.days) < max(field.rules.lockout_days, 1))
    loads = Counter(one.shopper for one in given)
    found += ["most" for shopper, load in loads.items() if load > people[shopper].most]
    found += ["twice" for times in Counter((one.branch, one.shopper) for one in given).values() if times > 1]
    found += ["window taken" for times in Counter((one.branch, one.window) for one in given).values() if times > 1]
    return found


def way(field: Field, one: Given) -> float:
    """Kilometres: from the map, else by regions; nothing where nobody knows where the shopper lives."""
    if one.km is not None:
        return one.km
    person = next(each for each in field.shoppers if each.shopper == one.shopper)
    if person.point is None and person.region is None:
        return 0.0
    return field.rules.same_region_km if one.home else field.rules.other_region_km

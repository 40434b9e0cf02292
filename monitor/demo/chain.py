"""The invented chain's regions, branches and people; every person's name says that it is nobody's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from branches import notices, places
from branches.people import Role, User, add_user
from branches.places import Branch, Region
from branches.weeks import local_date
from monitor.demo import shared
from monitor.demo.names import CITIES, City, street
from monitor.demo.plan import Plan

REGION_SIZE = 15
"""Branches of a region, about, once there are more than the cities hold."""
SHOPPERS_PER_BRANCH = 0.4
STAFFED = 3
"""Every third branch has somebody who signs in."""
HOST = "demo.example"
ADDRESS = "invented for the demo"


@dataclass(frozen=True)
class Chain:
    """Who and what is there, in the order of the branches' numbers."""

    office: User
    cities: tuple[City, ...]
    """By region."""
    regions: tuple[Region, ...]
    branches: tuple[Branch, ...]
    region_of: tuple[int, ...]
    """By branch, a number of `regions`."""
    shoppers: tuple[User, ...]
    home_of: tuple[int, ...]
    """By shopper, a number of `regions`."""


def found(session: Session, branches: int, plan: Plan, *, at: datetime) -> Chain:
    """Opens regions and branches and adds the people, all before the first audit."""
    count = max(len(CITIES), round(branches / REGION_SIZE))
    cities = tuple(CITIES[number % len(CITIES)] for number in range(count))
    regions = tuple(_region(session, city, number // len(CITIES), at) for number, city in enumerate(cities))
    region_of = tuple(number % count for number in range(branches))
    opened = tuple(
        _branch(session, regions[region], _name(cities[region], number, count, plan), number // count + 1, at)
        for number, region in enumerate(region_of)
    )
    _open_and_close(session, opened, plan, at)
    office = add_user(session, Role.OFFICE, at=at, email=f"office@{HOST}", name="Demo office", by=None)
    _managers(session, regions, cities, at)
    _staff(session, opened, region_of, cities, at)
    shared.set_up(session, opened[0], at=at)
    for branch in opened:
        _inform(session, branch, office, at)
    shoppers = tuple(_shopper(session, n, at) for n in range(max(2 * count, round(SHOPPERS_PER_BRANCH * branches))))
    homes = tuple(number % count for number in range(len(shoppers)))
    return Chain(office, cities, regions, opened, region_of, shoppers, homes)


def _region(session: Session, city: City, again: int, at: datetime) -> Region:
    suffix = f" {again + 1}" if again else ""
    code = (city.code + suffix).replace(" ", "-")
    return places.open_region(session, code, name=city.name + suffix, timezone=city.timezone, by=None, at=at)


def _name(city: City, number: int, regions: int, plan: Plan) -> str:
    return city.long_street if number == plan.long_named else street(city, number // regions)


def _branch(session: Session, region: Region, name: str, place: int, at: datetime) -> Branch:
    branch = places.open_branch(session, region, f"{region.code}-{place:02d}", name=name, by=None, at=at)
    branch.address = f"{region.name}, {ADDRESS}"
    return branch


def _open_and_close(session: Session, branches: Sequence[Branch], plan: Plan, at: datetime) -> None:
    for number, day in plan.opened.items():
        branches[number].opened = day
    for number, day in plan.closed.items():
        places.close_branch(session, branches[number], day, by=None, at=at)


def _managers(session: Session, regions: Sequence[Region], cities: Sequence[City], at: datetime) -> None:
    for region, city in zip(regions, cities, strict=True):
        add_user(
            session,
            Role.MANAGER,
            at=at,
            email=f"manager.{region.code.lower()}@{HOST}",
            name=f"Demo manager {region.name}",
            language=city.language,
            region=region,
            by=None,
        )


def _staff(
    session: Session, branches: Sequence[Branch], region_of: Sequence[int], cities: Sequence[City], at: datetime
) -> None:
    for branch, region in list(zip(branches, region_of, strict=True))[::STAFFED]:
        add_user(
            session,
            Role.STAFF,
            at=at,
            email=f"staff.{branch.code.lower()}@{HOST}",
            name=f"Demo staff {branch.code}",
            language=cities[region].language,
            branch=branch,
            by=None,
        )


def _inform(session: Session, branch: Branch, office: User, at: datetime) -> None:
    """Without it the branch's staff would be shown nothing."""
    day, how = local_date(at, branch.timezone), f"Told at a meeting, {ADDRESS}."
    notices.note(session, branch, informed_on=day, how=how, by=office, at=at)


def _shopper(session: Session, number: int, at: datetime) -> User:
    code = f"shopper {number + 1:02d}"
    email = f"shopper.{number + 1:02d}@{HOST}"
    return add_user(session, Role.SHOPPER, at=at, email=email, code=code, name=f"Demo {code}", by=None)


def comments(chain: Chain, branch: int) -> tuple[str, ...]:
    return chain.cities[chain.region_of[branch]].comments

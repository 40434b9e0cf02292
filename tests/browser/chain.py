"""A small chain that shows every state, with names that harm careless pages, and people who read each language."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from branches import audits, editions, lending, notices, pins, places, sessions
from branches.database import transaction
from branches.editions import CHAIN, Edition, Scope
from branches.language import codes
from branches.people import Role, User, add_user
from branches.places import Branch, Region
from branches.standards import Standard
from branches.weeks import Week
from monitor import passwords
from reports import stored
from reports.figures import Change, Figures, Move, NewAudit, StandingFlag, State, TrendPoint
from reports.kept import Course, Courses, StandingPraise
from tests import make
from tests.reports import invented
from tests.reports.invented import NORMS, WEEK

SHORT, WATCH, NORM, ABOVE, FEW = (
    State.FALLS_SHORT,
    State.WATCH,
    State.AS_NORM,
    State.ABOVE,
    State.NOT_ENOUGH,
)
HARMFUL = "=cmd|'/c calc'!A0 $x$ <b>*#panic()*"
RIGHT_TO_LEFT = "شارع الملك فيصل (7)"
LONG = "Kossuth Lajos tér és Rákóczi út sarka, a régi pályaudvar mellett, az első emeleten"
UNBROKEN = "Donaudampfschifffahrtsgesellschaftskapitänsmützenfriseursalon"
HUGE = "Haarpflege" * 20  # as long as a name may be
TAMIL = "பழைய சந்தைத் தெருவும் ஏரிக்கரைச் சாலையும் சந்திக்கும் முனை, பூங்காவின் எதிர்ப்புறம்"
NAMES = (HARMFUL, RIGHT_TO_LEFT, LONG, UNBROKEN, TAMIL, HUGE)
STATES = {
    HARMFUL: (SHORT, ABOVE),
    RIGHT_TO_LEFT: (SHORT, NORM),
    LONG: (SHORT, SHORT),
    UNBROKEN: (WATCH, NORM),
    TAMIL: (ABOVE, NORM),
    HUGE: (SHORT, WATCH),
    "Fő tér": (FEW, FEW),
    "Mill Lane": (NORM, FEW),
    **{f"Station Road {number}": (NORM, NORM) for number in range(1, 15)},
}
TITLES = {
    "greeting": {"en": "Greeting", "hu": "Köszöntés", "hi": "स्वागत", "ta": "வரவேற்பு", "te": "పలకరింపు"},
    "cut": {
        "en": "Service quality",
        "hu": "A szolgáltatás minősége",
        "hi": "सर्विस की क्वालिटी",
        "ta": "சேவையின் தரம்",
        "te": "సర్వీస్ నాణ్యత",
    },
}
HASHED = passwords.hashed_pin(passwords.DEMO_PIN)
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Served:
    """Where the pages are, whose device carries which cookie (by "<person> <language>"), and the paths to editions."""

    address: str
    devices: dict[str, str]
    first: str
    revised: str
    poor: str


@dataclass(frozen=True)
class _Homes:
    north: Region
    south: Region
    branches: dict[str, Branch]


def fill(engine: sa.Engine, now: datetime) -> tuple[dict[str, str], dict[str, str]]:
    """Puts the chain in; gives the devices' cookies and the public ids of the chain's editions by name."""
    with transaction(engine) as session:
        standard = make.standard(session, dict.fromkeys(TITLES, 10))
        for section in standard.sections:
            section.titles = TITLES[section.code]
        homes = _homes(session)
        people = {
            f"{person} {language}": user
            for language in codes()
            for person, user in _people(session, homes, language).items()
        }
        for language in codes():
            done = 14 if language == "en" else 1
            _audits(session, homes.branches["Fő tér"], people[f"shopper {language}"], standard, done)
        found = _editions(session, homes, standard)
        devices = {person: sessions.begin(session, user, at=now) for person, user in people.items()}
        for language in codes():
            _lend(session, devices[f"lent tablet {language}"], people[f"staff {language}"], now)
        return devices, {name: edition.public_id for name, edition in found.items()}


def _homes(session: Session) -> _Homes:
    north = places.open_region(
        session, "north", name=f"North {RIGHT_TO_LEFT}", timezone="Europe/Budapest", by=None, at=AT
    )
    south = places.open_region(session, "south", name="South", timezone="Asia/Kolkata", by=None, at=AT)
    branches = {
        name: places.open_branch(session, north, f"b{number}", name=name, by=None, at=AT)
        for number, name in enumerate(STATES)
    }
    branches["South"] = places.open_branch(session, south, "s1", name="Lighthouse Lane", by=None, at=AT)
    return _Homes(north, south, branches)


def _people(session: Session, homes: _Homes, language: str) -> dict[str, User]:
    def add(role: Role, *, branch: Branch | None = None, region: Region | None = None, code: str | None = None) -> User:
        return add_user(session, role, at=AT, language=language, branch=branch, region=region, code=code, by=None)

    office = add(Role.OFFICE)
    for branch in homes.branches.values():
        notices.note(session, branch, informed_on=AT.date(), how="At a meeting.", by=office, at=AT)
    return {
        "office": office,
        "manager": add(Role.MANAGER, region=homes.north),
        "new manager": add(Role.MANAGER, region=homes.south),
        "staff": add(Role.STAFF, branch=homes.branches[HARMFUL]),
        "long staff": add(Role.STAFF, branch=homes.branches[HUGE]),
        "few staff": add(Role.STAFF, branch=homes.branches["Fő tér"]),
        "new staff": add(Role.STAFF, branch=homes.branches["South"]),
        "tablet": add(Role.TABLET, branch=homes.branches[HARMFUL]),
        "lent tablet": add(Role.TABLET, branch=homes.branches[HARMFUL]),
        "shopper": add(Role.SHOPPER, code=f"shopper in {language}"),
        "new shopper": add(Role.SHOPPER, code=f"new shopper in {language}"),
    }


def _lend(session: Session, token: str, staff: User, now: datetime) -> None:
    """Somebody with a PIN acts on that tablet."""
    pins.choose(session, staff, HASHED, by=staff, at=now)
    tablet = sessions.device(session, token, at=now)
    assert tablet is not None
    lending.lend(session, tablet, staff, at=now)


def _audits(session: Session, branch: Branch, shopper: User, standard: Standard, done: int) -> None:
    for weeks in range(done):
        make.audit(session, branch, by=shopper, under=standard, visited_at=AT - timedelta(weeks=weeks))
    office = make.user(session)
    audits.assign(session, standard, branch, shopper, by=office, at=AT)
    audits.start(session, audits.assign(session, standard, branch, shopper, by=office, at=AT), by=shopper, at=AT)


def figures(states: dict[str, tuple[State, State]]) -> Figures:
    """The chain's figures: the branches are called by their codes, b0, b1, …"""
    names = {f"b{number}": name for number, name in enumerate(states)}
    plain = invented.figures({code: states[name] for code, name in names.items()}, names)
    return replace(
        plain,
        branch_regions=dict.fromkeys(names, f"North {RIGHT_TO_LEFT}"),
        trend=tuple(
            TrendPoint(WEEK - timedelta(weeks=back), section, 9, norm + back % 3)
            for back in range(26)
            for section, norm in NORMS.items()
        ),
        new=(
            NewAudit("b0", WEEK, late=False, score=71.2, failed_critical=("greeting1",)),
            NewAudit("b1", WEEK - timedelta(weeks=2), late=True, score=None, failed_critical=()),
            NewAudit(
                "b2", WEEK, late=False, score=88.0, failed_critical=(), findings=("greeting2", "greeting3"), photos=2
            ),
        ),
        changes=(
            Change("b2", "greeting", Move.RISING, (WEEK - timedelta(weeks=6)).toordinal(), 8.4, ()),
            Change("b3", "greeting", Move.FALLING, (WEEK - timedelta(weeks=9)).toordinal(), -7.1, ()),
        ),
        courses=_courses(names),
        praise=tuple(StandingPraise(code, section, WEEK - timedelta(weeks=2)) for code in names for section in NORMS),
        excluded=2,
        flags=(StandingFlag("b0", "greeting", WEEK - timedelta(weeks=3)), StandingFlag("b1", "greeting", WEEK)),
    )


def _courses(names: dict[str, str]) -> Courses:
    """Every branch in every section and together; one was not audited for a while."""
    points = (2.0, -1.5, None, 4.0, -12.0, -6.0)
    places = [(code, section) for code in names for section in ("", *NORMS)]
    starts = tuple(WEEK - timedelta(weeks=4 * back - 1) for back in range(6, 0, -1))
    of = tuple(Course(code, section, (4, 4, 0, 3, 1, 4), points) for code, section in places)
    return Courses(starts, {"": 5.0} | dict.fromkeys(NORMS, 9.0), of)


def _poor() -> Figures:
    """A week in which nothing could be judged."""
    nothing = figures(dict.fromkeys(STATES, (FEW, FEW)))
    return replace(nothing, design=replace(nothing.design, enough=False, repeats=4, audits_wanted=26), flags=())


def _editions(session: Session, homes: _Homes, standard: Standard) -> dict[str, Edition]:
    now, north = figures(STATES), editions.region_key(homes.north)
    poor = _issue(session, Scope(CHAIN, "Europe/Budapest"), replace(_poor(), week=WEEK - timedelta(weeks=1)), standard)
    first = _issue(session, Scope(CHAIN, "Europe/Budapest"), now, standard)
    region = replace(now, scope="north", scope_name=homes.north.name)
    _issue(session, Scope(north, "Europe/Budapest", homes.north.id, "north"), region, standard)
    moved = replace(now, cells=(replace(now.cells[0], score=70.1), *now.cells[1:]))
    changes = stored.dump_changes(stored.changes(now, moved), (stored.Reason("appeal upheld", date(2026, 11, 2)),))
    revised = editions.revise(session, first, stored.dump(moved), changes, at=AT, states=stored.states(moved))
    return {"poor": poor, "first": first, "revised": revised}


def _issue(session: Session, scope: Scope, figures: Figures, standard: Standard) -> Edition:
    return editions.issue(
        session,
        scope,
        Week(figures.week),
        stored.dump(figures),
        due_at=AT,
        at=AT,
        standard_id=standard.id,
        states=stored.states(figures),
    )

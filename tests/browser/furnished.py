"""The chain with work at every state: audits asked for, begun, returned and sent, answers disputed, promises, mail in trouble, leave."""

from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import (
    actions,
    appeals,
    assignments,
    audits,
    backing,
    calibration,
    checked,
    clearing,
    drafts,
    editions,
    outbox,
    photos,
    replies,
    review,
    rotas,
    showing,
    stand_ins,
    subscriptions,
)
from branches.actions import CorrectiveAction
from branches.audits import Answer, Audit, Photo
from branches.calibration import ReferenceCase, Told
from branches.clearing import Words
from branches.database import transaction
from branches.drafts import Typed
from branches.flags import Flag
from branches.people import Role, User
from branches.places import Branch
from branches.questions import Mark
from branches.rota import Bar, Given, Part, Proposal, Quality, Unplaced
from branches.rotas import Planned, Rota, RotaState, Wish
from branches.standards import Item, Standard
from branches.states import Reply
from branches.webhooks import Post
from branches.weeks import Window
from tests import make
from tests.branches.test_photos import jpeg
from tests.browser.chain import AT, HARMFUL, HUGE, LONG, TAMIL, UNBROKEN
from tests.monitor.desk import form_of_each_kind
from tests.monitor.walked import begin_draft
from tests.reports.invented import WEEK

LAST_WEEK = AT - timedelta(days=3)
WORDS = f"Nobody looked up until I had waited for a while. {UNBROKEN} <b>{HUGE}</b>"
BRIEF = "Ask for\nthe price of a cut, and come without an appointment."


@dataclass
class Furnished:
    """What the pages' addresses are made of: kind of thing → public id."""

    session: Session
    kept: Path
    things: dict[str, str] = field(default_factory=dict)

    def branch(self, name: str) -> Branch:
        return self.session.exec(select(Branch).where(Branch.name == name)).one()

    def person(self, role: Role, *where: sa.ColumnElement[bool]) -> User:
        query = select(User).where(User.role == role.value, *where).order_by(col(User.id))
        return self.session.exec(query).all()[0]

    @property
    def shopper(self) -> User:
        return self.person(Role.SHOPPER, col(User.code) == "shopper in en")

    @property
    def office(self) -> User:
        return self.person(Role.OFFICE)

    @property
    def standard(self) -> Standard:
        return self.session.exec(select(Standard).order_by(col(Standard.id))).all()[0]

    def photo(self, audit: Audit, item: Item | None) -> None:
        kept = photos.keep(self.kept, BytesIO(jpeg()))
        self.session.add(Photo(audit_id=audit.id, item_id=item.id if item else None, kept_at=AT, **vars(kept)))
        self.session.flush()

    def shown(self, action: CorrectiveAction, note: str, by: User) -> None:
        """What the branch says that it did, with a photo."""
        kept = photos.keep(self.kept, BytesIO(jpeg()))
        showing.show(self.session, self.kept, action, note=note, kept=[kept], by=by, at=AT)


def furnish(engine: sa.Engine, kept: Path) -> dict[str, str]:
    """Puts the work in; photos are kept in that folder."""
    with transaction(engine) as session:
        here = Furnished(session, kept)
        _results(here)
        _asked(here, form_of_each_kind(session))
        _waiting(here)
        _mail(here)
        _leave(here)
        _rotas(here)
        _cases(here, session.exec(select(Standard).order_by(col(Standard.version).desc())).all()[0])
        begin_draft(session, here.office)
        return here.things


def _results(here: Furnished) -> None:
    """Released audits of one branch, with what follows from them."""
    session, home = here.session, here.branch(HARMFUL)
    made = [
        make.audit(
            session,
            home,
            by=make.shopper(session),
            under=here.standard,
            score=70,
            visited_at=AT - timedelta(weeks=n, days=2),
        )
        for n in (2, 1, 0)
    ]
    for one in made:
        one.released_at = one.visited_at  # before the reports: staff see it
    audit = made[-1]
    items = [item for section in audit.standard.sections for item in section.items]
    for item in items[7:10]:
        session.get_one(Answer, (audit.id, item.id)).comment = WORDS
        here.photo(audit, item)
    here.photo(audit, None)
    _cleared(here, audit, items[8].code)
    staff = here.person(Role.STAFF, col(User.branch_id) == home.id)
    flag = Flag(branch_id=home.id, section="greeting", raised_week=WEEK - timedelta(weeks=3), last_week=WEEK)
    session.add(flag)
    session.flush()
    disputed = appeals.open_appeal(session, audit, items[8].code, reason=WORDS, until=AT, by=staff, at=AT)
    receipt = photos.keep(here.kept, BytesIO(jpeg(width=64)))
    backing.back(session, here.kept, disputed, note=WORDS, kept=[receipt], by=staff, at=AT)
    decided = appeals.open_appeal(session, made[1], items[9].code, reason="We did.", until=AT, by=staff, at=AT)
    appeals.decide(session, decided, upheld_as=None, decision="The photo shows otherwise.", by=here.office, at=AT)
    _promises(here, audit, items[7], flag, staff)
    here.things |= {
        "branch": home.public_id,
        "region": home.region.public_id,
        "scope": editions.region_key(home.region),
        "new scope": editions.region_key(here.branch("Lighthouse Lane").region),
        "released": audit.public_id,
        "settled": made[1].public_id,
        "failed": "8",
        "disputed": "9",
        "flag": flag.public_id,
    }
    for name, audit_id in (("appeal", audit.id), ("decided", made[1].id)):
        query = select(appeals.Appeal.public_id).where(appeals.Appeal.audit_id == audit_id)
        here.things[name] = session.exec(query).one()


def _cleared(here: Furnished, audit: Audit, code: str) -> None:
    """Of one comment others read less, and one photo is kept back."""
    here.session.flush()
    back = {photos.of_item(here.session, audit, None)[0].public_id}
    words = {code: Words(comment="Nobody looked up for a while.")}
    clearing.clear(here.session, audit, words, back, by=here.office, at=AT)


def _promises(here: Furnished, audit: Audit, item: Item, flag: Flag, staff: User) -> None:
    """One open and overdue by its day, one completed, one opened again."""
    session, home, day = here.session, audit.branch, AT.date() + timedelta(days=2)
    shared = {"due_on": day, "by": staff, "at": AT}
    still = actions.open_action(session, home, plan=WORDS, audit=audit, item=item, **shared)  # type: ignore[arg-type]
    done = actions.open_action(session, home, plan="Two at the door.", flag=flag, **shared)  # type: ignore[arg-type]
    actions.complete(session, done, by=staff, at=AT)
    here.shown(done, WORDS, staff)
    again = actions.open_action(session, home, plan="A bell.", flag=flag, **shared)  # type: ignore[arg-type]
    actions.complete(session, again, by=staff, at=AT)
    here.shown(again, "It hangs by the door.", staff)
    actions.reopen(session, again, reason="There is no bell.", by=here.office, at=AT)
    shared["by"] = here.person(Role.MANAGER, col(User.region_id) == home.region_id)
    planned = actions.open_action(session, home, plan=WORDS, audit=audit, item=item, **shared)  # type: ignore[arg-type]
    asked = actions.open_action(session, home, plan="A second chair.", flag=flag, **shared)  # type: ignore[arg-type]
    replies.say(session, asked, Reply.ASKED, f"Where? {WORDS}", by=staff, at=AT)
    here.things |= {"action": still.public_id, "completed": done.public_id, "reopened": again.public_id}
    here.things |= {"planned": planned.public_id, "asked of": asked.public_id}


def _assigned(here: Furnished, name: str, standard: Standard, shopper: User | None = None) -> Audit:
    first = AT.date() - timedelta(days=1)
    made = assignments.assign(
        here.session,
        standard,
        here.branch(name),
        shopper or here.shopper,
        opens_on=first,
        closes_on=first + timedelta(days=7),
        brief=BRIEF,
        fee="6 000 Ft",
        by=here.office,
        at=AT - timedelta(days=5),
    ).audit
    made.branch.address = "Kossuth Lajos tér 1, Budapest"
    return made


def _asked(here: Furnished, standard: Standard) -> None:
    """The shopper's audits in an item of each kind: to begin, begun with what cannot hold, complete, sent, withdrawn."""
    session, shopper = here.session, here.shopper
    asked = {
        name: _assigned(here, branch, standard)
        for name, branch in (
            ("open", LONG),
            ("begun", TAMIL),
            ("complete", "Station Road 1"),
            ("left", "Station Road 2"),
        )
    }
    assignments.decline(session, asked["left"], reason="I am ill.", by=shopper, at=AT)
    for name in ("begun", "complete"):
        audits.start(session, asked[name], by=shopper, at=LAST_WEEK)
    items = {item.code: item for section in standard.sections for item in section.items}
    typed = {"greeted": "yes", "after": "soon", "cut": "9", "drink": "tea"}
    _save(here, asked["begun"], {code: Typed(mark, WORDS) for code, mark in typed.items()})
    _save(
        here,
        asked["complete"],
        {code: Typed(mark) for code, mark in {"greeted": "no", "cut": "4", "drink": "tea"}.items()},
    )
    for audit in (asked["begun"], asked["complete"]):
        kept = photos.keep(here.kept, BytesIO(jpeg()))
        photos.attach(session, audit, items["mirror"], kept, by=shopper, at=AT)
    here.things |= {name: audit.public_id for name, audit in asked.items()}


def _save(here: Furnished, audit: Audit, typed: dict[str, Typed]) -> None:
    visited = "2026-11-22T14:30"
    drafts.save(here.session, audit, typed, visited, seen=0, by=here.shopper, at=AT)


def _waiting(here: Furnished) -> None:
    """Audits that head office has: to review, to release, returned."""
    session, office = here.session, here.office
    for name, branch, shopper in (
        ("sent", UNBROKEN, here.shopper),
        ("returned", HUGE, here.shopper),
        ("approved", "Station Road 3", make.shopper(session)),
        ("harmful", HARMFUL, make.shopper(session)),
    ):
        audit = _assigned(here, branch, here.standard, shopper)
        audits.start(session, audit, by=shopper, at=LAST_WEEK)
        items = [item for section in audit.standard.sections for item in section.items]
        said = f"It was Anna. {WORDS}" if name == "harmful" else WORDS
        marks = {item.code: Mark("yes" if n % 4 else "no", said if n == 0 else "") for n, item in enumerate(items)}
        audits.submit(session, audit, marks, visited_at=LAST_WEEK, by=shopper, at=AT - timedelta(hours=30))
        here.photo(audit, items[0])
        here.photo(audit, None)
        checked.note(session, audit, "Test", at=AT - timedelta(hours=30))
        here.things[name] = audit.public_id
        if name == "returned":
            review.send_back(session, audit, reason=WORDS, by=office, at=AT)
        if name == "approved":
            review.approve(session, audit, by=office, at=AT)


def _mail(here: Furnished) -> None:
    """A mail that its server did not take, and a post to a chat system."""
    shopper = make.shopper(here.session)
    audit = _assigned(here, "Station Road 4", here.standard, shopper)
    mail = here.session.exec(select(outbox.Mail).where(outbox.Mail.user_id == shopper.id)).one()
    mail.tries, mail.trouble = 3, f"550 5.1.1 <{UNBROKEN}@example.com>: no such user here"
    post = Post(key="team:1", name="team", events=[], made_at=AT, next_at=AT, tries=2, trouble="It answered 500.")
    here.session.add_all([mail, post])
    here.things |= {"asked": audit.public_id, "person": shopper.public_id}


def _leave(here: Furnished) -> None:
    """The manager is away, and one of another region stands in; what mails come is theirs to choose."""
    session, first = here.session, AT.date()
    away = here.person(Role.MANAGER, col(User.region_id) == here.branch(HARMFUL).region_id)
    there = here.person(Role.MANAGER, col(User.region_id) != away.region_id)
    away.name, there.name = f"Anna {UNBROKEN}", f"Karin <b>{HUGE}</b>"[:200]
    week = timedelta(days=7)
    stand_ins.name(session, away, there, first_day=first, last_day=first + week, by=away, at=AT)
    stand_ins.name(session, away, here.office, first_day=first + 2 * week, last_day=first + 3 * week, by=away, at=AT)
    here.things |= {
        "manager": away.public_id,
        "long staff": here.person(Role.STAFF, col(User.branch_id) == here.branch(HUGE).id).public_id,
        "mails": subscriptions.of(session, away).token,
    }


def _rotas(here: Furnished) -> None:
    """One that is proposed, with somebody far away and audits that nobody can make, and one that was sent."""
    session, office, branches = here.session, here.office, [here.branch(name) for name in (HARMFUL, TAMIL, HUGE, LONG)]
    for one in ("rota", "sent rota"):
        wish = Wish(AT.date(), AT.date() + timedelta(days=30), each=1, most_audits=4, most_km=80, fee="6 000 Ft")
        asked = rotas.ask(session, here.standard, wish, by=office, at=AT)
        rotas.propose(session, asked, _proposal(branches, here.person(Role.SHOPPER), asked.days), at=AT)
        here.things[one] = asked.public_id
    asked.state = RotaState.SENT.value
    query = select(Planned).join(Rota).where(Rota.public_id == here.things["rota"]).order_by(col(Planned.id))
    planned = session.exec(query).all()
    here.things |= {"placed": planned[0].public_id, "unplaced": planned[-1].public_id}


def _cases(here: Furnished, standard: Standard) -> None:
    """One that is being written, one that is open, and one that is closed, of whose items some were marked in two ways."""
    session, office = here.session, here.office
    for name in ("case draft", "open case", "closed case"):
        told = Told(
            f"{name.title()}: {HARMFUL}", f"10:02 {WORDS}\n10:06 Somebody says hello.", AT.date() + timedelta(days=7)
        )
        case = calibration.write_case(session, standard, told, channel="visit", by=office, at=AT)
        here.things[name] = case.public_id
        if name != "case draft":
            calibration.mark(session, case, _case_marks(case, 0, WORDS), by=office, at=AT)
            calibration.open_case(session, case, day=AT.date(), by=office, at=AT)
    for number in range(14):
        shopper = here.shopper if number == 0 else make.shopper(session)
        calibration.answer(session, case, _case_marks(case, number), day=AT.date(), by=shopper, at=AT)
    calibration.close(session, case, day=AT.date(), by=office, at=AT)


def _case_marks(case: ReferenceCase, number: int, why: str = "") -> dict[str, Mark]:
    """Of whichever kind an item is; every second shopper marks every second item otherwise."""
    found = {}
    for place, (code, question) in enumerate(calibration.asked(case).by_code.items()):
        options = {"yes_no": ("yes", "no"), "rating": ("4", "2"), "choice": question.rule.options}
        pair = options.get(question.rule.type.value, ("3", "9"))
        found[code] = Mark(pair[number % 2 if place % 2 else 0], why)
    return found


def _proposal(branches: list[Branch], shopper: User, days: Window) -> Proposal:
    ways = ((3.2, True), (None, True), (71.0, False))
    given = [
        Given(branch.id, days, Part.EVENING, shopper.id, km, home, number, 5, joins=number == 2)
        for number, (branch, (km, home)) in enumerate(zip(branches, ways, strict=False))
    ]
    bars = {Bar.FAR: 12, Bar.LOCKOUT: 2, Bar.FULL: 1, Bar.CONFLICT: 1}
    return Proposal(
        tuple(given),
        (Unplaced(branches[-1].id, days, Part.WEEKEND, bars),),
        Quality(unplaced=1, groups=2, km=89.2, again=3, cost=349.2),
    )

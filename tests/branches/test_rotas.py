"""Rotas: from rows to a field, kept as a draft that nobody is told of, changed by hand, sent as assignments."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from branches import assignments, rota_field, rota_hand, rota_sending, rotas, terms
from branches.assignments import Assignment
from branches.audits import Audit
from branches.errors import Conflict, Refused
from branches.outbox import Mail
from branches.people import User
from branches.places import Branch
from branches.rota import Bar, Field, Given, Part, Point, Proposal, Quality, Unplaced
from branches.rotas import Planned, Rota, RotaState, Wish
from branches.weeks import Window
from tests import make

NOW = datetime(2025, 7, 2, 12, tzinfo=UTC)
FIRST, LAST = date(2025, 8, 1), date(2025, 8, 31)
WHOLE = Window(FIRST, LAST)
SO_GOOD = Quality(unplaced=1, groups=1, km=3.0, again=0, cost=3.0)


@dataclass
class House:
    """One branch, two shoppers, head office and a rota."""

    session: Session
    office: User
    branch: Branch
    one: User
    other: User
    rota: Rota

    def field(self) -> Field:
        self.session.flush()
        return rota_field.field(self.session, self.rota)

    def planned(self) -> list[Planned]:
        return list(self.session.exec(select(Planned).order_by(Planned.id)))  # type: ignore[arg-type]

    def proposed(self) -> list[Planned]:
        given = Given(self.branch.id, WHOLE, Part.MORNING, self.one.id, 3.0, True, 0, 2)
        none = Unplaced(self.branch.id, WHOLE, Part.EVENING, {Bar.FULL: 2})
        rotas.propose(self.session, self.rota, Proposal((given,), (none,), SO_GOOD), at=NOW)
        return self.planned()

    def send(self) -> None:
        rota_sending.begin_sending(self.session, self.rota, by=self.office, at=NOW)
        while rota_sending.send_some(self.session, self.rota, most=1, by=self.office, at=NOW):
            pass


def asked(session: Session, office: User, **more: object) -> Rota:
    wanted = {"opens_on": FIRST, "closes_on": LAST, "each": 2, "most_audits": 4, "most_km": 80, **more}
    standard = make.standard(session)
    return rotas.ask(session, standard, Wish(**wanted), by=office, at=NOW)  # type: ignore[arg-type]


@pytest.fixture
def house(session: Session) -> House:
    office = make.user(session)
    branch, one, other = make.branch(session), make.shopper(session), make.shopper(session)
    return House(session, office, branch, one, other, asked(session, office, fee="20 EUR", expenses="a cut, 30 EUR"))


def assigned(house: House, first: date, last: date, shopper: User | None = None) -> Audit:
    made = assignments.assign(
        house.session,
        house.rota.standard,
        house.branch,
        shopper or house.one,
        opens_on=first,
        closes_on=last,
        by=house.office,
        at=NOW,
    )
    return made.audit


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"closes_on": FIRST - timedelta(days=1)}, "The last day is before the first"),
        ({"opens_on": date(2025, 7, 1)}, "The first day is over"),
        ({"closes_on": FIRST + timedelta(days=92)}, "92 days at most"),
        ({"each": 0}, "audited 1 to 31 times"),
        ({"each": 32}, "audited 1 to 31 times"),
        ({"most_audits": 61}, "makes 1 to 60 audits"),
        ({"most_km": 0}, "1 to 1000 kilometres"),
    ],
)
def test_rota_beyond_its_bounds_is_refused(session: Session, more: dict[str, object], said: str) -> None:
    with pytest.raises(Refused, match=said):
        asked(session, make.user(session), **more)


def test_field_wants_so_many_of_each_open_branch_and_one_more_where_it_tells_most(house: House) -> None:
    make.branch(house.session).closed = FIRST
    later = make.branch(house.session)
    later.opened = date(2025, 8, 30)
    house.rota.each, house.rota.extra = 4, [house.branch.id]
    found = {one.branch: len(one.windows) for one in house.field().wanted}
    assert found == {house.branch.id: 5, later.id: 2}


def test_audit_that_is_there_anyway_takes_the_place_of_one(house: House) -> None:
    assigned(house, date(2025, 8, 20), date(2025, 8, 25))
    field = house.field()
    assert [one.windows for one in field.wanted] == [(Window(FIRST, date(2025, 8, 15)),)]
    assert {one.shopper: one.most for one in field.shoppers} == {house.one.id: 3, house.other.id: 4}
    assert [(one.shopper, one.days.first) for one in field.been] == [(house.one.id, date(2025, 8, 20))]


def test_audit_that_came_to_nothing_is_wanted_again_from_somebody_else(house: House) -> None:
    audit = assigned(house, date(2025, 8, 20), date(2025, 8, 25))
    assignments.decline(house.session, audit, reason="ill", by=house.one, at=NOW)
    field = house.field()
    assert [len(one.windows) for one in field.wanted] == [2]
    assert (field.missed, field.been) == (frozenset({(house.branch.id, house.one.id)}), ())


def test_terms_of_shoppers_reach_the_field(house: House) -> None:
    house.branch.latitude, house.branch.longitude = 47.5, 19.0
    terms.agree(
        house.session,
        house.one,
        home=house.branch,
        most_audits=1,
        most_km=30,
        certified_on=FIRST,
        by=house.office,
        at=NOW,
    )
    assignments.declare_conflict(house.session, house.other, house.branch, reason="my sister", by=house.office, at=NOW)
    field = house.field()
    one, other = field.shoppers
    assert (one.most, one.most_km, one.certified) == (1, 30.0, True)
    assert (one.region, one.point) == (house.branch.region_id, Point(47.5, 19.0))
    assert (other.most, other.region, other.point, other.certified) == (4, None, None, False)
    assert field.conflicts == {(house.branch.id, house.other.id)}


def test_shopper_who_has_not_said_where_they_live_is_of_the_region_they_audit_most(house: House) -> None:
    make.audit(house.session, house.branch, by=house.one, visited_at=datetime(2025, 5, 3, 9, tzinfo=UTC))
    field = house.field()
    assert field.shoppers[0].region == house.branch.region_id
    assert dict(field.wanted[0].came) == {Part.WEEKEND: 1}


@pytest.mark.parametrize(
    ("most_audits", "most_km", "said"), [(61, None, "0 to 60 audits"), (-1, None, "0 to 60"), (None, 0, "1 to 1000")]
)
def test_terms_beyond_their_bounds_are_refused(
    house: House, most_audits: int | None, most_km: int | None, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        terms.agree(
            house.session,
            house.one,
            home=None,
            most_audits=most_audits,
            most_km=most_km,
            certified_on=None,
            by=house.office,
            at=NOW,
        )


def test_proposed_rota_is_kept_and_nobody_is_told(house: House) -> None:
    placed, unplaced = house.proposed()
    assert (placed.shopper_id, placed.part, placed.why["km"]) == (house.one.id, "morning", 3.0)
    assert (unplaced.shopper_id, unplaced.why) == (None, {"bars": {"full": 2}})
    assert house.rota.state == RotaState.PROPOSED.value
    assert house.session.exec(select(Audit)).all() == []
    assert house.session.exec(select(Mail)).all() == []


def test_what_was_worked_out_twice_is_kept_once(house: House) -> None:
    assert [one.id for one in house.proposed()] == [one.id for one in house.proposed()]


def test_what_was_dropped_meanwhile_stays_dropped(house: House) -> None:
    rotas.drop(house.session, house.rota, by=house.office, at=NOW)
    assert house.proposed() == []
    with pytest.raises(Conflict, match="dropped"):
        rotas.drop(house.session, house.rota, by=house.office, at=NOW)


def test_sent_rota_assigns_what_somebody_was_given_and_tells_them(house: House) -> None:
    house.proposed()
    house.send()
    made = house.session.exec(select(Assignment)).one()
    assert (made.opens_on, made.closes_on, made.fee, made.expenses, made.part) == (
        *(FIRST, LAST, "20 EUR", "a cut, 30 EUR"),
        "morning",
    )
    assert made.audit.shopper_id == house.one.id
    assert [mail.user_id for mail in house.session.exec(select(Mail))] == [house.one.id]
    assert house.rota.state == RotaState.SENT.value
    assert [one.audit_id for one in house.planned()] == [made.audit_id, None]
    with pytest.raises(Conflict, match="sent"):
        rotas.drop(house.session, house.rota, by=house.office, at=NOW)


def test_rota_that_is_sent_again_sends_nothing_twice(house: House) -> None:
    house.proposed()
    house.send()
    assert not rota_sending.send_some(house.session, house.rota, most=5, by=house.office, at=NOW)
    assert len(house.session.exec(select(Audit)).all()) == 1


def test_rota_in_which_nobody_is_given_anything_is_not_sent(house: House) -> None:
    rota_hand.leave(house.session, house.proposed()[0], by=house.office, at=NOW)
    with pytest.raises(Refused, match="nothing to send"):
        house.send()


def test_audit_that_is_refused_when_it_is_sent_says_why(house: House) -> None:
    house.proposed()
    assigned(house, date(2025, 8, 20), date(2025, 8, 25))
    house.send()
    why = rota_sending.trouble(house.planned()[0])
    assert why is not None
    assert (why.values["day"], why.values["n"]) == (date(2025, 8, 25), 30)
    assert house.rota.state == RotaState.SENT.value


def test_audit_is_given_to_somebody_else_and_as_it_was_proposed_again(house: House) -> None:
    placed, _ = house.proposed()
    rota_hand.give(house.session, placed, house.other, by=house.office, at=NOW)
    assert placed.shopper_id == house.other.id
    rota_hand.restore(house.session, placed, by=house.office, at=NOW)
    assert placed.shopper_id == house.one.id


def test_nobody_is_given_two_audits_of_a_branch(house: House) -> None:
    placed, unplaced = house.proposed()
    with pytest.raises(Refused, match="in this rota already"):
        rota_hand.give(house.session, unplaced, house.one, by=house.office, at=NOW)
    rota_hand.leave(house.session, placed, by=house.office, at=NOW)
    rota_hand.give(house.session, unplaced, house.one, by=house.office, at=NOW)
    with pytest.raises(Refused, match="in this rota already"):
        rota_hand.restore(house.session, placed, by=house.office, at=NOW)


def test_shopper_with_a_conflict_is_never_given_the_branch_by_hand(house: House) -> None:
    placed, _ = house.proposed()
    assignments.declare_conflict(house.session, house.other, house.branch, reason="my sister", by=house.office, at=NOW)
    with pytest.raises(Refused, match="conflict of interest"):
        rota_hand.give(house.session, placed, house.other, anyway=True, by=house.office, at=NOW)


def test_shopper_who_is_known_there_or_has_enough_raises_doubts(house: House) -> None:
    placed, _ = house.proposed()
    assert rota_hand.doubts(house.session, placed, house.other) == []
    assigned(house, date(2025, 8, 20), date(2025, 8, 25), house.other)
    house.rota.most_audits = 0
    found = [str(one) for one in rota_hand.doubts(house.session, placed, house.other)]
    assert ["around 2025-08-25" in found[0], found[1]] == [
        True,
        "This shopper has 0 audits in this rota already; 0 are their most.",
    ]
    rota_hand.give(house.session, placed, house.other, anyway=True, by=house.office, at=NOW)
    house.send()
    assert [audit.shopper_id for audit in house.session.exec(select(Audit))] == [house.other.id] * 2


def test_sent_rota_is_not_changed_any_more(house: House) -> None:
    placed, _ = house.proposed()
    house.send()
    with pytest.raises(Conflict, match="cannot be changed any more"):
        rota_hand.leave(house.session, placed, by=house.office, at=NOW)


def test_shopper_who_left_is_given_nothing(house: House) -> None:
    placed, _ = house.proposed()
    house.one.active = False
    house.send()
    assert placed.audit_id is None
    why = rota_sending.trouble(placed)
    assert str(why) == "Only active shoppers audit."

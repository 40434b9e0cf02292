"""The second step: no session before it, each code once, every way out of it told to its person."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from branches import accounts, erasing, factors, history, knocking
from branches.database import reading, transaction
from branches.factors import RecoveryCode, SecondFactor
from branches.outbox import Mail
from branches.people import Role
from branches.sessions import DeviceSession
from monitor import authenticator
from monitor.app import create_app
from monitor.authenticator import SECONDS
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.house import (
    PASSWORD,
    SECRET,
    House,
    ask,
    by_password,
    entered,
    follow,
    form,
    give_password,
    is_in,
    opened,
    type_code,
)
from tests.monitor.mailbox import code, link
from tests.monitor.pages import Page, Visitor

PAGE = "/account/second-step"
DOOR = "/sign-in/second"


@pytest.fixture
def house(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[House]:
    with opened(sqlite, tmp_path) as house:
        yield house


def shown(house: House, role: Role = Role.OFFICE, *, later: int = 0) -> str:
    """What the phone shows now, or some half minutes later."""
    with reading(house.engine) as session:
        user = house.people[role]
        sealed = session.exec(select(SecondFactor.sealed).where(SecondFactor.user_id == user.id)).one()
        made_from = authenticator.unsealed(sealed, SECRET, user.public_id)
    assert made_from is not None
    return authenticator.code(made_from, int(house.clock().timestamp()) // SECONDS + later)


def wrong(house: House) -> str:
    near = {shown(house, later=steps) for steps in (-1, 0, 1)}
    return next(one for one in ("000000", "111111", "222222", "333333") if one not in near)


def set_up(house: House, visitor: Visitor, role: Role = Role.OFFICE) -> list[str]:
    """Turns it on, half a minute before what comes next; gives the recovery codes."""
    page = visitor.submit(form(visitor.get(PAGE), f"{PAGE}/begin"))
    page = visitor.submit(form(page, f"{PAGE}/confirm"), code=shown(house, role))
    house.clock.forward(seconds=SECONDS)
    return re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", page.text)


def at_the_door(house: House, role: Role = Role.OFFICE) -> Visitor:
    visitor = house.visitor()
    ask(visitor, house.email(role))
    page = follow(visitor, link(house.mail.sent[-1]))
    assert page.headings == ["The second step"]
    return visitor


def pass_door(visitor: Visitor, typed: str, *, status: int = 200) -> Page:
    return visitor.submit(form(visitor.get(DOOR), DOOR), status=status, code=typed)


def verbs(house: House, role: Role = Role.OFFICE) -> list[str]:
    with reading(house.engine) as session:
        events = history.of(session, house.people[role])
    return [event.verb for event in events if event.verb not in ("sign_in", "set_password", "add")]


def told(house: House) -> list[str]:
    with reading(house.engine) as session:
        mails = session.exec(select(Mail).where(Mail.kind == "sign_in").order_by(col(Mail.id))).all()
    return [mail.about["verb"] for mail in mails]


@pytest.mark.parametrize("role", [Role.OFFICE, Role.MANAGER])
def test_it_is_set_up_and_asked_for_from_then_on(house: House, role: Role) -> None:
    visitor = entered(house, role)
    assert len(set_up(house, visitor, role)) == factors.RECOVERY_CODES
    assert is_in(visitor)
    again = at_the_door(house, role)
    assert is_in(again) is False
    pass_door(again, shown(house, role))
    assert is_in(again)
    assert (verbs(house, role), told(house)) == (["turn_on_second_step"], ["turn_on_second_step"])


@pytest.mark.parametrize("role", [Role.STAFF, Role.SHOPPER])
def test_it_is_not_offered_to_others(house: House, role: Role) -> None:
    visitor = entered(house, role)
    assert "Second step" not in visitor.get("/account").text
    visitor.get(PAGE, status=404)


@pytest.mark.slow
def test_password_and_mailed_code_lead_to_the_door_as_well(house: House) -> None:
    give_password(house)
    visitor = entered(house)
    page = visitor.get(PAGE)
    visitor.submit(form(page, f"{PAGE}/begin"), status=422, current="not it")
    page = visitor.submit(form(page, f"{PAGE}/begin"), current=PASSWORD)
    visitor.submit(form(page, f"{PAGE}/confirm"), code=shown(house))
    other = house.visitor()
    assert by_password(other, house.email(), PASSWORD).headings == ["The second step"]
    ask(other, house.email())
    assert type_code(other, code(house.mail.sent[-1])).headings == ["The second step"]
    assert is_in(other) is False


def test_nothing_opens_before_the_second_step(house: House) -> None:
    set_up(house, entered(house))
    visitor = at_the_door(house)
    with reading(house.engine) as session:
        assert len(session.exec(select(DeviceSession)).all()) == 1
    assert visitor.client.get_cookie("device") is None
    for path in ("/reports/chain", "/office/people", PAGE):
        assert visitor.get(path).headings == ["Sign in"]


def test_who_has_not_done_the_first_step_is_not_asked_for_the_second(house: House) -> None:
    set_up(house, entered(house))
    visitor = house.visitor()
    page = visitor.get(DOOR)
    assert page.headings == ["Sign in"]
    answer = visitor.client.post(DOOR, data={**page.forms[0].fields, "code": shown(house)})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")


def test_a_code_opens_once(house: House) -> None:
    set_up(house, entered(house))
    typed = shown(house)
    pass_door(at_the_door(house), typed)
    late = at_the_door(house)
    assert "This code does not fit" in pass_door(late, typed, status=422).text
    house.clock.forward(seconds=SECONDS)
    pass_door(late, shown(house))
    assert is_in(late)


def test_the_code_that_turned_it_on_does_not_open_as_well(house: House) -> None:
    set_up(house, entered(house))
    pass_door(at_the_door(house), shown(house, later=-1), status=422)


@pytest.mark.parametrize(("later", "status"), [(-2, 422), (1, 200), (2, 422)])
def test_the_phones_clock_may_be_off_by_half_a_minute(house: House, later: int, status: int) -> None:
    set_up(house, entered(house))
    house.clock.forward(seconds=5 * SECONDS)
    pass_door(at_the_door(house), shown(house, later=later), status=status)


def test_after_ten_wrong_codes_the_right_one_opens_nothing_for_an_hour(house: House) -> None:
    set_up(house, entered(house))
    visitor = at_the_door(house)
    for _ in range(factors.MOST_WRONG):
        pass_door(visitor, wrong(house), status=422)
    pass_door(visitor, shown(house), status=422)
    house.clock.forward(minutes=61)
    visitor = at_the_door(house)
    pass_door(visitor, shown(house))
    assert is_in(visitor)


def test_after_a_hundred_wrong_codes_only_a_recovery_code_opens(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factors, "MOST_IN_A_ROW", 3)
    codes = set_up(house, entered(house))
    visitor = at_the_door(house)
    for _ in range(3):
        pass_door(visitor, wrong(house), status=422)
    pass_door(visitor, shown(house), status=422)
    pass_door(visitor, codes[0])
    assert is_in(visitor)
    pass_door(at_the_door(house), shown(house))


def test_tries_elsewhere_close_nothing_for_a_known_browser(house: House) -> None:
    visitor = entered(house)
    set_up(house, visitor)
    thief = at_the_door(house)
    for _ in range(factors.MOST_WRONG):
        pass_door(thief, wrong(house), status=422)
    visitor.submit(form(visitor.get("/account"), "/sign-out"))
    ask(visitor, house.email())
    follow(visitor, link(house.mail.sent[-1]))
    pass_door(visitor, shown(house))
    assert is_in(visitor)


def test_a_recovery_code_opens_once_however_it_is_typed(house: House) -> None:
    codes = set_up(house, entered(house))
    visitor = at_the_door(house)
    pass_door(visitor, codes[3].upper().replace("-", " "))
    assert is_in(visitor)
    pass_door(at_the_door(house), codes[3], status=422)
    assert "Recovery codes left 9" in visitor.get(PAGE).text
    assert told(house) == ["turn_on_second_step", "use_recovery_code"]


def test_new_recovery_codes_end_those_from_before(house: House) -> None:
    visitor = entered(house)
    old = set_up(house, visitor)
    page = visitor.submit(form(visitor.get(PAGE), f"{PAGE}/codes"), code=shown(house))
    new = re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", page.text)
    assert (len(new), set(new) & set(old)) == (10, set())
    pass_door(at_the_door(house), old[0], status=422)
    pass_door(at_the_door(house), new[0])
    assert told(house)[:2] == ["turn_on_second_step", "renew_recovery_codes"]


def test_turning_it_off_takes_a_code(house: House) -> None:
    visitor = entered(house)
    set_up(house, visitor)
    visitor.submit(form(visitor.get(PAGE), f"{PAGE}/off"), status=422, code=wrong(house))
    page = visitor.submit(form(visitor.get(PAGE), f"{PAGE}/off"), code=shown(house))
    assert "The second step is off." in page.text
    assert is_in(entered(house))
    assert told(house) == verbs(house) == ["turn_on_second_step", "turn_off_second_step"]


def test_turning_it_on_signs_every_other_device_out(house: House) -> None:
    other, visitor = entered(house), entered(house)
    set_up(house, visitor)
    assert (is_in(other), is_in(visitor)) == (False, True)


def test_what_codes_are_made_from_is_shown_until_the_first_was_typed_and_never_again(house: House) -> None:
    visitor = entered(house)
    page = visitor.submit(form(visitor.get(PAGE), f"{PAGE}/begin"))
    key = re.findall(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page.text)[0]
    assert key in visitor.submit(form(page, f"{PAGE}/confirm"), status=422, code="12345").text
    done = visitor.submit(form(page, f"{PAGE}/confirm"), code=shown(house))
    assert [key in one.text for one in (done, visitor.get(PAGE), visitor.get("/account"))] == [False] * 3


def test_the_page_of_recovery_codes_leads_on(house: House) -> None:
    visitor = entered(house)
    page = visitor.submit(form(visitor.get(PAGE), f"{PAGE}/begin"))
    done = visitor.submit(form(page, f"{PAGE}/confirm"), code=shown(house))
    assert done.headings == ["Your recovery codes"]
    visitor.submit(form(done, "/sign-out"))
    assert is_in(visitor) is False


@pytest.mark.parametrize("path", [DOOR, *(f"{PAGE}/{what}" for what in ("begin", "confirm", "codes", "off"))])
def test_a_form_without_its_token_is_refused(house: House, path: str) -> None:
    entered(house).post(path, status=400, code="123456")


def test_what_one_device_has_begun_is_shown_to_no_other(house: House) -> None:
    mine, other = entered(house, Role.MANAGER), entered(house, Role.MANAGER)
    begun = form(mine.submit(form(mine.get(PAGE), f"{PAGE}/begin")), f"{PAGE}/confirm")
    token = form(other.get(PAGE), f"{PAGE}/begin").fields["csrf_token"]
    for carried in ({}, {"begun": "é"}, {"begun": begun.fields["begun"]}):
        typed = {"csrf_token": token, "code": shown(house, Role.MANAGER), **carried}
        answer = other.client.post(f"{PAGE}/confirm", data=typed)
        assert (answer.status_code, answer.location) == (303, PAGE)
    assert verbs(house, Role.MANAGER) == []
    mine.submit(begun, code=shown(house, Role.MANAGER))
    assert verbs(house, Role.MANAGER) == ["turn_on_second_step"]


def test_a_second_phone_takes_turning_the_first_off(house: House) -> None:
    visitor = entered(house)
    asked = form(visitor.get(PAGE), f"{PAGE}/begin")
    set_up(house, visitor)
    fields = form(visitor.get(PAGE), f"{PAGE}/off").fields
    answer = visitor.client.post(asked.action, data=fields)
    assert answer.status_code == 409


def test_setting_up_ends_after_a_quarter_of_an_hour(house: House) -> None:
    visitor = entered(house)
    page = visitor.submit(form(visitor.get(PAGE), f"{PAGE}/begin"))
    house.clock.forward(minutes=15)
    assert "begin again" in visitor.submit(form(page, f"{PAGE}/confirm"), code=shown(house)).text
    assert is_in(entered(house))


def test_setting_up_takes_a_sign_in_of_a_moment_ago(house: House) -> None:
    visitor = entered(house)
    house.clock.forward(minutes=16)
    visitor.submit(form(visitor.get(PAGE), f"{PAGE}/begin"), status=403)


def test_the_door_waits_a_quarter_of_an_hour(house: House) -> None:
    set_up(house, entered(house))
    visitor = at_the_door(house)
    house.clock.forward(minutes=15)
    assert visitor.get(DOOR).headings == ["Sign in"]


def deactivate(house: House) -> None:
    with transaction(house.engine) as session:
        make.user(session)
    house.change(accounts.deactivate, Role.OFFICE)


def take_away(house: House) -> None:
    house.change(factors.take_away, Role.OFFICE)


def change_address(house: House) -> None:
    house.change(accounts.change_address, Role.OFFICE, "other@example.com")


@pytest.mark.parametrize("ending", [deactivate, take_away, change_address])
def test_who_waits_at_the_door_is_sent_away_when_something_changes(
    house: House, ending: Callable[[House], None]
) -> None:
    set_up(house, entered(house))
    visitor = at_the_door(house)
    ending(house)
    assert visitor.get(DOOR).headings == ["Sign in"]


def test_who_is_erased_leaves_nothing_of_it(house: House) -> None:
    set_up(house, entered(house, Role.MANAGER), Role.MANAGER)
    house.change(erasing.erase, Role.MANAGER)
    with reading(house.engine) as session:
        assert (session.exec(select(SecondFactor)).all(), session.exec(select(RecoveryCode)).all()) == ([], [])


def test_the_database_holds_no_code_and_nothing_that_makes_one(house: House) -> None:
    visitor = entered(house)
    page = visitor.submit(form(visitor.get(PAGE), f"{PAGE}/begin"))
    key = re.findall(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page.text)[0].replace(" ", "")
    page = visitor.submit(form(page, f"{PAGE}/confirm"), code=shown(house))
    codes = re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", page.text)
    with reading(house.engine) as session:
        sealed = session.exec(select(SecondFactor.sealed)).one()
        hashes = " ".join(session.exec(select(RecoveryCode.code_hash)))
        made_from = authenticator.unsealed(sealed, SECRET, house.people[Role.OFFICE].public_id) or b""
    assert (made_from in sealed, key.encode() in sealed) == (False, False)
    assert [one for one in codes if one in hashes or one.replace("-", "") in hashes] == []


def test_with_another_secret_of_the_pages_recovery_codes_open_still(house: House) -> None:
    codes = set_up(house, entered(house))
    typed = shown(house)
    house.app = create_app(house.app.extensions["site"], SECRET[::-1])
    visitor = at_the_door(house)
    pass_door(visitor, typed, status=422)
    pass_door(visitor, codes[0])
    assert is_in(visitor)


def test_a_flood_from_one_place_looks_at_no_code(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(house, entered(house))
    visitor = at_the_door(house)
    monkeypatch.setattr(knocking, "MOST_FROM_ONE_PLACE", 1)
    pass_door(visitor, wrong(house), status=422)
    pass_door(visitor, shown(house), status=422)
    with reading(house.engine) as session:
        assert session.exec(select(SecondFactor.tried)).one() == 1

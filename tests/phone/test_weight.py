"""What the shopper's form weighs on its first view, from an empty cache: the page and what it names, heads and all."""

import re
from datetime import timedelta

import brotli
import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from branches import assignments, audits, sessions
from branches.database import transaction
from branches.exchange.publishing import publish_standard
from branches.exchange.shipped import SHIPPED, read_standard
from branches.language import codes
from branches.people import User
from branches.places import Branch
from monitor.web.gate import DEVICE_COOKIE
from tests import make
from tests.monitor.desk import NOW, Desk

MOST = 14_336
"""Bytes: 14 KB, what comes in the first round of an answer."""
HEADS = 75
"""Bytes of each answer's head that the web server adds: its first line, date and name."""
ASKS = {"Accept-Encoding": "gzip, deflate, br, zstd", "Sec-Fetch-Site": "same-origin"}
LOADED = re.compile(r'<(?:link rel="(?:stylesheet|icon)" href|script type="module" src)="([^"]+)"')


def audit_of_salon(session: Session, shopper: User) -> str:
    """An audit under the standard for salons, begun, with nothing filled in."""
    standard, _ = publish_standard(session, read_standard(SHIPPED), at=NOW)
    branch: Branch = make.branch(session, name="Kossuth tér")
    day = NOW.date()
    asked = assignments.assign(
        session, standard, branch, shopper, opens_on=day, closes_on=day + timedelta(days=7), by=None, at=NOW
    )
    audits.start(session, asked.audit, by=shopper, at=NOW)
    return asked.audit.public_id


def weight(client: FlaskClient, path: str) -> dict[str, int]:
    """Bytes over the wire, by the name of what is loaded."""
    page = client.get(path, headers=ASKS)
    answers = {path: page}
    for address in LOADED.findall(brotli.decompress(page.data).decode()):
        answers[address] = client.get(address, headers=ASKS)
    assert {answer.status_code for answer in answers.values()} == {200}
    return {
        address.rpartition("/")[2]: len(answer.data) + HEADS + sum(len(f"{k}: {v}\r\n") for k, v in answer.headers)
        for address, answer in answers.items()
    }


@pytest.mark.slow
def test_the_form_is_there_within_the_first_round_of_an_answer(desk: Desk) -> None:
    with transaction(desk.engine) as session:
        shopper = make.shopper(session)
        audit, device = audit_of_salon(session, shopper), sessions.begin(session, shopper, at=NOW, label="phone")
    found = {}
    for code in codes():
        with transaction(desk.engine) as session:
            session.get_one(User, shopper.id).language = code
        client = desk.app.test_client()
        client.set_cookie(DEVICE_COOKIE, device)
        found[code] = weight(client, f"/audits/{audit}/form/1")
    assert {frozenset(one) for one in found.values()} == {frozenset({"1", "filling.js", "icon.svg"})}
    sums = {code: sum(one.values()) for code, one in found.items()}
    assert {code: total for code, total in sums.items() if total > MOST} == {}, sums

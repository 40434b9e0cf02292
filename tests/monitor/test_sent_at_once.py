"""An audit that is sent several times at the same moment is stored once and answered alike; nobody sends another's."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import partial

import pytest

from branches.reconciled import Gaps
from tests.databases import PostgresqlDatabases, SqliteDatabases
from tests.monitor import senders
from tests.monitor.senders import Phone, Reply
from tests.phone.living import Server
from tests.together import together

TIMES = (1, 2, 3, 4, 5)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    databases: SqliteDatabases | PostgresqlDatabases = request.getfixturevalue(request.param)
    with databases.fresh() as url:
        found = Server(tmp_path_factory.mktemp("served"), url, around={"OMP_NUM_THREADS": "1"})
        try:
            yield found
        finally:
            found.close()


def not_whole(server: Server, audits: Sequence[str]) -> dict[str, str]:
    return senders.not_whole(server.engine, server.folder / "photos", audits, 2)


def filled(phone: Phone, audit: str) -> tuple[str, list[str]]:
    """All but sent: the digest of what would be, and the names of its photos."""
    phone.push(audit, senders.MARKS, senders.visit())
    names = [phone.photo(audit, senders.picture(n)).data["photo"] for n in range(2)]
    return phone.push(audit, {}, None).data["content"], names


def sent(server: Server, device: str, audit: str, content: str, names: list[str]) -> Reply:
    with Phone(server.port, device) as phone:
        return phone.send(audit, senders.key_of(audit), content, names)


def whole(server: Server, device: str, audit: str) -> Reply:
    with Phone(server.port, device) as phone:
        return senders.send_until_taken(phone, audit, [senders.picture(n) for n in range(2)])


def test_an_audit_sent_up_to_five_times_at_once_is_stored_once_with_the_same_answer(server: Server) -> None:
    work = senders.ask_for(server.engine, shoppers=2, each=5)
    for (device, audit), times in zip(work.pairs, TIMES * 2, strict=True):
        with Phone(server.port, device) as phone:
            content, names = filled(phone, audit)
        given = together(*[partial(sent, server, device, audit, content, names)] * times)
        replies = [one for one in given if isinstance(one, Reply)]
        assert (len(replies), {(one.status, one.body) for one in replies}) == (times, {(200, replies[0].body)})
        assert sent(server, device, audit, content, names).body == replies[0].body  # and so it is ever after
    audits = [audit for _, audit in work.pairs]
    assert not_whole(server, audits) == {}
    assert senders.gaps(server.engine, server.folder / "photos") == Gaps()


def test_an_audit_that_is_typed_photographed_and_sent_by_five_at_once_is_stored_once(server: Server) -> None:
    """Each from its first answer to the last: as pages of one phone that do not know of one another."""
    work = senders.ask_for(server.engine, shoppers=1, each=5)
    for device, audit in work.pairs:
        given = together(*[partial(whole, server, device, audit)] * 5)
        assert {one.status if isinstance(one, Reply) else one for one in given} == {200}
        receipts = {json.dumps(one.data["receipt"]) for one in given if isinstance(one, Reply)}
        assert len(receipts) == 1
    assert not_whole(server, [audit for _, audit in work.pairs]) == {}


def test_an_audit_of_another_shopper_is_refused_at_each_step_and_stays_as_it_was(server: Server) -> None:
    work = senders.ask_for(server.engine, shoppers=2, each=2)
    (own, other), ((begun, done), _) = work.devices, work.audits
    with Phone(server.port, own) as phone:
        content, names = filled(phone, begun)
    assert whole(server, own, done).status == 200
    for audit in (begun, done):
        with Phone(server.port, other) as phone:
            pushed = phone.push(audit, {"greeted": "yes"}, None)
            shown = phone.photo(audit, senders.picture(7))
        refused = [pushed, shown, sent(server, other, audit, content, names)]
        assert [one.status for one in refused] == [404] * 3
        assert {one.sentence for one in refused} == {"There is no such page, or it is not for you."}
    assert sent(server, own, begun, content, names).status == 200
    assert not_whole(server, [begun, done]) == {}


def test_what_was_sent_cannot_be_sent_with_something_else_in_it(server: Server) -> None:
    """Neither under its own key nor under another; what head office has stays."""
    work = senders.ask_for(server.engine, shoppers=1, each=1)
    ((device, audit),) = work.pairs
    assert whole(server, device, audit).status == 200
    other = hashlib.sha256(b"something else").hexdigest()
    with Phone(server.port, device) as phone:
        refused = [phone.send(audit, key, other, []) for key in (senders.key_of(audit), "k" * 32)]
    assert [one.status for one in refused] == [409, 409]
    assert not_whole(server, [audit]) == {}

"""Every photo is found under what it belongs to, by whoever may know that, and under nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from branches.people import Role
from tests.databases import SqliteDatabases
from tests.monitor.test_access_walk import enter, thing
from tests.monitor.walked import Opened, World, build


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("photos"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


SHOWN = "/actions/{}/photos/{}/small"
BACKING = "/appeals/{}/photos/{}/small"
RESULT, OWN, DESK = "/results/{}/photos/{}/small", "/audits/{}/photos/{}/small", "/office/review/{}/photos/{}/small"
TOGETHER = [
    *((role, RESULT, "mine released", "mine photo") for role in (Role.STAFF, Role.MANAGER, Role.OFFICE)),
    *((role, SHOWN, "mine completed", "mine shown photo") for role in (Role.STAFF, Role.MANAGER, Role.OFFICE)),
    *((role, BACKING, "mine appeal", "mine appeal photo") for role in (Role.STAFF, Role.MANAGER, Role.OFFICE)),
    *((role, OWN, "mine waiting", "mine waiting photo") for role in (Role.SHOPPER,)),
    *((role, DESK, "theirs waiting", "theirs waiting photo") for role in (Role.OFFICE,)),
]
"""Two things that belong to each other."""
APART = [
    *(
        (role, RESULT, audit, photo)
        for role in (Role.STAFF, Role.MANAGER, Role.OFFICE)
        for audit, photo in (
            ("mine released", "mine waiting photo"),
            ("mine released", "theirs photo"),
            ("theirs released", "mine photo"),
            ("mine waiting", "mine waiting photo"),
            ("mine waiting", "mine photo"),
        )
    ),
    *((role, SHOWN, "mine action", "mine shown photo") for role in Role),
    *((role, SHOWN, "mine completed", photo) for role in Role for photo in ("theirs shown photo", "mine photo")),
    *((role, SHOWN, "theirs completed", "theirs shown photo") for role in Role if role is not Role.OFFICE),
    *((role, RESULT, "mine released", "mine shown photo") for role in Role),
    *((role, BACKING, "mine appeal", photo) for role in Role for photo in ("theirs appeal photo", "mine shown photo")),
    *((role, BACKING, "theirs appeal", "theirs appeal photo") for role in Role if role is not Role.OFFICE),
    *((role, RESULT, "mine released", "mine appeal photo") for role in Role),
    (Role.SHOPPER, BACKING, "mine appeal", "mine appeal photo"),
    (Role.SHOPPER, SHOWN, "mine completed", "mine shown photo"),
    (Role.SHOPPER, OWN, "mine waiting", "mine photo"),
    (Role.SHOPPER, OWN, "mine waiting", "theirs waiting photo"),
    (Role.SHOPPER, OWN, "theirs waiting", "mine waiting photo"),
    (Role.OFFICE, DESK, "mine waiting", "mine photo"),
    (Role.OFFICE, DESK, "mine waiting", "theirs waiting photo"),
]
"""Two things each of which is there, but not with the other, or not for that reader."""


@pytest.mark.slow
def test_a_photo_is_found_under_its_own_audit_alone(opened: Opened) -> None:
    visitors = {role: enter(opened, role) for role in Role}
    for pairs, status in ((TOGETHER, 200), (APART, 404)):
        for role, address, audit, photo in pairs:
            path = address.format(thing(opened, audit), thing(opened, photo))
            assert visitors[role].client.get(path).status_code == status, (role, audit, photo)

"""A full disk: what was acknowledged is kept whole, what is refused is told so, pages are still read, and room is used at once."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from branches.reconciled import Gaps
from monitor import full
from tests.databases import SqliteDatabases
from tests.monitor import senders
from tests.monitor.preloaded import compiled
from tests.monitor.senders import Phone, Reply, Work
from tests.phone.living import Server

ROOM = 12_000_000
KINDS = ("mounted", "counted") if os.geteuid() == 0 else ("counted",)
"""A disk of its own is root's to mount; for others writing is counted on its way to theirs."""
BALLAST = 3_000_000
SOON = 5.0
MOST_PUSHES = 1000


@dataclass(frozen=True)
class Disk:
    """A folder with little room, part of which is taken by something else."""

    folder: Path
    around: dict[str, str]
    """What makes a server feel it."""

    @property
    def ballast(self) -> Path:
        return self.folder / "ballast"

    def cram(self) -> None:
        """Takes what little room is left, to the last byte."""
        left = ROOM - sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file())
        with suppress(OSError), (self.folder / "rest").open("ab", buffering=0) as rest:
            while left > 0 or not self.around:
                left -= rest.write(b"\1" * min(512, left if self.around else 512))


@dataclass
class Cramped:
    """A served chain on such a disk."""

    server: Server
    disk: Disk
    work: Work

    @property
    def photos(self) -> Path:
        return self.disk.folder / "photos"


@contextmanager
def mounted(place: Path) -> Iterator[None]:
    words = ["-t", "tmpfs", "-o", f"size={ROOM},mode=700", "small"]
    subprocess.run(["mount", *words, str(place)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture(params=KINDS)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    place, around = tmp_path / "disk", dict[str, str]()
    place.mkdir()
    with mounted(place) if request.param == "mounted" else nullcontext():
        if request.param == "counted":
            library = compiled("narrow.c", tmp_path)
            around = {"LD_PRELOAD": str(library), "NARROW": str(place.resolve()), "NARROW_ROOM": str(ROOM)}
        found = Disk(place, around)
        found.ballast.write_bytes(b"\1" * BALLAST)
        yield found


@pytest.fixture
def cramped(disk: Disk, sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Cramped]:
    place = disk.folder / "chain.sqlite3"
    with sqlite.fresh() as url:
        shutil.copyfile(url.removeprefix("sqlite:///"), place)
    around = {"TMPDIR": str(disk.folder), "OMP_NUM_THREADS": "1", **disk.around}
    server = Server(tmp_path, f"sqlite:///{place}", data="disk", around=around)
    try:
        yield Cramped(server, disk, senders.ask_for(server.engine, shoppers=4, each=30))
    finally:
        server.close()


def pictures_of(number: int) -> list[bytes]:
    """Of one audit, by its place among all: sent again they are the same."""
    return [senders.picture(2 * number + n, width=280) for n in range(2)]


def fill(cramped: Cramped, heard: list[Reply]) -> list[str]:
    """Sends audits until ten were refused: those that were acknowledged."""
    taken, refused = list[str](), 0
    for number, (device, audit) in enumerate(cramped.work.pairs):
        with Phone(cramped.server.port, device, heard.append) as phone:
            if senders.send_whole(phone, audit, pictures_of(number)).status == 200:
                taken.append(audit)
            else:
                refused += 1
        if refused == 10:
            return taken
    raise AssertionError("the disk was not filled")


@pytest.mark.slow
def test_what_a_full_disk_acknowledged_is_kept_and_what_it_refused_is_told(cramped: Cramped, tmp_path: Path) -> None:
    heard: list[Reply] = []
    taken = fill(cramped, heard)
    assert len(taken) >= 5
    refused = [one for one in heard if one.status != 200]
    assert {(one.status, one.sentence) for one in refused} == {(full.STATUS, full.NO_ROOM)}
    assert senders.not_whole(cramped.server.engine, cramped.photos, taken, 2) == {}
    cramped.disk.cram()
    check_pages(cramped)
    check_drafts(cramped)
    check_pages(cramped)
    cramped.disk.ballast.unlink()
    check_writing(cramped, taken)
    assert senders.gaps(cramped.server.engine, cramped.photos) == Gaps()
    assert senders.tracebacks(tmp_path / "log") == []
    assert list(cramped.photos.glob("*/.*")) == []


def check_drafts(cramped: Cramped) -> None:
    """The database has no room either: a script is told so as data, a browser by a page."""
    device, audit = cramped.work.pairs[-2]
    with Phone(cramped.server.port, device) as phone:
        pushed = (phone.push(audit, {"why": f"{n} " + "b" * 1900}, None) for n in range(MOST_PUSHES))
        refused = next(one for one in pushed if one.status != 200)  # what was read in again leaves room for a while
    assert (refused.status, refused.sentence) == (full.STATUS, full.NO_ROOM)
    device, audit = cramped.work.pairs[-1]
    with Phone(cramped.server.port, device) as phone:
        shown = phone.post(f"/audits/{audit}/start", b"", "application/x-www-form-urlencoded", accept="text/html")
    assert (shown.status, full.NO_ROOM in shown.body.decode()) == (full.STATUS, True)


def check_pages(cramped: Cramped) -> None:
    """Reading goes on; whoever reads anew too."""
    audit = cramped.work.audits[0][0]
    paths = ["/sign-in", "/audits", f"/audits/{audit}", f"/audits/{cramped.work.audits[0][-1]}"]
    with Phone(cramped.server.port, cramped.work.devices[0]) as phone:
        assert [(path, phone.get(path).status) for path in paths] == [(path, 200) for path in paths]


def check_writing(cramped: Cramped, taken: list[str]) -> None:
    """As soon as there is room an audit that was refused is taken, by the same phone."""
    number = next(n for n, (_, audit) in enumerate(cramped.work.pairs) if audit not in taken)
    device, audit = cramped.work.pairs[number]
    began = time.monotonic()
    with Phone(cramped.server.port, device) as phone:
        assert senders.send_until_taken(phone, audit, pictures_of(number), seconds=SOON).status == 200
    assert time.monotonic() - began < SOON
    assert senders.not_whole(cramped.server.engine, cramped.photos, [audit], 2) == {}

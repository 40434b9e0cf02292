"""A chain in a data folder, with audits and photos of them, to be copied, lost and brought back."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from itertools import count
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from PIL import Image
from sqlmodel import Session, select

from branches import audits, database, migrations, photos
from branches.audits import Audit, Photo
from branches.database import reading, transaction
from branches.questions import Mark
from branches.standards import Standard
from monitor.config import Config, Read, read
from monitor.copying import making
from monitor.copying.making import Made
from tests import make

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
_colours = count(1)


@dataclass(frozen=True)
class Chain:
    """Its settings, and the engine of its tests."""

    read: Read
    engine: sa.Engine

    @property
    def config(self) -> Config:
        return self.read.config

    @property
    def folder(self) -> Path:
        return self.config.folder

    @property
    def file(self) -> Path:
        return self.folder / "monitor.sqlite3"

    def back_up(self, into: Path, at: datetime = AT) -> Made:
        return making.make(self.read, into, at=at)


def begin(template: Path, folder: Path) -> Chain:
    """A migrated database, settings, a secret, and one audit with a photo."""
    data = folder / "data"
    (data / "secrets").mkdir(mode=0o700, parents=True)
    data.chmod(0o700)
    shutil.copyfile(template, data / "monitor.sqlite3")
    settings, secret = folder / "config.toml", data / "secrets" / "pages"
    settings.write_text('[chain]\nname = "Test"\n')
    secret.write_text("0123456789abcdef" * 4)
    secret.chmod(0o600)
    chain = Chain(read(settings), database.create(f"sqlite:///{data / 'monitor.sqlite3'}"))
    with transaction(chain.engine) as session:
        make.standard(session, {"greeting": 2})
    send(chain)
    return chain


def send(chain: Chain) -> tuple[str, bytes]:
    """An audit with a photo, from the phone to the receipt: its public name, and the photo's bytes as they were kept."""
    with transaction(chain.engine) as session:
        audit = audits.assign(session, _standard(session), make.branch(session), make.shopper(session), by=None, at=AT)
        audits.start(session, audit, by=audit.shopper, at=AT)
    kept = photos.keep(chain.folder / "photos", BytesIO(picture()))
    with transaction(chain.engine) as session:
        mine = session.get_one(Audit, audit.id)
        assert mine.shopper is not None
        photos.attach(session, mine, None, kept, by=mine.shopper, at=AT)
        audits.submit(
            session, mine, {"greeting1": Mark("yes"), "greeting2": Mark("no")}, visited_at=AT, by=mine.shopper, at=AT
        )
    return audit.public_id, kept.file.read_bytes()


def at_an_older_revision(chain: Chain) -> str:
    """The same chain as the version before had it, and the revision that it is at."""
    config = migrations.configuration()
    with migrations._opened(chain.engine) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, "-1")
        older = migrations.revision(connection)
    chain.engine.dispose()
    assert older is not None
    return older


def _standard(session: Session) -> Standard:
    return session.exec(select(Standard)).one()


def picture() -> bytes:
    """One that no other is like: noise."""
    out = BytesIO()
    Image.frombytes("RGB", (64, 48), hashlib.shake_128(str(next(_colours)).encode()).digest(64 * 48 * 3)).save(
        out, "JPEG"
    )
    return out.getvalue()


def sent(engine: sa.Engine, folder: Path) -> dict[str, bytes]:
    """What is there of every audit that was sent: by its public name the bytes of its photo."""
    with reading(engine) as session:
        query = select(Audit.public_id, Photo.sha256).join(Photo).where(Audit.state == "submitted")
        return {name: photos.path(folder / "photos", digest).read_bytes() for name, digest in session.exec(query)}


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder, and the hash of its bytes."""
    return {
        (Path(below) / name).relative_to(folder).as_posix(): hashlib.sha256(
            (Path(below) / name).read_bytes()
        ).hexdigest()
        for below, _, names in os.walk(folder)
        for name in names
    }

"""Loading a standard from TOML into the chain's database, such as the one that comes with the program."""

from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from sqlmodel import Session, col, select

from branches import standards
from branches.errors import Refused
from branches.exchange.faults import Faults, shown
from branches.exchange.structure import read_structure
from branches.exchange.toml import MOST_BYTES, Entry, read_toml
from branches.exchange.wording import add_language
from branches.exchange.written import WrittenItem, WrittenSection, WrittenStandard
from branches.people import User
from branches.standards import Item, Section, Standard

SHIPPED: Traversable = files("branches") / "standard"
MOST_FILES = 40


def load_standard(session: Session, folder: Traversable = SHIPPED, *, at: datetime, by: User | None = None) -> Standard:
    """Publishes the standard of a folder as the next version; where it is published already, gives that version."""
    written = read_standard(folder)
    query = select(Standard).where(Standard.fingerprint == written.fingerprint, col(Standard.published_at).is_not(None))
    known = session.exec(query).first()
    if known is not None:
        return known
    standard = standards.draft(session, title=written.title, total=written.total, bands=written.bands)
    standard.fingerprint = written.fingerprint
    position = 0
    for place, section in enumerate(written.sections):
        position = _store_section(session, standard, section, place, position)
    session.refresh(standard)
    standards.publish(session, standard, at=at, by=by)
    return standard


def read_standard(folder: Traversable) -> WrittenStandard:
    """Reads NAME.toml with its structure and first wording, NAME.LANGUAGE.toml with further ones; checks all of it."""
    faults = Faults()
    files = _files(folder, faults)
    first = [name for name in files if name.count(".") == 1]
    if len(first) != 1 and not faults.number:
        refused = Refused("One file NAME.toml with the structure belongs here, and NAME.LANGUAGE.toml for wording.")
        faults.add(shown(folder.name), None, None, refused)
    faults.refuse()
    standard = read_structure(Entry(first[0], "", files[first[0]], faults), files)
    for name in files.keys() - set(first):
        add_language(Entry(name, "", files[name], faults), name.split(".")[-2], standard)
    faults.refuse()
    return standard


def _files(folder: Traversable, faults: Faults) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))[:MOST_FILES]:
        try:
            with (folder / name).open("rb") as file:
                found[name] = read_toml(file.read(MOST_BYTES + 1))
        except Refused as refused:
            faults.add(name, None, None, refused)
    return found


def _store_section(session: Session, standard: Standard, written: WrittenSection, place: int, position: int) -> int:
    """Gives the position of the item that follows."""
    section = Section(
        standard_id=standard.id,
        code=written.code,
        position=place,
        weight=written.weight,
        scored=written.scored,
        titles=written.titles,
    )
    session.add(section)
    session.flush()
    for number, item in enumerate(written.items, position):
        session.add(_item(section, number, item))
    session.flush()
    return position + len(written.items)


def _item(section: Section, position: int, written: WrittenItem) -> Item:
    values = written.values
    return Item(
        standard_id=section.standard_id,
        section_id=section.id,
        code=written.code,
        position=position,
        type=values["type"].value,
        weight=values["weight"],
        critical=values["critical"],
        scored=values["scored"],
        na=values["na"],
        required=written.required,
        judgement=written.judgement,
        channels=list(written.channels),
        worst=values["from"],
        best=values["to"],
        options=list(written.options),
        condition=written.condition,
        wording=written.wording,
    )

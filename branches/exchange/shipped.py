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
    return known if known is not None else store_standard(session, written, at=at, by=by)


def store_standard(
    session: Session, written: WrittenStandard, *, since: datetime | None = None, at: datetime, by: User | None
) -> Standard:
    """Publishes it as the next version, in force from now or from `since` on."""
    standard = standards.draft(session, title=written.title, total=written.total, bands=written.bands)
    standard.fingerprint = written.fingerprint
    for section, items in rows(written, standard.id):
        session.add(section)
        session.flush()
        for item in items:
            item.section_id = section.id
            session.add(item)
        session.flush()
    session.refresh(standard)
    standards.publish(session, standard, since=since, at=at, by=by)
    return standard


def read_standard(folder: Traversable, name: str | None = None) -> WrittenStandard:
    """Reads NAME.toml with its structure and first wording, NAME.LANGUAGE.toml with further ones; checks all of it.

    Without a name, the only one there is in the folder.
    """
    faults = Faults()
    files = _files(folder, name, faults)
    first = [file for file in files if file.count(".") == 1]
    if len(first) != 1 and not faults.number:
        refused = Refused("One file NAME.toml with the structure belongs here, and NAME.LANGUAGE.toml for wording.")
        faults.add(shown(folder.name), None, None, refused)
    faults.refuse()
    return read_tables(first[0], files)


def read_tables(first: str, files: dict[str, dict[str, Any]]) -> WrittenStandard:
    """Checks what the files say: `first` has the structure, the others a wording each."""
    faults = Faults()
    standard = read_structure(Entry(first, "", files[first], faults), files)
    for name in files.keys() - {first}:
        add_language(Entry(name, "", files[name], faults), name.split(".")[-2], standard)
    faults.refuse()
    return standard


def _files(folder: Traversable, name: str | None, faults: Faults) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    there = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    for file in [one for one in there if name is None or one.split(".")[0] == name][:MOST_FILES]:
        try:
            with (folder / file).open("rb") as stream:
                found[file] = read_toml(stream.read(MOST_BYTES + 1))
        except Refused as refused:
            faults.add(file, None, None, refused)
    return found


def rows(written: WrittenStandard, standard_id: int) -> list[tuple[Section, list[Item]]]:
    """As it would be stored; nothing is."""
    made: list[tuple[Section, list[Item]]] = []
    position = 0
    for place, section in enumerate(written.sections):
        items = [_item(standard_id, number, item) for number, item in enumerate(section.items, position)]
        made.append((_section(standard_id, place, section), items))
        position += len(items)
    return made


def _section(standard_id: int, position: int, written: WrittenSection) -> Section:
    return Section(
        standard_id=standard_id,
        code=written.code,
        position=position,
        weight=written.weight,
        scored=written.scored,
        titles=written.titles,
    )


def _item(standard_id: int, position: int, written: WrittenItem) -> Item:
    values = written.values
    return Item(
        standard_id=standard_id,
        section_id=0,  # its section has no number yet
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
        timed=written.timed,
        wording=written.wording,
    )

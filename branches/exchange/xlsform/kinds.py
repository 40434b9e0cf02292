"""Types of questions: what an XLSForm asks, what it is here, and what an audit has no place for."""

import re
from dataclasses import dataclass

from branches.errors import Refused
from branches.exchange.faults import shown
from branches.scoring import ItemType

CHOSEN = "select_one"
"""One choice of a list."""
_FROM_LIST = re.compile(r"(?:select_one_from|select one from|select_one|select one|select1) (?P<list>\S+)(?P<other>.*)")
_OTHER = frozenset({"or_other", "or specify other", "or other"})
_ASKED = {
    "integer": frozenset({ItemType.NUMBER, ItemType.SECONDS, ItemType.RATING}),
    "decimal": frozenset({ItemType.NUMBER, ItemType.SECONDS}),
    "range": frozenset({ItemType.NUMBER, ItemType.SECONDS, ItemType.RATING}),
    "text": frozenset({ItemType.TEXT}),
    "image": frozenset({ItemType.PHOTO}),
    CHOSEN: frozenset({ItemType.YES_NO, ItemType.CHOICE, ItemType.RATING}),
}
"""What each may be here; the first of a measured one is a number."""
_USUAL = {"text": ItemType.TEXT, "image": ItemType.PHOTO}
_SPELT = {
    "int": "integer",
    "dec": "decimal",
    "string": "text",
    "photo": "image",
    "begin_group": "begin group",
    "end_group": "end group",
    "begin_repeat": "begin repeat",
    "end_repeat": "end repeat",
    "begin_loop": "begin repeat",
    "end_loop": "end repeat",
    "begin loop": "begin repeat",
    "end loop": "end repeat",
    "begin_survey": "begin group",
    "end_survey": "end group",
}
_BY_ITSELF = frozenset(
    {"start", "end", "start time", "end time", "today", "deviceid", "device_id", "device id", "imei", "phonenumber"}
    | {"phone_number", "phone number", "simserial", "simid", "sim_id", "sim id", "subscriberid", "subscriber_id"}
    | {"subscriber id", "username", "user_name", "email", "uri", "audit", "start-geopoint", "background-audio"}
    | {"background-geopoint", "calculate", "hidden", "xml-external", "csv-external"}
)
"""What the device or the form fills in by itself."""
BEGINS, ENDS = frozenset({"begin group", "begin repeat"}), frozenset({"end group", "end repeat"})


@dataclass(frozen=True)
class Asked:
    """A row's type, and the list that it chooses from."""

    type: str
    list: str = ""


def read_type(cell: str) -> Asked:
    """Refused where somebody is asked what an audit cannot take."""
    spelt = " ".join(cell.split())
    found = _SPELT.get(spelt.lower(), spelt.lower())
    if (chosen := _FROM_LIST.fullmatch(spelt)) is not None:
        if chosen["other"].strip():
            _check_other(chosen["other"].strip())
        return Asked(CHOSEN, chosen["list"])
    if found in _ASKED.keys() - {CHOSEN} or found in BEGINS | ENDS or is_left_out(found) is not None:
        return Asked(found)
    raise Refused("{type} has no place in an audit, which asks {known}.", type=shown(spelt), known=", ".join(_ASKED))


def _check_other(rest: str) -> None:
    if rest.lower() in _OTHER:
        raise Refused("{type} asks a second question; ask it in a row of its own.", type=shown(rest))
    raise Refused("The type says {text} behind its list.", text=shown(rest))


def is_left_out(kind: str) -> Refused | None:
    """Why a row that nobody answers is left out; None for one that is asked."""
    if kind == "note":
        return Refused("A note asks nothing, so it is left out.")
    if kind in _BY_ITSELF:
        return Refused("{type} is filled in by the device, so it is left out.", type=kind)
    return None


def kind_of(asked: Asked, said: str, *, yes_no: bool) -> ItemType:
    """The type of an item: as the column `kind` says, else what the question is by itself."""
    if not said:
        if asked.type == CHOSEN:
            return ItemType.YES_NO if yes_no else ItemType.CHOICE
        return _USUAL.get(asked.type, ItemType.NUMBER)
    if said not in _ASKED[asked.type] or (said == ItemType.YES_NO and not yes_no):
        raise Refused("An item of type {kind} is not asked as {type}.", kind=shown(said), type=asked.type)
    return ItemType(said)

"""Every setting: its default, its meaning, and what it may be. config.toml shows them in this order and these words."""

import re
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.fields import FieldInfo

from branches.errors import Refused
from branches.weeks import DAYS, zone_name

_CLOCK = re.compile(r"[0-2]\d:[0-5]\d", re.ASCII)


def _setting(default: object, meaning: str, allowed: str, **bounds: Any) -> Any:
    return Field(default, description=meaning, json_schema_extra={"allowed": allowed}, **bounds)


def allowed(field: FieldInfo) -> str:
    """What the setting may be, in words."""
    return cast("dict[str, str]", field.json_schema_extra)["allowed"]


def _zone(name: str) -> str:
    try:
        return zone_name(name)
    except Refused as refused:
        raise ValueError(str(refused)) from None


def _day(name: str) -> str:
    if name not in DAYS:
        raise ValueError(name)
    return name


def _clock(written: object) -> object:
    if isinstance(written, str) and _CLOCK.fullmatch(written):
        return time.fromisoformat(written)
    if isinstance(written, time) and written.tzinfo is None:
        return written
    raise ValueError(written)


def _monday(day: date | None) -> date | None:
    if day is not None and day.weekday() != 0:
        raise ValueError(day)
    return day


def _folder(written: object) -> Path:
    if not isinstance(written, str | Path) or not str(written):
        raise ValueError(written)
    return Path(written).expanduser().absolute()


Zone = Annotated[str, AfterValidator(_zone)]
Day = Annotated[str, AfterValidator(_day)]
Clock = Annotated[time, BeforeValidator(_clock)]
Monday = Annotated[date | None, AfterValidator(_monday), BeforeValidator(lambda written: written or None)]
Folder = Annotated[Path, BeforeValidator(_folder)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)

    @field_validator("*", mode="before")
    @classmethod
    def _true_is_no_number(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, bool) and info.field_name and cls.model_fields[info.field_name].annotation is not bool:
            raise ValueError(value)
        return value


class ChainSection(_Section):
    name: str = _setting("", "The chain's name, as reports show it", "a text of at most 100 letters", max_length=100)
    timezone: Zone = _setting(
        "UTC", "The zone of head office, and of branches that name none", "an IANA time zone such as Europe/Budapest"
    )
    language: Literal["en", "hu", "hi", "ta", "te"] = _setting(
        "en", "The language of reports and of people who chose none", "en, hu, hi, ta or te"
    )


class DataSection(_Section):
    folder: Folder = _setting(
        "data", "Where data, photos, caches and generated secrets lie, seen from this file", "a folder"
    )


class DatabaseSection(_Section):
    url: str = _setting(
        "",
        "Where the database is; empty: monitor.sqlite3 in the data folder",
        "a URL such as postgresql://user@host/chain, or empty",
    )


class FlagsSection(_Section):
    margin: float = _setting(
        5.0, "Points below the norm that are worth acting on", "a number from 0 to 100", ge=0, le=100
    )
    false_share: float = _setting(
        0.10,
        "The share of false flags that is accepted among the flags of one edition",
        "a number between 0 and 1",
        gt=0,
        lt=1,
    )
    least_audits: int = _setting(
        2,
        "Audits in the window below which nothing is said of a branch",
        "a whole number from 1 to 1000",
        ge=1,
        le=1000,
    )


class WindowSection(_Section):
    weeks: int = _setting(
        26,
        "Weeks that a report looks back on, the reported week among them",
        "a whole number from 1 to 520",
        ge=1,
        le=520,
    )
    half_life_weeks: float = _setting(
        0, "Weeks after which an audit counts half; 0: all count the same", "a number from 0 to 520", ge=0, le=520
    )


class ReportsSection(_Section):
    reporting_from: Monday = _setting(
        None,
        "The first week that gets a report, by its Monday; empty: the next one",
        "a Monday such as 2027-01-04, or empty",
    )
    weekday: Day = _setting(
        "monday", "The day of the following week on which reports are due", "a day from monday to sunday"
    )
    time: Clock = _setting(
        "06:00", "The time on that day, by the clock where the report is read", "a time such as 06:00"
    )
    revised_weeks: int = _setting(
        4, "Editions back to which a correction makes a revised edition", "a whole number from 0 to 52", ge=0, le=52
    )


class ServeSection(_Section):
    host: str = _setting(
        "127.0.0.1",
        "The address the pages are served at; 0.0.0.0: to the whole network",
        "an address of this machine",
        min_length=1,
    )
    port: int = _setting(8000, "The port the pages are served at", "a whole number from 1 to 65535", ge=1, le=65535)
    workers: int = _setting(1, "Processes that serve pages", "a whole number from 1 to 64", ge=1, le=64)
    trusted_proxies: int = _setting(
        0,
        "Proxies of yours in front of it, whose word on the visitor's address counts",
        "a whole number from 0 to 10",
        ge=0,
        le=10,
    )


class ScheduleSection(_Section):
    tick_seconds: int = _setting(
        30, "Seconds between two looks at what is due", "a whole number from 5 to 60", ge=5, le=60
    )
    lease_seconds: int = _setting(
        300,
        "Seconds after which a job is taken from a process that died over it",
        "a whole number from 5 to 3600",
        ge=5,
        le=3600,
    )

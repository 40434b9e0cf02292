"""Every setting: its default, its meaning, and what it may be. config.toml shows them in this order and these words."""

import re
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.fields import FieldInfo

from branches.errors import Refused
from branches.weeks import DAYS, DueTime, zone_name

_CLOCK = re.compile(r"[0-2]\d:[0-5]\d", re.ASCII)
_MAIL = re.compile(r"""[^\s@"(),:;<>\[\]\\]+@[^\s@"(),:;<>\[\]\\]+""")
_HOOK = re.compile(r"https?://(\[[^\s/?#@\[\]]+\]|[^\s/?#@\[\]:]+)(:\d*)?(/[^\s?#]*)?(\?[^\s#]*)?", re.ASCII)
_HOOK_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_PUBLIC = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")


def _setting(default: object, meaning: str, allowed: str, *, each: str = "", **bounds: Any) -> Any:
    return Field(default, description=meaning, json_schema_extra={"allowed": allowed, "each": each}, **bounds)


def _months(default: int, what: str) -> Any:
    """For how long something is kept; 0: without end."""
    return _setting(default, f"Months that {what}; 0: without end", "a whole number from 0 to 600", ge=0, le=600)


def allowed(field: FieldInfo) -> str:
    """What the setting may be, in words."""
    return cast("dict[str, str]", field.json_schema_extra)["allowed"]


def each_allowed(field: FieldInfo) -> str:
    """What each entry of a table may be, in words."""
    return cast("dict[str, str]", field.json_schema_extra)["each"]


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


def _due(written: object) -> object:
    """Reads "tuesday 07:00"."""
    if isinstance(written, DueTime):
        return written
    try:
        return DueTime.parse(str(written))
    except Refused:
        raise ValueError(written) from None


def _monday(day: date | None) -> date | None:
    if day is not None and day.weekday() != 0:
        raise ValueError(day)
    return day


def _folder(written: object) -> Path:
    if not isinstance(written, str | Path) or not str(written):
        raise ValueError(written)
    return Path(written).expanduser().absolute()


def _address(written: str) -> str:
    if written and not _MAIL.fullmatch(written):
        raise ValueError(written)
    return written


def _public_address(written: str) -> str:
    if written and not _PUBLIC.fullmatch(written):
        raise ValueError(written)
    return written.rstrip("/")


def _hook_address(written: str) -> str:
    if not _HOOK.fullmatch(written) or not written.isascii() or not written.isprintable() or not _leads_to(written):
        raise ValueError(written)
    return written


def _leads_to(written: str) -> bool:
    """Whether the address names a machine, and a port that there may be."""
    try:
        parts = urlsplit(written)
        (parts.hostname or "").encode("idna")
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _hook_name(written: str) -> str:
    if not _HOOK_NAME.fullmatch(written) or len(written) > 30:  # noqa: PLR2004 - as it is kept
        raise ValueError(written)
    return written


HookName = Annotated[str, AfterValidator(_hook_name)]
Zone = Annotated[str, AfterValidator(_zone)]
Day = Annotated[str, AfterValidator(_day)]
Clock = Annotated[time, BeforeValidator(_clock)]
Due = Annotated[DueTime, BeforeValidator(_due)]
OptionalDue = Annotated[DueTime | None, BeforeValidator(lambda written: _due(written) if written else None)]
Monday = Annotated[date | None, AfterValidator(_monday), BeforeValidator(lambda written: written or None)]
Folder = Annotated[Path, BeforeValidator(_folder)]
OptionalFile = Annotated[Path | None, BeforeValidator(lambda written: _folder(written) if written else None)]
Address = Annotated[str, AfterValidator(_address)]
PublicAddress = Annotated[str, AfterValidator(_public_address)]


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
        "The first week that gets a report, by its Monday; empty: the one in which the scheduler first starts",
        "a Monday such as 2027-01-04, or empty",
    )
    weekday: Day = _setting(
        "monday", "The day of the following week on which reports are due", "a day from monday to sunday"
    )
    time: Clock = _setting(
        "06:00", "The time on that day, by the clock where the report is read", "a time such as 06:00"
    )
    chain: OptionalDue = _setting(
        "",
        "The day and time of the whole chain's report, where it has its own; empty: as above",
        "a day and a time such as tuesday 07:00, or empty",
    )
    regions: dict[str, Due] = _setting(
        {},
        'The same of regions that have their own, by code; the office may set other times on the page "Schedule"',
        'a table such as { NORTH = "tuesday 07:00" }',
        each="a day and a time such as tuesday 07:00",
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
    address: PublicAddress = _setting(
        "",
        "Where people reach the pages, as links in mails have it; empty: the host and port above",
        "an address such as https://audits.example.com, or empty",
    )
    workers: int = _setting(1, "Processes that serve pages", "a whole number from 1 to 64", ge=1, le=64)
    trusted_proxies: int = _setting(
        0,
        "Proxies of yours in front of it, whose word on the visitor's address counts",
        "a whole number from 0 to 10",
        ge=0,
        le=10,
    )
    log_requests: bool = _setting(
        False,
        "Whether each request is written to the error stream, its address without what opens a door",
        "true or false",
    )
    metrics_token_file: OptionalFile = _setting(
        None,
        "The file that holds the token by which Prometheus reads /metrics; empty: nobody does",
        "a file that only its owner can read, or empty",
    )
    ready_minutes: int = _setting(
        0,
        "Minutes within which the scheduler must have looked for /readyz to say ready; 0: it is not asked",
        "a whole number from 0 to 1440",
        ge=0,
        le=1440,
    )


class LogsSection(_Section):
    form: Literal["text", "json"] = _setting(
        "text", "How the logs are written: for people or for programs", "text or json"
    )


class MailSection(_Section):
    host: str = _setting(
        "",
        "The mail server; empty: mail is kept as files in the folder mail of the data folder",
        "a name such as mail.example.com, or empty",
        pattern=r"^\S*$",
    )
    port: int = _setting(587, "The mail server's port", "a whole number from 1 to 65535", ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = _setting(
        "starttls",
        "How the way to the mail server is kept secret; none only for a mail server on this machine",
        "starttls, tls or none",
    )
    user: str = _setting("", "The name to sign in with at the mail server; empty: without", "a text")
    password_file: OptionalFile = _setting(
        None,
        "The file that holds the mail server's password, where MONITOR_SMTP_PASSWORD does not",
        "a file that only its owner can read, or empty",
    )
    sender: Address = _setting("", "The address mail comes from", "an address such as reports@example.com, or empty")
    sender_name: str = _setting(
        "",
        "The name mail comes from; empty: the chain's",
        "a text of at most 100 letters",
        max_length=100,
    )
    timeout_seconds: int = _setting(
        20, "Seconds that the mail server has for one answer", "a whole number from 1 to 120", ge=1, le=120
    )


class AuditsSection(_Section):
    appeal_days: int = _setting(
        7,
        "Days in which a branch may appeal an answer, counted from the Monday on which its staff first see the audit; 0: that day alone",
        "a whole number from 0 to 365",
        ge=0,
        le=365,
    )


class ReviewSection(_Section):
    two_people: bool = _setting(
        False,
        "Whether an audit takes two people of head office: whoever approved it does not release it",
        "true or false",
    )


class SignInSection(_Section):
    second_step: Literal["may", "must"] = _setting(
        "may",
        "Whether managers and head office may or must sign in with a code from their phone as well",
        "may or must",
    )


class PrivacySection(_Section):
    managers_know_shoppers: bool = _setting(
        False,
        "Whether managers are shown who audited, and comments and photos before they were cleared; staff never are, head office always is",
        "true or false",
    )
    staff_delay_days: int = _setting(
        1,
        "Days that lie at least between an audit's release and the Monday on which its branch's staff first see it",
        "a whole number from 0 to 28",
        ge=0,
        le=28,
    )
    comments_after_audits: int = _setting(
        3,
        "Audits of a branch in the reports' window below which its staff are shown no comments and photos",
        "a whole number from 0 to 1000",
        ge=0,
        le=1000,
    )
    comments_after_shoppers: int = _setting(
        3,
        "Shoppers who audited in a region in that window below which staff there are shown no comments and photos",
        "a whole number from 0 to 1000",
        ge=0,
        le=1000,
    )

    keep_photos_months: int = _months(
        24, "photos of audits are kept, counted from when nothing happened to the audit any more"
    )
    keep_comments_months: int = _months(36, "comments and answers in words are kept, counted alike")
    keep_evidence_months: int = _months(24, "what was shown for verified actions and ended appeals is kept")
    keep_drafts_months: int = _months(
        6, "forms of audits that have ended are kept, with the moments tapped at the branch"
    )
    keep_reasons_months: int = _months(12, "it is kept why a shopper could not make an audit")
    keep_traces_months: int = _months(3, "ended sign-ins and what mail servers said of addresses are kept")
    keep_people_months: int = _months(60, "people are kept whose access has ended; then they are erased")


class Webhook(_Section):
    """One address that is posted to."""

    address: Annotated[str, AfterValidator(_hook_address)] = Field(repr=False, max_length=2000)
    region: str = Field("", max_length=200)
    language: Literal["", "en", "hu", "hi", "ta", "te"] = ""
    secret_file: OptionalFile = None


class WebhooksSection(_Section):
    to: dict[HookName, Webhook] = _setting(
        {},
        "Where chat systems are posted what happens between reports, by names of your own; region and language may be left out",
        'a table such as { team = { address = "https://chat.example.com/x", region = "NORTH", language = "en", secret_file = "team.secret" } }',
        each="a table with address, region (a code), language and secret_file; its name in small letters, digits and -",
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

"""The settings: config.toml, each value overridden by an environment variable, read once into a frozen Config."""

import hashlib
import hmac
import os
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from branches.errors import Refused
from monitor.misread import PREFIX, refusal, refuse_unknown_variables, unreadable
from monitor.settings import (
    AuditsSection,
    ChainSection,
    DatabaseSection,
    DataSection,
    FlagsSection,
    LogsSection,
    MailSection,
    PrivacySection,
    ReportsSection,
    ReviewSection,
    ScheduleSection,
    ServeSection,
    SignInSection,
    WebhooksSection,
    WindowSection,
)

SECRET_BYTES = 32


class Config(BaseSettings):
    """Everything that may be set, as it holds for this process."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

    chain: ChainSection = ChainSection()
    data: DataSection = Field(default_factory=DataSection)  # seen from the folder we are in when it is read
    database: DatabaseSection = DatabaseSection()
    flags: FlagsSection = FlagsSection()
    window: WindowSection = WindowSection()
    reports: ReportsSection = ReportsSection()
    audits: AuditsSection = AuditsSection()
    review: ReviewSection = ReviewSection()
    privacy: PrivacySection = PrivacySection()
    sign_in: SignInSection = SignInSection()
    serve: ServeSection = ServeSection()
    logs: LogsSection = LogsSection()
    mail: MailSection = MailSection()
    webhooks: WebhooksSection = WebhooksSection()
    schedule: ScheduleSection = ScheduleSection()

    @property
    def folder(self) -> Path:
        """Where data, photos, caches and generated secrets lie."""
        return self.data.folder

    @property
    def database_url(self) -> str:
        return self.database.url or f"sqlite:///{self.folder / 'monitor.sqlite3'}"

    @property
    def address(self) -> str:
        """Where people reach the pages, without a slash at its end."""
        return self.serve.address or f"http://{self.serve.host}:{self.serve.port}"

    @classmethod
    def settings_customise_sources(  # the signature is pydantic's
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment comes before the file, and the file is what we were called with."""
        return env_settings, init_settings


@dataclass(frozen=True)
class Read:
    """The settings together with the file they were read from, and its text."""

    config: Config
    file: Path | None = None
    """None: there is none."""
    text: str = ""


def read_config(file: Path | None = None) -> Config:
    """Reads `file`, else the one MONITOR_CONFIG names, else ./config.toml where there is one, else the defaults."""
    return read(file).config


def read(file: Path | None = None) -> Read:
    """The same, with what was read."""
    chosen = file or _chosen()
    text = _text(chosen) if chosen else ""
    sections = _sections()
    refuse_unknown_variables(sections)
    try:
        return Read(Config(**_written(text, chosen)), chosen, text)
    except ValidationError as invalid:
        raise refusal(invalid.errors()[0], sections, chosen, text) from None
    except SettingsError:
        raise unreadable(sections) from None


def _chosen() -> Path | None:
    if named := os.environ.get("MONITOR_CONFIG"):
        return Path(named)
    usual = Path("config.toml")
    return usual if usual.exists() else None


def _sections() -> dict[str, type[BaseModel]]:
    kinds = {name: field.annotation for name, field in Config.model_fields.items()}
    return {name: kind for name, kind in kinds.items() if isinstance(kind, type) and issubclass(kind, BaseModel)}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Refused("There is no settings file {file}.", file=file) from None
    except OSError as error:
        raise Refused("The settings file {file} cannot be read: {why}.", file=file, why=error.strerror) from None
    except UnicodeDecodeError:
        raise Refused("The settings file {file} is not text in UTF-8.", file=file) from None


def _written(text: str, file: Path | None) -> dict[str, Any]:
    """What the file says; relative paths in it are seen from its own folder, those of the environment from ours."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused("The settings file {file} cannot be read: {why}.", file=file, why=error) from None
    base = file.absolute().parent if file else Path.cwd()
    data, database = values.setdefault("data", {}), values.get("database", {})
    mail, serve = values.get("mail", {}), values.get("serve", {})
    if isinstance(data, dict) and isinstance(folder := data.get("folder", "data"), str) and folder:
        data["folder"] = base / Path(folder).expanduser()
    if isinstance(database, dict) and str(url := database.get("url", "")).startswith("sqlite:///"):
        database["url"] = f"sqlite:///{base / url.removeprefix('sqlite:///')}"
    if isinstance(mail, dict) and isinstance(file := mail.get("password_file"), str) and file:
        mail["password_file"] = base / Path(file).expanduser()
    if isinstance(serve, dict) and isinstance(file := serve.get("metrics_token_file"), str) and file:
        serve["metrics_token_file"] = base / Path(file).expanduser()
    for hook in _hooks(values):
        if isinstance(file := hook.get("secret_file"), str) and file:
            hook["secret_file"] = base / Path(file).expanduser()
    return values


def _hooks(values: dict[str, Any]) -> list[dict[str, Any]]:
    """The tables of [webhooks.to], whatever else stands there."""
    section = values.get("webhooks", {})
    to = section.get("to", {}) if isinstance(section, dict) else {}
    return [hook for hook in to.values() if isinstance(hook, dict)] if isinstance(to, dict) else []


def secret(config: Config, name: str) -> bytes:
    """The secret of that name: made from the file MONITOR_SECRET_FILE names, else generated once in the data folder."""
    if named := os.environ.get("MONITOR_SECRET_FILE"):
        return hmac.digest(_kept(Path(named)), name.encode(), hashlib.sha256)
    folder = config.folder / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / name).exists():
        _generate(folder, name)
    if (folder / name).stat().st_mode & 0o077:
        raise Refused("{file} can be read by others: run chmod 600 on it.", file=folder / name)
    return _kept(folder / name)


def metrics_token(config: Config) -> bytes:
    """What a program must know to read the figures; empty: none may."""
    file = config.serve.metrics_token_file
    if file is None:
        return b""
    token = _kept(file)
    if file.stat().st_mode & 0o077:
        raise Refused("{file} can be read by others: run chmod 600 on it.", file=file)
    return token


def _kept(file: Path) -> bytes:
    try:
        value = file.read_bytes().strip()
    except OSError as error:
        raise Refused("The secret file {file} cannot be read: {why}.", file=file, why=error.strerror) from None
    if len(value) < SECRET_BYTES:
        raise Refused("The secret in {file} is too short: it must have at least {n} bytes.", file=file, n=SECRET_BYTES)
    return value


def _generate(folder: Path, name: str) -> None:
    """Writes it whole under another name and links it: of two processes at once one wins, and both read the same."""
    draft = folder / f".{name}.{secrets.token_hex(8)}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_hex(SECRET_BYTES).encode())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, folder / name)
    except FileExistsError:
        pass  # the other process was first
    finally:
        draft.unlink()
    there = os.open(folder, os.O_RDONLY)
    os.fsync(there)
    os.close(there)

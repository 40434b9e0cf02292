"""The settings file as `monitor init` writes it: every setting with its meaning and default, and what was chosen."""

import json
from collections.abc import Mapping

from pydantic.fields import FieldInfo

from monitor.config import Config
from monitor.settings import allowed

HEAD = """\
# The settings, each with its default. Change a value here, or set an environment variable for one run:
# MONITOR_FLAGS__MARGIN=8 stands for margin in [flags]. Secrets never stand here: they are made in the data folder.
"""
Chosen = Mapping[tuple[str, str], object]
"""Values by section and key."""


def text(chosen: Chosen) -> str:
    """The whole file, in TOML."""
    sections = {name: kind.annotation for name, kind in Config.model_fields.items()}
    parts = [_section(name, getattr(kind, "model_fields", {}), chosen) for name, kind in sections.items()]
    return "\n".join([HEAD, *parts])


def _section(name: str, settings: Mapping[str, FieldInfo], chosen: Chosen) -> str:
    lines = [f"[{name}]"]
    for key, setting in settings.items():
        default = _toml(setting.default)
        lines.append(f"# {setting.description} ({allowed(setting)}). Default: {default}")
        lines.append(f"{key} = {_toml(chosen[name, key]) if (name, key) in chosen else default}")
    return "\n".join([*lines, ""])


def _toml(value: object) -> str:
    """JSON's texts, numbers and truths are TOML's too."""
    return json.dumps("" if value is None else value, ensure_ascii=False)

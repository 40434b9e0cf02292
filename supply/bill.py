"""The bill of materials as CycloneDX has it: names, versions, digests, licences, and what needs what."""

import hashlib
import re
import tomllib
from collections.abc import Iterable
from datetime import datetime
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from monitor import __version__
from supply.lock import Part

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
_LICENCE = re.compile(r"License :: (?:OSI Approved :: )?(.+)")
LONGEST_NAME = 80
"""Some packages hand over the whole text in the place of a licence's name."""


def bill(found: Iterable[Part], *, at: datetime) -> Bom:
    """What the program and its tests are made of; what only the tests need is marked as not shipped."""
    locked, described = sorted(found, key=lambda part: (part.name, part.version)), _described()
    shipped = closure(described["dependencies"])
    made = Bom(serial_number=uuid5(NAMESPACE_OID, _digest(locked)))
    made.metadata.timestamp = at
    ours = Component(
        name=described["name"],
        bom_ref=described["name"],
        version=__version__,
        type=ComponentType.APPLICATION,
        licenses=[_licence(described["license"])],
    )
    made.metadata.component = ours
    components = [_component(part, shipped) for part in locked]
    by_name = {str(canonicalize_name(one.name)): one for one in components}
    for component in components:
        made.components.add(component)
        asked_for = needs(str(canonicalize_name(component.name))) & by_name.keys()
        made.register_dependency(component, [by_name[one] for one in sorted(asked_for)])
    asked = {_named(Requirement(line)) for line in described["dependencies"]}
    made.register_dependency(ours, [by_name[one] for one in sorted(asked & by_name.keys())])
    return made


def as_json(made: Bom) -> str:
    return JsonV1Dot6(made).output_as_string(indent=1)


def closure(lines: Iterable[str]) -> set[str]:
    """These packages, what they need, and so on, as far as they are installed here."""
    found, waiting = set[str](), {_named(Requirement(line)) for line in lines}
    while waiting:
        found |= waiting
        waiting = {one for name in waiting for one in needs(name)} - found
    return found


def needs(name: str) -> set[str]:
    """What a package asks for on this machine, without extras."""
    there = _installed(name)
    asked = [Requirement(line) for line in (there.requires if there else None) or ()]
    return {_named(one) for one in asked if one.marker is None or one.marker.evaluate({"extra": ""})}


def _component(part: Part, shipped: set[str]) -> Component:
    name = str(canonicalize_name(part.name))
    return Component(
        name=part.name,
        version=part.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{name}@{part.version}",
        purl=PackageURL("pypi", name=name, version=part.version),
        scope=ComponentScope.REQUIRED if name in shipped else ComponentScope.EXCLUDED,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in part.digests],
        licenses=[_licence(one) for one in licences(name)],
    )


def licences(name: str) -> list[str]:
    """What an installed package says of its licence; nothing for one that this machine does not need."""
    there = _installed(name)
    if there is None:
        return []
    said: Any = there.metadata
    kinds = [found[1] for line in said.get_all("Classifier") or [] if (found := _LICENCE.fullmatch(line))]
    short = said.get("License", "").strip()
    named = short if 0 < len(short) <= LONGEST_NAME and "\n" not in short else ""
    best = said.get("License-Expression") or named or next(iter(kinds), "")
    return [best] if best else []


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _named(requirement: Requirement) -> str:
    return str(canonicalize_name(requirement.name))


def _described() -> dict[str, Any]:
    described: dict[str, Any] = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    return described


def _licence(said: str) -> License:
    return LicenseFactory().make_from_string(said)


def _digest(locked: list[Part]) -> str:
    return hashlib.sha256(repr(locked).encode()).hexdigest()

"""What the pages that read editions share: whether this reader may, which edition it is, and where its names lead."""

from flask import abort, url_for
from sqlmodel import col

from branches import access, editions, stand_ins, standards
from branches.editions import CHAIN, Edition
from branches.people import Role
from branches.places import Branch, regions
from branches.stand_ins import StandIn
from monitor.web import gate, leave
from reports import stored, wording
from reports.compose import compose
from reports.figures import Figures
from reports.report import Report


def readable(public_id: str) -> Edition:
    """An edition that this reader may read; any other is not there."""
    found = editions.find(gate.session(), public_id)
    if found is None:
        abort(404)
    may_read(found.scope)
    return found


def may_read(scope_key: str) -> None:
    """Lets nobody on who may not read the reports of that scope."""
    known = {CHAIN, *(editions.region_key(region) for region in regions(gate.session()))}
    if scope_key not in known or not access.may_read_scope(gate.person(), scope_key, _lent()):
        abort(404)


def _lent() -> dict[str, StandIn]:
    """The scopes of the regions that this reader stands in for today, each with what it rests on."""
    held = stand_ins.held_by(gate.session(), gate.person(), at=gate.site().clock())
    return {editions.region_key(one.region): one for one in held}


def ways(scope_key: str) -> list[tuple[str, str]]:
    """To the reports that this reader stands in for, but for those they are at: address and region."""
    named = {key: wording.isolated(one.region.name) for key, one in _lent().items() if key != scope_key}
    return [(url_for("editions.scope", scope=key), name) for key, name in named.items()]


def stands_in(scope_key: str) -> str:
    """Why this reader may read it, where they stand in for its manager."""
    found = _lent().get(scope_key)
    return leave.held_words(found) if found is not None else ""


def scope_name(scope_key: str) -> str:
    """The region's name, or what the whole chain is called."""
    names = {editions.region_key(region): region.name for region in regions(gate.session())}
    return names.get(scope_key) or gate.tongue().say("The whole chain")


def others() -> list[tuple[str, str]]:
    """The regions that this reader may look at beside the chain: key and name."""
    if Role(gate.person().role) is not Role.OFFICE:
        return []
    return [(editions.region_key(region), region.name) for region in regions(gate.session())]


def branch_pages(figures: Figures) -> dict[str, str]:
    """Where the page of each branch is, of those that this reader may see now."""
    known = access.visible_branches(gate.person()).with_only_columns(col(Branch.code), col(Branch.public_id))
    found = dict(gate.session().execute(known).all())
    return {code: url_for("region.branch", public_id=found[code]) for code in figures.branch_names if code in found}


def section_pages(found: Edition, figures: Figures) -> dict[str, str]:
    """Where the page of each section of an edition is, by the section's code."""
    return {
        one.section: url_for("section.show", public_id=found.public_id, place=place)
        for place, one in enumerate(figures.sections, start=1)
    }


def edition_words(found: Edition) -> str:
    """For the foot of each printed page."""
    say = gate.tongue().say
    if found.revision:
        return say("edition {edition}, revision {n}", edition=found.public_id, n=found.revision)
    return say("edition {edition}", edition=found.public_id)


def composed(found: Edition, figures: Figures | None = None) -> Report:
    """The edition in the reader's words."""
    tongue = gate.tongue()
    titles, items = standards.wordings(gate.session(), found.standard_id, tongue.code)
    return compose(figures or stored.load(found.content), tongue, titles, items)

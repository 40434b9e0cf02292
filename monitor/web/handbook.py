"""The handbook: the standard as its readers' own language has it, item by item; on the page, as PDF, and by a picture for phones."""

from datetime import date

from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from branches import access, standards
from branches.access import Reach, Right
from branches.standards import Standard
from branches.weeks import local_date
from monitor import cache
from monitor.web import download, forms, gate
from reports import handbook_changes
from reports.handbook import Handbook, handbook
from reports.handbook_changes import Changes
from reports.qr import square

blueprint = Blueprint("handbook", __name__)


@blueprint.get("/handbook")
@gate.needs(Right.READ_HANDBOOK)
def show() -> str:
    versions = _versions()
    if not versions:
        return render_template("handbook/none.html")
    found = _asked(versions)
    return render_template(
        "handbook/show.html",
        book=_book(found),
        changes=_changes(found, versions),
        versions=_others(versions, found),
        newest=found is _in_force(versions),
        older=found.version < _in_force(versions).version,
        version=found.version,
        address=_address(),
        square=Markup(square(_address())),  # noqa: S704 - drawn from an address of our own
    )


@blueprint.get("/handbook.pdf")
@gate.needs(Right.READ_HANDBOOK)
def paper() -> Response:
    versions = _versions()
    found = _asked(versions)
    made = cache.handbook_paper(
        gate.site().cache,
        _book(found),
        gate.tongue(),
        chain=gate.site().name,
        address=_address(),
        changes=_changes(found, versions),
    )
    return download.pdf(made, download.file_name(gate.tongue().say("Handbook"), _since(found), "pdf"))


def _versions() -> list[Standard]:
    """What the reader may know of: the versions whose day has come, the newest first; head office the coming one too."""
    return standards.published(gate.session(), None if _reads_all() else gate.site().clock())


def _in_force(versions: list[Standard]) -> Standard:
    """The newest whose day has come; before the first one's, that one."""
    return standards.current(gate.session(), gate.site().clock()) or versions[0]


def _asked(versions: list[Standard]) -> Standard:
    """The version in force; another one only for whoever reads them all."""
    if not versions:
        abort(404)
    if "version" not in request.args:
        return _in_force(versions)
    number = forms.whole(request.args, "version")
    readable = versions if _reads_all() else versions[:1]
    return next((one for one in readable if one.version == number), None) or abort(404)


def _reads_all() -> bool:
    return access.reach(gate.person(), Right.READ_HANDBOOK) is Reach.CHAIN


def _book(found: Standard) -> Handbook:
    assert found.published_at is not None
    return handbook(found, gate.tongue(), _since(found), coming=found.published_at > gate.site().clock())


def _since(found: Standard) -> date:
    assert found.published_at is not None
    return local_date(found.published_at, gate.site().chain_zone)


def _changes(found: Standard, versions: list[Standard]) -> Changes | None:
    """What it brought against the version before it; None of the first."""
    before = next((one for one in versions if one.version < found.version), None)
    return handbook_changes.changes(before, found, gate.tongue()) if before is not None else None


def _others(versions: list[Standard], found: Standard) -> list[tuple[str, str, bool, None]]:
    """The ways to each version, for whoever reads them all: words, address, whether it is this one."""
    if not _reads_all() or len(versions) == 1:
        return []
    say = gate.tongue().say
    return [
        (
            say("Version {version}", version=one.version),
            url_for("handbook.show", version=one.version),
            one is found,
            None,
        )
        for one in versions
    ]


def _address() -> str:
    return gate.site().address + url_for("handbook.show")

"""Beginning a draft: from the version in force, the salon standard, files, or nothing; and taking its files home."""

from contextlib import closing
from io import BytesIO

from flask import abort, flash, render_template, request, send_file
from werkzeug.wrappers import Response

from branches import standards
from branches.access import Right
from branches.editing import drafted
from branches.editing.content import Content, content_of
from branches.editing.reading import NAME, as_standard, as_written, stored_form, uploaded
from branches.errors import Conflict, Refused
from branches.exchange.faults import Fault, FormRefused, shown
from branches.exchange.shipped import SHIPPED, read_standard
from branches.exchange.toml import MOST_BYTES
from branches.exchange.toml_out import standard_files
from branches.exchange.written import WrittenStandard
from branches.exchange.xlsform import read_xlsform, unpacking, xlsform
from branches.exchange.xlsform.files import SUFFIX
from monitor.web import gate
from monitor.web.office.room import Answer, blueprint, done, now
from monitor.web.office.standard.overview import page
from monitor.web.office.standard.room import the_draft
from monitor.web.office.typed import STALE, UNFIT, by
from monitor.web.tables import XLSX

MOST_FILES = 12
MOST_SENT = MOST_FILES * MOST_BYTES
MOST_TOLD = 4
"""Of what a spreadsheet says beside a standard: a notice each, kept in a cookie until the next page."""
SHEET = f"{NAME}{SUFFIX}"
ORIGINS = ("current", "salon", "nothing", "files")


@blueprint.post("/standard/begin")
@gate.needs(Right.KEEP_STANDARD)
@gate.takes(MOST_SENT)
def begin_standard() -> Answer:
    origin = request.form.get("origin", "")
    try:
        drafted.begin(gate.session(), _content(origin), origin=origin, by=by(), at=now())
    except FormRefused as refused:
        return _refused(refused), UNFIT
    except Refused as refused:
        gate.session().rollback()
        said = gate.tongue().say(refused.message, **refused.values)
        return page(said), STALE if isinstance(refused, Conflict) else UNFIT
    return done(gate.tongue().say("The draft is begun. It binds nobody until it is published."), "office.standard")


def _content(origin: str) -> Content:
    chain = gate.site().language
    match origin:
        case "current":
            found = standards.newest(gate.session())
            if found is None:
                raise Refused("There is no standard yet.")
            return content_of(found)
        case "salon":
            return content_of(stored_form(read_standard(SHIPPED)))
        case "nothing":
            return Content(first=chain, languages=(chain,))
        case "files":
            return content_of(stored_form(_read(_sent())))
        case _:
            raise Refused("Choose what to begin with.")


def _sent() -> dict[str, bytes]:
    """The files that came, each no larger than the reader takes."""
    came = [file for file in request.files.getlist("files") if file.filename]
    if len(came) > MOST_FILES:
        raise Refused("Send at most {n} files at once.", n=MOST_FILES)
    found = dict[str, bytes]()
    for file in came:
        with closing(file):
            found[str(file.filename)[:100]] = file.stream.read(most_bytes(str(file.filename)) + 1)
    return found


def most_bytes(name: str) -> int:
    """Of one file; a spreadsheet is packed, and unpacked with bounds of its own."""
    return unpacking.MOST_BYTES if name.endswith(SUFFIX) else MOST_BYTES


def _read(came: dict[str, bytes]) -> WrittenStandard:
    """A standard in TOML files, or in one spreadsheet; what a spreadsheet says that a standard has no place for is told."""
    sheets = [name for name in came if name.endswith(SUFFIX)]
    if not sheets:
        return uploaded(came)
    if len(came) > 1:
        raise Refused("A spreadsheet holds a standard in all its languages; send it alone.")
    found = read_xlsform(came[sheets[0]], file=shown(sheets[0]), language=gate.site().language)
    say = gate.tongue().say
    for remark in found.remarks[:MOST_TOLD]:
        flash(f"{_place(remark)}: {say(remark.message, **remark.values)}", "info")
    more = len(found.remarks[MOST_TOLD:]) + found.more
    if more:
        flash(gate.tongue().count("And {n} more remark.", "And {n} more remarks.", more), "info")
    return found.standard


def _place(fault: Fault) -> str:
    """Where in the files something stands."""
    row = [gate.tongue().say("row {n}", n=fault.row)] if fault.row else []
    return ", ".join([fault.file, *row, *([fault.column] if fault.column else [])])


def _refused(refused: FormRefused) -> str:
    """Every fault of the files with its place, in the reader's language."""
    say = gate.tongue().say
    told = [f"{_place(fault)}: {say(fault.message, **fault.values)}" for fault in refused.faults]
    return render_template(
        "office/standard/begin.html",
        headline=say("The files were not taken; nothing has changed."),
        faults=told,
        versions=[],
        said="",
        coming=None,
    )


@blueprint.get("/standard/files/<name>")
@gate.needs(Right.KEEP_STANDARD)
def standard_file(name: str) -> Response:
    """One of the draft's files; what has faults has no form in any."""
    if name == SHEET:
        data = BytesIO(xlsform(as_written(drafted.content(the_draft()))))
        return send_file(data, mimetype=XLSX, as_attachment=True, download_name=name)
    texts = standard_files(as_standard(drafted.content(the_draft())), NAME)
    if name not in texts:
        abort(404)
    return send_file(BytesIO(texts[name].encode()), mimetype="application/toml", as_attachment=True, download_name=name)

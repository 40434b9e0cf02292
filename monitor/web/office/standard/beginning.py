"""Beginning a draft: from the version in force, the salon standard, files, or nothing; and taking its files home."""

from io import BytesIO

from flask import abort, render_template, request, send_file
from werkzeug.wrappers import Response

from branches import standards
from branches.access import Right
from branches.editing import drafted
from branches.editing.content import Content, content_of
from branches.editing.reading import NAME, as_standard, stored_form, uploaded
from branches.errors import Conflict, Refused
from branches.exchange.faults import FormRefused
from branches.exchange.shipped import SHIPPED, read_standard
from branches.exchange.toml import MOST_BYTES
from branches.exchange.toml_out import standard_files
from monitor.web import gate
from monitor.web.office.room import Answer, blueprint, done, now
from monitor.web.office.standard.overview import page
from monitor.web.office.standard.room import the_draft
from monitor.web.office.typed import STALE, UNFIT, by

MOST_FILES = 12
MOST_SENT = MOST_FILES * MOST_BYTES
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
            found = standards.current(gate.session())
            if found is None:
                raise Refused("There is no standard yet.")
            return content_of(found)
        case "salon":
            return content_of(stored_form(read_standard(SHIPPED)))
        case "nothing":
            return Content(first=chain, languages=(chain,))
        case "files":
            return content_of(stored_form(uploaded(_sent())))
        case _:
            raise Refused("Choose what to begin with.")


def _sent() -> dict[str, bytes]:
    """The files that came, each no larger than the reader takes."""
    came = [file for file in request.files.getlist("files") if file.filename]
    if len(came) > MOST_FILES:
        raise Refused("Send at most {n} files at once.", n=MOST_FILES)
    return {str(file.filename)[:100]: file.stream.read(MOST_BYTES + 1) for file in came}


def _refused(refused: FormRefused) -> str:
    """Every fault of the files with its place, in the reader's language."""
    say = gate.tongue().say
    told = [
        f"{fault.file}{f', {fault.column}' if fault.column else ''}: {say(fault.message, **fault.values)}"
        for fault in refused.faults
    ]
    return render_template(
        "office/standard/begin.html",
        headline=say("The files were not taken; nothing has changed."),
        faults=told,
        versions=[],
        said="",
    )


@blueprint.get("/standard/files/<name>")
@gate.needs(Right.KEEP_STANDARD)
def standard_file(name: str) -> Response:
    """One of the draft's files; what has faults has no form in TOML."""
    texts = standard_files(as_standard(drafted.content(the_draft())), NAME)
    if name not in texts:
        abort(404)
    return send_file(BytesIO(texts[name].encode()), mimetype="application/toml", as_attachment=True, download_name=name)

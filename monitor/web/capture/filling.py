"""The form: one section a page, or all of it on one; whatever is sent is kept first and judged afterwards."""

from collections.abc import Iterable
from dataclasses import replace

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from branches import audits, drafts, photos
from branches.access import Right
from branches.audits import Audit
from branches.drafts import OPEN, Typed
from branches.errors import Refused
from branches.language import codes
from branches.questions import LONGEST_COMMENT, AnswersRefused
from branches.scoring import ItemType
from branches.standards import Section
from branches.states import AuditState
from monitor.web import gate, headers
from monitor.web.capture import checking, choosing, given, late, phone
from monitor.web.capture.asked import deadline_words
from monitor.web.capture.given import Given
from monitor.web.capture.notes import can_note
from monitor.web.capture.room import WHOLE, WHOLE_COOKIE, blueprint, control, own, sentence
from monitor.web.capture.sheet import Sheet, visit_zone

MOST_UPLOAD = 64_000_000
"""Bytes of one page with its photos."""
MOST_FILES = 12
"""Photos that one page may bring."""


@blueprint.get("/audits/<public_id>/form/<step>")
@gate.needs(Right.FILL_AUDITS)
def section(public_id: str, step: str) -> str | Response:
    audit = own(public_id)
    if audit.state not in (*OPEN, AuditState.ASSIGNED.value):
        return redirect(url_for("capture.audit", public_id=public_id))
    if request.args.get("view") in ("one", WHOLE):
        return _remembered(public_id, step, whole=request.args["view"] == WHOLE)
    sheet = Sheet.of(gate.session(), audit)
    return _page(replace(sheet, errors=checking.wrong(sheet, _shown(sheet, step))), step)


def _remembered(public_id: str, step: str, *, whole: bool) -> Response:
    """The form as it was chosen; from now on it begins so, for this person on this phone."""
    response = redirect(url_for("capture.section", public_id=public_id, step=step), 303)
    gate.set_cookie(response, WHOLE_COOKIE, gate.person().public_id if whole else "", headers.YEAR_SECONDS)
    return response


@blueprint.post("/audits/<public_id>/form/<step>")
@gate.needs(Right.FILL_AUDITS)
@gate.takes(MOST_UPLOAD)
def keep(public_id: str, step: str) -> str | Response | tuple[str, int]:
    """Keeps what the page holds, then its photos, then goes where the shopper wanted to."""
    audit = own(public_id)
    sheet = Sheet.of(gate.session(), audit)
    _numbered(sheet, step)
    sent = choosing.decided(given.read(sheet), choosing.choices(sheet))
    language = request.form.get("language", "")
    if audit.state == AuditState.ASSIGNED.value:
        if language in codes() and not sent.anything:
            return _spoken(public_id, step, language)  # to read it is not to begin it
        audits.start(gate.session(), audit, by=gate.person(), at=gate.site().clock())
    if audit.state not in OPEN:
        return late.page(sheet, sent)
    try:
        drafts.save(
            gate.session(), audit, sent.typed, sent.visited, seen=sent.seen, by=gate.person(), at=gate.site().clock()
        )
    except AnswersRefused as refused:
        errors = {control(fault): sentence(fault.refused, sheet.by_code) for fault in refused.faults}
        typed = {**sent.typed, drafts.VISITED: Typed(sent.visited or "")} if sent.visited is not None else sent.typed
        return _page(sheet.with_typed(typed, errors), step), 422
    if sent.remove:
        photos.remove(gate.session(), audit, [sent.remove], by=gate.person(), at=gate.site().clock())
    whole = _keep_photos(audit, sheet)
    if language in codes():
        return _spoken(public_id, step, language)
    return redirect(_onward(audit, sheet, step, sent, whole=whole), 303)


def _spoken(public_id: str, step: str, language: str) -> Response:
    """The same page in another language, from now on."""
    return gate.spoken(redirect(url_for("capture.section", public_id=public_id, step=step), 303), language)


def _numbered(sheet: Sheet, step: str) -> int | None:
    """The section's place in the form; None: all of them."""
    if step == WHOLE:
        return None
    if not (step.isascii() and step.isdecimal() and len(step) < 4 and 1 <= int(step) <= len(sheet.sections)):  # noqa: PLR2004 - digits
        abort(404)
    return int(step) - 1


def _keep_photos(audit: Audit, sheet: Sheet) -> bool:
    """Keeps each photo that came along; one that cannot be kept is told and takes nothing with it."""
    asked = sheet.questions.by_code
    fields = {f"p-{code}": one.item for code, one in asked.items() if one.rule.type is ItemType.PHOTO}
    came = [(name, file) for name, file in request.files.items(multi=True) if file.filename]
    gate.keep()  # the answers are safe, and nobody waits while pictures are made anew
    whole = len(came) <= MOST_FILES
    for name, file in came[:MOST_FILES]:
        if name != "p-" and name not in fields:
            continue
        try:
            kept = photos.keep(gate.site().photos, file.stream)
            photos.attach(gate.session(), audit, fields.get(name), kept, by=gate.person(), at=gate.site().clock())
            gate.keep()
        except Refused as refused:
            whole = False
            gate.session().rollback()
            flash(gate.tongue().say(refused.message, **refused.values), "warn")
    if len(came) > MOST_FILES:
        flash(gate.tongue().say("Send at most {n} photos at once.", n=MOST_FILES), "warn")
    return whole


def _onward(audit: Audit, before: Sheet, step: str, sent: Given, *, whole: bool) -> str:
    """Where to: on, or back to this page where something new is asked or to be chosen."""
    place = _numbered(before, step)
    after = Sheet.of(gate.session(), audit)
    here = {code for code in _shown(after, step) if code in after.asked or code == drafts.VISITED}
    undecided = [code for code in after.filled.undecided if code in here]
    new = [
        code for code in after.questions.by_code if code in after.asked - before.asked and _is_here(after, place, code)
    ]
    stay = url_for("capture.section", public_id=audit.public_id, step=step)
    if undecided:
        flash(gate.tongue().say("Another page changed the same answer meanwhile. Choose which one holds."), "warn")
        return f"{stay}#choice-{undecided[0]}"
    if not whole or sent.remove or sent.choose or sent.go == "stay":
        return stay
    if new:
        flash(
            gate.tongue().count(
                "Your answers lead to {n} more question.", "Your answers lead to {n} more questions.", len(new)
            ),
            "info",
        )
        return stay + f"#m-{new[0]}"
    came = {**sent.typed, **({drafts.VISITED: Typed(sent.visited)} if sent.visited is not None else {})}
    changed = [code for code, typed in came.items() if typed.mark != before.filled.typed(code).mark]
    if (
        sent.go == "on" and place is not None and checking.wrong(after, changed)
    ):  # told once; who goes on all the same may
        return stay
    return url_for("capture.check", public_id=audit.public_id) if sent.go == "check" else _following(after, place)


def _shown(sheet: Sheet, step: str) -> list[str]:
    """The items of the sections that a page shows."""
    place = _numbered(sheet, step)
    shown = sheet.sections if place is None else [sheet.sections[place]]
    first = [drafts.VISITED] if place in (None, 0) else []
    return first + [item.code for section in shown for item in section.items]


def _is_here(sheet: Sheet, place: int | None, code: str) -> bool:
    return place is None or any(item.code == code for item in sheet.sections[place].items)


def _page(sheet: Sheet, step: str) -> str:
    place = _numbered(sheet, step)
    audit, sections = sheet.audit, sheet.sections
    shown = sections if place is None else [sections[place]]
    last = place is None or place + 1 == len(sections)
    here = [item.code for one in shown for item in one.items if item.code in sheet.by_code]
    choices = choosing.choices(sheet)
    return render_template(
        "capture/form.html",
        audit_id=audit.public_id,
        branch=audit.branch.name,
        action=url_for("capture.keep", public_id=audit.public_id, step=step),
        step=step,
        place=place,
        number=len(sections),
        parts=[sheet.part(one) for one in shown],
        steps=_steps(sheet, place),
        onward=_following(sheet, place),
        whole=url_for("capture.section", public_id=audit.public_id, step=WHOLE),
        phone=phone.definition(sheet, here, whole=place is None, photos_here=last or _takes_photos(shown)),
        seen=sheet.filled.saves,
        visited=sheet.filled.visited if place in (None, 0) else None,
        choices=choices,
        zone=visit_zone(audit),
        notes=url_for("capture.notes", public_id=audit.public_id) if can_note(audit) else "",
        last=last,
        pictures=sheet.pictures(None) if last else [],
        errors=sheet.errors,
        found=list(sheet.errors.items()),
        progress=sheet.progress(),
        kept=sheet.kept_words(),
        reason=audit.reason,
        deadline=deadline_words(audit),
        longest_comment=LONGEST_COMMENT,
    )


def _takes_photos(sections: Iterable[Section]) -> bool:
    return any(item.type == ItemType.PHOTO.value for section in sections for item in section.items)


def _following(sheet: Sheet, place: int | None) -> str:
    """The page after this one."""
    if place is None or place + 1 >= len(sheet.sections):
        return url_for("capture.check", public_id=sheet.audit.public_id)
    return url_for("capture.section", public_id=sheet.audit.public_id, step=str(place + 2))


def _steps(sheet: Sheet, place: int | None) -> list[tuple[str, str, str]]:
    found = []
    for number, section in enumerate(sheet.sections):
        done, total = sheet.answered(section)
        state = "now" if number == place else "done" if done == total else "todo"
        href = url_for("capture.section", public_id=sheet.audit.public_id, step=str(number + 1))
        found.append((sheet.titles[section.code], href, state))
    return found

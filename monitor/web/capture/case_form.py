"""The form of a reference case: an audit's own questions on one page, with no audit behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from flask import abort, request

from branches import access, calibration
from branches.audits import Audit
from branches.calibration import ReferenceCase
from branches.drafts import Entry, Filled, Typed
from branches.questions import AnswersRefused, Mark
from branches.scoring import ItemType
from branches.weeks import local_date
from monitor.web import forms, gate
from monitor.web.capture.room import sentence
from monitor.web.capture.sheet import Part, Sheet, joined

CHOSEN = (ItemType.YES_NO, ItemType.RATING, ItemType.CHOICE)


@dataclass(frozen=True)
class CaseForm:
    """What is asked, with what was marked and what is wrong with it."""

    case: ReferenceCase
    marks: Mapping[str, Mark]
    errors: Mapping[str, str]

    @property
    def parts(self) -> list[Part]:
        """Section by section; what depends on another answer may be left out here, since no script shows and hides it."""
        sheet = _sheet(self.case, self.marks, self.errors)
        return [_loose(sheet.part(section), sheet) for section in sheet.sections]

    @property
    def found(self) -> list[tuple[str, str]]:
        """For the list above the form."""
        return list(self.errors.items())


def the_case(public_id: str) -> ReferenceCase:
    """A case that this person may see."""
    query = access.visible_cases(gate.person()).where(ReferenceCase.public_id == public_id)
    return gate.session().exec(query).first() or abort(404)


def read(case: ReferenceCase) -> dict[str, Mark]:
    """What the page sent."""
    found = {}
    for code, question in calibration.asked(case).by_code.items():
        mark = forms.plain(request.form.get(f"m-{code}", ""))
        if question.rule.type not in CHOSEN:
            mark = joined(mark, not_applicable=f"n-{code}" in request.form)
        found[code] = Mark(mark, forms.plain(request.form.get(f"c-{code}", "")))
    return found


def errors(case: ReferenceCase, refused: AnswersRefused) -> dict[str, str]:
    """What is wrong, by its control."""
    by_code = dict(calibration.asked(case).by_code)
    return {f"m-{fault.item}": sentence(fault.refused, by_code) for fault in refused.faults}


def today() -> date:
    return local_date(gate.site().clock(), gate.site().chain_zone)


def _sheet(case: ReferenceCase, marks: Mapping[str, Mark], wrong: Mapping[str, str]) -> Sheet:
    audit = Audit(standard_id=0, branch_id=0, assigned_at=gate.site().clock(), channel=case.channel)
    audit.standard = case.standard
    entries = {code: Entry(Typed(one.mark, one.comment)) for code, one in marks.items()}
    return Sheet(audit, calibration.asked(case), Filled(entries, 0, None), [], wrong)


def _loose(part: Part, sheet: Sheet) -> Part:
    lines = [replace(one, optional=one.optional or one.code in sheet.questions.conditions) for one in part.lines]
    return replace(part, lines=lines)

"""Each shopper beside the reference: where they differ, how lenient the last report found them, since when they are certified."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from branches import access, calibration, editions, standards, terms
from branches.calibration import CaseAnswers, ReferenceCase
from branches.editions import CHAIN
from branches.people import User
from branches.terms import ShopperTerms
from monitor.web import gate, told
from monitor.web.office.room import called
from reports import calibrated, stored
from reports.calibrated import Lenient
from reports.figures import Figures


@dataclass(frozen=True)
class ShopperLine:
    """One shopper's answers."""

    public_id: str
    name: str
    href: str
    alike: str
    different: list[tuple[str, str, str]]
    """Item, their mark, head office's."""
    leniency: list[str]
    certified: str
    """Since when; empty: they are not."""
    may_be_certified: bool


def lines(case: ReferenceCase, answers: Sequence[CaseAnswers], figures: Figures | None) -> list[ShopperLine]:
    """By name: no order says who did better."""
    known = terms.of_all(gate.session())
    found = [_line(case, one, known.get(one.shopper_id), figures) for one in answers]
    return sorted(found, key=lambda one: (one.name.casefold(), one.public_id))


def candidates(found: Sequence[ShopperLine]) -> list[tuple[str, str]]:
    """Whom one may certify: who answered, still audits and is not certified."""
    return [(one.public_id, f"{one.name} · {one.alike}") for one in found if one.may_be_certified]


def _line(case: ReferenceCase, one: CaseAnswers, held: ShopperTerms | None, figures: Figures | None) -> ShopperLine:
    tongue, shopper, right = gate.tongue(), one.shopper, calibration.right(case)
    asked = calibration.asked(case).by_code
    found = calibrated.beside(asked, right, one.marks)
    since = held.certified_on if held is not None else None
    return ShopperLine(
        public_id=shopper.public_id,
        name=called(shopper),
        href=url_for("office.person", public_id=shopper.public_id),
        alike=tongue.count(
            "{alike} of {n} item as head office",
            "{alike} of {n} items as head office",
            found.compared,
            alike=found.alike,
        ),
        different=[
            (
                told.item_words(asked[code].item, tongue)[0],
                told.mark_words(asked[code], one.marks.get(code, "")),
                told.mark_words(asked[code], right.get(code, "")),
            )
            for code in found.different
        ],
        leniency=_leniency(case, shopper, figures),
        certified=tongue.say("certified since {day}", day=since) if since is not None else "",
        may_be_certified=shopper.active and since is None,
    )


def last_report() -> Figures | None:
    """The chain's last one: leniency is taken from it, never worked out anew."""
    if not access.may_read_scope(gate.person(), CHAIN):
        return None
    found = editions.latest(gate.session(), CHAIN)
    return stored.load(found.content) if found is not None else None


def _leniency(case: ReferenceCase, shopper: User, figures: Figures | None) -> list[str]:
    """In words without blame, section by section where it is more than chance."""
    say = gate.tongue().say
    if figures is None:
        return []
    found = calibrated.leniency(figures, shopper.code or shopper.public_id)
    if not found:
        return [say("The last report does not know how lenient they are: it has no audits of theirs that tell.")]
    titles = standards.titles(case.standard, gate.tongue().code)
    apart = [_apart(one, titles.get(one.section, one.section)) for one in found if one.is_more_than_chance]
    return apart or [say("In the last report their scores differ from those of others by no more than chance.")]


def _apart(one: Lenient, section: str) -> str:
    tongue, points = gate.tongue(), one.points
    values = {
        "points": tongue.number(abs(points.value)),
        "low": tongue.number(min(abs(points.low), abs(points.high))),
        "high": tongue.number(max(abs(points.low), abs(points.high))),
        "section": section,
    }
    if points.value > 0:
        return tongue.say(
            "{section}: in the last report {points} points more than others would give (likely {low} to {high}).",
            **values,
        )
    return tongue.say(
        "{section}: in the last report {points} points fewer than others would give (likely {low} to {high}).", **values
    )

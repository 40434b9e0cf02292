"""Each shopper beside the reference: where they differ, how lenient the last report found them, since when they are certified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from branches import access, calibration, editions, standards, terms
from branches.calibration import CaseAnswers, ReferenceCase
from branches.editions import CHAIN
from branches.people import User
from branches.questions import Question
from branches.terms import ShopperTerms
from monitor.web import gate, told
from monitor.web.office.room import called
from reports import calibrated, stored
from reports.calibrated import Lenient
from reports.figures import Figures


@dataclass(frozen=True)
class Key:
    """What all shoppers are held against."""

    asked: Mapping[str, Question]
    right: Mapping[str, str]
    titles: Mapping[str, str]
    """Of the sections, in the reader's language."""


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
    known, key = terms.of_all(gate.session()), _key(case)
    found = [_line(key, one, known.get(one.shopper_id), figures) for one in answers]
    return sorted(found, key=lambda one: (one.name.casefold(), one.public_id))


def candidates(found: Sequence[ShopperLine]) -> list[tuple[str, str]]:
    """Whom one may certify: who answered, still audits and is not certified."""
    return [(one.public_id, f"{one.name} · {one.alike}") for one in found if one.may_be_certified]


def _key(case: ReferenceCase) -> Key:
    titles = standards.titles(case.standard, gate.tongue().code)
    return Key(calibration.asked(case).by_code, calibration.right(case), titles)


def _line(key: Key, one: CaseAnswers, held: ShopperTerms | None, figures: Figures | None) -> ShopperLine:
    tongue, shopper = gate.tongue(), one.shopper
    found = calibrated.beside(key.asked, key.right, one.marks)
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
        different=[_difference(key, code, one) for code in found.different],
        leniency=_leniency(key, shopper, figures),
        certified=tongue.say("certified since {day}", day=since) if since is not None else "",
        may_be_certified=shopper.active and since is None,
    )


def _difference(key: Key, code: str, one: CaseAnswers) -> tuple[str, str, str]:
    question = key.asked[code]
    text, _ = told.item_words(question.item, gate.tongue())
    own, right = one.marks.get(code, ""), key.right.get(code, "")
    return text, told.mark_words(question, own), told.mark_words(question, right)


def last_report() -> Figures | None:
    """The chain's last one: leniency is taken from it, never worked out anew."""
    if not access.may_read_scope(gate.person(), CHAIN):
        return None
    found = editions.latest(gate.session(), CHAIN)
    return stored.load(found.content) if found is not None else None


def _leniency(key: Key, shopper: User, figures: Figures | None) -> list[str]:
    """In words without blame, section by section where it is more than chance."""
    say = gate.tongue().say
    if figures is None:
        return []
    found = calibrated.leniency(figures, shopper.code or shopper.public_id)
    if not found:
        return [say("The last report does not know how lenient they are: it has no audits of theirs that tell.")]
    apart = [_apart(one, key.titles.get(one.section, one.section)) for one in found if one.is_more_than_chance]
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

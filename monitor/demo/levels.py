"""How well the invented chain does in each item of a standard: drawn once, the same at every branch."""

from decimal import Decimal
from random import Random

from branches import rules
from branches.errors import Refused
from branches.rules import Comparison
from branches.scoring import MEASURED, ItemType
from branches.standards import Item, Section, Standard
from monitor.demo.laws import Delay, Law, Steps, YesNo, logit
from monitor.demo.sections import ItemLaw, SectionLaw

VISIT = "visit"
_YES = (0.80, 0.96)
_CRITICAL = (0.97, 0.99)
_STEPS = (0.75, 0.88)
_DELAY = (0.4, 0.8)
"""Mean wait, as a share of the wait that still earns everything."""
_NA = (0.4, 0.9)


def section_laws(standard: Standard, chance: Random) -> tuple[SectionLaw, ...]:
    """The standard as chance sees it at a visit."""
    return tuple(_section(section, chance) for section in standard.sections)


def _section(section: Section, chance: Random) -> SectionLaw:
    items = [item for item in section.items if not item.channels or VISIT in item.channels]
    conditions = {item.code: _condition(item) for item in items}
    sources = {asked_if[0] for asked_if in conditions.values() if asked_if is not None}
    laws = tuple(
        ItemLaw(
            item.id,
            item.code,
            float(Decimal(item.weight)),
            _law(item, chance),
            chance.uniform(*_NA) if item.na and item.code not in sources else 0.0,
            conditions[item.code],
        )
        for item in items
    )
    return SectionLaw(section.id, section.code, section.scored, laws)


def _law(item: Item, chance: Random) -> Law | None:
    if item.type == ItemType.YES_NO:
        return YesNo(logit(chance.uniform(*(_CRITICAL if item.critical else _YES))))
    if item.type not in MEASURED or item.worst is None or item.best is None:
        return None
    worst, best = int(Decimal(item.worst)), int(Decimal(item.best))
    if worst > best > 0 and item.type != ItemType.RATING:
        return Delay(best * chance.uniform(*_DELAY), worst, best)
    return Steps(logit(chance.uniform(*_STEPS)), worst, best)


def _condition(item: Item) -> tuple[str, str] | None:
    """Item and mark on which this one hangs; chance knows no other kind of rule than "greeted = yes"."""
    if not item.condition:
        return None
    rule = rules.parse(item.condition)
    if not isinstance(rule, Comparison) or rule.sign != "=":
        raise Refused("The demo cannot draw an item asked when {rule}.", rule=item.condition)
    return rule.item, rule.value

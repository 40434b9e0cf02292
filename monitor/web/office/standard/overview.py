"""The standard: the draft in its order, what is wrong or missing, how much each part weighs; older versions; the way to begin."""

from dataclasses import dataclass, field
from fractions import Fraction

from flask import render_template, url_for

from branches import standards
from branches.access import Right
from branches.editing import drafted
from branches.editing.content import Content, ItemEntry, SectionEntry, content_of
from branches.editing.missing import Missing, lacking, missing, outdated
from branches.editing.reading import NAME, DraftFault, faults, files
from branches.scoring import DECIMAL, SCORABLE, Total
from branches.standards import Standard
from branches.weeks import local_date
from monitor.web import gate
from monitor.web.office import told
from monitor.web.office.review import Line
from monitor.web.office.room import blueprint, now
from monitor.web.office.standard.room import address_of, called, field_of, words_of
from reports.standard_changes import TYPES, WORDS

MOST_SHOWN = 12


@dataclass(frozen=True)
class Row:
    """An item or section in the list."""

    key: str
    text: str
    code: str
    href: str
    about: str
    tags: list[tuple[str, str]]
    """What is to be seen at a glance: words and tone."""
    items: list["Row"] = field(default_factory=list)


@blueprint.get("/standard")
@gate.needs(Right.KEEP_STANDARD)
def standard() -> str:
    return page()


def page(said: str = "") -> str:
    """The draft, or where there is none the ways to begin one; `said` is what could not be done."""
    versions, draft = standards.published(gate.session(), now()), drafted.current(gate.session())
    shared = {"versions": [_version(one) for one in versions], "said": said, "coming": coming()}
    if draft is None:
        return render_template("office/standard/begin.html", headline=_in_force(versions), faults=[], **shared)
    content = drafted.content(draft)
    wrong, lacks, old = faults(content), missing(content), _outdated(content)
    return render_template(
        "office/standard/show.html",
        title=content.title,
        headline=headline(wrong, lacks, old),
        wrong=[(fault_address(fault, content), fault_words(fault, content)) for fault in wrong],
        missing=_missing_lines(lacks, content),
        outdated=_missing_lines(old, content),
        sections=_rows(content, wrong),
        seen=draft.step,
        undo=draft.before is not None,
        facts=_facts(content),
        files=[(name, url_for("office.standard_file", name=name)) for name in (*files(content), f"{NAME}.xlsx")]
        if not wrong
        else [],
        history=told.of(draft),
        name=NAME,
        **shared,
    )


def _outdated(content: Content) -> list[Missing]:
    """Beside the newest version."""
    current = standards.newest(gate.session())
    return outdated(content, content_of(current)) if current is not None else []


def headline(wrong: list[DraftFault], lacks: list[Missing], old: list[Missing]) -> str:
    count, say = gate.tongue().count, gate.tongue().say
    if wrong:
        return count("{n} thing is still to be put right.", "{n} things are still to be put right.", len(wrong))
    if lacks:
        return count(
            "It can be published; {n} text is not translated yet.",
            "It can be published; {n} texts are not translated yet.",
            len(lacks),
        )
    if old:
        return count(
            "It can be published; {n} translation may be out of date.",
            "It can be published; {n} translations may be out of date.",
            len(old),
        )
    return say("Everything is there. It can be published.")


def fault_words(fault: DraftFault, content: Content) -> str:
    """What is wrong, and at which entry."""
    sentence = gate.tongue().say(fault.refused.message, **fault.refused.values)
    entry = content.item(fault.key) or content.section(fault.key)
    return f"{entry.code}: {sentence}" if entry is not None else sentence


def fault_address(fault: DraftFault, content: Content) -> str:
    if not content.sections or not any(content.items):
        return ""
    return address_of(fault.key, field_of(fault, content))


def _in_force(versions: list[Standard]) -> str:
    say = gate.tongue().say
    if not versions and coming() is not None:
        return say("No version is in force yet.")
    if not versions:
        return say("There is no standard yet. Begin with the one for salons, or with nothing.")
    return say("Version {version} is in force. A draft of the next one can be begun.", version=versions[0].version)


@dataclass(frozen=True)
class Coming:
    """The version that is published for a day to come."""

    version: int
    sentence: str
    href: str


def coming() -> Coming | None:
    """What is told of it wherever the draft is worked on."""
    found = standards.coming(gate.session(), now())
    if found is None or found.published_at is None:
        return None
    day = local_date(found.published_at, gate.site().chain_zone)
    said = gate.tongue().say("Version {version} is published and in force from {day}.", version=found.version, day=day)
    return Coming(found.version, said, url_for("handbook.show", version=found.version))


def _version(standard: Standard) -> Line:
    assert standard.published_at is not None
    tongue, items = gate.tongue(), sum(len(section.items) for section in standard.sections)
    day = local_date(standard.published_at, gate.site().chain_zone)
    return Line(
        tongue.say("Version {version}", version=standard.version),
        url_for("handbook.show", version=standard.version),
        " · ".join(filter(None, (standard.title, tongue.count("{n} item", "{n} items", items)))),
        tongue.say("since {day}", day=day),
    )


def _facts(content: Content) -> list[tuple[str, str]]:
    say = gate.tongue().say
    languages = gate.tongue().join([called(code) for code in content.languages])
    return [(say("Title"), content.title or say("none")), (say("Languages"), languages)]


def _missing_lines(lacks: list[Missing], content: Content) -> list[tuple[str, str]]:
    """By entry, with the way there: which words are missing in which languages."""
    say, found = gate.tongue().say, dict[str, list[Missing]]()
    for one in lacks:
        found.setdefault(one.key, []).append(one)
    names = {"title": say("Title"), "options": say("Options"), **{word: say(title) for word, title in WORDS.items()}}
    lines = []
    for key, some in found.items():
        entry = content.item(key) or content.section(key)
        assert entry is not None
        told = ", ".join(f"{names[one.field]} ({called(one.language)})" for one in some)
        lines.append((address_of(key, f"{some[0].field}-{some[0].language}"), f"{entry.code}: {told}"))
    return lines


def _rows(content: Content, wrong: list[DraftFault]) -> list[Row]:
    bad = {fault.key for fault in wrong}
    shares = shares_of(content)
    return [_section(one, content, bad, shares) for one in content.sections]


def _section(section: SectionEntry, content: Content, bad: set[str], shares: dict[str, Fraction]) -> Row:
    tongue, say = gate.tongue(), gate.tongue().say
    whole = sum((shares.get(item.key, Fraction(0)) for item in section.items), Fraction(0))
    about = say("{share} of the score", share=tongue.percent(float(whole), 1)) if whole else say("not scored")
    tags = [(say("To be put right"), "short")] if section.key in bad else []
    if any(not section.titles.get(language) for language in content.languages):
        tags.append((say("Not in every language"), "watch"))
    items = [_item(item, content, bad, shares) for item in section.items]
    return Row(section.key, words_of(section, content.first), section.code, address_of(section.key), about, tags, items)


def _item(item: ItemEntry, content: Content, bad: set[str], shares: dict[str, Fraction]) -> Row:
    tongue, say = gate.tongue(), gate.tongue().say
    about = [item.code, say(TYPES[item.type])]
    if item.key in shares:
        share = tongue.percent(float(shares[item.key]), 1)
        about.append(say("weight {weight}, {share} of the score", weight=item.weight, share=share))
    if item.condition:
        about.append(say("only when {rule}", rule=item.condition))
    tags = [(say("To be put right"), "short")] if item.key in bad else []
    tags += [(say("critical"), "critical")] if item.critical else []
    if any(lacking(content, item, language) for language in content.languages):
        tags.append((say("Not in every language"), "watch"))
    return Row(item.key, words_of(item, content.first), item.code, address_of(item.key), " · ".join(about), tags)


def shares_of(content: Content) -> dict[str, Fraction]:
    """How much of the whole score each item makes where all of them apply; what earns nothing has none."""
    weights: dict[str, dict[str, Fraction]] = {}
    for section in content.sections:
        scored = [i for i in section.items if section.scored and i.scored and i.type in set(SCORABLE)]
        weights[section.key] = {item.key: _weight(item.weight) for item in scored}
    sums = {key: sum(found.values(), Fraction(0)) for key, found in weights.items()}
    if content.total == Total.SECTIONS:
        parts = {one.key: _weight(one.weight) if sums[one.key] else Fraction(0) for one in content.sections}
    else:
        parts = sums
    whole = sum(parts.values(), Fraction(0))
    return {
        item: weight / sums[key] * parts[key] / whole
        for key, found in weights.items()
        for item, weight in found.items()
        if sums[key] and whole
    }


def _weight(text: str) -> Fraction:
    return max(Fraction(text), Fraction(0)) if DECIMAL.fullmatch(text) else Fraction(0)

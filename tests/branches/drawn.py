"""Standards as a property draws them: anything that the reader of TOML accepts, with every text that might be read otherwise."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from branches import rules
from branches.exchange.form import AUDIT_COLUMNS, CHANNEL
from branches.exchange.shipped import read_tables, rows
from branches.exchange.wording import WORDS
from branches.exchange.written import WrittenStandard
from branches.rules import All, AnyOf, Comparison, Expression, Not
from branches.scoring import DECIMAL, MEASURED, SCORABLE, ItemType, Total
from branches.stamps import STAMPS
from branches.standards import Standard

TRAPS = (
    "${greeted}",
    "$\u200b{",
    "_x0041_",
    "_x0041\x00",
    "__x0041_x0042_",
    " ",
    "\u200b",
    " \u200b",
    "=1+1",
    "'1",
    'a, "b"',
)
TRAPS_OF_CODES = (
    "meta",
    "item_1",
    "section_1",
    "na",
    "NA",
    "yes",
    "or",
    "*",
    "1",
    "a b",
    "a_x0041_b",
    "e-1",
    "\u200b",
    '"',
    ",",
)
LANGUAGES = ("en", "hu", "ta", "pt-BR", "xx")

signs = st.characters(exclude_categories=["Cs"])
on_one_line = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])
texts = st.text(signs, min_size=1, max_size=20) | st.sampled_from(TRAPS)
words = st.text(signs, min_size=1, max_size=12) | st.sampled_from((*TRAPS, *TRAPS_OF_CODES))
plain_codes = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,6}", fullmatch=True)
codes = (plain_codes | st.text(on_one_line, min_size=1, max_size=12) | st.sampled_from(TRAPS_OF_CODES)).filter(
    lambda code: code not in (*AUDIT_COLUMNS, CHANNEL)
)
decimals = st.decimals(-(10**6), 10**6, allow_nan=False, places=2) | st.decimals(-5, 5, allow_nan=False)
numbers = st.integers(-(10**20), 10**20) | decimals.filter(lambda one: DECIMAL.fullmatch(str(one)) is not None)
weights = numbers.filter(lambda one: not str(one).startswith("-"))
values = st.from_regex(r"[A-Za-z0-9_.\-]{1,6}", fullmatch=True).filter(lambda one: one not in {"and", "or", "not"})


@st.composite
def standards(draw: st.DrawFn) -> WrittenStandard:
    """A standard as its files say it."""
    first, *others = draw(st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=3, unique=True))
    items = [draw(_items()) for _ in draw(st.lists(st.none(), min_size=1, max_size=6))]
    for item, code in zip(
        items, draw(st.lists(codes, min_size=len(items), max_size=len(items), unique=True)), strict=True
    ):
        item["code"] = code
    _ask_by_rules(draw, items)
    sections = draw(_sections(items))
    structure = {
        "title": draw(st.just("") | texts),
        "language": first,
        "total": draw(st.sampled_from([total.value for total in Total])),
        "bands": draw(st.dictionaries(words | st.just(""), weights | numbers, max_size=3)),
        "sections": sections,
    }
    files = {"standard.toml": structure}
    for language in (first, *others):
        files[f"standard.{language}.toml"] = draw(_wordings(sections, items, first=language == first))
    return read_tables("standard.toml", files)


def stored(written: WrittenStandard) -> Standard:
    """As a version in the database would be; none is."""
    standard = Standard(version=1, title=written.title, total=written.total.value, bands=written.bands)
    for section, items in rows(written, 1):
        section.items = items
        standard.sections.append(section)
    return standard


@st.composite
def _items(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(ItemType))
    scored = kind in SCORABLE and draw(st.booleans())
    item = draw(_wording()) | {
        "type": kind.value,
        "weight": draw(weights),
        "scored": scored,
        "critical": scored and draw(st.booleans()),
        "na": draw(st.booleans()),
        "judgement": draw(st.booleans()),
        "required": draw(st.booleans()),
        "channels": draw(st.lists(words, max_size=3) | st.just(["visit"])),
    }
    if kind is ItemType.CHOICE:
        item["options"] = draw(st.lists(words, min_size=1, max_size=4))
    if kind is ItemType.RATING:
        item["from"], item["to"] = draw(_ends(st.integers(-3, 8)))
    elif kind in MEASURED and (scored or draw(st.booleans())):
        item["from"], item["to"] = draw(_ends(numbers))
    if kind is ItemType.SECONDS and draw(st.booleans()):
        first, last = sorted(draw(st.lists(st.sampled_from(range(len(STAMPS))), min_size=2, max_size=2, unique=True)))
        item["timed"] = f"{STAMPS[first]}-{STAMPS[last]}"
    return item


def _ends(of: st.SearchStrategy[Any]) -> st.SearchStrategy[list[int | Decimal]]:
    return st.lists(of, min_size=2, max_size=2, unique_by=Decimal)


@st.composite
def _wording(draw: st.DrawFn) -> dict[str, Any]:
    besides = draw(st.dictionaries(st.sampled_from(["hint", "playbook"]), texts))
    return {"text": draw(texts), **besides}


@st.composite
def _sections(draw: st.DrawFn, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items in their order, some sections without any."""
    named = draw(st.lists(codes, min_size=1, max_size=3, unique=True))
    ends = sorted(draw(st.lists(st.integers(0, len(items)), min_size=len(named) - 1, max_size=len(named) - 1)))
    return [
        {
            "code": code,
            "title": draw(st.just("") | texts),
            "weight": draw(weights),
            "scored": draw(st.booleans()) or any(item["critical"] for item in items[start:end]),
            "items": items[start:end],
        }
        for code, start, end in zip(named, [0, *ends], [*ends, len(items)], strict=True)
    ]


@st.composite
def _wordings(
    draw: st.DrawFn, sections: list[dict[str, Any]], items: list[dict[str, Any]], *, first: bool
) -> dict[str, Any]:
    """Of the first language what the choices are called; of another one what somebody has translated."""
    said: dict[str, dict[str, Any]] = {}
    for item in items:
        if first and "options" in item:
            said[item["code"]] = {word: item[word] for word in WORDS if word in item}
        elif not first and draw(st.booleans()):
            said[item["code"]] = draw(_wording())
        if item["code"] in said and "options" in item:
            said[item["code"]]["options"] = draw(st.dictionaries(st.sampled_from(item["options"]), texts))
    titled = (
        {} if first else {section["code"]: draw(st.just("") | texts) for section in sections if draw(st.booleans())}
    )
    return {"sections": titled, "items": said}


def _ask_by_rules(draw: st.DrawFn, items: list[dict[str, Any]]) -> None:
    """Each item only by those before it, so that no two wait for one another."""
    before: list[str] = []
    for item in items:
        ruled = draw(st.booleans())
        if before and ruled:
            rule = rules.written(draw(expressions(st.sampled_from(before))))
            spelt = draw(st.sampled_from([rule, rule.replace(" = ", "="), f" {rule} ", f"({rule})"]))
            if len(spelt) <= rules.LONGEST:
                item["when"] = spelt
        if rules._ITEM.fullmatch(item["code"]) and item["code"] not in rules._WORDS:
            before.append(item["code"])


def expressions(items: st.SearchStrategy[str]) -> st.SearchStrategy[Expression]:
    """Rules over these items, as a person would nest them."""
    comparison = st.builds(
        Comparison, items, st.sampled_from(["=", "!=", "<", ">"]), values | st.sampled_from(["007", "-2.5"])
    )
    return st.recursive(
        comparison,
        lambda inner: (
            st.builds(Not, inner)
            | st.builds(All, st.lists(inner, min_size=2, max_size=3).map(tuple))
            | st.builds(AnyOf, st.lists(inner, min_size=2, max_size=3).map(tuple))
        ),
        max_leaves=6,
    )

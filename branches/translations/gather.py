"""Brings the catalogues up to date with the program: which sentences it says, and which of them lack a translation.

A sentence counts where it stands as a literal in a call of say, count or message, or in a refusal, in Python or in a
template. `python -m branches.translations` writes the new ones into every catalogue with an empty translation and takes
out those that are no longer said; with a code behind it (`… sk`) it begins the catalogue of another language.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from gettext import c2py
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from babel.plural import to_gettext
from jinja2 import Environment, nodes

from branches.errors import Refused
from branches.language import CATALOGUES, forms

PROGRAM = Path(__file__).parents[2]
FLOORS = ("branches", "reports", "monitor")
# "__init__" for the refusals that word themselves
ONE = {"say", "message", "__init__", Refused.__name__, *(kind.__name__ for kind in Refused.__subclasses__())}
PLURAL = {"count"}

Sentence = str | tuple[str, str]
"""A message, or a message in the singular and the plural."""

_HEADER = """msgid ""
msgstr ""
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"
"""


def template(program: Path = PROGRAM) -> Catalog:
    """Every sentence of the program, in the order of its files."""
    catalogue = Catalog()
    for floor in FLOORS:
        for path in sorted((program / floor).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "versions" not in path.parts:
                for sentence in sentences(path):
                    catalogue.add(sentence, locations=[(path.relative_to(program).as_posix(), 0)])
    return catalogue


def sentences(path: Path) -> Iterator[Sentence]:
    """The sentences of one file, from its top to its bottom."""
    text = path.read_text(encoding="utf-8")
    calls = _python_calls(text) if path.suffix == ".py" else _template_calls(text)
    for name, arguments in calls:
        if name in ONE and arguments:
            yield from arguments[0]
        if name in PLURAL and len(arguments) > 1:
            yield from zip(arguments[0], arguments[1], strict=False)


def update(code: str, said: Catalog, folder: Path = CATALOGUES) -> None:
    """Writes one catalogue anew, under the header it has: its glossary and its translator's words stay."""
    path = folder / f"{code}.po"
    header = path.read_text(encoding="utf-8").split("\n\n")[0] if path.exists() else _header(code)
    catalogue = read_po(BytesIO(header.encode() if not path.exists() else path.read_bytes()), locale=code)
    catalogue.update(said, no_fuzzy_matching=True)
    body = BytesIO()
    write_po(body, catalogue, width=110, omit_header=True, ignore_obsolete=True, include_lineno=False)
    path.write_text(f"{header.rstrip()}\n\n{body.getvalue().decode().strip()}\n", encoding="utf-8")


def problems(path: Path, said: Catalog) -> list[str]:
    """What keeps a catalogue from being complete, a line each; none: nothing."""
    catalogue = read_po(BytesIO(path.read_bytes()), locale=path.stem)
    entries = {_key(entry): entry for entry in catalogue if entry.id}
    wanted = {_key(entry) for entry in said if entry.id}
    return [
        *(f"not said any more: {key}" for key in entries if key not in wanted),
        *(f"not said any more: {_key(entry)}" for entry in catalogue.obsolete.values()),
        *(f"missing: {key}" for key in sorted(wanted - set(entries))),
        *(fault for entry in entries.values() for fault in _faults(entry)),
        *_plural_faults(catalogue, path.stem),
    ]


def _key(entry: Message) -> str:
    return " | ".join(forms(entry.id))


def _faults(entry: Message) -> Iterator[str]:
    if entry.fuzzy:
        yield f"not sure (fuzzy): {_key(entry)}"
    if not all(forms(entry.string)):
        yield f"not translated: {_key(entry)}"
    elif any(_fields(text) != _fields(forms(entry.id)[-1]) for text in forms(entry.string)):
        yield f"other fields in braces: {_key(entry)}"


def _plural_faults(catalogue: Catalog, code: str) -> Iterator[str]:
    """The header's rule is for translators' tools, the program goes by the CLDR: they must agree."""
    ours, theirs = c2py(_rule(to_gettext(Locale.parse(code).plural_form))), c2py(_rule(catalogue.plural_forms))
    if any(ours(n) != theirs(n) for n in range(1000)):
        yield f"the plural rule in the header should be {to_gettext(Locale.parse(code).plural_form)}"


def _rule(header: str) -> str:
    return header.split("plural=", 1)[1].rstrip("; ")


def _fields(text: str) -> set[str]:
    return set(re.findall(r"\{(\w*)\}", text))


def _header(code: str) -> str:
    return _HEADER.format(code=code, plurals=to_gettext(Locale.parse(code).plural_form))


def _python_calls(text: str) -> Iterator[tuple[str, Sequence[Sequence[str]]]]:
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        yield name, [_python_literals(argument) for argument in call.args]


def _python_literals(node: ast.expr) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=one, orelse=other):
            return _python_literals(one) + _python_literals(other)
        case _:
            return []


def _template_calls(text: str) -> Iterator[tuple[str, Sequence[Sequence[str]]]]:
    for call in Environment(autoescape=True).parse(text).find_all(nodes.Call):
        name = call.node.name if isinstance(call.node, nodes.Name) else getattr(call.node, "attr", "")
        yield name, [_template_literals(argument) for argument in call.args]


def _template_literals(node: nodes.Expr) -> list[str]:
    match node:
        case nodes.Const(value=str(text)):
            return [text]
        case nodes.CondExpr(expr1=one, expr2=other):
            return _template_literals(one) + (_template_literals(other) if other else [])
        case _:
            return []

"""Sources as browsers get them: style sheets of one kind of page in one file, a script with all that it imports; without comments.

The sources stay as they are written, and nothing has to be built: joining takes place when a file is first asked for.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

Read = Callable[[str], str]
"""The source of that name."""

_IMPORT = re.compile(r'^import (?:(\* as \w+|\{[^}]*\}) from )?"(\.\.?/[\w./-]+)";\n', re.MULTILINE)
_PASSED_ON = re.compile(r'^export (\{[\w, ]*\}) from "(\./[\w-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
_LATER = re.compile(r'(?:import|new URL)\("\./([\w-]+\.js)"')
_UNREAD = re.compile(r"(?:import(?! ?\()|export)\b")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"')
_OF_CSS = re.compile(r"/\*.*?\*/", re.DOTALL)
_OF_JS = re.compile(r"^\s*(?://.*|/\*\*[\s\S]*?\*/)?\n|^[ \t]+| // [^\"'`\n]*$", re.MULTILINE)


@dataclass(frozen=True)
class Module:
    """One script as it is written."""

    name: str
    imports: Mapping[str, str]
    """By name of a module, the names that are taken from it as they stand in the source; empty: it is only run."""
    exports: tuple[str, ...]
    body: str


def sheet(sources: Iterable[str]) -> str:
    """Style sheets one after another, as a browser reads them; blanks between words stay."""
    bare = re.sub(r"\s+", " ", _OF_CSS.sub(" ", "\n".join(sources)))
    return re.sub(r" ?([{};,]) ?", r"\1", bare).replace(";}", "}").strip()


def script(names: Iterable[str], read: Read) -> str:
    """Scripts that run one after another, with all that they import.

    Each module is a part of its own, made once for each page whichever file brings it, as a browser does with modules.
    """
    entries = list(names)
    parts = [_part(module) for module in _in_order(entries, read)]
    last = parse(entries[-1], read(entries[-1]))
    taken = f"export const {{ {', '.join(last.exports)} }} = parts[{last.name!r}];\n" if last.exports else ""
    return "const parts = (globalThis.parts ??= {});\n" + "".join(parts) + taken


def later(text: str) -> set[str]:
    """The scripts beside it that a script asks for while it runs."""
    return set(_LATER.findall(text))


def parse(name: str, source: str) -> Module:
    """Reads what a module imports and exports; refuses other forms of either, a module taken twice, and texts over several lines."""
    passed_on = re.findall(r"\w+", " ".join(names for names, _ in _PASSED_ON.findall(source)))
    source = _PASSED_ON.sub(r'import \1 from "\2";\n', source)
    found = [(_resolved(name, path), taken) for taken, path in _IMPORT.findall(source)]
    imports = dict(found)
    if len(imports) < len(found):
        raise ValueError(f"{name} imports a module twice")
    exports = tuple(exported for _, exported in _EXPORT.findall(source))
    body = _OF_JS.sub("", _EXPORT.sub(r"\1", _IMPORT.sub("", source)))
    for line in body.splitlines():
        if _UNREAD.match(line) or _STRING.sub("", line).count("`") % 2:
            raise ValueError(f"{name}: this cannot be joined: {line}")
    return Module(name, imports, (*passed_on, *exports), body)


def _resolved(name: str, path: str) -> str:
    """The module that another one means by a relative address."""
    parts = list(PurePosixPath(name).parent.parts)
    for step in PurePosixPath(path).parts:
        if step == "..":
            parts.pop()
        else:
            parts.append(step)
    return "/".join(parts)


def _in_order(entries: Iterable[str], read: Read) -> list[Module]:
    """All modules that are needed, each after those it imports."""
    found: dict[str, Module] = {}
    open_ones: list[str] = []

    def add(name: str) -> None:
        if name in found:
            return
        if name in open_ones:
            raise ValueError(f"{name} imports itself, by way of {', '.join(open_ones)}")
        open_ones.append(name)
        module = parse(name, read(name))
        for other in module.imports:
            add(other)
        open_ones.pop()
        found[name] = module

    for name in entries:
        add(name)
    return list(found.values())


def _part(module: Module) -> str:
    taken = "".join(_taken(names, other) for other, names in module.imports.items() if names)
    given = f"return {{ {', '.join(module.exports)} }};\n" if module.exports else "return {};\n"
    return f"parts[{module.name!r}] ??= (() => {{\n{taken}{module.body}{given}}})();\n"


def _taken(names: str, other: str) -> str:
    if names.startswith("*"):
        return f"const {names.removeprefix('* as ')} = parts[{other!r}];\n"
    named = re.sub(r"(\w+) as (\w+)", r"\1: \2", names)
    return f"const {named} = parts[{other!r}];\n"

"""Scripts and style sheets as browsers get them: one file of many, in order, each made once; what cannot be joined is refused."""

import pytest

from monitor.web import files, joined

SOURCES = {
    "one.js": '// Begins it.\n\nimport { two, three as drei } from "./sub/two.js";\nimport * as all from "./sub.js";\n\nexport const one = two() + drei + all;\n',
    "sub/two.js": 'import "../side.js";\n\n/** Two. */\nexport function two() {\n  return 2; // always\n}\nexport const three = 3;\n',
    "side.js": 'globalThis.seen = "// no comment";\n',
    "passes.js": 'export { two } from "./sub.js";\n',
    "sub.js": "export function two() {}\n",
}


def source(name: str) -> str:
    return SOURCES[name]


@pytest.mark.parametrize(
    "text",
    [
        'import one from "./two.js";\n',
        "import { one } from './two.js';\n",
        'import { one } from "two";\n',
        'import one, { two } from "./two.js";\n',
        "export default function () {}\n",
        "export let one = 1;\n",
        "export { one };\n",
        'export * from "./two.js";\n',
        "const text = `one\ntwo`;\n",
    ],
)
def test_what_cannot_be_joined_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"^odd\.js: this cannot be joined: "):
        joined.parse("odd.js", text)


@pytest.mark.parametrize(
    "text", ['const one = import("./two.js");\n', 'const one = "a ` in a string";\n', "f(`a` + `b`);\n"]
)
def test_what_only_looks_like_it_is_taken(text: str) -> None:
    assert joined.parse("even.js", text).body == text


def test_a_module_that_is_taken_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^odd\.js imports a module twice$"):
        joined.parse("odd.js", 'import { a } from "./two.js";\nimport * as b from "./two.js";\n')


def test_modules_that_import_each_other_are_refused() -> None:
    ring = {"a.js": 'import "./b.js";\n', "b.js": 'import "./c.js";\n', "c.js": 'import "./a.js";\n'}
    with pytest.raises(ValueError, match=r"^a\.js imports itself, by way of a\.js, b\.js, c\.js$"):
        joined.script(["a.js"], ring.__getitem__)


def test_a_module_stands_after_all_that_it_imports_and_only_once() -> None:
    text = joined.script(["side.js", "one.js"], source)
    places = [text.index(f"parts[{name!r}] ??=") for name in ("side.js", "sub/two.js", "one.js")]
    assert places == sorted(places)
    assert text.count("??= (() =>") == 4
    assert text.endswith("export const { one } = parts['one.js'];\n")


def test_comments_go_and_texts_that_look_like_them_stay() -> None:
    text = joined.script(["one.js"], source)
    assert '"// no comment"' in text
    assert [word for word in ("Begins", "/** Two", "always") if word in text] == []


def test_names_may_be_changed_on_the_way_in() -> None:
    module = joined.parse("one.js", SOURCES["one.js"])
    assert dict(module.imports) == {"sub/two.js": "{ two, three as drei }", "sub.js": "* as all"}
    text = joined.script(["one.js"], source)
    assert "const { two, three: drei } = parts['sub/two.js'];\nconst all = parts['sub.js'];\n" in text


def test_what_is_passed_on_is_exported() -> None:
    module = joined.parse("passes.js", SOURCES["passes.js"])
    assert (module.exports, dict(module.imports)) == (("two",), {"sub.js": "{ two }"})


def test_what_a_script_asks_for_later_is_found() -> None:
    text = 'await import("./one.js");\nnew Worker(new URL("./two.js", import.meta.url));\nimport { a } from "./three.js";\n'
    assert joined.later(text) == {"one.js", "two.js"}


def test_a_sheet_keeps_the_blanks_that_mean_something() -> None:
    found = joined.sheet(
        ["/* a */ .one  .two,\n.three {\n  margin: 0 auto;\n  width: calc(1px + 2px);\n}\n", "b { c: d }"]
    )
    assert found == ".one .two,.three{margin: 0 auto;width: calc(1px + 2px)}b{c: d}"


def test_every_script_of_the_program_can_be_joined() -> None:
    scripts = [name for name in files.names() if name.endswith(".js")]
    assert {*files.SCRIPTS} < {*scripts}
    assert [name for name in scripts if not files.text(name).startswith("const parts = ")] == []

"""The yardstick: the same questions as a page written by hand, in one file, served by the same kind of server.

python -m benchmarks.phone_floor PORT
"""

import sys
from html import escape

import brotli
from flask import Flask, Response
from granian import Granian
from granian.constants import Interfaces

from branches.exchange.shipped import SHIPPED, read_standard
from branches.language import Language, codes, language
from monitor.porch import Porch
from monitor.serving import THREADS

STYLE = """body{font:1rem/1.5 system-ui;margin:0 auto;max-width:38rem;padding:1rem;color:#1d2229;background:#fcfbf8}
h1{font-size:1.2rem}form{display:grid;gap:1.5rem}fieldset{border:0;margin:0;padding:0}legend,.q{font-weight:600}
label{display:inline-flex;align-items:center;gap:.5rem;min-height:2.75rem;padding:0 1rem;border:1px solid #595e66;border-radius:.4rem}
.q{display:grid;border:0;padding:0}input[type=text],input[type=datetime-local],textarea,button{font:inherit;min-height:2.75rem;width:100%}
button{background:#075f5f;color:#fff;border:0;border-radius:.4rem;font-weight:600}details{min-height:2.75rem}"""
CHOICES = {"yes_no": ("Yes", "No"), "rating": ("1", "2", "3", "4", "5")}


def page(tongue: Language, *, first_only: bool) -> str:
    """One section, or all."""
    standard, say = read_standard(SHIPPED), tongue.say
    sections = list(standard.sections)[: 1 if first_only else None]
    body = "".join(
        f"<h2>{escape(section.titles[tongue.code])}</h2>" + "".join(_question(item, tongue) for item in section.items)
        for section in sections
    )
    return (
        f'<!doctype html><html lang={tongue.code}><meta charset=utf-8><meta name=viewport content="width=device-width"><title>Form</title>'
        f"<style>{STYLE}</style><h1>Kossuth tér</h1><form method=post><label class=q>{say('When were you there?')}"
        f"<input type=datetime-local name=visited></label>{body}<button>{say('Save and go on')}</button></form></html>"
    )


def _question(item: object, tongue: Language) -> str:
    code, kind, text = item.code, item.values["type"], escape(item.wording[tongue.code]["text"])  # type: ignore[attr-defined]
    remark = f"<details><summary>{tongue.say('Comment')}</summary><textarea name=c-{code}></textarea></details>"
    if kind in CHOICES:
        boxes = "".join(
            f"<label><input type=radio name={code} value={one}>{tongue.say(one)}</label> " for one in CHOICES[kind]
        )
        return f"<fieldset><legend>{text}</legend>{boxes}</fieldset>{remark}"
    if kind == "text":
        return f"<label class=q>{text}<textarea name={code}></textarea></label>{remark}"
    return f"<label class=q>{text}<input type=text name={code}></label>{remark}"


def pages() -> Porch:
    """The hand-written page, behind the same porch as the program's."""
    app = Flask(__name__, static_folder=None)
    for code in codes():
        for path, first_only in ((f"/{code}/form/1", True), (f"/{code}/form/all", False)):
            small = brotli.compress(page(language(code), first_only=first_only).encode())
            app.add_url_rule(path, path, lambda small=small: Response(small, headers={"Content-Encoding": "br"}))
    return Porch(app, THREADS)


if __name__ == "__main__":
    Granian(
        "benchmarks.phone_floor:pages",
        factory=True,
        port=int(sys.argv[1]),
        interface=Interfaces.ASGINL,
        websockets=False,
    ).serve()

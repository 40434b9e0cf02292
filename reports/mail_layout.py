"""How a mail is laid out, once as HTML and once as plain text: both from the same blocks, so that neither says less."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from textwrap import fill
from types import MappingProxyType

from css_inline import CSSInliner
from markupsafe import Markup

from branches.language import Language
from reports.envelope import Image
from reports.palette import COLOURS

WIDTH = 600
TEXT_WIDTH = 76
MARK = "▼"
"""Falls short; it stands before the word, never without it."""

DARK: Mapping[str, str] = MappingProxyType(
    {
        "paper": "#12151a",
        "wash": "#1d2127",
        "line": "#3e434b",
        "ink": "#eae7e2",
        "grey": "#a6abb3",
        "accent": "#72d0d0",
        "short": "#edab68",
        "watch": "#cabc77",
    }
)
"""The dark half of the tokens that a mail uses."""


@dataclass(frozen=True)
class Lead:
    """What the mail is about, and the one sentence that is set large."""

    above: str
    sentence: str
    further: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lines:
    """Sentences under a heading; quiet ones are set small."""

    lines: tuple[str, ...]
    heading: str = ""
    quiet: bool = False
    listed: bool = False


@dataclass(frozen=True)
class Row:
    name: str
    under: str
    words: str
    since: str


@dataclass(frozen=True)
class Rows:
    """The flags, a line each."""

    heading: str
    heads: tuple[str, str]
    rows: tuple[Row, ...]
    rest: str = ""


@dataclass(frozen=True)
class Chart:
    question: str
    caption: str
    image: Image


@dataclass(frozen=True)
class Way:
    """The one thing to do; at the foot, where one chooses which mails come."""

    words: str
    link: str


@dataclass(frozen=True)
class Links:
    heading: str
    links: tuple[tuple[str, str], ...]
    rest: str = ""


Block = Lead | Lines | Rows | Chart | Way | Links
Foot = tuple[str | Way, ...]


def html(blocks: Iterable[Block], foot: Foot, tongue: Language, *, subject: str, glance: str) -> str:
    """The mail as HTML with its style in every element, as mail programs want it.

    Args:
        blocks: from the top down.
        foot: why the reader gets it.
        tongue: the reader's language.
        subject: the page's title, for a reader who looks at it in a browser.
        glance: what the list of mails shows behind the subject.
    """
    body = Markup().join(_html(block) for block in blocks)
    page = _PAGE.format(
        code=tongue.code,
        dark=_dark(),
        subject=subject,
        glance=glance,
        leading="tall" if tongue.script != "Latn" else "plain",
        body=body,
        foot=Markup().join(Markup("<p class='foot quiet'>{}</p>").format(_foot(line)) for line in foot),
        width=WIDTH,
    )
    return _inliner().inline(page)


def text(blocks: Iterable[Block], foot: Foot) -> str:
    """The mail as plain text."""
    parts = [_text(block) for block in blocks]
    signed = "\n".join(_wrapped([line]) if isinstance(line, str) else _text(line) for line in foot)
    return "\n\n".join([*parts, "-- \n" + signed]) + "\n"


def _foot(line: str | Way) -> str | Markup:
    return line if isinstance(line, str) else _link(line.words, line.link)


_PAGE = Markup("""<!doctype html>
<html lang="{code}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{subject}</title>
<style>{dark}</style>
</head>
<body class="ground {leading}">
<div class="glance">{glance}</div>
<table role="presentation" class="whole ground" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr><td class="around" align="center">
<table role="presentation" class="sheet" width="{width}" cellpadding="0" cellspacing="0" border="0">
<tr><td class="in {leading}">
{body}
<table role="presentation" class="whole last" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr><td class="end">{foot}</td></tr></table>
</td></tr></table>
</td></tr></table>
</body>
</html>
""")


def _html(block: Block) -> Markup:
    match block:
        case Lead():
            return Markup("<p class='above quiet'>{}</p><h1 class='lead'>{}</h1>{}").format(
                block.above, block.sentence, _paragraphs(block.further, "line")
            )
        case Lines():
            return _heading(block.heading) + _lines(block)
        case Rows():
            return _heading(block.heading, MARK) + _rows(block) + _paragraphs((block.rest,), "line quiet")
        case Chart():
            return _heading(block.question) + _chart(block)
        case Way():
            return Markup("<p class='way'><a class='button' href='{}'>{}</a></p>").format(block.link, block.words)
        case Links():
            links = (_link(words, link) for words, link in block.links)
            return _heading(block.heading) + _list(links) + _paragraphs((block.rest,), "line quiet")


def _link(words: str, link: str) -> Markup:
    return Markup("<a class='link' href='{}'>{}</a>").format(link, words)


def _lines(block: Lines) -> Markup:
    if block.listed:
        return _list(block.lines)
    return _paragraphs(block.lines, "line quiet" if block.quiet else "line")


def _list(lines: Iterable[str]) -> Markup:
    items = Markup().join(Markup("<li class='item'>{}</li>").format(line) for line in lines)
    return Markup("<ul class='list'>{}</ul>").format(items)


def _paragraphs(lines: Iterable[str], kind: str) -> Markup:
    return Markup().join(Markup("<p class='{}'>{}</p>").format(kind, line) for line in lines if line)


def _heading(words: str, mark: str = "") -> Markup:
    if not words:
        return Markup()
    before = Markup("<span class='mark' aria-hidden='true'>{}</span> ").format(mark) if mark else Markup()
    return Markup("<h2 class='head'>{}{}</h2>").format(before, words)


def _rows(block: Rows) -> Markup:
    heads = Markup().join(
        Markup("<th scope='col' class='th quiet' align='left'>{}</th>").format(h) for h in block.heads
    )
    rows = Markup("\n").join(
        Markup(
            "<tr><th scope='row' class='cell name' align='left' valign='top'>{}<br><span class='under quiet'>{}</span>"
            "</th><td class='cell' valign='top'>{}</td></tr>{}"
        ).format(row.name, row.under, row.words, _since(row.since))
        for row in block.rows
    )
    return Markup(
        "<table class='rows' width='100%' cellpadding='0' cellspacing='0' border='0'><tr>{}</tr>\n{}</table>"
    ).format(heads, rows)


def _since(words: str) -> Markup:
    """Its story below it, over the whole width: beside the name a phone would have no room for it."""
    told = Markup("<tr><td class='story' colspan='2'><span class='under quiet'>{}</span></td></tr>")
    return told.format(words) if words else Markup()


def _chart(block: Chart) -> Markup:
    image = block.image
    shown = Markup("<img class='chart' src='cid:{}' alt='{}' width='{}'>").format(image.cid, image.alt, WIDTH - 48)
    return shown + _paragraphs((block.caption,), "line quiet")


def _style(colour: Mapping[str, str]) -> str:
    """Sizes in pixels: mail programs know nothing else for certain."""
    sans = "-apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Nirmala UI', Arial, sans-serif"
    return f"""
.ground {{ margin: 0; padding: 0; background-color: {colour["wash"]}; }}
.plain {{ line-height: 1.5; }} .tall {{ line-height: 1.7; }}
.whole {{ width: 100%; border-collapse: collapse; }}
.last {{ margin: 24px 0 0; }}
.around {{ padding: 16px 8px; }}
.sheet {{ width: 100%; max-width: {WIDTH}px; background-color: {colour["paper"]}; border-collapse: collapse; }}
.in {{ padding: 24px; font-family: {sans}; font-size: 16px; color: {colour["ink"]}; text-align: left; word-break: break-word; overflow-wrap: anywhere; }}
.glance {{ display: none; max-height: 0; overflow: hidden; font-size: 1px; line-height: 1px; color: {colour["wash"]}; }}
.above {{ margin: 0 0 8px; font-size: 14px; }}
.lead {{ margin: 0 0 12px; font-size: 24px; line-height: 1.3; font-weight: 600; color: {colour["ink"]}; }}
.tall .lead {{ line-height: 1.5; }}
.head {{ margin: 28px 0 8px; font-size: 17px; font-weight: 600; color: {colour["ink"]}; }}
.mark {{ color: {colour["short"]}; }}
.line {{ margin: 0 0 8px; color: {colour["ink"]}; }}
.list {{ margin: 0 0 8px; padding: 0 0 0 20px; }}
.item {{ margin: 0 0 4px; color: {colour["ink"]}; }}
.rows {{ width: 100%; border-collapse: collapse; margin: 0 0 16px; }}
.th {{ padding: 4px 12px 4px 0; font-weight: 400; }}
.cell {{ padding: 10px 12px 6px 0; font-weight: 400; color: {colour["ink"]}; border-top: 1px solid {colour["line"]}; }}
.story {{ padding: 0 0 12px; }}
.name {{ width: 38%; font-weight: 600; }}
.under {{ font-weight: 400; }}
.chart {{ display: block; width: 100%; max-width: {WIDTH - 48}px; height: auto; margin: 0 0 8px; padding: 8px; box-sizing: border-box; border: 0; border-radius: 6px; background-color: {COLOURS["paper"]}; color: {COLOURS["grey"]}; font-size: 14px; }}
.way {{ margin: 28px 0 4px; }}
.button {{ display: inline-block; padding: 12px 20px; border-radius: 6px; background-color: {colour["accent"]}; color: {colour["paper"]}; font-weight: 600; text-decoration: none; }}
.link {{ color: {colour["accent"]}; }}
.end {{ padding: 16px 0 0; border-top: 1px solid {colour["line"]}; }}
.foot {{ margin: 0 0 4px; }}
.quiet {{ font-size: 14px; color: {colour["grey"]}; }}
"""


def _dark() -> Markup:
    """What a mail program that follows the reader's dark screen takes instead; one that does not, inverts by itself."""
    said = {
        "ground": ("background-color", "wash"),
        "sheet": ("background-color", "paper"),
        "in": ("color", "ink"),
        "lead": ("color", "ink"),
        "head": ("color", "ink"),
        "line": ("color", "ink"),
        "item": ("color", "ink"),
        "cell": ("color", "ink"),
        "quiet": ("color", "grey"),
        "mark": ("color", "short"),
        "link": ("color", "accent"),
        "button": ("background-color", "accent"),
    }
    rules = [f".{name} {{ {what}: {DARK[token]} !important; }}" for name, (what, token) in said.items()]
    rules += [f".{name} {{ border-color: {DARK['line']} !important; }}" for name in ("cell", "end")]
    rules.append(f".button {{ color: {DARK['paper']} !important; }}")
    narrow = "@media (max-width: 480px) { .around { padding: 0 !important; } .in { padding: 16px !important; } }"
    light_and_dark = ":root { color-scheme: light dark; }"
    style = f"{light_and_dark} @media (prefers-color-scheme: dark) {{ {' '.join(rules)} }} {narrow}"
    return Markup(style)  # noqa: S704 - our own, from the palette


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(
        inline_style_tags=False, keep_style_tags=True, load_remote_stylesheets=False, extra_css=_style(COLOURS)
    )


def _text(block: Block) -> str:
    match block:
        case Lead():
            return "\n\n".join(
                filter(None, [_wrapped([block.above]), _wrapped([block.sentence]), _wrapped(block.further)])
            )
        case Lines():
            return _under(block.heading, [_wrapped([line], "- " if block.listed else "") for line in block.lines])
        case Rows():
            rows = [
                _wrapped([f"{row.name} · {row.under}"], "- ") + "\n" + _wrapped([row.words, row.since], "  ")
                for row in block.rows
            ]
            return _under(f"{MARK} {block.heading}", [*rows, _wrapped([block.rest])])
        case Chart():
            return _under(block.question, [_wrapped([block.caption])])
        case Way():
            return f"{block.words}:\n{block.link}"
        case Links():
            links = [f"{_wrapped([words], '- ')}\n  {link}" for words, link in block.links]
            return _under(block.heading, [*links, _wrapped([block.rest])])


def _under(heading: str, lines: Iterable[str]) -> str:
    return "\n".join(filter(None, [_wrapped([heading]), *lines]))


def _wrapped(lines: Iterable[str], mark: str = "") -> str:
    return "\n".join(
        fill(
            line,
            TEXT_WIDTH,
            initial_indent=mark,
            subsequent_indent=" " * len(mark),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in lines
        if line
    )

import re
from math import cos, radians, sin
from pathlib import Path

import pytest

from reports.palette import COLOURS

TOKENS = (Path(__file__).parents[2] / "monitor" / "static" / "tokens.css").read_text(encoding="utf-8")
SCREEN, PRINT = TOKENS.split("@media print")
BLOCKS = re.findall(r"\{([^{}]*--paper: #[^{}]*)\}", SCREEN)
LIGHT, DARK, SWITCHED = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)) for block in BLOCKS)
PAIRS = re.findall(r"--([a-z-]+): light-dark\(oklch\(([^)]*)\), oklch\(([^)]*)\)\);", SCREEN)
STATES = ["short", "watch", "norm", "above", "critical", "few"]


def luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def hexadecimal(oklch: str) -> list[int]:
    """Björn Ottosson's OKLCH as sRGB bytes."""
    lightness, chroma, hue = (float(part) for part in oklch.split())
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    shares = [12.92 * x if x <= 0.0031308 else 1.055 * x ** (1 / 2.4) - 0.055 for x in (max(x, 0.0) for x in linear)]
    return [round(255 * min(share, 1.0)) for share in shares]


def test_charts_use_the_pages_light_tokens() -> None:
    assert dict(COLOURS) == LIGHT


def test_dark_is_the_same_whether_chosen_or_the_systems() -> None:
    assert DARK == SWITCHED
    assert DARK.keys() == LIGHT.keys()


def test_hexadecimal_values_are_the_oklch_ones() -> None:
    found = {name: (hexadecimal(light), hexadecimal(dark)) for name, light, dark in PAIRS}
    bytes_of = {name: ([*bytes.fromhex(LIGHT[name][1:])], [*bytes.fromhex(DARK[name][1:])]) for name in LIGHT}
    assert found == bytes_of


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("text", ["ink", "grey", "accent", *STATES])
@pytest.mark.parametrize("ground", ["paper", "wash"])
def test_text_stands_out_from_its_ground(scheme: dict[str, str], text: str, ground: str) -> None:
    assert contrast(scheme[text], scheme[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("state", ["short", "watch", "norm", "above", "critical"])
def test_marks_and_points_stand_out_from_their_tint(scheme: dict[str, str], state: str) -> None:
    assert contrast(scheme[state], scheme[f"{state}-wash"]) >= 4.5
    assert contrast(scheme["ink"], scheme[f"{state}-wash"]) >= 4.5


@pytest.mark.parametrize("state", STATES)
def test_marks_stand_out_on_white_paper(state: str) -> None:
    assert re.search(r"--paper: #fff;", PRINT)
    assert contrast(LIGHT[state], "#ffffff") >= 3.0


def test_every_colour_of_the_palette_has_its_class_on_the_page() -> None:
    sheet = (Path(__file__).parents[2] / "monitor" / "static" / "report.css").read_text(encoding="utf-8")
    classes = dict(re.findall(r"\.f-([a-z-]+) \{ fill: var\(--([a-z-]+)\); \}", sheet))
    assert classes == {name: name for name in COLOURS}

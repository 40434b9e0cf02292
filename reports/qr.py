"""An address as a picture that a phone's camera reads."""

from io import BytesIO

import segno

QUIET = 4
"""Squares of white around it; with fewer, cameras look in vain."""


def square(address: str) -> str:
    """Which picture leads there? An SVG, black on white in either scheme: cameras want it so.

    A sheet on a wall is torn and stained, so a quarter of it may be missing.
    """
    made = BytesIO()
    code = segno.make_qr(address, error="q")
    bare = {"xmldecl": False, "nl": False, "omitsize": True, "svgclass": None, "lineclass": None}
    code.save(made, kind="svg", border=QUIET, dark="#000", light="#fff", **bare)
    return made.getvalue().decode()

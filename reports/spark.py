"""A branch's course as one small line beside its name in a list: all sections together, four weeks at a time."""

from dataclasses import dataclass

from branches.language import Language
from reports import wording
from reports.figures import Figures
from reports.kept import TOGETHER, Course

WIDTH, HEIGHT = 72.0, 20.0
REACH = 10.0
"""Points above and below the norm; what lies further is drawn at the edge, and told as it is."""
_EDGE = 3.0


@dataclass(frozen=True)
class Spark:
    """What a template draws, and the same in words for whoever hears the page."""

    line: str
    """An SVG path in a box of WIDTH by HEIGHT, whose middle is the norm; a stretch without audits is a gap."""
    last: tuple[float, float] | None
    """Where the newest dot lies; None where the newest stretch had no audit."""
    words: str


def whole(figures: Figures) -> dict[str, Course]:
    """The course of each branch in all sections together; nothing of editions that did not keep them."""
    kept = figures.courses.of if figures.courses is not None else ()
    return {one.branch: one for one in kept if one.section == TOGETHER}


def spark(course: Course, language: Language) -> Spark | None:
    """The line of one branch; None where it had no audit in all that time.

    Args:
        course: points above the norm.
        language: the reader's.
    """
    places = [None if points is None else _place(course, turn, points) for turn, points in enumerate(course.points)]
    if not any(places):
        return None
    told = " · ".join(wording.signed(language, points) for points in course.points)
    words = language.say("All sections, points from the norm, four weeks at a time: {points}.", points=told)
    return Spark(_path(places), places[-1], words)


def _place(course: Course, turn: int, points: float) -> tuple[float, float]:
    wide, high = WIDTH - 2 * _EDGE, HEIGHT / 2 - _EDGE
    inside = min(max(points, -REACH), REACH)
    return round(_EDGE + wide * turn / max(len(course.points) - 1, 1), 1), round(HEIGHT / 2 - high * inside / REACH, 1)


def _path(places: list[tuple[float, float] | None]) -> str:
    """A dot that stands alone is a line of no length, which a round end makes visible."""
    drawn, before = [], None
    for place in places:
        if place is not None:
            drawn.append(f"{'L' if before else 'M'}{place[0]:g} {place[1]:g}" + ("" if before else "h0"))
        before = place
    return "".join(drawn)

"""Head office: what waits, assigning, reviewing, appeals, people, places and their notices. No script is needed."""

from monitor.web.office import (
    appealed,
    assigning,
    audit,
    desk,
    informing,
    mail,
    notices,
    open_assignments,
    people,
    person,
    pictures,
    place,
    places,
    review,
    steps,
)
from monitor.web.office.room import ABOVE, blueprint

__all__ = [
    "ABOVE",
    "appealed",
    "assigning",
    "audit",
    "blueprint",
    "desk",
    "informing",
    "mail",
    "notices",
    "open_assignments",
    "people",
    "person",
    "pictures",
    "place",
    "places",
    "review",
    "steps",
]

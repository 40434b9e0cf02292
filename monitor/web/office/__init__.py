"""Head office: what waits, assigning, reviewing, appeals, people, places and their notices. No script is needed."""

from monitor.web.office import (
    appealed,
    assigning,
    audit,
    desk,
    due_time,
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
    schedule,
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
    "due_time",
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
    "schedule",
    "steps",
]

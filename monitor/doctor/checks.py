"""All that is looked at, in the order in which it is put right: one more is one more line."""

from collections.abc import Iterator

from monitor.doctor import field, place, program, stored
from monitor.doctor.patient import Check, Finding, Patient, looked

CHECKS: tuple[tuple[str, Check], ...] = (
    ("Settings", place.settings),
    ("Data folder", place.folder),
    ("Secrets", place.secrets),
    ("Room", place.room),
    ("Restore", place.restore),
    ("Database", stored.whole),
    ("Tables", stored.tables),
    ("Writing", stored.safe),
    ("Photos", stored.photos_there),
    ("Second steps", place.second_steps),
    ("Clock", field.clock),
    ("Scheduler", field.scheduler),
    ("Jobs", field.jobs),
    ("Reports", field.reports),
    ("Mail", field.mail),
    ("Accepted", field.accepted),
    ("Backup", place.backup),
    ("Languages", program.languages),
    ("Fonts", program.fonts),
)


def examine(patient: Patient) -> Iterator[tuple[str, Finding]]:
    """What each check finds, as it finds it."""
    for name, check in CHECKS:
        yield name, looked(check, patient)

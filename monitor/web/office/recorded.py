"""Every verb that history knows, in words: also those that no page of a single thing tells."""

from collections.abc import Mapping

from branches.language import message
from monitor.web.office.told import SENTENCES

KINDS: Mapping[str, str] = {
    "audit": message("Audits"),
    "user": message("People"),
    "branch": message("Branches"),
    "region": message("Regions"),
    "notice": message("Notices to staff"),
    "flag": message("Flags"),
    "correctiveaction": message("Actions"),
    "appeal": message("Appeals"),
    "edition": message("Reports"),
    "duechange": message("Due times of reports"),
    "mail": message("Mail"),
    "standard": message("The standard"),
    "standarddraft": message("Drafts of the standard"),
    "keeping": message("What is kept"),
    "rota": message("Rotas"),
    "referencecase": message("Reference cases"),
}
"""What things are called together."""
_BESIDES: Mapping[str, Mapping[str, str]] = {
    "audit": {
        "add_photo": message("{who} added a photo."),
        "remove_photo": message("{who} took a photo away."),
    },
    "flag": {
        "raise": message("{who} raised a flag."),
        "clear": message("{who} cleared a flag."),
        "withdraw": message("{who} withdrew a flag, because a report was revised."),
    },
    "correctiveaction": {"judge": message("{who} judged whether a corrective action helped.")},
    "edition": {
        "issue": message("{who} issued a report."),
        "revise": message("{who} revised a report."),
    },
    "standard": {"import": message("{who} read files in.")},
}
EVERY: Mapping[str, Mapping[str, str]] = {kind: {**SENTENCES.get(kind, {}), **_BESIDES.get(kind, {})} for kind in KINDS}
"""By kind of thing and verb; a test looks that nothing is written that is not here."""


def sentence(kind: str, verb: str) -> str:
    """A version from before may have written what this one has no words for: then it is told as it was written."""
    return EVERY.get(kind, {}).get(verb) or f"{{who}}: {kind} {verb}"

"""Kinds: what can be forgotten, in the order in which it is; each says what is due, and forgets it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from branches.keeping import of_actions, of_audits, of_people
from branches.keeping.terms import Terms


@dataclass(frozen=True)
class Kind:
    """One kind of thing that is not kept for ever."""

    name: str
    months: Callable[[Terms], int]
    due: Callable[[Session, Terms, datetime], list[int]]
    """Numbers of rows; nothing is written."""
    forget: Callable[[Session, Sequence[int], datetime], None]
    at_once: int = 500
    """Rows of one transaction, so that nobody's writing waits long."""


KINDS = (
    Kind("photos", lambda terms: terms.photos, of_audits.photos_due, of_audits.forget_photos),
    Kind("comments", lambda terms: terms.comments, of_audits.comments_due, of_audits.forget_comments),
    Kind("evidence", lambda terms: terms.evidence, of_actions.evidence_due, of_actions.forget_evidence),
    Kind("backing", lambda terms: terms.evidence, of_actions.backing_due, of_actions.forget_backing),
    Kind("drafts", lambda terms: terms.drafts, of_audits.drafts_due, of_audits.forget_drafts),
    Kind("reasons", lambda terms: terms.reasons, of_audits.reasons_due, of_audits.forget_reasons),
    Kind("links", lambda terms: terms.traces, of_people.links_due, of_people.forget_links),
    Kind("devices", lambda terms: terms.traces, of_people.devices_due, of_people.forget_devices),
    Kind("troubles", lambda terms: terms.traces, of_people.troubles_due, of_people.forget_troubles),
    Kind("people", lambda terms: terms.people, of_people.people_due, of_people.forget_people, at_once=1),
)

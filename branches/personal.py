"""Personal: every column of every table by what it says of a person, and how long that is kept; nothing is kept that is not listed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Says(StrEnum):
    """What a column says of a person."""

    WHO = "who"
    """Who somebody is, or what belongs to them alone."""
    WHOSE = "whose"
    """A number that leads to a person; after an erasure it leads to nobody."""
    WHEN = "when"
    """When somebody did something."""
    WORDS = "words"
    """What somebody wrote or answered, or what may hold a name; an erasure strikes names out of it."""
    PHOTO = "photo"
    SECRET = "secret"  # noqa: S105 - a word, not a password
    """What opens a door, mostly as a hash: never exported, never shown."""
    NOTHING = "nothing"


STAYS = "stays"
"""Scores, what was issued, and who did what: the chain's own record."""
UNTIL_ERASED = "until the person is erased"
WITH_ACCESS = "until the access ends or the person is erased"
NINETY_DAYS, A_DAY, AN_HOUR = "ninety days", "a day", "an hour"
FIXED = frozenset({STAYS, UNTIL_ERASED, WITH_ACCESS, NINETY_DAYS, A_DAY, AN_HOUR})
"""What no setting changes; every other term is a name in `keeping.Terms`."""


@dataclass(frozen=True)
class Kept:
    """One table: how long what is personal in its rows is kept, and its columns."""

    term: str
    columns: Mapping[Says, str]
    """Names, apart by spaces."""

    def named(self) -> Iterator[str]:
        for names in self.columns.values():
            yield from names.split()


TABLES: Mapping[str, Kept] = {
    "answer": Kept(
        "comments", {Says.WORDS: "mark comment cleared cleared_mark", Says.NOTHING: "audit_id item_id points"}
    ),
    "appeal": Kept(
        STAYS,
        {
            Says.WHEN: "opened_at decided_at",
            Says.WORDS: "reason note decision mark_before",
            Says.NOTHING: "id public_id audit_id item_id state score_before score_after section_before section_after",
        },
    ),
    "appeal_photo": Kept(
        "evidence",
        {
            Says.WHEN: "kept_at",
            Says.PHOTO: "sha256 received_sha256",
            Says.NOTHING: "id public_id appeal_id width height bytes",
        },
    ),
    "assignment": Kept(
        STAYS, {Says.WORDS: "brief fee expenses", Says.NOTHING: "audit_id opens_on closes_on part correct_until"}
    ),
    "audit": Kept(
        "reasons",
        {
            Says.WHOSE: "shopper_id",
            Says.WHEN: "assigned_at started_at visited_at visited_on submitted_at approved_at released_at",
            Says.WORDS: "reason",
            Says.NOTHING: "id public_id code standard_id branch_id channel state score band outcome",
        },
    ),
    "audit_check": Kept(STAYS, {Says.WHEN: "at", Says.NOTHING: "audit_id kind"}),
    "branch": Kept(
        STAYS,
        {
            Says.NOTHING: "id public_id code name region_id address latitude longitude timezone opened closed cells merged_into_id"
        },
    ),
    "calendar_feed": Kept(UNTIL_ERASED, {Says.WHOSE: "shopper_id", Says.WHEN: "made_at", Says.SECRET: "token_hash"}),
    "case_answers": Kept(
        STAYS, {Says.WHOSE: "shopper_id", Says.WHEN: "sent_at", Says.WORDS: "marks", Says.NOTHING: "case_id"}
    ),
    "conflict_of_interest": Kept(
        UNTIL_ERASED,
        {Says.WHOSE: "shopper_id", Says.WHEN: "declared_at", Says.WORDS: "reason", Says.NOTHING: "branch_id"},
    ),
    "correction": Kept(STAYS, {Says.NOTHING: "id audit_id at why counted_from day settled_at"}),
    "corrective_action": Kept(
        STAYS,
        {
            Says.WHOSE: "owner_id",
            Says.WHEN: "opened_at completed_at verified_at replied_at",
            Says.WORDS: "plan",
            Says.NOTHING: "id public_id branch_id flag_id audit_id item_id state due_on reply effect",
        },
    ),
    "device_session": Kept(
        "traces",
        {
            Says.WHO: "label",
            Says.WHOSE: "user_id lent_to_id",
            Says.WHEN: "started_at expires_at seen_at lent_until",
            Says.SECRET: "token_hash",
            Says.NOTHING: "id",
        },
    ),
    "doorstep": Kept(
        AN_HOUR, {Says.WHOSE: "user_id", Says.WHEN: "until", Says.SECRET: "token_hash", Says.NOTHING: "id"}
    ),
    "draft": Kept(
        "drafts",
        {
            Says.WHEN: "saved_at saves",
            Says.WORDS: "answers visited_at",
            Says.SECRET: "sent_key sent_hash",
            Says.NOTHING: "audit_id",
        },
    ),
    "due_change": Kept(STAYS, {Says.NOTHING: "id scope first_week weekday hour"}),
    "edition": Kept(
        STAYS,
        {
            Says.WORDS: "content changes",
            Says.NOTHING: "id public_id report scope region_id week revision due_at issued_at standard_id states",
        },
    ),
    "evidence": Kept(
        "evidence", {Says.WHEN: "completed_at shown_at", Says.WORDS: "note", Says.NOTHING: "id action_id"}
    ),
    "evidence_photo": Kept(
        "evidence",
        {
            Says.WHEN: "kept_at",
            Says.PHOTO: "sha256 received_sha256",
            Says.NOTHING: "id public_id evidence_id width height bytes",
        },
    ),
    "flag": Kept(
        STAYS,
        {
            Says.WHOSE: "seen_by_id",
            Says.WHEN: "dismissed_at seen_at",
            Says.WORDS: "dismissed_reason seen_note",
            Says.NOTHING: "id public_id branch_id section raised_week last_week missed cleared_week dismissed_until",
        },
    ),
    "history": Kept(
        STAYS, {Says.WHOSE: "by_id", Says.WHEN: "at", Says.WORDS: "details", Says.NOTHING: "id verb thing thing_id"}
    ),
    "item": Kept(
        STAYS,
        {
            Says.NOTHING: "id standard_id section_id code position type weight critical scored na required judgement channels worst best options condition timed wording cells"
        },
    ),
    "knock": Kept(AN_HOUR, {Says.WHEN: "at", Says.SECRET: "about_hash", Says.NOTHING: "id"}),
    "lease": Kept(STAYS, {Says.NOTHING: "scope week holder until"}),
    "look": Kept(STAYS, {Says.NOTHING: "job at"}),
    "mail": Kept(
        "traces",
        {
            Says.WHOSE: "user_id",
            Says.WHEN: "made_at next_at sent_at dropped_at",
            Says.WORDS: "about trouble message_id",
            Says.NOTHING: "id key kind tries lease_until holder folded_into_id",
        },
    ),
    "notice": Kept(
        STAYS, {Says.WORDS: "how", Says.NOTHING: "id public_id branch_id informed_on noted_at withdrawn_at"}
    ),
    "person": Kept(
        "people",
        {
            Says.WHO: "role code email name language branch_id region_id",
            Says.WHEN: "active created_at erased_at",
            Says.SECRET: "password fs_uniquifier",
            Says.NOTHING: "id public_id",
        },
    ),
    "photo": Kept(
        "photos",
        {
            Says.WHEN: "kept_at",
            Says.PHOTO: "sha256 received_sha256",
            Says.NOTHING: "id public_id audit_id item_id width height bytes kept_back",
        },
    ),
    "pin": Kept(
        WITH_ACCESS, {Says.WHOSE: "user_id", Says.WHEN: "given set_at tried", Says.SECRET: "hashed", Says.NOTHING: "id"}
    ),
    "planned": Kept(
        STAYS,
        {
            Says.WHOSE: "shopper_id proposed_id",
            Says.WORDS: "why trouble",
            Says.NOTHING: "id public_id rota_id branch_id opens_on closes_on part anyway audit_id",
        },
    ),
    "recovery_code": Kept(
        UNTIL_ERASED, {Says.WHOSE: "user_id", Says.WHEN: "used_at", Says.SECRET: "code_hash", Says.NOTHING: "id"}
    ),
    "reference_case": Kept(
        STAYS, {Says.NOTHING: "id public_id standard_id channel title story reference closes_on opened_at closed_at"}
    ),
    "region": Kept(STAYS, {Says.NOTHING: "id public_id code name timezone"}),
    "reporting": Kept(STAYS, {Says.NOTHING: "scope first_week asked"}),
    "rota": Kept(
        STAYS,
        {
            Says.WORDS: "brief fee expenses",
            Says.NOTHING: "id public_id state standard_id opens_on closes_on each extra most_audits most_km certified_only quality asked_at",
        },
    ),
    "run": Kept(NINETY_DAYS, {Says.WORDS: "failed", Says.NOTHING: "id job began ended did since"}),
    "score_row": Kept(
        STAYS,
        {
            Says.WHOSE: "shopper_id",
            Says.WHEN: "day",
            Says.NOTHING: "audit_id section_id branch_id score billionths items counted_from",
        },
    ),
    "second_factor": Kept(
        UNTIL_ERASED,
        {
            Says.WHOSE: "user_id",
            Says.WHEN: "begun_at confirmed_at last_step",
            Says.SECRET: "sealed",
            Says.NOTHING: "id tried",
        },
    ),
    "section": Kept(STAYS, {Says.NOTHING: "id standard_id code position weight scored titles"}),
    "shopper_terms": Kept(
        UNTIL_ERASED, {Says.WHO: "home_id most_audits most_km certified_on", Says.WHOSE: "shopper_id"}
    ),
    "sign_in_link": Kept(
        "traces",
        {
            Says.WHOSE: "user_id",
            Says.WHEN: "expires_at used_at",
            Says.SECRET: "token_hash browser_hash code_hash",
            Says.NOTHING: "id wrong_codes",
        },
    ),
    "stand_in": Kept(
        UNTIL_ERASED,
        {
            Says.WHOSE: "person_id stand_in_id",
            Says.WHEN: "first_day last_day named_at ended_at",
            Says.NOTHING: "id public_id region_id",
        },
    ),
    "standard": Kept(STAYS, {Says.NOTHING: "id public_id version title total bands published_at fingerprint headers"}),
    "standard_draft": Kept(STAYS, {Says.NOTHING: "id slot content before step begun_at changed_at"}),
    "subscription": Kept(
        UNTIL_ERASED, {Says.WHOSE: "user_id", Says.WORDS: "wanted alerts alerts_from told_to", Says.SECRET: "token"}
    ),
    "upload": Kept(A_DAY, {Says.WHOSE: "by_id", Says.WHEN: "came_at", Says.WORDS: "content", Says.NOTHING: "kind"}),
    "webhook": Kept(STAYS, {Says.NOTHING: "name told_from told_to"}),
    "webhook_post": Kept(
        STAYS,
        {
            Says.WORDS: "trouble",
            Says.NOTHING: "id public_id key name events made_at next_at tries lease_until holder sent_at dropped_at",
        },
    ),
}
"""A test looks that no column is missing here, and none is listed that is not there."""

"""Taking in a form: what is stored, what a second time changes, and what counts from when."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from branches import appeals, audits, editions, history, standards
from branches.audits import Answer, Audit, ScoreRow
from branches.editions import Scope
from branches.errors import Conflict, Refused
from branches.exchange import Imported, import_folder
from branches.history import Event
from branches.people import Role, User
from branches.places import Branch, Region
from branches.standards import Item, Standard
from branches.weeks import Week
from tests import make
from tests.branches import forms
from tests.branches.forms import AUDITS, BRANCHES, ITEMS, NOW, with_cell, with_column, write


def stored(session: Session, code: str) -> Audit:
    return session.exec(select(Audit).where(Audit.code == code)).one()


def marks(session: Session, audit: Audit) -> dict[str, tuple[str, int | None]]:
    query = select(Item.code, Answer.mark, Answer.points).join(Answer, col(Answer.item_id) == Item.id)
    return {code: (mark, points) for code, mark, points in session.exec(query.where(Answer.audit_id == audit.id))}


def score_rows(session: Session, audit: Audit) -> list[tuple[object, ...]]:
    query = select(ScoreRow).where(ScoreRow.audit_id == audit.id).order_by(col(ScoreRow.section_id))
    return [
        (r.section_id, r.branch_id, r.shopper_id, r.day, r.score, r.billionths, r.items, r.counted_from)
        for r in session.exec(query)
    ]


def everything(session: Session) -> list[object]:
    """Every row that an import may touch."""
    tables = (Region, Branch, User, Standard, Item, Audit, Answer, ScoreRow, Event)
    session.flush()
    return [row.model_dump() for table in tables for row in session.exec(select(table))]


def test_import_stores_places_people_and_standard(session: Session, tmp_path: Path) -> None:
    done = forms.take(session, write(tmp_path / "form"))
    assert done == Imported(branches=2, changed_branches=0, audits=3, unchanged=0, version=1)
    branches = list(session.exec(select(Branch).order_by(Branch.code)))
    assert [(b.code, b.name, b.region.code, b.region.name, b.timezone) for b in branches] == [
        ("b1", "Fő utca", "North", "North", "Europe/Budapest"),
        ("b2", "=SUM(A1)", "South", "South", "Europe/Budapest"),
    ]
    shoppers = list(session.exec(select(User).order_by(User.code)))
    assert [(u.code, u.role, u.active, u.email) for u in shoppers] == [
        ("ann", Role.SHOPPER.value, True, None),
        ("ben", Role.SHOPPER.value, True, None),
    ]
    standard = standards.newest(session)
    assert standard is not None
    assert [(s.code, s.scored, [i.code for i in s.items]) for s in standard.sections] == [
        ("greeting", True, ["greeted", "cut"]),
        ("offerings", True, ["drink"]),
        ("service", True, ["wait", "tools"]),
        ("remarks", False, ["why"]),
    ]
    assert standards.item_texts(standard, "hu")["greeted"] == "Greeted?"


def test_import_stores_audits_as_released(session: Session, tmp_path: Path) -> None:
    forms.take(session, write(tmp_path / "form"))
    audit = stored(session, "a1")
    end_of_day = datetime(2026, 2, 2, 23, tzinfo=UTC)  # midnight in Budapest
    assert (audit.state, audit.visited_on, audit.released_at) == ("released", date(2026, 2, 2), end_of_day)
    assert (audit.shopper.code if audit.shopper else None, audit.channel) == ("ann", "visit")
    assert (audit.score, audit.outcome, stored(session, "a2").outcome) == (93651, "pass", "critical_fail")
    assert marks(session, audit) == {
        "greeted": ("yes", 1000),
        "drink": ("na", None),
        "cut": ("4", 750),
        "wait": ("12.5", 500),
        "tools": ("yes", 1000),
        "why": ("fine, thanks", None),
    }
    assert stored(session, "a2").shopper_id is None
    assert (stored(session, "a3").score, score_rows(session, stored(session, "a3"))) == (None, [])


def test_import_scores_as_rescoring_would(session: Session, tmp_path: Path) -> None:
    forms.take(session, write(tmp_path / "form"))
    for code in ("a1", "a2", "a3"):
        audit = stored(session, code)
        before = (audit.score, audit.band, audit.outcome, score_rows(session, audit))
        audits.rescore(session, audit)
        assert (audit.score, audit.band, audit.outcome, score_rows(session, audit)) == before


def test_import_keeps_the_bands_and_total_of_the_standard_before(session: Session, tmp_path: Path) -> None:
    first = make.standard(session)
    first.bands, first.total = {"good": "80", "poor": "0"}, "sections"
    first.sections[0].weight, first.sections[0].titles = "2.5", {"hu": "Köszöntés"}
    forms.take(session, write(tmp_path / "form"))
    second = standards.newest(session)
    assert second is not None
    assert (second.version, second.bands, second.total) == (2, {"good": "80", "poor": "0"}, "sections")
    assert (second.sections[0].weight, second.sections[0].titles) == ("2.5", {"hu": "Köszöntés"})
    audit = stored(session, "a1")
    kept = (audit.score, audit.band)
    audits.rescore(session, audit)
    assert (audit.score, audit.band) == kept
    assert audit.band == "good"


def test_import_counts_a_branch_in_its_own_zone(session: Session, tmp_path: Path) -> None:
    branches = with_column(BRANCHES, "timezone", {"b2": "Asia/Kolkata"})
    forms.take(session, write(tmp_path / "form", branches=branches))
    assert stored(session, "a2").released_at == datetime(2026, 2, 3, 18, 30, tzinfo=UTC)


def test_import_counts_nothing_before_it_happens(session: Session, tmp_path: Path) -> None:
    today = with_cell(AUDITS, 2, "date", "2026-03-04")
    forms.take(session, write(tmp_path / "form", audits=today))
    assert stored(session, "a1").released_at == NOW


def test_import_counts_late_audits_from_now(session: Session, tmp_path: Path) -> None:
    """An edition was due on 9 February: what was visited before it and comes in now was not in it."""
    folder = write(tmp_path / "form")
    due = datetime(2026, 2, 9, 6, tzinfo=UTC)
    week = Week.parse("2026-W06")
    editions.issue(session, Scope("chain", "UTC"), week, {}, due_at=due, at=due, standard_id=None)
    more = [*AUDITS, ("a4", "b2", "2026-02-10", "", *AUDITS[1][4:])]
    forms.take(session, write(folder, audits=more))
    released = [stored(session, code).released_at for code in ("a1", "a2", "a3", "a4")]
    assert released[:2] == [NOW, NOW]
    assert released[2:] == [datetime(2026, 2, 9, 23, tzinfo=UTC), datetime(2026, 2, 10, 23, tzinfo=UTC)]


def test_same_folder_twice_changes_nothing(session: Session, tmp_path: Path) -> None:
    folder = write(tmp_path / "form")
    forms.take(session, folder)
    before = everything(session)
    done = forms.take(session, folder, at=NOW + timedelta(days=1))
    assert done == Imported(branches=0, changed_branches=0, audits=0, unchanged=3, version=None)
    assert everything(session) == before


def test_more_audits_are_added_to_those_stored(session: Session, tmp_path: Path) -> None:
    forms.take(session, write(tmp_path / "form"))
    more = [AUDITS[0], ("a0", *AUDITS[1][1:]), *AUDITS[1:]]
    done = forms.take(session, write(tmp_path / "form", audits=more))
    assert done == Imported(branches=0, changed_branches=0, audits=1, unchanged=3, version=None)


@pytest.mark.parametrize(
    ("column", "cell", "sentence"),
    [
        ("branch", "b2", 'column branch: Audit a1 is stored with "b1" here, not with "b2".'),
        ("date", "2026-02-01", 'column date: Audit a1 is stored with "2026-02-02" here, not with "2026-02-01".'),
        ("shopper", "", 'column shopper: Audit a1 is stored with "ann" here, not with "".'),
        ("cut", "5", 'column cut: Audit a1 is stored with "4" here, not with "5".'),
        ("drink", "", 'column drink: Audit a1 is stored with "na" here, not with "".'),
    ],
)
def test_same_audit_with_other_content_is_refused(
    session: Session, tmp_path: Path, column: str, cell: str, sentence: str
) -> None:
    forms.take(session, write(tmp_path / "form"))
    before = everything(session)
    changed = write(tmp_path / "form", audits=with_cell(AUDITS, 2, column, cell))
    assert forms.faults(session, changed) == [f"audits.csv, row 2, {sentence}"]
    assert everything(session) == before


def test_other_channel_is_other_content(session: Session, tmp_path: Path) -> None:
    visits = with_column(AUDITS, "channel", {"a1": "visit", "a2": "phone", "a3": "visit"})
    forms.take(session, write(tmp_path / "form", audits=visits))
    assert stored(session, "a2").channel == "phone"
    assert forms.take(session, write(tmp_path / "form")).unchanged == 3  # without the column nothing is said of it
    changed = write(tmp_path / "form", audits=with_cell(visits, 3, "channel", "visit"))
    assert forms.faults(session, changed) == [
        'audits.csv, row 3, column channel: Audit a2 is stored with "phone" here, not with "visit".'
    ]


def test_mark_changed_by_an_appeal_is_not_other_content(session: Session, tmp_path: Path) -> None:
    forms.take(session, write(tmp_path / "form"))
    office = make.user(session)
    appeal = appeals.open_appeal(
        session, stored(session, "a2"), "greeted", reason="We did.", until=NOW + timedelta(days=7), by=office, at=NOW
    )
    appeals.decide(session, appeal, upheld_as="yes", decision="Seen on the photo.", by=office, at=NOW)
    assert marks(session, stored(session, "a2"))["greeted"] == ("yes", 1000)
    assert forms.take(session, write(tmp_path / "form")).unchanged == 3


def test_changed_items_make_a_version_and_leave_old_audits(session: Session, tmp_path: Path) -> None:
    forms.take(session, write(tmp_path / "form"))
    items = [*with_cell(ITEMS, 3, "weight", "2"), ("bye", "greeting", "Goodbye?", "", "", "", "", "", "", "")]
    new = ("a4", "b1", "2026-02-16", "ann", "yes", "na", "4", "12.5", "yes", "", "yes")
    folder = write(tmp_path / "form", items=items, audits=[*with_column(AUDITS, "bye"), new])
    assert forms.take(session, folder) == Imported(0, 0, audits=1, unchanged=3, version=2)
    versions = [stored(session, code).standard.version for code in ("a1", "a2", "a3", "a4")]
    assert versions == [1, 1, 1, 2]
    assert [e.verb for e in history.of(session, stored(session, "a4").standard)] == ["publish", "import"]


def test_old_audit_with_a_mark_for_a_new_item_is_refused(session: Session, tmp_path: Path) -> None:
    forms.take(session, write(tmp_path / "form"))
    items = [*ITEMS, ("bye", "greeting", "Goodbye?", "", "", "", "", "", "", "")]
    folder = write(tmp_path / "form", items=items, audits=with_column(AUDITS, "bye", {"a1": "yes"}))
    assert forms.faults(session, folder) == [
        'audits.csv, row 2, column bye: Audit a1 is stored with "" here, not with "yes".'
    ]


def test_items_of_an_earlier_version_are_not_published_again(session: Session, tmp_path: Path) -> None:
    first, second = write(tmp_path / "first"), write(tmp_path / "second", items=with_cell(ITEMS, 2, "weight", "9"))
    forms.take(session, first)
    assert forms.take(session, second).version == 2
    more = [*AUDITS, ("a4", *AUDITS[1][1:])]
    assert forms.take(session, write(first, audits=more)) == Imported(0, 0, audits=1, unchanged=3, version=None)
    assert stored(session, "a4").standard.version == 1


def test_changed_branch_is_updated_with_history(session: Session, tmp_path: Path) -> None:
    forms.take(session, write(tmp_path / "form"))
    branches = [*with_cell(with_cell(BRANCHES, 2, "name", "High Street"), 2, "region", "West")]
    done = forms.take(session, write(tmp_path / "form", branches=branches))
    assert done == Imported(branches=0, changed_branches=1, audits=0, unchanged=3, version=None)
    branch = session.exec(select(Branch).where(Branch.code == "b1")).one()
    assert (branch.name, branch.region.code) == ("High Street", "West")
    assert [(e.verb, e.details) for e in history.of(session, branch)] == [
        ("change", {"name": ["Fő utca", "High Street"], "region": ["North", "West"]})
    ]


def test_branch_changed_in_the_program_stays_so(session: Session, tmp_path: Path) -> None:
    """The form changes only what changed in the form; a branch that it leaves out stays."""
    columns = with_column(with_column(BRANCHES, "timezone"), "closed")
    forms.take(session, write(tmp_path / "form", branches=columns))
    branch = session.exec(select(Branch).where(Branch.code == "b1")).one()
    branch.closed = date(2026, 3, 1)
    again = with_cell(columns, 2, "timezone", "Europe/Vienna")
    assert forms.take(session, write(tmp_path / "form", branches=again)).changed_branches == 1
    assert (branch.closed, branch.timezone) == (date(2026, 3, 1), "Europe/Vienna")
    left_out = write(tmp_path / "form", branches=again[:2], audits=[AUDITS[0], AUDITS[1]])
    assert forms.take(session, left_out) == Imported(0, 0, audits=0, unchanged=1, version=None)
    assert len(session.exec(select(Branch)).all()) == 2


def test_branch_made_in_the_program_is_known_to_the_form(session: Session, tmp_path: Path) -> None:
    region = make.region(session, name="North")
    branch = make.branch(session, region, name="Fő utca")
    branches = [BRANCHES[0], (branch.code, "Fő utca", region.code), BRANCHES[2]]
    folder = write(tmp_path / "form", branches=branches, audits=[AUDITS[0], AUDITS[2]])
    assert forms.take(session, folder) == Imported(branches=1, changed_branches=0, audits=1, unchanged=0, version=1)
    renamed = write(tmp_path / "form", branches=with_cell(branches, 2, "name", "Main"), audits=[AUDITS[0], AUDITS[2]])
    assert forms.take(session, renamed).changed_branches == 1
    assert branch.name == "Main"


def test_import_writes_one_line_of_history(session: Session, tmp_path: Path) -> None:
    forms.take(session, write(tmp_path / "form"))
    standard = standards.newest(session)
    assert standard is not None
    assert [(e.verb, e.details) for e in history.of(session, standard)] == [
        ("publish", {"version": 1}),
        ("import", {"branches": 2, "changed": 0, "audits": 3, "unchanged": 0}),
    ]
    assert sorted(e.verb for e in session.exec(select(Event))) == ["import", "open", "open", "publish"]  # two regions


def test_import_reads_bom_and_carriage_returns(session: Session, tmp_path: Path) -> None:
    folder = write(tmp_path / "form")
    for path in folder.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\r\n\r\n")
    assert forms.take(session, folder).audits == 3


def test_import_tells_its_progress(session: Session, tmp_path: Path) -> None:
    folder = write(tmp_path / "form")
    size = (folder / "audits.csv").stat().st_size
    told: list[tuple[int, int]] = []

    def tell(done: int, of: int) -> None:
        told.append((done, of))

    for _ in range(2):
        import_folder(session, folder, at=NOW, default_timezone=forms.ZONE, progress=tell)
    fresh = [(size, 2 * size), (2 * size, 2 * size), (2 * size, 2 * size)]
    assert told == [*fresh, (size, 3 * size), (2 * size, 3 * size), (3 * size, 3 * size)]


def test_import_refuses_a_default_zone_that_is_none(session: Session, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Atlantis is not a time zone"):
        import_folder(session, write(tmp_path / "form"), at=NOW, default_timezone="Atlantis")


def test_import_refuses_a_file_that_changes_meanwhile(session: Session, tmp_path: Path) -> None:
    folder = write(tmp_path / "form")

    def change(done: int, of: int) -> None:
        if done < of:
            write(folder, audits=with_cell(AUDITS, 2, "cut", "1"))

    with pytest.raises(Conflict, match=r"audits\.csv was changed while it was being read"):
        import_folder(session, folder, at=NOW, default_timezone=forms.ZONE, progress=change)


def test_real_audits_are_taken_in(session: Session, inspections: Path) -> None:
    done = forms.take(session, inspections)
    assert done == Imported(branches=180, changed_branches=0, audits=400, unchanged=0, version=1)
    audit = stored(session, "565505")
    before = (audit.score, score_rows(session, audit))
    audits.rescore(session, audit)
    assert (audit.score, score_rows(session, audit)) == before

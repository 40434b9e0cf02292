"""Writing a form: cell for cell what came in, today's value where it has changed, whole or not at all."""

import csv
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from branches import audits, database, standards
from branches.audits import Audit
from branches.errors import Refused
from branches.exchange import Exported, Imported, export_folder, import_folder
from branches.people import Role
from branches.places import Branch, Region
from tests import make
from tests.branches import forms
from tests.branches.forms import AUDITS, BRANCHES, ITEMS, NOW, ZONE, cells, read, with_cell, with_column, write


def test_form_comes_back_cell_for_cell(session: Session, tmp_path: Path) -> None:
    folder = write(tmp_path / "form")
    forms.take(session, folder)
    assert export_folder(session, tmp_path / "out", at=NOW) == Exported(branches=2, audits=3, versions=())
    assert read(tmp_path / "out") == cells()


def test_columns_come_back_in_their_order(session: Session, tmp_path: Path) -> None:
    def mixed(rows: forms.Rows) -> list[list[str]]:
        return [[*row[3:], *row[2::-1]] for row in rows]

    branches = mixed(with_column(with_column(BRANCHES, "latitude", {"b1": "47.500", "b2": "-0"}), "opened"))
    audits_mixed = mixed(with_column(AUDITS, "channel", {"a1": "visit", "a2": "phone", "a3": "visit"}))
    forms.take(session, write(tmp_path / "form", branches, mixed(ITEMS), audits_mixed))
    export_folder(session, tmp_path / "out", at=NOW)
    assert read(tmp_path / "out") == cells(branches, mixed(ITEMS), audits_mixed)


def test_real_audits_come_back_byte_for_byte(session: Session, tmp_path: Path, inspections: Path) -> None:
    forms.take(session, inspections)
    export_folder(session, tmp_path / "out", at=NOW)
    for path in (tmp_path / "out").iterdir():
        assert path.read_bytes() == (inspections / path.name).read_bytes()
    assert len(list((tmp_path / "out").iterdir())) == 3


NASTY = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.sampled_from(
    ["=1+1", "@x", " lead", "trail ", 'a"b', '"', "a,b", "a\nb", "a\r\nb", "a\rb", "\ufeffx", "'", "\\", "na", "  "]
)
CODES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp", "Cs"]), min_size=1, max_size=8)


@st.composite
def nasty(draw: st.DrawFn) -> tuple[forms.Rows, forms.Rows, forms.Rows]:
    codes = draw(st.lists(CODES, min_size=1, max_size=3, unique=True))
    branches = [("name", "branch", "address", "region")]
    branches += [(draw(CODES), code, draw(NASTY), draw(CODES)) for code in codes]
    taken = {"audit", "branch", "date", "shopper", "channel"}
    named = draw(st.lists(CODES.filter(lambda code: code not in taken), min_size=1, max_size=3, unique=True))
    items = [("item", "section", "text", "type"), *((code, draw(CODES), draw(NASTY) or "?", "text") for code in named)]
    audits_of = draw(st.lists(CODES, min_size=1, max_size=4, unique=True))
    rows = [("audit", "branch", "date", "shopper", *named)]
    for code in audits_of:
        shopper = draw(st.just("") | CODES)
        day = draw(st.dates(date(1970, 1, 1), date(2026, 3, 4))).isoformat()
        rows.append((code, draw(st.sampled_from(codes)), day, shopper, *(draw(NASTY) for _ in named)))
    return branches, items, rows


@pytest.mark.slow
@given(form=nasty())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back_as_it_was(
    engine: sa.Engine, tmp_path: Path, form: tuple[forms.Rows, forms.Rows, forms.Rows]
) -> None:
    folder = write(tmp_path / "form", *form)
    with Session(engine) as session:
        import_folder(session, folder, at=NOW, default_timezone=ZONE)
        export_folder(session, tmp_path / "out", at=NOW)
        again = import_folder(session, tmp_path / "out", at=NOW, default_timezone=ZONE)
        session.rollback()
    assert read(tmp_path / "out") == cells(*form)
    assert again == Imported(0, 0, audits=0, unchanged=len(form[2]) - 1, version=None)


def test_branch_changed_in_the_program_is_written_as_it_is_now(session: Session, tmp_path: Path) -> None:
    branches = with_column(with_column(BRANCHES, "latitude", {"b1": "47.50", "b2": "1.0"}), "opened")
    forms.take(session, write(tmp_path / "form", branches=branches))
    branch = session.exec(select(Branch).where(Branch.code == "b1")).one()
    branch.name, branch.latitude, branch.closed, branch.timezone = "New", 0.00001, date(2026, 3, 1), "Europe/Vienna"
    export_folder(session, tmp_path / "out", at=NOW)
    assert read(tmp_path / "out")["branches.csv"] == [
        ["branch", "name", "region", "latitude", "opened", "timezone", "closed"],
        ["b1", "New", "North", "0.00001", "", "Europe/Vienna", "2026-03-01"],
        ["b2", "=SUM(A1)", "South", "1.0", "", ZONE, ""],
    ]


def test_region_whose_zone_was_changed_does_not_move_its_branches(session: Session, tmp_path: Path) -> None:
    branches = with_column(BRANCHES, "timezone")
    forms.take(session, write(tmp_path / "form", branches=branches))
    session.exec(select(Region).where(Region.code == "North")).one().timezone = "Asia/Kolkata"
    export_folder(session, tmp_path / "out", at=NOW)
    assert read(tmp_path / "out")["branches.csv"] == [list(r) for r in with_cell(branches, 2, "timezone", ZONE)]


def test_chain_made_in_the_program_is_a_form_too(session: Session, tmp_path: Path) -> None:
    branch = make.branch(session)
    audit = make.audit(session, branch, by=make.shopper(session), score=70)
    make.audit(session, branch, by=make.user(session, Role.SHOPPER))
    export_folder(session, tmp_path / "out", at=NOW)
    found = read(tmp_path / "out")
    items = [item.code for section in audit.standard.sections for item in section.items]
    assert found["branches.csv"] == [
        ["branch", "name", "region", "timezone"],
        [branch.code, "Main Street", branch.region.code, "Europe/Budapest"],
    ]
    assert found["items.csv"][:2] == [
        ["item", "section", "text", "type", "weight", "critical", "scored", "from", "to", "na"],
        ["greeting1", "greeting", "greeting1", "yes_no", "1", "no", "yes", "", "", "yes"],
    ]
    assert found["audits.csv"][0] == ["audit", "branch", "date", "shopper", "channel", *items]
    assert audit.shopper is not None
    assert found["audits.csv"][1][:5] == [audit.public_id, branch.code, "2025-07-02", audit.shopper.code, "visit"]
    assert found["audits.csv"][1][5:] == ["yes"] * 7 + ["no"] * 3 + ["yes"] * 7 + ["no"] * 3
    assert forms.take(session, tmp_path / "out") == Imported(0, 0, audits=0, unchanged=2, version=2)


def test_other_channel_gets_a_column(session: Session, tmp_path: Path) -> None:
    forms.take(session, write(tmp_path / "form"))
    session.exec(select(Audit).where(Audit.code == "a2")).one().channel = "phone"
    export_folder(session, tmp_path / "out", at=NOW)
    channels = {"a1": "visit", "a2": "phone", "a3": "visit"}
    assert read(tmp_path / "out")["audits.csv"] == [list(row) for row in with_column(AUDITS, "channel", channels)]


def test_audits_that_do_not_count_are_left_out(session: Session, tmp_path: Path) -> None:
    forms.take(session, write(tmp_path / "form"))
    audit = session.exec(select(Audit).where(Audit.code == "a2")).one()
    audits.exclude(session, audit, reason="Wrong branch.", by=make.user(session), at=NOW)
    assert export_folder(session, tmp_path / "out", at=NOW).audits == 2
    assert [row[0] for row in read(tmp_path / "out")["audits.csv"]] == ["audit", "a1", "a3"]


def test_earlier_versions_have_folders_of_their_own(session: Session, tmp_path: Path) -> None:
    forms.take(session, write(tmp_path / "form"))
    items = with_cell(ITEMS, 2, "weight", "9")
    more = [AUDITS[0], ("a4", *AUDITS[1][1:])]
    forms.take(session, write(tmp_path / "form", items=items, audits=more))
    assert export_folder(session, tmp_path / "out", at=NOW) == Exported(branches=2, audits=4, versions=(1,))
    assert read(tmp_path / "out") == cells(items=items, audits=more) | {
        f"version-1/{name}": rows for name, rows in cells().items()
    }
    assert export_folder(session, tmp_path / "out", at=NOW).audits == 4


def test_many_audits_keep_their_order(session: Session, tmp_path: Path) -> None:
    rows = [AUDITS[0], *((f"a{n * 7919 % 1201}", "b1", "2026-02-02", f"s{n}", *AUDITS[1][4:]) for n in range(1201))]
    forms.take(session, write(tmp_path / "form", audits=rows[:1001]))
    assert forms.take(session, write(tmp_path / "form", audits=rows)) == Imported(
        0, 0, 201, unchanged=1000, version=None
    )
    export_folder(session, tmp_path / "out", at=NOW)
    assert read(tmp_path / "out")["audits.csv"] == [list(row) for row in rows]


def test_export_replaces_an_earlier_one_and_nothing_else(session: Session, tmp_path: Path) -> None:
    folder = write(tmp_path / "form")
    forms.take(session, folder)
    (tmp_path / "form" / "audits.csv").write_text("old")
    export_folder(session, folder, at=NOW)
    assert read(folder) == cells()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["form"]
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(Refused, match="holds something else"):
        export_folder(session, folder, at=NOW)
    assert (folder / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("kind", ["file", "link", "linked file", "other folder", "version with more"])
def test_export_does_not_touch_what_is_not_a_form(session: Session, tmp_path: Path, kind: str) -> None:
    forms.take(session, write(tmp_path / "form"))
    target, other = tmp_path / "out", tmp_path / "other"
    if kind == "file":
        target.write_text("mine")
    elif kind == "link":
        other.mkdir()
        target.symlink_to(other)
    else:
        target.mkdir()
    if kind == "linked file":
        (target / "audits.csv").symlink_to(tmp_path / "form" / "audits.csv")
    elif kind == "other folder":
        (target / "photos").mkdir()
    elif kind == "version with more":
        (target / "version-1").mkdir()
        (target / "version-1" / "notes.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Refused, match="holds something else"):
        export_folder(session, target, at=NOW)
    assert sorted(tmp_path.rglob("*")) == before


def test_export_into_a_place_that_cannot_be(session: Session, tmp_path: Path) -> None:
    forms.take(session, write(tmp_path / "form"))
    with pytest.raises(Refused, match="cannot be written: File exists"):
        export_folder(session, tmp_path / "form" / "items.csv" / "out", at=NOW)


def test_export_that_fails_leaves_the_earlier_one(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "form")
    forms.take(session, folder)
    real = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path.name == "new":
            raise OSError(28, "No space left on device")
        return real(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(Refused, match="No space left"):
        export_folder(session, folder, at=NOW)
    assert read(folder) == cells()


def test_export_needs_a_standard(session: Session, tmp_path: Path) -> None:
    standards.draft(session, title="Draft")
    with pytest.raises(Refused, match="nothing to export"):
        export_folder(session, tmp_path / "out", at=NOW)


def test_export_takes_no_notice_of_a_read_only_look(engine: sa.Engine, tmp_path: Path) -> None:
    with database.transaction(engine) as session:
        forms.take(session, write(tmp_path / "form"))
    with database.reading(engine) as session:
        export_folder(session, tmp_path / "out", at=NOW)
    with (tmp_path / "out" / "branches.csv").open(newline="") as file:
        assert list(csv.reader(file))[2][1] == "=SUM(A1)"

"""Storing what surrounds the audits of a form: regions, branches, the standard and the shoppers."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, or_, select

from branches import history, standards
from branches.database import in_parts
from branches.exchange.cells_out import branch_cells, says_the_same
from branches.exchange.form import BranchRow, Form, ItemRow
from branches.people import Role, User
from branches.places import Branch, Region, check_kept, open_region
from branches.scoring import Total
from branches.standards import Item, Section, Standard

FIELDS = ("name", "address", "latitude", "longitude", "opened", "closed")
"""Columns of branches.csv that are kept under their own names."""


class Places:
    """The chain's branches while a form is taken in; regions and branches the form names are added or changed."""

    def __init__(self, session: Session, *, at: datetime, timezone: str, by: User | None) -> None:
        self._session = session
        self._at = at
        self._timezone = timezone
        self._by = by
        self._regions = {region.code: region for region in session.exec(select(Region))}
        self.branches = {branch.code: branch for branch in session.exec(select(Branch))}
        self.added = 0
        self.changed = 0

    def take(self, rows: Iterable[BranchRow]) -> None:
        for row in rows:
            branch = self.branches.get(row.code)
            if branch is None:
                self.branches[row.code] = self._add(row)
            else:
                check_kept(branch)
                self._change(branch, row)
        self._session.flush()

    def _region(self, code: str) -> Region:
        if code not in self._regions:
            self._regions[code] = open_region(self._session, code, timezone=self._timezone, by=self._by, at=self._at)
        return self._regions[code]

    def _region_of(self, branch: Branch) -> Region:
        return next(region for region in self._regions.values() if region.id == branch.region_id)

    def _add(self, row: BranchRow) -> Branch:
        region = self._region(row.region)
        branch = Branch(
            code=row.code,
            region_id=region.id,
            timezone=row.timezone or region.timezone,
            cells=dict(row.cells),
            **{field: getattr(row, field) for field in FIELDS},
        )
        self._session.add(branch)
        self.added += 1
        return branch

    def _change(self, branch: Branch, row: BranchRow) -> None:
        """Takes over the cells that differ from those taken in last, so that what the program changed since stays."""
        before = branch.cells
        if before is None:
            before = branch_cells(branch, self._region_of(branch))
            differing = [
                c for c, cell in row.cells.items() if not says_the_same(c, cell, branch, self._region_of(branch))
            ]
        else:
            differing = [c for c, cell in row.cells.items() if before.get(c, "") != cell]
        if not differing:
            return
        region = self._region(row.region)
        for column in differing:
            if column == "region":
                branch.region_id = region.id
            elif column == "timezone":
                branch.timezone = row.timezone or region.timezone
            else:
                setattr(branch, column, getattr(row, column))
        details = {column: [before.get(column, ""), row.cells[column]] for column in differing}
        branch.cells = {**before, **row.cells}
        self._session.add(branch)
        history.write(self._session, "change", branch, by=self._by, at=self._at, **details)
        self.changed += 1


def take_standard(session: Session, form: Form, *, at: datetime, by: User | None) -> tuple[Standard, bool]:
    """The version whose content the form's is, newly published where there is none; and whether it is new."""
    query = select(Standard).where(Standard.fingerprint == form.fingerprint, col(Standard.published_at) <= at)
    known = session.exec(query.order_by(col(Standard.version).desc())).first()
    headers = {file: list(columns) for file, columns in form.headers.items()}
    if known is not None:
        if known.headers != headers:
            known.headers = headers
            session.add(known)
        return known, False
    before = standards.current(session, at)
    standard = standards.draft(
        session,
        title=before.title if before else "",
        total=Total(before.total) if before else Total.POOLED,
        bands=dict(before.bands) if before else None,
    )
    standard.fingerprint, standard.headers = form.fingerprint, headers
    _add_sections(session, standard, form.items, before)
    session.refresh(standard)
    standards.publish(session, standard, at=at, by=by)
    return standard, True


def _add_sections(session: Session, standard: Standard, items: Iterable[ItemRow], before: Standard | None) -> None:
    """In the order in which they first appear; weight and titles, which the form cannot say, stay as they were."""
    known = {section.code: section for section in before.sections} if before else {}
    grouped: dict[str, list[tuple[int, ItemRow]]] = {}
    for position, item in enumerate(items):
        grouped.setdefault(item.section, []).append((position, item))
    for place, (code, rows) in enumerate(grouped.items()):
        section = Section(standard_id=standard.id, code=code, position=place, scored=any(i.scored for _, i in rows))
        if code in known:
            section.weight, section.titles = known[code].weight, dict(known[code].titles)
        session.add(section)
        session.flush()
        session.add_all(_item(standard, section, position, item) for position, item in rows)
    session.flush()


def _item(standard: Standard, section: Section, position: int, item: ItemRow) -> Item:
    return Item(
        standard_id=standard.id,
        section_id=section.id,
        code=item.code,
        position=position,
        type=item.type.value,
        weight=item.weight,
        critical=item.critical,
        scored=item.scored,
        na=item.na,
        worst=item.worst,
        best=item.best,
        wording={"en": {"text": item.text}},
        cells=dict(item.cells),
    )


def known_shoppers(session: Session, codes: Iterable[str]) -> dict[str, int]:
    """Ids by what the form calls them: their code, or where they have none their public id."""
    found: dict[str, int] = {}
    for part in in_parts(codes):
        query = select(col(User.id), col(User.code), col(User.public_id)).where(
            or_(col(User.code).in_(part), col(User.code).is_(None) & col(User.public_id).in_(part))
        )
        found.update({code or public: number for number, code, public in session.exec(query)})
    return found


def take_shoppers(session: Session, codes: Iterable[str], *, at: datetime) -> dict[str, int]:
    """Ids of the form's shoppers, added where they are new."""
    wanted = list(codes)
    found = known_shoppers(session, wanted)
    new = [User(role=Role.SHOPPER.value, code=code, created_at=at) for code in wanted if code not in found]
    session.add_all(new)
    session.flush()
    return found | {str(user.code): user.id for user in new}

"""Every column is listed with what it says of a person: a new one cannot be forgotten."""

from dataclasses import fields
from pathlib import Path

import pytest

from branches.keeping import Terms
from branches.personal import FIXED, TABLES, Says
from branches.striking import texts
from branches.tables import metadata

PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"


def test_every_table_is_listed() -> None:
    assert TABLES.keys() == metadata.tables.keys()


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_every_column_is_listed_once(name: str) -> None:
    assert sorted(TABLES[name].named()) == sorted(column.name for column in metadata.tables[name].columns)


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_what_leads_to_a_person_is_said_to(name: str) -> None:
    leads = {
        column.name
        for column in metadata.tables[name].columns
        if any(key.column.table.name == "person" for key in column.foreign_keys)
    }
    assert leads == set(TABLES[name].columns.get(Says.WHOSE, "").split())


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_what_an_erasure_looks_through_is_said_to_hold_words(name: str) -> None:
    """Long texts may hold a name; so they are no nothing, but for codes, wordings of the standard, and what machines said."""
    said = TABLES[name].columns
    assert not {one.name for one in texts(metadata.tables[name])} & set(said.get(Says.NOTHING, "").split()) - ALSO


ALSO = {"did", "events", "extra", "quality", "effect", "why", "reference", "story", "options", "cells", "wanted"}
"""Facts in JSON, codes, and head office's own cases: of no person."""


def test_how_long_is_a_setting_or_one_of_the_fixed_terms() -> None:
    names = {field.name for field in fields(Terms)} - {"least_days"}
    assert {kept.term for kept in TABLES.values()} == names | set(FIXED)


def test_the_page_for_readers_names_every_setting_and_every_fixed_term() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for field in fields(Terms):
        assert field.name == "least_days" or f"`keep_{field.name}_months`" in page
    for term in FIXED:
        assert term in page

from collections.abc import Iterator
from pathlib import Path

import pytest

import reports
from monitor import pencil as drawn


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    drawn.pencil.cache_clear()
    yield
    drawn.pencil.cache_clear()


def test_pictures_kept_by_other_code_are_not_taken_for_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "__file__", str(tmp_path / "__init__.py"))
    marks = []
    for code in ("DOT = 3\n", "DOT = 4\n", "DOT = 3\n"):
        (tmp_path / "charts.py").write_text(code, encoding="utf-8")
        drawn.pencil.cache_clear()
        marks.append(drawn.pencil())
    assert marks[0] == marks[2] != marks[1]


def test_pictures_of_the_same_code_are_kept() -> None:
    first = drawn.pencil()
    drawn.pencil.cache_clear()
    assert drawn.pencil() == first

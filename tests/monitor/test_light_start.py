"""The pages begin without the libraries that fit and draw: these are loaded when somebody first asks for what needs them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("scipy", "matplotlib", "pandas", "typst", "prometheus_client")


def loaded(code: str) -> set[str]:
    """Which of the heavy libraries a new process has loaded once it has run this."""
    said = f"import sys\n{code}\nprint(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.slow
def test_the_pages_begin_without_the_heavy_libraries() -> None:
    assert loaded("import monitor.commands.serve, monitor.serving, monitor.app") == set()


@pytest.mark.slow
def test_what_fits_is_loaded_when_somebody_first_needs_it() -> None:
    begun = "import monitor.app\nfrom reports import upheld"
    assert loaded(f"{begun}\nupheld.share(3, 9)") == set()
    assert loaded(f"{begun}\nassert upheld.share(5, 20) is not None") == {"scipy"}


@pytest.mark.slow
@pytest.mark.parametrize("room", ["reports.weekly", "monitor.working"])
def test_the_scheduler_has_them_from_the_start(room: str) -> None:
    assert "scipy" in loaded(f"import {room}")

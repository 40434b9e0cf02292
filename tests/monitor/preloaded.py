"""Small programs in C that are put between a server and its disk."""

import shutil
import subprocess
from pathlib import Path

import pytest


def compiled(source: str, folder: Path) -> Path:
    """The library that a server is to preload; where nothing compiles C, and where all must run, the test has failed."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler here: install one that is called cc")
    library = folder / Path(source).with_suffix(".so")
    words = [compiler, "-shared", "-fPIC", "-O1", "-o", library, Path(__file__).with_name(source), "-ldl", "-lpthread"]
    subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True)
    return library

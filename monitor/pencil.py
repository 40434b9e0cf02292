"""What kept pictures and papers depend on besides an edition's figures: our own code and words that made them."""

from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

import reports
from branches.language import CATALOGUES

MAKERS = {".py", ".typ", ".po"}
LIBRARIES = ("matplotlib", "segno", "typst")


@cache
def pencil() -> str:
    """A mark that changes with whatever draws, sets or words, so that nobody has to remember to count one up."""
    found = blake2b(digest_size=8)
    for folder in (Path(reports.__file__).parent, CATALOGUES):
        for file in sorted(path for path in folder.rglob("*") if path.suffix in MAKERS):
            found.update(file.read_bytes())
    for library in LIBRARIES:
        found.update(version(library).encode())
    return found.hexdigest()

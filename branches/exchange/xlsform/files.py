"""XLSForms on disk: one file holds a standard in all its languages."""

from pathlib import Path

from branches.errors import Refused
from branches.exchange.faults import shown
from branches.exchange.structure import FIRST
from branches.exchange.toml_out import written_standard
from branches.exchange.xlsform.reading import ReadForm, read_xlsform
from branches.exchange.xlsform.unpacking import MOST_BYTES
from branches.exchange.xlsform.writing import xlsform
from branches.standards import Standard

SUFFIX = ".xlsx"


def read_file(file: Path, *, language: str = FIRST) -> ReadForm:
    """What a file says; no more of it is read than fits."""
    with file.open("rb") as stream:
        return read_xlsform(stream.read(MOST_BYTES + 1), file=shown(file.name), language=language)


def write_file(standard: Standard, file: Path) -> None:
    """Writes a version as an XLSForm; replaces no file."""
    if file.suffix != SUFFIX:
        raise Refused("{file} is no name for an XLSForm; write one such as salon.xlsx.", file=shown(file.name))
    data = xlsform(written_standard(standard))
    try:
        with file.open("xb") as stream:
            stream.write(data)
    except FileExistsError as error:
        raise Refused("{file} is there already; name another file.", file=str(file)) from error
    except OSError as error:
        raise Refused("{file} cannot be written: {why}.", file=str(file), why=error.strerror or "") from error

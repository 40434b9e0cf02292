"""The chain in and out of files: the folder form of three CSV files, and the standard as TOML."""

from branches.exchange.checking import Progress, read_folder
from branches.exchange.exporting import Exported, export_folder
from branches.exchange.faults import Fault, FormRefused
from branches.exchange.form import Form
from branches.exchange.importing import Imported, import_folder
from branches.exchange.shipped import load_standard

__all__ = [
    "Exported",
    "Fault",
    "Form",
    "FormRefused",
    "Imported",
    "Progress",
    "export_folder",
    "import_folder",
    "load_standard",
    "read_folder",
]

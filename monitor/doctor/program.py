"""What the program brings with it: its catalogues and its fonts."""

from branches.language import ORIGINAL, codes, language
from monitor.doctor.patient import Finding, Patient

LEAST = 5
"""Languages that the program comes with: English and four catalogues."""
AGAIN = "Install the program again: python3 run.py --version"


def languages(_: Patient) -> Finding:
    """Whether each has its catalogue; one without any file is not known to be missing, so their number is looked at too."""
    if len(codes()) < LEAST:
        return Finding(f"only {', '.join(codes())}", AGAIN)
    bare = [code for code in codes() if code != ORIGINAL and not language(code).sentences]
    return Finding(f"without a catalogue: {', '.join(bare)}", AGAIN) if bare else Finding(", ".join(codes()))


def fonts(_: Patient) -> Finding:
    """Whether the fonts of charts and of the PDF are there."""
    # The drawing library takes a second to import; the other commands do not wait for it.
    from reports import letters  # noqa: PLC0415

    files = letters.files()
    lost = [file.name for file in files if not file.is_file()]
    if lost or not files:
        return Finding(f"missing: {', '.join(lost) or 'all'}", AGAIN)
    return Finding(f"files: {len(files)}")

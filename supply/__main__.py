"""Writes the bill of materials: `python3 run.py sbom > sbom.json`."""

import sys
from datetime import UTC, datetime

from supply.bill import as_json, bill
from supply.lock import LOCK, parts

sys.stdout.write(as_json(bill(parts(LOCK.read_text(encoding="utf-8")), at=datetime.now(UTC))) + "\n")

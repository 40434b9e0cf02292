"""Lighthouse's scores of the form, where that tool and a browser for it are on the PATH; no part of the project needs it."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.phone_chain import Chain

KINDS = ("performance", "accessibility", "best-practices")


def scores(chain: Chain, language: str) -> None:
    """Prints what Lighthouse says of the form as a phone sees it."""
    program = shutil.which("lighthouse")
    if program is None:
        print("Lighthouse is not here: npm install --global lighthouse")
        return
    for step in ("1", "all"):
        address = f"{chain.address}/audits/{chain.audits[language].pop()}/form/{step}"
        with tempfile.TemporaryDirectory() as held:
            file = Path(held) / "report.json"
            head = json.dumps({"Cookie": f"device={chain.devices[language]}"})
            flags = "--headless=new --no-sandbox"
            subprocess.run(
                [program, address, f"--extra-headers={head}", f"--only-categories={','.join(KINDS)}", "--output=json",
                 f"--output-path={file}", f"--chrome-flags={flags}", "--quiet"],
                check=True,
            )  # fmt: skip
            found = json.loads(file.read_text())
        marks = {kind: round(100 * (found["categories"][kind]["score"] or 0)) for kind in KINDS}
        times = {
            name: found["audits"][name]["displayValue"]
            for name in (
                "largest-contentful-paint",
                "total-blocking-time",
                "cumulative-layout-shift",
                "total-byte-weight",
            )
        }
        failed = [one["id"] for one in found["audits"].values() if one.get("score") == 0]
        print(f"Lighthouse of form/{step}: {marks} {times} {failed}")

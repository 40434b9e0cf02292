"""A disk that forgets: after a power cut it has what was synced and nothing else. How it knows stands in forgetful.c."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.monitor.preloaded import compiled


@dataclass(frozen=True)
class Disk:
    """A folder, what of it was synced, and what makes a program note that."""

    folder: Path
    kept: Path
    library: Path

    def around(self, *lies: str) -> dict[str, str]:
        """What a program is to find in its environment; files whose path holds one of these words it never syncs."""
        return {
            "LD_PRELOAD": str(self.library),
            "FORGETFUL": str(self.folder),
            "FORGETFUL_KEPT": str(self.kept),
            "FORGETFUL_LIES": ":".join(lies),
        }

    def sync_all(self) -> None:
        """As it is now it survives: what a test begins with."""
        for path in (self.folder, *self.folder.rglob("*")):
            number = path.stat().st_ino
            if path.is_dir():
                lines = [f"{'d' if one.is_dir() else 'f'}{one.stat().st_ino} {one.name}\n" for one in path.iterdir()]
                (self.kept / f"d{number}").write_text("".join(lines), encoding="utf-8")
            else:
                shutil.copyfile(path, self.kept / f"f{number}")

    def cut_power(self) -> None:
        """The folder becomes what a disk would have of it; to be called when nothing runs on it any more."""
        found = self.folder.with_name(f"{self.folder.name}.found")
        self._bring_back(f"d{self.folder.stat().st_ino}", found)
        shutil.rmtree(self.folder)
        found.rename(self.folder)
        for file in self.kept.iterdir():
            file.unlink()
        self.sync_all()

    def _bring_back(self, number: str, into: Path) -> None:
        """A folder by its synced names; of a file that was never synced there is the name and nothing in it."""
        into.mkdir(mode=0o700)
        names = self.kept / number
        for line in names.read_text(encoding="utf-8").splitlines() if names.exists() else ():
            one, _, name = line.partition(" ")
            if one.startswith("d"):
                self._bring_back(one, into / name)
            else:
                file = into / name
                file.touch(mode=0o600)
                file.write_bytes((self.kept / one).read_bytes() if (self.kept / one).exists() else b"")


def disk(folder: Path, beside: Path) -> Disk:
    """Makes the folder, and what is to be preloaded."""
    kept = beside / "kept"
    for one in (folder, kept):
        one.mkdir(parents=True, exist_ok=True)
    return Disk(folder.resolve(), kept.resolve(), compiled("forgetful.c", beside))

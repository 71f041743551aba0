"""Digests of the code that runs, kept between commands: to read all its syntax trees takes a second or two."""

import atexit
import hashlib
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from benchmarks.evidence.roots import Named
from benchmarks.evidence.source import PACKAGES, ROOT
from data_pipelines.cache import cache_folder
from data_pipelines.whole_files import content_of, intact, sealed_path


class KeptDigests:
    """Digests in a file that names the state of the code; one of another state counts as empty.

    The file is written when the command ends, if there is something new.
    """

    def __init__(self, path: Path, code: str) -> None:
        self.path, self.code = path, code
        self.found = self._read()
        self.is_new = False
        atexit.register(self.write)

    @classmethod
    def of_this_code(cls) -> "KeptDigests":
        """Return the digests that are kept in the user's cache for the code that runs."""
        return cls(cache_folder().parent / "digests.json", _state_of_code())

    def get(self, named: Named, compute: Callable[[Named], str]) -> str:
        """Return the digest of what a part of a recipe names."""
        key = hashlib.sha256(json.dumps([named.places, sorted(named.strings)]).encode()).hexdigest()
        if key not in self.found:
            self.found[key] = compute(named)
            self.is_new = True
        return self.found[key]

    def write(self) -> None:
        """Write the file, if there is something new; a cache that can't be written costs time, nothing else."""
        if not self.is_new:
            return
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with sealed_path(self.path) as temporary:
                temporary.write_text(json.dumps([self.code, self.found]), "utf-8")

    def _read(self) -> dict[str, str]:
        if not intact(self.path):
            return {}
        code, found = json.loads(content_of(self.path))
        return found if code == self.code else {}


def _state_of_code() -> str:
    """Return a hash over the texts of all modules, and the Python that reads them."""
    found = hashlib.sha256(sys.version.encode())
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()

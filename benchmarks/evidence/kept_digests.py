"""Digests of the code that runs, kept between commands: to read all its syntax trees takes a second or two."""

import atexit
import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.evidence.roots import Named
from benchmarks.evidence.source import PACKAGES, ROOT
from data_pipelines.cache import atomic_path, cache_folder


class KeptDigests:
    """Digests in a file that names the state of the code.

    A file of another state, or a damaged one, counts as empty. The file is written when the command ends, if there
    is something new.
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
        key = _hashed(json.dumps([named.places, sorted(named.strings)]))
        if key not in self.found:
            self.found[key] = compute(named)
            self.is_new = True
        return self.found[key]

    def write(self) -> None:
        """Write the file, if there is something new; a cache that can't be written costs time, nothing else."""
        if not self.is_new:
            return
        text = json.dumps(self.found)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_path(self.path) as temporary:
                temporary.write_text(f"{self._heading(text)}\n{text}", "utf-8")
        except OSError:
            pass

    def _read(self) -> dict[str, str]:
        try:
            heading, _, text = self.path.read_bytes().decode("utf-8").partition("\n")
        except (OSError, UnicodeDecodeError):
            return {}
        return json.loads(text) if heading == self._heading(text) else {}

    def _heading(self, text: str) -> str:
        return f"{self.code} {_hashed(text)}"


def _state_of_code() -> str:
    """Return a hash over the texts of all modules, and the Python that reads them."""
    found = hashlib.sha256(sys.version.encode())
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

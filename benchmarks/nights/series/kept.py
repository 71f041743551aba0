"""The summaries of a plan's nights, one file each: results/nightly/<plan>/<date>.json."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from data_pipelines.whole_files import write_text
from results.ledger import ResultsError

Summary = dict[str, Any]


class CellThen(BaseModel):
    """A cell in a summary."""

    paper: str
    table: str
    row: str
    column: str
    metric: str
    verdict: str
    mean: float | None
    n: int


class Shape(BaseModel):
    """What a summary must have to be one of ours; others are left where they are."""

    started: str
    verdicts: dict[str, int]
    gate: list[str]
    cells: list[CellThen]
    night: int = 0
    date: str = ""
    commit: str = ""
    regressed: list[str] = []
    worse: dict[str, dict[str, Any]] | None = None  # None in those of earlier versions
    better: list[str] = []
    lasting: list[dict[str, Any]] = []
    accepted: int | None = None
    slower: list[str] = []
    turned: list[str] = []
    findings: list[str] = []
    steps: list[dict[str, Any]] = []
    costs: list[dict[str, Any]] = []
    reruns: dict[str, int] = {}
    unended: str = ""


@dataclass(frozen=True)
class KeptNights:
    """The summaries of one plan in a folder of records; `warn` is called about files that are none."""

    folder: Path
    warn: Callable[[str], None] = field(default=lambda text: print(text, file=sys.stderr))

    @classmethod
    def of_plan(cls, results: Path, plan_file: Path) -> "KeptNights":
        """Return those of a plan: its name and a hash of its path, because two plans may have one name."""
        mark = sha256(os.fsencode(plan_file.resolve())).hexdigest()[:6]
        return cls(results / "nightly" / f"{plan_file.stem}-{mark}")

    @property
    def lock(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.lock")

    @property
    def old_file(self) -> Path:
        """Return the one file that earlier versions wrote, and overwrote."""
        return self.folder.with_name(f"{self.folder.name}.json")

    def summaries(self) -> list[Summary]:
        """Return the summaries by the number of their night; the clock of a night may be wrong."""
        paths = [self.old_file, *sorted(self.folder.glob("*.json"))]
        found = [summary for path in paths if path.is_file() and (summary := self._read(path))]
        return sorted(found, key=lambda summary: summary["night"])

    def adopt(self) -> None:
        """Move the file of earlier versions to the others."""
        if self.old_file.is_file() and (summary := self._read(self.old_file)):
            self.folder.mkdir(parents=True, exist_ok=True)
            self.old_file.rename(self._free(summary["date"]))

    @property
    def _mark(self) -> Path:
        return self.folder / "begun.txt"

    def begin(self, started: str) -> None:
        """Note when a night begins; the caller holds the lock. Raises ResultsError as `write` does."""
        lines = dict.fromkeys([*self.unended(), started])
        with self._written():
            write_text(self._mark, "".join(f"{line}\n" for line in lines))

    def unended(self) -> list[str]:
        """Return when the nights since the last summary began: each is running, was killed, or broke off."""
        try:
            return self._mark.read_text("utf-8").split("\n")[:-1]
        except (OSError, ValueError):
            return []

    def write(self, summary: Summary) -> Path:
        """Write the summary of a night beside the others, and return its path; the caller holds the lock.

        Raises ResultsError where the folder can't be written.
        """
        with self._written():
            path = self._free(summary["date"])
            write_text(path, json.dumps(summary, indent=1) + "\n")
            self._mark.unlink(missing_ok=True)
        return path

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            yield
        except OSError as error:
            raise ResultsError(f"The summary can't be written to {self.folder}: {error.strerror}.") from error

    def _free(self, day: str) -> Path:
        """Return a path that is free; a second night of one date has a number."""
        names = [f"{day}.json", *(f"{day}-{number}.json" for number in range(2, 10_000))]
        return next(path for name in names if not (path := self.folder / name).exists())

    def _read(self, path: Path) -> Summary | None:
        try:
            found = json.loads(path.read_text("utf-8"))
            shape = Shape.model_validate(found)
            day = date.fromisoformat(shape.date or shape.started[:10]).isoformat()
        except (OSError, ValueError, ValidationError, RecursionError):
            self.warn(f"{path} is not the summary of a night, or is torn: it is skipped.")
            return None
        return {**found, **_lacking(shape, found), "date": day}


def _lacking(shape: Shape, found: Summary) -> Summary:
    """Return what a summary of an earlier version lacks."""
    return {name: getattr(shape, name) for name in Shape.model_fields if name not in found}


def broken_off(started: str) -> str:
    """Say of nights without a summary what happened to them; commas are between the times."""
    if not (others := started.count(",")):
        return f"the night that began {started} has no summary: it was killed, or broke off"
    first, *_, last = started.split(", ")
    return f"{others + 1} nights that began from {first} to {last} have no summary: they were killed, or broke off"


def name_of(summary: Summary) -> str:
    """Return a night in words."""
    commit = f", commit {summary['commit']}" if summary["commit"] else ""
    return f"night {summary['night']} of {summary['date']}{commit}"

"""Runs of several nights, for tests: nothing is trained."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.jobs import Planned
from benchmarks.nights.series.journal import Entry, Kind
from benchmarks.table import load_table
from results.records import Digests, RunRecord

DEVICE = "a processor (2 cores)"
VERSIONS = "python 3.11 retable 0.1 keras 3.15 tensorflow 2.21"
MACHINE = {"processor features": "abc"}
CODE = Digests("core", "data", "loop")


def cell_of(column: str = "TREC", row: str = "CNN-rand") -> Planned:
    """Return a cell of Kim (2014): test accuracy, 5 seeds, margin 1.5."""
    table = load_table("kim2014")
    return table.plan(table.cells("2", row, column))[0]


def entry(
    planned: Planned, night: int, kind: Kind, seed: int, value: float = 90.0, *, fold: int = 0, **changes
) -> Entry:
    """Return a run; changes are fields of the record, or of the entry."""
    about = {
        name: changes.pop(name) for name in ("surroundings", "load", "curve", "predictions") if name in changes
    }
    settings = {
        "epochs": 2,
        "seconds": 10.0,
        "device": DEVICE,
        "versions": VERSIONS,
        "commit": "c0ffee",
        "code": CODE,
        "threads": 1,
        "peak_bytes": 2**30,
        "finished": f"2026-11-{night:02}T01:0{seed % 10}:00 {kind}",
        **changes,
    }
    record = RunRecord(planned.key(fold, seed, "tensorflow"), {"test accuracy": value}, **settings)
    return Entry(night, kind, record, **({"surroundings": MACHINE} | about))


def nights_of(planned: Planned, count: int, jobs: int = 3, **changes) -> list[Entry]:
    """Return equal nights, each of which runs the same jobs again."""
    return [
        entry(planned, night, Kind.RERUN, seed, 90.0 + seed, **changes)
        for night in range(1, count + 1)
        for seed in range(jobs)
    ]


def summary(night: int, day: str = "", commit: str = "c0ffee", cells: Sequence[dict] = (), **changes) -> dict:
    """Return the summary of a night."""
    day = day or f"2026-11-{night:02}"
    empty = {name: [] for name in ("gate", "turned", "regressed", "slower", "findings", "steps", "costs")}
    empty |= {"worse": None, "accepted": None, "better": [], "lasting": []}
    about = {"night": night, "date": day, "commit": commit, "started": f"{day}T01:30:00+00:00", "verdicts": {}}
    return {**about, **empty, "reruns": {}, "cells": list(cells), **changes}


def verdict_then(planned: Planned, answer: str, mean: float = 90.0, stale: str | None = None) -> dict:
    """Return a cell in a summary."""
    cell = planned.cell
    names = {"paper": cell.paper, "table": cell.table, "row": cell.row, "column": cell.column}
    return {**names, "metric": cell.metric.name, "verdict": answer, "mean": mean, "n": 5, "stale": stale}


def plan_at(folder: Path) -> Path:
    """Return the path of a plan whose nights are looked at."""
    path = folder / "plan.toml"
    path.write_text('hours = 1\n[[run]]\npaper = "starter"\n')
    return path

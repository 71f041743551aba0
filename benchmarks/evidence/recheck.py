"""Twin probes: train by the code that made a record and by today's, from the same seed, and compare.

Equal losses, metrics and predictions over two epochs are good evidence, no proof: what only long runs or rare ties
bring out is not seen. One epoch, or metrics alone, would call some changed roundings equal.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat, zip_longest
from pathlib import Path
from typing import IO, Any, NamedTuple

from benchmarks import machine
from benchmarks.evidence.history import NoSuchCommit, has_then, newest_equal, unpack
from benchmarks.evidence.rechecks import Outcome, Recheck, Rechecks
from benchmarks.evidence.source import ROOT
from benchmarks.jobs import Planned
from benchmarks.outside.paper_files import find_paper
from benchmarks.provenance import commit
from benchmarks.recipe import NotAttempted
from benchmarks.runners.variables import carried
from data_pipelines.cache import cache_folder
from data_pipelines.dataset import Dataset
from results.records import Digests, JobKey, RunRecord

EPOCHS = 2


class Doubt(NamedTuple):
    """A state of the code that computed what records have, and a cell by which to compare it with today's."""

    planned: Planned
    dataset: Dataset
    key: JobKey  # of one of the records
    commit: str
    code: Digests  # at that commit


def doubts(planned: Iterable[Planned], records: Sequence[RunRecord], rechecks: Rechecks) -> list[Doubt]:
    """Return one doubt for each state of the code that is neither today's nor judged.

    States whose probe failed before are last.
    """
    found: dict[tuple[Digests, Digests], Doubt] = {}
    by_fingerprint: dict[str, list[RunRecord]] = {}
    for record in records:
        by_fingerprint.setdefault(record.key.fingerprint, []).append(record)
    for one in planned:
        if isinstance(one.recipe, NotAttempted):
            continue
        for record in by_fingerprint.get(one.fingerprint, []):
            if any(record.code) and not rechecks.knows(record.code, one.code):
                newest = Doubt(one, one.recipe.dataset, record.key, record.commit, record.code)
                found[record.code, one.code] = newest
    nearest = [_nearest(doubt, rechecks) for doubt in found.values()]
    single = {(doubt.code, doubt.planned.code): doubt for doubt in nearest}
    return [single[codes] for codes in sorted(single, key=lambda codes: bool(rechecks.verdict(*codes)))]


def _nearest(doubt: Doubt, rechecks: Rechecks) -> Doubt:
    """Return a doubt from the newest code on that is known to compute the same."""
    since, code = newest_equal(doubt.planned.recipe, doubt.commit, doubt.code, rechecks)
    return doubt._replace(commit=since, code=code)


def recheck(doubts: Sequence[Doubt], *, real: bool = False, minutes: float = math.inf) -> Iterator[Recheck]:
    """Yield the outcome of each doubt, until the minutes are over. Raises NoSuchCommit, after all other doubts."""
    end = time.monotonic() + 60 * minutes
    by_commit: dict[tuple[str, str], list[Doubt]] = {}
    unknown = []
    for doubt in doubts:
        if reason := _lost(doubt):
            unknown.append(reason)
        else:
            by_commit.setdefault((doubt.commit, doubt.key.backend), []).append(doubt)
    for (before, backend), group in by_commit.items():
        with tempfile.TemporaryDirectory() as folder:
            try:
                unpack(before, Path(folder) / "before")
            except NoSuchCommit as error:
                unknown.append(str(error))
                continue
            for outcome in _twins(group, backend, Path(folder), real):
                yield outcome
                if time.monotonic() > end:
                    return
    if unknown:
        raise NoSuchCommit("; ".join(dict.fromkeys(unknown)))


def _lost(doubt: Doubt) -> str:
    """Say that the earlier code of a doubt is nowhere, if it is of a paper from outside that has changed."""
    found = find_paper(doubt.key.paper)
    try:
        if not (found and found.is_outside) or has_then(doubt.planned.recipe, doubt.commit, doubt.code):
            return ""
    except NoSuchCommit as error:
        return str(error)
    return (
        f"the files of {found.name} have changed since {doubt.commit}, and the suite's history does not have them"
    )


def _twins(group: Sequence[Doubt], backend: str, folder: Path, real: bool) -> Iterator[Recheck]:
    """Train the cells of a group in both trees side by side; the earlier one is in `folder`/before."""
    cells = [_cell(doubt, folder / f"files {number}", real) for number, doubt in enumerate(group)]
    task = {"cells": cells, "backend": backend, "epochs": EPOCHS}
    with _answers(folder / "before", task) as before, _answers(ROOT, task) as after:
        for doubt, old, new in zip(group, before, after, strict=False):
            key, (outcome, reason) = doubt.key, compared(old, new)
            place = (key.paper, key.table, key.row, key.column, key.backend)
            files = "real" if real else "look-alike"
            codes = doubt.code, doubt.planned.code
            yield Recheck(*codes, *place, doubt.commit, commit(), files, outcome, reason)


def _cell(doubt: Doubt, folder: Path, real: bool) -> dict[str, Any]:
    """Return a cell of a task; its look-alike files are written by today's code, for both trees."""
    key = doubt.key
    cell: dict[str, Any] = {"paper": key.paper, "table": key.table, "row": key.row, "column": key.column}
    if not real:
        folder.mkdir()
        cell["files"] = [str(path) for path in doubt.dataset.lookalike(folder)]
    return cell


@contextmanager
def _answers(tree: Path, task: dict[str, Any]) -> Iterator[Iterator[dict[str, Any]]]:
    """Start a probe in a tree, with nothing kept from before, and yield its answers as they come."""
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryFile("w+") as errors:
        if cache_folder().exists():
            (Path(home) / "data").symlink_to(cache_folder().resolve())
        alone = machine.with_threads(1) | {"PYTHONPATH": str(tree), "RETABLE_HOME": home, "RETABLE_JOBS": "1"}
        process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).with_name("probe.py"))],
            cwd=tree,
            env=os.environ | carried(("RETABLE_MIRROR",)) | alone,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert process.stdin and process.stdout
        try:
            process.stdin.write(json.dumps(task))
            process.stdin.close()
            yield _read(process.stdout, errors)
        finally:
            process.kill()
            process.wait()


def _read(answers: Iterable[str], errors: IO[str]) -> Iterator[dict[str, Any]]:
    """Yield answers, and without end the last line of its errors when a process is over."""
    yield from map(json.loads, answers)
    errors.seek(0)
    last = (errors.read().strip().splitlines() or ["it said nothing"])[-1]
    yield from repeat({"error": f"the process ended: {last}"})


def compared(old: dict[str, Any], new: dict[str, Any]) -> tuple[Outcome, str]:
    """Return the outcome of a twin probe, and what failed or differs first."""
    for name, answer in (("the code before", old), ("today's code", new)):
        if answer["error"]:
            return Outcome.FAILED, f"{name}: {answer['error']}"
    shared = [name for name in old["metrics"] if name in new["metrics"]]
    if not shared:
        return Outcome.FAILED, "the two have no metric in common"
    found = [
        *_first("losses and scores", old["curve"], new["curve"]),
        *_first("metrics", *([[name, one["metrics"][name]] for name in shared] for one in (old, new))),
    ]
    if old["predictions"] and new["predictions"]:  # a system of an earlier version may not show its own
        found += _others(old["predictions"], new["predictions"]) or (["predictions equal"] if found else [])
    return (Outcome.UNEQUAL, "; ".join(found)) if found else (Outcome.EQUAL, "")


def _others(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Describe predictions that one state made and the other did not.

    One may score more often than the other, say the test part in every epoch; then it makes all of the other's.
    """
    few, many = sorted((old, new), key=len)
    return [f"predictions: {old}, now {new}"] if set(few) - set(many) else []


def _first(what: str, old: Sequence[Any], new: Sequence[Any]) -> list[str]:
    """Describe the first difference of two lists; nothing where they are equal."""
    pairs = zip_longest(old, new)
    return next(([f"{what}: {before}, now {after}"] for before, after in pairs if before != after), [])

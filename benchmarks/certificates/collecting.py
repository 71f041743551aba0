"""The parts of a certificate, each as files by their names."""

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.certificates.contents import (
    CODE,
    GIT,
    HISTORY,
    HISTORY_COLUMNS,
    LABELS,
    LICENCE,
    RECHECKED,
    RECORDS,
    Json,
    as_json,
    published_file,
    recipe_file,
)
from benchmarks.certificates.parts import bundled_code, labels, margins
from benchmarks.certificates.parts.git_objects import proof
from benchmarks.evidence import rechecks as probes
from benchmarks.evidence.checkout import NoAnswer, contents
from benchmarks.evidence.source import ROOT
from benchmarks.jobs import Planned
from benchmarks.recipe import Measurement, NotAttempted, Recipe, describe
from benchmarks.table import PaperTable
from data_pipelines.dataset import DataFile, Dataset
from results.ledger import Ledger
from results.predictions import encode
from results.published import FOLDER
from results.records import RecordFiles, RunRecord
from results.verdicts import Verdict

Files = dict[str, bytes]
LOCK_FILE = "requirements.lock"


class Chosen(NamedTuple):
    """A cell that is certified, with the records that its verdict rests on."""

    planned: Planned
    verdict: Verdict
    records: list[RunRecord]

    @property
    def recipe(self) -> Recipe | Measurement:
        """Return the recipe, which a cell with records has."""
        assert not isinstance(self.planned.recipe, NotAttempted)
        return self.planned.recipe


def printed(table: PaperTable, chosen: Iterable[Chosen]) -> Files:
    """Return the lines of the published file."""
    wanted = {margins.place_of(one.planned.cell) for one in chosen}
    with _published(table).open(newline="", encoding="utf-8-sig") as stream:
        lines = csv.DictReader(stream)
        rows = [row for row in lines if (row["table"], row["row"], row["column"], row["metric"]) in wanted]
        return {published_file(table.paper): as_csv(lines.fieldnames or (), (row.values() for row in rows))}


def _published(table: PaperTable) -> Path:
    return table.published or FOLDER / f"{table.paper}.csv"


def past(table: PaperTable, chosen: Sequence[Chosen]) -> Files:
    """Return the history of values and margins, and the proofs of what they were at the commits of the runs.

    Nothing for a paper whose printed cells the suite's repository does not have.
    """
    if not _published(table).is_relative_to(ROOT):
        return {}
    path = _published(table).relative_to(ROOT).as_posix()
    files: Files = {}
    commits = {record.commit for one in chosen for record in one.records}
    with suppress(NoAnswer):
        changes = margins.history(ROOT, path, [one.planned.cell for one in chosen])
        commits |= {change.commit for change in changes}
        files[HISTORY] = as_csv(HISTORY_COLUMNS, ([*change.place, *change[1:]] for change in changes))
    for commit in sorted(commits):
        with suppress(NoAnswer):
            files |= {f"{GIT}/{name}": content for name, content in proof(ROOT, commit, path).items()}
    return files


def runs(paper: str, chosen: Iterable[Chosen], source: RecordFiles) -> Files:
    """Return records, curves and predictions, in the form of a results folder."""
    curves, predictions = source.curves(), source.predictions()
    unique = {(record.key, record.finished): record for one in chosen for record in one.records}
    with tempfile.TemporaryDirectory() as folder:
        target = RecordFiles(paper, Path(folder))
        for record in sorted(unique.values(), key=lambda record: record.finished):
            classes = predictions.get(record.key) if not record.error else None
            whole = record if classes is None else replace(record, predictions=encode(classes))
            target.append(whole, curves.get(record.key, []))
        paths = sorted(Path(folder).rglob("*.csv"))
        return {f"{RECORDS}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in paths}


def truth(chosen: Iterable[Chosen], source: RecordFiles) -> Files:
    """Return the true classes of the test parts of which there are predictions. Raises DataError without data."""
    predicted = source.predictions().keys()
    lines: dict[tuple[str, ...], list[str]] = {}
    for one in {one.planned.fingerprint: one for one in chosen}.values():
        keys = {labels.which(r.key): r.key for r in one.records if r.key in predicted and not r.error}
        if keys and labels.are_free(one.recipe.dataset):
            lines.update((tuple(line[:3]), line) for line in labels.labels_of(one.planned, keys.values()))
    return {LABELS: labels.as_csv(lines.values())} if lines else {}


def recipes(chosen: Iterable[Chosen]) -> Files:
    """Return settings, data and roots of each recipe, and the source that their digests read."""
    files: Files = {}
    code: Files = {}
    source = bundled_code.gathering(code)
    for one in {one.planned.fingerprint: one for one in chosen}.values():
        about = {
            "settings": describe(one.recipe),
            "data": _data(one.recipe.dataset),
            "code": bundled_code.as_json(bundled_code.read_for(one.recipe, source)),
        }
        files[recipe_file(one.planned.fingerprint)] = as_json(about)
    return files | {f"{CODE}/{path}": text for path, text in code.items()}


def _data(dataset: Dataset) -> Json:
    """Return what a data set's hash is made of, and where its files are from; no data."""
    return {
        "name": dataset.name,
        "source": dataset.source,
        "examples": dataset.examples,
        "hashed_as": dataset.hashed_as,
        "files": list(map(_file, dataset.files)),
    }


def _file(file: DataFile) -> Json:
    found = {name: getattr(file, name, "") for name in ("name", "address", "hash", "terms")}
    return found | {"size": getattr(file, "size", 0)}


def probed(chosen: Sequence[Chosen], rechecks: probes.Rechecks) -> Files:
    """Return the probes by which records of other code count; nothing where all are of today's."""
    codes = {(record.code, one.planned.code) for one in chosen for record in one.records}
    if all(before == after for before, after in codes):
        return {}
    mine = [p for p in rechecks.probes if any(rechecks.same(p.after, after) for _, after in codes)]
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "rechecked.csv", probes.COLUMNS)
        ledger.append(map(probes.line_of, mine))
        return {RECHECKED: ledger.path.read_bytes()}


def surroundings(chosen: Iterable[Chosen]) -> Files:
    """Return the licence of the code, and the lock file of the newest run's commit, as far as they are here."""
    newest = max((record for one in chosen for record in one.records), key=lambda record: record.finished)
    files: Files = {}
    with suppress(NoAnswer):
        files |= {f"{CODE}/{name}": text for name, text in contents(ROOT, newest.commit, LOCK_FILE).items()}
    with suppress(OSError):
        files[LICENCE] = (ROOT / "LICENSE").read_bytes()
    return files


def as_csv(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """Return the text of a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue().encode()

"""Records of another machine: taken once, with curves and predictions, and never a trial or a failure."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.outside.merging import merge
from benchmarks.reproduce import verdicts
from benchmarks.table import load_table
from results.ledger import ResultsError
from results.predictions import encode
from results.records import EpochEnd, RecordFiles, RunRecord
from tests.benchmarks.outside.conftest import write_paper


@pytest.fixture
def record(folder) -> RunRecord:
    """Return a run of seed 0 of the first cell."""
    write_paper(folder, "fa2026")
    one = load_table("fa2026").plan()[0]
    metrics = {"test accuracy": 50.0, "share": 50.0}
    return RunRecord(
        one.key(0, 0, "tensorflow"), metrics, epochs=1, commit="abc", finished="2026-01-01", code=one.code
    )


def with_seed(record: RunRecord, seed: int, **changes) -> RunRecord:
    return replace(record, key=record.key._replace(seed=seed), finished=f"2026-01-0{seed + 1}", **changes)


def test_records_are_taken_once_with_curves_and_predictions(record, tmp_path):
    theirs, mine = RecordFiles("fa2026", tmp_path / "theirs"), RecordFiles("fa2026", tmp_path / "mine")
    mine.append(record)
    classes = np.array([2, 0, 1])
    theirs.append(replace(record, finished="2026-02-02"))
    theirs.append(with_seed(record, 1, predictions=encode(classes)), [EpochEnd(record.key, 1, 0.5, None, 0.1)])
    theirs.append(with_seed(record, 2, commit="abc+"))
    theirs.append(with_seed(record, 3, metrics={}, error="no memory"))
    table = load_table("fa2026")
    found = merge(table, theirs.folder, mine.folder)
    assert found[:3] == (1, 1, 1)
    assert any("test accuracy: incomplete (50, n 1) -> reproduced" in change for change in found.changes)
    assert [r.key.seed for r in mine.records()] == [0, 1]
    assert [list(found) for found in mine.predictions().values()] == [list(classes)]
    assert merge(table, theirs.folder, mine.folder) == (0, 2, 1, [])


def test_folders_come_to_the_same_verdict_in_any_order(record, tmp_path):
    """Two machines ran seed 0, with other numbers; one of them ran seed 1."""
    one, other = RecordFiles("fa2026", tmp_path / "one"), RecordFiles("fa2026", tmp_path / "other")
    one.append(record)
    other.append(replace(record, metrics={"test accuracy": 48.0, "share": 50.0}, finished="2025-12-31"))
    other.append(with_seed(record, 1))
    table, judged = load_table("fa2026"), []
    for number, order in enumerate([(one, other), (other, one), (one, other, one)]):
        mine = RecordFiles("fa2026", tmp_path / f"mine {number}")
        for theirs in order:
            merge(table, theirs.folder, mine.folder)
        judged.append(verdicts(table.plan(), mine.records())[0])
    assert [verdict.units for verdict in judged] == [(48.0, 50.0)] * 3


def test_a_run_of_other_code_is_another_run(record, tmp_path):
    theirs, mine = RecordFiles("fa2026", tmp_path / "theirs"), RecordFiles("fa2026", tmp_path / "mine")
    mine.append(replace(record, code=record.code._replace(core="0" * 12)))
    theirs.append(replace(record, finished="2026-02-02"))
    assert merge(load_table("fa2026"), theirs.folder, mine.folder).added == 1


def test_the_folder_of_ones_own_records_is_refused(record, tmp_path):
    with pytest.raises(ResultsError, match="is the folder of your records"):
        merge(load_table("fa2026"), tmp_path, tmp_path / ".")

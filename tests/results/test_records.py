"""Records and curves on disk: round trips, crashes, full disks."""

import errno
import os

import numpy as np
import pytest

from results.ledger import ResultsError
from results.predictions import pack, unpack
from results.records import EpochEnd, JobKey, RecordFiles, RunRecord


def key(seed: int = 0, **changes) -> JobKey:
    return JobKey("paper", "1", 'CNN "rand", one', "SST-2|x", 3, seed, "jax", "0123e4567890", 2)._replace(
        **changes
    )


def record(seed: int = 0, **changes) -> RunRecord:
    settings = {"epochs": 25, "seconds": 1.5, "examples_per_second": 1234.5, "parameters": 10, "device": "a, b"}
    return RunRecord(key(seed), {"top-1": 90.123456789, "top-5": 0.1}, **settings, finished=f"t{seed}", **changes)


def points(seed: int = 0) -> list[EpochEnd]:
    return [EpochEnd(key(seed), 1, 0.5, 80.0, 1.0), EpochEnd(key(seed), 2, 0.25, None, 1.0)]


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def files(tmp_path, warnings) -> RecordFiles:
    return RecordFiles("paper", tmp_path, warnings.append)


def test_round_trip(files):
    failed = RunRecord(key(1), {}, error="ValueError: two\nlines", finished="t1")
    files.append(record(), points())
    files.append(failed)
    first, second = files.records()
    assert first == record()
    assert second == RunRecord(key(1), {}, error="ValueError: two lines", finished="t1")
    assert files.curves() == {key(): points()}


def test_a_fingerprint_of_digits_stays_a_text(files):
    files.append(RunRecord(key(fingerprint="123456789012"), {"a": 1.0}))
    assert files.records()[0].key.fingerprint == "123456789012"


@pytest.mark.parametrize("cut", [1, 5, 40, 80])
def test_a_torn_line_is_set_aside_and_the_rest_is_read(files, warnings, cut):
    files.append(record(0), points(0))
    files.append(record(1), points(1))
    path = files.record_lines.path
    path.write_bytes(path.read_bytes()[:-cut])
    assert files.records() == [record(0)]  # the other is torn between its two lines
    assert "1 torn line" in warnings[0]
    files.repair()
    files.append(record(2))
    files.append(record(1))
    assert [found.key.seed for found in files.records()] == [0, 2, 1]
    assert files.record_lines.path.read_bytes().count(b"top-1") == 3
    assert len((path.parent / "paper.csv.torn").read_text().splitlines()) == 1


def test_a_line_of_rubbish_in_the_middle_is_torn_too(files):
    files.append(record(0))
    with files.record_lines.path.open("ab") as stream:
        stream.write(b"\0\0\0 rubbish\n")
    files.append(record(1))
    assert len(files.records()) == 2
    files.repair()
    assert b"rubbish" not in files.record_lines.path.read_bytes()


@pytest.mark.parametrize("content", [b"", b"paper,tab"], ids=["empty", "torn header"])
def test_a_file_that_a_crash_left_without_its_header_is_begun_anew(files, content):
    path = files.record_lines.path
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert files.records() == []
    files.repair()
    files.append(record(0))
    assert files.records() == [record(0)]


def test_a_curve_without_its_record_is_dropped(files):
    files.append(record(0), points(0))
    files.curve_lines.append([[*map(str, key(1)), "1", "0.5", "", "1"]])
    files.repair()
    assert files.curves() == {key(0): points(0)}


def test_other_columns_are_refused(files):
    path = files.record_lines.path
    path.parent.mkdir(parents=True)
    path.write_text("paper,value\n")
    with pytest.raises(ResultsError, match="has the columns paper,value. Expected paper,table"):
        files.records()


def test_a_full_disk_leaves_the_file_as_it_was(files, monkeypatch):
    files.append(record(0))
    before = files.record_lines.path.read_bytes()
    real_write, calls = os.write, []

    def half_then_full(descriptor, content):
        calls.append(1)
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real_write(descriptor, content[:20])

    monkeypatch.setattr(os, "write", half_then_full)
    with pytest.raises(ResultsError, match="can't be written: No space left on device"):
        files.append(record(1))
    assert files.record_lines.path.read_bytes() == before


@pytest.mark.parametrize("classes", [4, 256, 257, 70_000])
def test_predictions_of_any_number_of_classes_come_back(classes):
    predicted = np.random.default_rng(0).integers(0, classes, 1000)
    predicted[0] = classes - 1
    assert unpack(pack(predicted)).tolist() == predicted.tolist()


def test_predictions_of_scores_are_the_classes_with_the_largest():
    assert unpack(pack(np.array([[0.1, 0.9, 0.0], [3.0, -1.0, 2.0], [0.0, 0.0, 1.0]]))).tolist() == [1, 0, 2]


def test_predictions_of_a_million_examples_are_read(files):
    predicted = np.random.default_rng(0).integers(0, 5, 1_000_000)
    files.append(record(predictions=pack(predicted)))
    assert (files.predictions()[key()] == predicted).all()


def test_failed_jobs_keep_no_predictions(files):
    files.append(RunRecord(key(), {}, error="ValueError", predictions=pack(np.arange(4))))
    assert files.predictions() == {}


def test_predictions_without_a_record_are_dropped(files, warnings):
    """A kill came between the two writes; the job runs again and its predictions must not be doubled."""
    files.append(record(0, predictions=pack(np.array([1, 2, 0]))))
    lost = record(1, predictions=pack(np.array([0, 0, 0])))
    files.prediction_lines.append([[*map(str, lost.key), lost.finished, lost.predictions]])
    files.repair()
    assert {found.seed: classes.tolist() for found, classes in files.predictions().items()} == {0: [1, 2, 0]}
    assert warnings == []


@pytest.mark.parametrize("cut", [1, 3, 10])
def test_torn_predictions_are_set_aside(files, warnings, cut):
    files.append(record(0, predictions=pack(np.array([1, 2, 0]))))
    files.append(record(1, predictions=pack(np.array([0, 0, 1]))))
    path = files.prediction_lines.path
    path.write_bytes(path.read_bytes()[:-cut])
    files.repair()
    assert [found.seed for found in files.predictions()] == [0]
    assert "1 torn line" in warnings[0]

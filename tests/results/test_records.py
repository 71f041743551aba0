"""Records, curves and predictions on disk: round trips, crashes, full disks."""

import errno
import os
from dataclasses import replace

import numpy as np
import pytest

from results.ledger import ResultsError
from results.predictions import encode
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


def test_a_fingerprint_of_digits_remains_text(files):
    files.append(RunRecord(key(fingerprint="123456789012"), {"a": 1.0}))
    assert files.records()[0].key.fingerprint == "123456789012"


@pytest.mark.parametrize("cut", [1, 5, 40, 80])
def test_a_torn_line_is_set_aside_and_the_rest_is_read(files, warnings, cut):
    files.append(record(0), points(0))
    files.append(record(1), points(1))
    path = files.record_ledger.path
    path.write_bytes(path.read_bytes()[:-cut])
    assert files.records() == [record(0)]  # the other one is torn between its two lines
    assert "1 torn or impossible line" in warnings[0]
    files.repair()
    files.append(record(2))
    files.append(record(1))
    assert [found.key.seed for found in files.records()] == [0, 2, 1]
    assert files.record_ledger.path.read_bytes().count(b"top-1") == 3
    assert len((path.parent / "paper.csv.torn").read_text().splitlines()) == 1


def test_garbage_in_the_middle_counts_as_torn(files):
    files.append(record(0))
    with files.record_ledger.path.open("ab") as stream:
        stream.write(b"\0\0\0 garbage\n")
    files.append(record(1))
    assert len(files.records()) == 2
    files.repair()
    assert b"garbage" not in files.record_ledger.path.read_bytes()


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_record_with_a_value_that_is_not_finite_is_set_aside(files, warnings, value):
    files.append(record(0))
    path = files.record_ledger.path
    assert path.read_text().count("90.123456789") == 1
    path.write_text(path.read_text().replace("90.123456789", value))
    files.append(record(1))
    assert files.records() == [record(1)]
    assert len(warnings) == 1 and "1 torn or impossible line" in warnings[0]
    files.repair()
    assert f",{value}," not in path.read_text()
    assert f",{value}," in (path.parent / "paper.csv.torn").read_text()


@pytest.mark.parametrize(
    ("metric", "value", "is_read"),
    [
        ("test accuracy", 100.00000000000001, True),
        ("test accuracy", 912.0, False),
        ("test error", -0.5, False),
        ("test perplexity", 0.9, False),
        ("rank correlation", -0.9, True),
        ("of an earlier version", 912.0, True),
    ],
)
def test_a_record_with_a_value_outside_of_its_metrics_range_is_set_aside(files, metric, value, is_read):
    files.append(RunRecord(key(), {metric: value}))
    assert len(files.records()) == is_read


@pytest.mark.parametrize("content", [b"", b"paper,tab"], ids=["empty", "torn header"])
def test_a_file_without_its_header_is_started_again(files, content):
    path = files.record_ledger.path
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert files.records() == []
    files.repair()
    files.append(record(0))
    assert files.records() == [record(0)]


def test_a_curve_without_its_record_is_dropped(files):
    files.append(record(0), points(0))
    files.curve_ledger.append([[*map(str, key(1)), "1", "0.5", "", "1"]])
    files.repair()
    assert files.curves() == {key(0): points(0)}


def test_a_job_that_ran_again_has_its_last_curve(files):
    files.append(record(0), points(0))
    files.append(replace(record(0), finished="2100-01-01"), [points(0)[0]._replace(loss=0.25)])
    assert files.curves() == {key(0): [points(0)[0]._replace(loss=0.25)]}


def test_other_columns_are_an_error(files):
    path = files.record_ledger.path
    path.parent.mkdir(parents=True)
    path.write_text("paper,value\n")
    with pytest.raises(ResultsError, match="has the columns paper,value. Expected paper,table"):
        files.records()


@pytest.mark.parametrize(
    "rewritten",
    [
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"),
        lambda content: content.replace(b"\n", b"\r\n", 1),
    ],
    ids=["CRLF", "byte order mark", "both", "the header alone"],
)
def test_files_that_a_program_of_windows_rewrote_are_read_and_written(files, rewritten):
    files.append(record(0), points(0))
    for ledger in (files.record_ledger, files.curve_ledger):
        ledger.path.write_bytes(rewritten(ledger.path.read_bytes()))
    files.append(record(1), points(1))
    files.repair()
    assert (files.records(), files.curves()) == ([record(0), record(1)], {key(0): points(0), key(1): points(1)})


@pytest.mark.parametrize("content", ["paper", "\0" * 50], ids=["UTF-16", "zeros"])
def test_files_of_another_kind_are_an_error(files, content):
    path = files.record_ledger.path
    path.parent.mkdir(parents=True)
    path.write_bytes(content.encode("utf-16") + b"\n")
    with pytest.raises(ResultsError, match="has the columns"):
        files.records()


def test_a_full_disk_leaves_the_file_unchanged(files, monkeypatch):
    files.append(record(0))
    before = files.record_ledger.path.read_bytes()
    real_write, calls = os.write, []

    def half_then_full(descriptor, content):
        calls.append(1)
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real_write(descriptor, content[:20])

    monkeypatch.setattr(os, "write", half_then_full)
    with pytest.raises(ResultsError, match="Cannot write .*: No space left on device"):
        files.append(record(1))
    assert files.record_ledger.path.read_bytes() == before


def test_predictions_of_a_million_examples(files):
    predicted = np.random.default_rng(0).integers(0, 5, 1_000_000)
    files.append(record(predictions=encode(predicted)))
    assert (files.predictions()[key()] == predicted).all()


def test_failed_jobs_have_no_predictions(files):
    files.append(RunRecord(key(), {}, error="ValueError", predictions=encode(np.arange(4))))
    assert files.predictions() == {}


def test_predictions_without_a_record_are_dropped(files, warnings):
    """A job killed between the two writes runs again; its predictions must not appear twice."""
    files.append(record(0, predictions=encode(np.array([1, 2, 0]))))
    lost = record(1, predictions=encode(np.array([0, 0, 0])))
    files.prediction_ledger.append([[*map(str, lost.key), lost.finished, lost.predictions]])
    files.repair()
    assert {found.seed: classes.tolist() for found, classes in files.predictions().items()} == {0: [1, 2, 0]}
    assert warnings == []


@pytest.mark.parametrize("cut", [1, 3, 10])
def test_torn_predictions_are_set_aside(files, warnings, cut):
    files.append(record(0, predictions=encode(np.array([1, 2, 0]))))
    files.append(record(1, predictions=encode(np.array([0, 0, 1]))))
    path = files.prediction_ledger.path
    path.write_bytes(path.read_bytes()[:-cut])
    files.repair()
    assert [found.seed for found in files.predictions()] == [0]
    assert "1 torn or impossible line" in warnings[0]

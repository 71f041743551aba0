"""The runs that nights have seen: written, read again after a kill, and noted once."""

from dataclasses import replace

import numpy as np

from benchmarks.nights.series.journal import Journal, Kind, hash_of_classes, unseen
from benchmarks.nights.series.states import same_bits
from results.predictions import encode
from results.records import EpochEnd, RecordFiles, RunRecord
from tests.support.nights import cell_of, entry

TREC = cell_of()


def test_what_is_written_is_read_and_a_torn_line_is_left_out(tmp_path):
    journal = Journal(tmp_path)
    wanted = [
        entry(TREC, 1, Kind.FOUND, 0, 90.1234567890123, surroundings=None),
        entry(TREC, 2, Kind.RERUN, 1, load=0.25, curve="a", predictions="b", error="", data_hash="d"),
    ]
    journal.append(wanted)
    journal.append([])
    assert journal.entries() == wanted
    with journal.ledger.path.open("a") as stream:
        stream.write("3,rerun,kim2014,2,CNN")  # as SIGKILL leaves it
    assert journal.entries() == wanted
    journal.repair()
    journal.append([entry(TREC, 3, Kind.RERUN, 0)])
    assert [one.night for one in journal.entries()] == [1, 2, 3]


def trained(seed, classes, losses, finished, value=90.0):
    key = TREC.key(0, seed, "tensorflow")
    record = RunRecord(key, {"test accuracy": value}, epochs=len(losses), finished=finished, code=TREC.code)
    curve = [EpochEnd(key, number, loss, None, 1.0) for number, loss in enumerate(losses, start=1)]
    return replace(record, predictions=encode(np.array(classes))), curve


def test_records_are_noted_once_with_what_was_predicted(tmp_path):
    files, marks = RecordFiles("kim2014", tmp_path), {TREC.fingerprint}
    files.append(*trained(0, [1, 2], [0.5, 0.4], "2026-11-01"))
    (first,) = unseen(files, marks, [])
    assert first.predictions == hash_of_classes(np.array([1, 2])) and first.curve
    assert unseen(files, marks, [first]) == []
    assert unseen(files, {"another"}, []) == []
    files.append(*trained(0, [1, 3], [0.5, 0.3], "2026-11-02"))  # the same job, because its code changed
    (second,) = unseen(files, marks, [first])
    assert second.curve not in ("", first.curve) and second.predictions != first.predictions
    assert not same_bits(first, second)
    assert unseen(files, marks, [])[0].predictions == ""  # only those of the last run can be distinguished


def test_bits_are_equal_in_all_that_is_known():
    one = entry(TREC, 1, Kind.FOUND, 0, curve="c", predictions="p")
    assert same_bits(one, replace(one, curve=""))
    assert not same_bits(one, replace(one, curve="d"))
    assert not same_bits(one, replace(one, predictions="q"))
    assert not same_bits(one, replace(one, record=replace(one.record, metrics={"test accuracy": 90.0 + 1e-9})))
    assert not same_bits(one, replace(one, record=replace(one.record, metrics={})))

"""Records with numbers that no job can have, and with fields of any length."""

import zlib
from base64 import b64encode

import numpy as np
import pytest

from results import predictions
from results.ledger import ResultsError
from results.predictions import decode, encode
from results.records import EpochEnd, JobKey, RecordFiles, RunRecord
from results.verdicts import by_seed

KEY = JobKey("paper", "1", "row", "column", 0, 0, "jax", "0123e4567890", 1)
GOOD = RunRecord(KEY, {"test accuracy (%)": 90.0}, seconds=1.0, finished="t0")


@pytest.fixture
def files(tmp_path) -> RecordFiles:
    return RecordFiles("paper", tmp_path, warn=lambda text: None)


@pytest.mark.parametrize("changes", [{"fold": -1}, {"seed": -1}, {"seed": -(10**30)}, {"fold": -2, "seed": 3}])
def test_a_negative_fold_or_seed_costs_its_lines_only(changes, files):
    bad = RunRecord(KEY._replace(**changes), GOOD.metrics, finished="t1", predictions=encode(np.arange(3)))
    files.append(bad, [EpochEnd(bad.key, 1, 0.5, None, 1.0)])
    files.append(GOOD, [EpochEnd(KEY, 1, 0.5, None, 1.0)])
    assert files.records() == [GOOD]
    assert list(files.curves()) == [KEY]
    assert files.predictions() == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"seconds": float("nan")},
        {"seconds": -1.0},
        {"epochs": 10**400},
        {"seconds": float("inf")},
        {"threads": -1},
    ],
)
def test_an_impossible_cost_costs_its_line_only(changes, files):
    files.append(RunRecord(KEY._replace(seed=1), GOOD.metrics, finished="t1", **changes))
    files.append(GOOD)
    assert files.records() == [GOOD]


@pytest.mark.parametrize("epoch", [0, -1, 10**30])
def test_an_impossible_epoch_costs_its_line_only(epoch, files):
    files.append(GOOD, [EpochEnd(KEY, epoch, 0.5, None, 1.0), EpochEnd(KEY, 1, 0.5, None, 1.0)])
    assert [point.epoch for point in files.curves()[KEY]] == [1]


@pytest.mark.parametrize("fold", [10, 99, 2**40])
def test_a_fold_beyond_the_data_set_fills_no_gap(fold):
    nine = [RunRecord(KEY._replace(fold=n), {"a": 1.0}) for n in range(9)]
    strange = RunRecord(KEY._replace(fold=fold), {"a": 50.0})
    assert by_seed([*nine, strange], "a", 10) == {}
    whole = [*nine, RunRecord(KEY._replace(fold=9), {"a": 1.0}), strange]
    assert by_seed(whole, "a", 10) == {0: 1.0}


@pytest.mark.parametrize("length", [131_073, 2**20, pytest.param(2**23, marks=pytest.mark.slow)])
def test_long_fields_are_read_as_they_are(length, files):
    long = RunRecord(KEY._replace(row="r" * length), GOOD.metrics, finished="t1", device="x" * length)
    predicted = np.random.default_rng(0).integers(0, 200, length // 2)
    files.append(RunRecord(KEY, GOOD.metrics, finished="t0", predictions=encode(predicted)))
    files.append(long, [EpochEnd(long.key, 1, 0.5, None, 1.0)])
    assert files.records()[1] == long
    assert list(files.curves()) == [long.key]
    assert (files.predictions()[KEY] == predicted).all()


def test_a_field_of_20_mb_costs_its_line_only(files):
    files.append(GOOD, [EpochEnd(KEY, 1, 0.5, None, 1.0)])
    for ledger in (files.record_ledger, files.curve_ledger):
        with ledger.path.open("a") as stream:
            stream.write(f"paper,1,{'r' * 2 * 10**7},column\n")
    after = RunRecord(KEY._replace(seed=1), GOOD.metrics, finished="t1")
    files.append(after)
    assert files.records() == [GOOD, after]
    files.repair()
    assert files.records() == [GOOD, after]
    assert files.record_ledger.path.stat().st_size < 10_000


def test_predictions_that_unpack_to_more_than_a_test_part_are_refused(monkeypatch):
    assert predictions.LARGEST <= 2**28
    monkeypatch.setattr(predictions, "LARGEST", 2**20)
    assert len(decode(f"<u1 {b64encode(zlib.compress(bytes(2**20), 1)).decode()}")) == 2**20
    bomb = b64encode(zlib.compress(bytes(2**20 + 1), 1)).decode()
    with pytest.raises(ValueError, match="more than"):
        decode(f"<u1 {bomb}")


def test_a_device_is_no_file(tmp_path):
    (tmp_path / "reproduced").mkdir()
    (tmp_path / "reproduced" / "kim2014.csv").symlink_to("/dev/null")
    with pytest.raises(ResultsError, match="kim2014.csv is not a file"):
        RecordFiles("kim2014", tmp_path).records()

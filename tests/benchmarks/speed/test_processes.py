"""Fresh processes measure time and memory; every case of every whole task runs, and does the work of its rival."""

import pickle
from functools import partial

import numpy as np
import pytest

from benchmarks.speed.processes import Case, Cost, extrapolated, measure_cases
from benchmarks.speed.tasks import ngrams, rows, sound, systems, vectors
from data_pipelines.datasets.thesaurus import write_lookalike

HOLD_60_MB_ONCE = """
[b'x' * (60_000_000 * (not __import__('os').path.exists({0!r}))), open({0!r}, 'w'), __import__('time').sleep(0.1)]
"""
FILL_CACHE = "open(__import__('os').environ['RETABLE_HOME'] + '/kept', 'x')"  # fails if the file exists


def results(cases: list[Case]) -> dict:
    """Run cases here, which has their imports, but pickled as for another process."""
    return {case.system: pickle.loads(pickle.dumps(case.run))() for case in cases}


def test_each_case_has_a_fresh_process_and_an_empty_cache(tmp_path):
    mark = tmp_path / "mark"
    hold = partial(eval, HOLD_60_MB_ONCE.strip().format(str(mark)))
    cases = [Case("large", hold), Case("small", partial(eval, FILL_CACHE))]
    large, small = measure_cases(cases, 2, tmp_path)
    assert (large.system, small.system) == ("large", "small")
    assert 0.1 < large.fastest <= large.seconds <= large.slowest
    assert large.peak_megabytes > 60
    assert large.anonymous_megabytes > 60 > small.anonymous_megabytes > 0
    assert 5 < small.peak_megabytes < 60  # without TensorFlow, which this process has
    assert list(tmp_path.iterdir()) == [mark]


def test_a_process_that_fails_is_an_error(tmp_path, capfd):
    with pytest.raises(RuntimeError, match="'broken' ended with status 1"):
        measure_cases([Case("broken", partial(eval, "1 / 0"))], 1, tmp_path)
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_cases_take_turns(tmp_path):
    log = tmp_path / "log"
    write = "open({!r}, 'a').write({!r})"
    measure_cases([Case(name, partial(eval, write.format(str(log), name))) for name in "ab"], 2, tmp_path)
    assert log.read_text() == "abab"


def test_selected_vectors_are_those_of_the_whole_file(tmp_path):
    cases = vectors.cases(tmp_path, words=3000, width=20, vocabulary=100)
    ours, theirs = results(cases).values()
    np.testing.assert_array_equal(ours, theirs)
    assert ours.shape == (100, 20)
    (cost,) = measure_cases(cases[:1], 1, tmp_path)
    assert 10 < cost.peak_megabytes < 200


def test_frames_are_computed_for_the_sound_that_a_case_names(tmp_path, home):
    cases = sound.cases(tmp_path, files=20, seconds=0.5)
    assert [case.amount.quantity for case in cases] == [10, 10, 1, 10]
    assert [case.system.split(",")[0] for case in cases] == ["retable"] * 3 + ["librosa in a loop"]
    results(cases)


def test_reading_is_measured_by_the_size_of_its_input(tmp_path, home):
    (thesaurus,) = write_lookalike(tmp_path, ["a", "the", "of"])
    cases = rows.cases(tmp_path, thesaurus, rows=2000)
    found = results(cases)
    assert len(found) == len(cases) == 9
    assert cases[0].amount.quantity == pytest.approx(10 * cases[1].amount.quantity, rel=0.1)
    np.testing.assert_array_equal(found["csv and a loop, 20 rows"], found["characters, 20 rows"].train.x)


def test_counts_are_those_of_scikit_learn(tmp_path, home):
    found = results(ngrams.cases(tmp_path, rows=300))
    ours, theirs = found["n-grams, 30 rows"].train.x, found["CountVectorizer, 30 rows"]
    assert ours.shape == theirs.shape
    assert sorted(ours.toarray().sum(axis=0)) == sorted(theirs.toarray().sum(axis=0))


def test_a_counting_system_is_measured_with_its_training(tmp_path, home):
    cases = systems.cases(tmp_path, rows=200, test_rows=50)
    assert len({case.system for case in cases}) == 10
    names = ("ngrams TFIDF, 200 rows", "Bag-of-means, 200 rows")
    found = results([case for case in cases if case.system in names])
    assert [len(predicted) for predicted in found.values()] == [50, 50]
    assert all(set(predicted) <= set(range(5)) for predicted in found.values())


def test_larger_sizes_are_on_a_straight_line():
    small = Cost("BoW, 100 rows", 2.0, 1.0, 3.0, 10, 5)
    large = Cost("BoW, 1,000 rows", 11.0, 10.0, 12.0, 100, 5)
    ((name, *figures),) = extrapolated([large, small], ["BoW"], rows=1000, target=3000)
    assert name == "BoW, 3,000 rows, estimated"
    assert figures[:4] == pytest.approx((31, 30, 32, 300))

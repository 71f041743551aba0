"""Which jobs run again: what changed first, then what waited longest; and within which time."""

import itertools
from dataclasses import replace

import pytest

from benchmarks.nights.series.journal import Kind
from benchmarks.nights.series.reruns import rerun
from benchmarks.nights.series.sample import Candidate, candidates, fitting
from benchmarks.nights.series.states import States, Today
from benchmarks.nights.series.surroundings import as_names, surroundings
from results.records import RunRecord
from tests.support.nights import MACHINE, VERSIONS, cell_of, entry

TREC, SUBJ = cell_of(), cell_of("Subj")


@pytest.fixture(scope="module")
def today():
    return Today(States.read(), as_names(VERSIONS), MACHINE)


def found(planned, seed, night=1, kind=Kind.FOUND, **changes):
    return entry(planned, night, kind, seed, **{"code": planned.code, "surroundings": None, **changes})


def order(entries, today):
    return [
        (one.job.key.column, one.job.key.seed, one.is_changed)
        for one in candidates([TREC, SUBJ], entries, today, "tensorflow")
    ]


def test_what_changed_is_first_and_recipes_take_turns(today):
    runs = [found(TREC, seed) for seed in range(3)] + [found(SUBJ, seed) for seed in range(2)]
    runs.append(found(TREC, 3, versions="keras 2.0"))
    runs.append(found(SUBJ, 2, surroundings={"driver": "1"}))
    runs.append(found(SUBJ, 3, code=TREC.code._replace(core="0")))
    names = order(runs, today)
    assert {one[:2] for one in names[:3]} == {("TREC", 3), ("Subj", 2), ("Subj", 3)}
    assert [one[0] for one in names[3:7]] in (["TREC", "Subj"] * 2, ["Subj", "TREC"] * 2)
    assert [one[2] for one in names] == [True] * 3 + [False] * 5


def test_the_same_jobs_do_not_run_each_night(today):
    runs = [found(TREC, seed) for seed in range(5)]
    seen = []
    for night in range(1, 6):
        chosen = candidates([TREC], runs, today, "tensorflow")[:2]
        seen.append([one.job.key.seed for one in chosen])
        runs += [found(TREC, one.job.key.seed, night, Kind.RERUN) for one in chosen]
    assert seen == [[0, 1], [2, 3], [4, 0], [1, 2], [3, 0]]


def test_a_rerun_that_fails_does_not_block_the_others(today):
    runs = [found(TREC, seed, versions="keras 2.0") for seed in range(2)]
    broken = found(TREC, 0, 2, Kind.RERUN)
    runs.append(replace(broken, record=replace(broken.record, metrics={}, versions="", error="MemoryError")))
    assert [one[1] for one in order(runs, today)] == [1, 0]


def test_only_finished_runs_of_the_plans_cells_and_back_end_can_run_again(today):
    failed = found(TREC, 1)
    failed = replace(failed, record=replace(failed.record, metrics={}))
    jax = found(TREC, 2)
    jax = replace(jax, record=replace(jax.record, key=jax.record.key._replace(backend="jax")))
    assert order([found(TREC, 0), failed, jax, found(cell_of("CR"), 0)], today) == [("TREC", 0, False)]


def test_a_rerun_keeps_nothing_for_others(today):
    (one,) = candidates([TREC], [found(TREC, 0, threads=7)], today, "tensorflow")
    assert not one.job.recipe.keep_weights and one.job.options.checkpoint_after == float("inf")
    assert (one.threads, one.job.records, one.job.code) == (7, "rerun-kim2014", TREC.code)


def test_jobs_fit_into_the_time_and_long_ones_are_counted():
    found = [Candidate(None, seconds, 1, 0, False) for seconds in (5.0, 100.0, 6.0, 4.0, 1.0)]
    chosen, too_long = fitting(found, 10.0)
    assert ([one.seconds for one in chosen], too_long) == ([5.0, 4.0, 1.0], 1)
    assert fitting([], 10.0) == ([], 0)


def test_reruns_end_with_their_time_and_a_slow_one_is_not_cut(today, monkeypatch):
    chosen = candidates([TREC], [found(TREC, seed, seconds=4.0) for seed in range(3)], today, "tensorflow")
    clock = itertools.count(0, 3)  # seconds between two looks at it
    monkeypatch.setattr("benchmarks.nights.series.reruns.time.monotonic", lambda: next(clock))

    def run(job, threads):
        yield RunRecord(job.key, {"test accuracy": 1.0})

    entries = list(rerun(chosen, 10.0, run, 5, MACHINE))
    assert 0 < len(entries) < 3
    assert (entries[0].night, entries[0].kind, entries[0].surroundings) == (5, Kind.RERUN, MACHINE)
    assert entries[0].record.finished and entries[0].record.commit and entries[0].record.code == TREC.code


def test_the_machine_is_described():
    found = surroundings()
    assert "jaxlib" in found and all(isinstance(text, str) and text for text in found.values())
    assert as_names("python 3 retable 1 keras 2") == {"python": "3", "keras": "2"}

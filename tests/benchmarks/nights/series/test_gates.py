"""Whole series of nights with few runs each: a change for the worse closes the gate, and keeps it closed."""

from types import SimpleNamespace

import pytest

from benchmarks.nights.plan import Plan, PlannedRun
from benchmarks.nights.series.journal import Kind
from benchmarks.nights.series.settings import Gate
from benchmarks.nights.series.states import States, Today
from benchmarks.nights.series.surroundings import as_names
from benchmarks.nights.series.watch import Watch
from tests.support.nights import MACHINE, VERSIONS, cell_of, entry, summary

TREC, STATES = cell_of(), States.read()
NEWER = VERSIONS.replace("3.15", "3.16")
WOBBLE, SEEDS = (0.99, 1.0, 1.02, 1.01, 0.98), (90.0, 91.0, 89.0, 90.5, 89.5)
BEGIN, END = 5, 14  # of the change, and of the series
JOBS = pytest.mark.parametrize("jobs", [1, 2, 3, 5])
BEGINS = pytest.mark.parametrize("begin", [5, 6, 7])


def versions_of(night):
    return NEWER if night >= BEGIN else VERSIONS


VERSIONS_OF = pytest.mark.parametrize("versions", [versions_of, lambda night: VERSIONS])


def series(runs_of, versions=versions_of, baselines=None, count=END):
    """Return the summaries of nights with these runs, each with the baseline that its plan names."""
    entries, summaries = [], []
    for night in range(1, count + 1):
        entries += runs_of(night)
        plan = Plan(
            run=(PlannedRun(paper="kim2014"),),
            hours=1,
            gate=(Gate.REGRESSED, Gate.SLOWER),
            baseline=(baselines or {}).get(night),
        )
        watch = Watch(plan, SimpleNamespace(), None, None)
        vars(watch).update(
            number=night,
            before=list(summaries),
            planned=[TREC],
            unended="",
            journal=SimpleNamespace(entries=entries.copy),
            clock=SimpleNamespace(date=f"2026-11-{night:02}"),
            today=Today(STATES, as_names(versions(night)), MACHINE),
        )
        summaries.append(summary(night) | watch.conclude([]) | {"commit": "c0ffee", "cells": []})
    return summaries


def slower(jobs, nights, versions=versions_of):
    """Return what makes runs of a night, three times slower in some."""

    def runs(night):
        seconds = 30.0 if night in nights else 10.0
        settings = {"code": TREC.code, "versions": versions(night), "commit": "new" if night >= BEGIN else "old"}
        return [
            entry(TREC, night, Kind.RERUN, job, seconds=seconds * WOBBLE[(night + job) % 5], **settings)
            for job in range(jobs)
        ]

    return runs


def changed(jobs, points, versions=versions_of, first=1):
    """Return what makes runs of a night, by turns, with so many points more than those of the first night."""

    def runs(night):
        turn = (night - first - 1) * jobs
        seeds = range(5) if night == first else [(turn + number) % 5 for number in range(jobs)]
        settings = {"code": TREC.code, "versions": versions(night)}
        values = {seed: SEEDS[seed] + points(night) * (1 + seed / 50) for seed in seeds}
        return [entry(TREC, night, Kind.RERUN, seed, values[seed], **settings) for seed in seeds if night >= first]

    return runs


def all_jobs(jobs):
    """Return the nights in which each job has its turn."""
    return -(-5 // jobs)


def closed(summaries, name):
    return [one["night"] for one in summaries if one[name]]


@JOBS
@VERSIONS_OF
def test_a_slower_level_closes_from_the_night_that_knows_it(jobs, versions):
    found = series(slower(jobs, range(BEGIN, END + 1), versions), versions)
    first, *_ = nights = closed(found, "slower")
    assert first <= BEGIN + 2 and nights == list(range(first, END + 1))
    assert [step["night"] for one in found for step in one["steps"]] == [BEGIN]
    assert [step["commit"] for one in found for step in one["steps"]] == ["new"]


@JOBS
def test_one_slow_night_closes_nothing(jobs):
    found = series(slower(jobs, [BEGIN], lambda night: VERSIONS), lambda night: VERSIONS)
    assert not any(one["steps"] for one in found) and closed(found, "slower") == []


@JOBS
def test_a_slower_level_that_is_mended_opens_again(jobs):
    found = series(slower(jobs, range(BEGIN, BEGIN + 4)))
    nights = closed(found, "slower")
    assert nights and nights[-1] <= BEGIN + 6


@JOBS
@BEGINS
@VERSIONS_OF
def test_runs_that_became_worse_close_and_stay_closed(jobs, begin, versions):
    found = series(changed(jobs, lambda night: -5.0 * (night >= begin), versions), versions)
    first, *_ = nights = closed(found, "regressed")
    assert begin <= first < begin + all_jobs(jobs) and nights == list(range(first, END + 1))


@JOBS
def test_runs_that_are_mended_open_again(jobs):
    found = series(
        changed(jobs, lambda night: -5.0 * (4 <= night < 8), lambda night: VERSIONS), lambda n: VERSIONS
    )
    nights = closed(found, "regressed")
    assert nights and nights[-1] < 8 + all_jobs(jobs)


@JOBS
@VERSIONS_OF
def test_what_became_better_is_defended(jobs, versions):
    def points(night):
        return 5.0 * (2 <= night < 9)

    nights = closed(series(changed(jobs, points, versions), versions), "regressed")
    assert nights[0] >= 9 and nights[-1] == END


@JOBS
def test_equal_runs_close_nothing(jobs):
    assert closed(series(changed(jobs, lambda night: 0.0)), "regressed") == []


@JOBS
def test_a_night_that_a_plan_has_named_is_accepted_from_then_on(jobs):
    named = dict.fromkeys((BEGIN + 5, BEGIN + 6), f"2026-11-{BEGIN + 4:02}")
    worse = changed(jobs, lambda night: -5.0 * (night >= BEGIN))
    silent = series(lambda night: [] if night > BEGIN + 4 else worse(night), baselines=named)
    assert closed(silent, "regressed")[-1] == BEGIN + 4
    for name, runs in (("regressed", worse), ("slower", slower(jobs, range(BEGIN, END + 1)))):
        assert closed(series(runs, baselines=named), name)[-1] == BEGIN + 4


def test_what_begins_after_a_night_that_a_plan_has_named_is_watched_too():
    named = dict.fromkeys((2, 3), "2026-11-01")
    runs = changed(5, lambda night: -5.0 * (night >= 8), first=4)
    assert closed(series(runs, baselines=named), "regressed") == list(range(8, END + 1))

"""Whole series of nights with few runs each: a change for the worse closes the gate, and keeps it closed."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from benchmarks.nights.plan import Plan, PlannedRun
from benchmarks.nights.series.journal import Kind
from benchmarks.nights.series.settings import Gate
from benchmarks.nights.series.states import States, Today
from benchmarks.nights.series.surroundings import as_names
from benchmarks.nights.series.watch import Watch
from results.records import Digests
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


def changed(jobs, points, versions=versions_of, first=1, count=5):
    """Return what makes runs of a night, by turns, with so many points more than those of the first night."""

    def runs(night):
        turn = (night - first - 1) * jobs
        seeds = range(count) if night == first else [(turn + number) % count for number in range(jobs)]
        settings = {"code": TREC.code, "versions": versions(night)}
        values = {seed: SEEDS[seed % 5] + points(night) * (1 + seed % 5 / 50) for seed in seeds}
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
@pytest.mark.parametrize("later", [34.5, 20.0, None])
def test_a_slower_level_stays_closed_whatever_comes_but_its_mending(jobs, later):
    """A night without runs, a further step, and half of a mending."""
    before, after = slower(jobs, range(BEGIN, END + 1)), slower(jobs, ())
    factor = (later or 0.0) / 10

    def runs(night):
        if night < 10:
            return before(night)
        entries = after(night) if later else before(night) if night > 10 else []
        return [
            replace(one, record=replace(one.record, seconds=one.record.seconds * (factor or 1))) for one in entries
        ]

    nights = closed(series(runs), "slower")
    assert nights[-1] == END and nights == list(range(nights[0], END + 1))


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


@JOBS
def test_new_jobs_do_not_dilute_what_became_worse(jobs):
    old = changed(jobs, lambda night: -5.0 * (night >= BEGIN))

    def runs(night):
        settings = {"code": TREC.code, "versions": versions_of(night)}
        new = range(5, 20) if night == BEGIN + 5 else ()
        return [*old(night), *(entry(TREC, night, Kind.NEW, s, SEEDS[s % 5] - 5.0, **settings) for s in new)]

    assert closed(series(runs), "regressed")[-1] == END


@JOBS
def test_another_state_that_mends_nothing_opens_nothing(jobs):
    def versions(night):
        return VERSIONS.replace("3.15", "3.17") if night >= 10 else versions_of(night)

    nights = closed(series(changed(jobs, lambda night: -5.0 * (night >= 4), versions), versions), "regressed")
    assert nights == list(range(nights[0], END + 1))


@JOBS
def test_what_is_accepted_before_all_jobs_ran_again_stays_accepted(jobs):
    runs = changed(jobs, lambda night: -5.0 * (night >= BEGIN), count=10)
    first, *_ = closed(series(runs), "regressed")
    named = dict.fromkeys(range(first + 1, 28), f"2026-11-{first:02}")
    assert closed(series(runs, baselines=named, count=27), "regressed") == [first]
    itself = {first: f"2026-11-{first:02}"}
    assert closed(series(runs, baselines=itself, count=27), "regressed") == []


@JOBS
def test_what_becomes_worse_again_closes_again(jobs):
    """After it was accepted, and after it was mended."""
    named = dict.fromkeys((11, 12), "2026-11-10")
    accepted = series(
        changed(jobs, lambda night: -5.0 * ((night >= 5) + (night >= 14))), baselines=named, count=24
    )
    mended = series(changed(jobs, lambda night: -5.0 * ((4 <= night < 8) + (night >= 14))), count=24)
    for found in (accepted, mended):
        nights = closed(found, "regressed")
        assert {11, 12, 13}.isdisjoint(nights) and nights[-8:] == list(range(17, 25))


@JOBS
def test_a_commit_of_many_nights_accepts_the_first_that_it_named(jobs):
    named = dict.fromkeys(range(3, END + 1), "c0ffee")
    nights = closed(series(changed(jobs, lambda night: -5.0 * (night >= 8)), baselines=named), "regressed")
    assert nights and nights[-1] == END


def test_records_of_other_code_from_before_the_first_night_are_not_what_to_compare_with():
    def runs(night):
        old = [entry(TREC, 1, Kind.FOUND, s, SEEDS[s] + 5, code=Digests("old")) for s in range(5) if night == 1]
        return old + [entry(TREC, 1, Kind.FOUND, s, SEEDS[s], code=TREC.code) for s in range(5) if night == 1]

    assert closed(series(runs), "regressed") == []


def test_what_begins_after_a_night_that_a_plan_has_named_is_watched_too():
    named = dict.fromkeys((2, 3), "2026-11-01")
    runs = changed(5, lambda night: -5.0 * (night >= 8), first=4)
    assert closed(series(runs, baselines=named), "regressed") == list(range(8, END + 1))

"""Steps in seconds and memory: named once they last, or where something changed with them."""

import re
from dataclasses import replace

import pytest

from benchmarks.nights.series.journal import Kind
from benchmarks.nights.series.load import LoadMeter, is_quiet
from benchmarks.nights.series.states import States
from benchmarks.nights.series.steps import in_words, steps
from results.records import Digests
from tests.support.nights import cell_of, entry, nights_of

TREC = cell_of()
DATES = {night: f"2026-11-{night:02}" for night in range(1, 30)}
WOBBLE = (0.99, 1.0, 1.02, 1.01, 0.98)


@pytest.fixture(scope="module")
def states():
    return States.read()


def series(levels, jobs=3, first=1, **changes):
    """Return nights whose jobs take so many seconds."""
    return [
        entry(TREC, night, Kind.RERUN, job, seconds=level * WOBBLE[(night + job) % 5], **changes)
        for night, level in enumerate(levels, start=first)
        for job in range(jobs)
    ]


def found(entries, states):
    return steps([TREC], entries, states, max(one.night for one in entries), DATES)


def test_equal_nights_have_no_step(states):
    assert found(nights_of(TREC, 6), states) == []
    assert found(series([10] * 8), states) == []
    assert found(series([10, 30]), states) == []  # too few


def test_a_step_that_lasts_is_told_with_its_night(states):
    (step,) = found(series([12, 12, 12, 12, 24, 24]), states)
    assert (step.night, step.quantity, step.is_slower) == (5, "seconds", True)
    assert in_words(step).endswith("since night 5 of 2026-11-05, commit c0ffee")
    assert re.search(r"TREC: from 1[12](\.\d)? s to 2[34](\.\d)? s", in_words(step))
    assert step.is_as(step._asdict())
    (step,) = found(series([24, 24, 24, 12, 12]), states)
    assert not step.is_slower


def test_one_slow_night_is_no_step_unless_something_changed_with_it(states):
    assert found(series([10, 10, 10, 10, 30]), states) == []
    assert found(series([10, 10, 10, 30, 10]), states) == []
    assert found(series([10, 10, 10, 30, 10, 10]), states) == []
    slow = series([30], first=5, versions="python 3.11 retable 0.1 keras 3.16 tensorflow 2.21")
    (step,) = found([*series([10] * 4), *slow], states)
    assert (step.night, step.changed) == (5, "keras 3.15 -> 3.16")
    slow = series([30], first=5, code=Digests("other"), commit="new", surroundings=None)
    (step,) = found([*series([10] * 4), *slow], states)
    assert step.commit == "new" and step.changed.startswith("code since c0ffee")


def test_runs_beside_other_load_are_left_out(states):
    assert found([*series([10] * 4), *series([30, 30], first=5, load=0.9)], states) == []
    assert is_quiet(None) and is_quiet(0.1) and not is_quiet(0.5)
    assert 0 <= LoadMeter().others() <= 1


def test_memory_has_steps_too(states):
    more = [replace(one, record=replace(one.record, peak_bytes=3 * 2**30)) for one in series([10, 10], first=5)]
    (step,) = found([*series([10] * 4), *more], states)
    assert (step.quantity, step.is_slower) == ("memory", False)
    assert "from 1024 MB of memory to 3072 MB of memory" in in_words(step)


def test_another_device_is_another_series(states):
    assert found([*series([30] * 4), *series([10, 10], first=5, device="GPU")], states) == []

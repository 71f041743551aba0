"""What a night says about its runs: silence for equal bits, and differences with what changed."""

from dataclasses import replace

import pytest

from benchmarks.nights.series.findings import Night, Weight
from benchmarks.nights.series.journal import Kind
from benchmarks.nights.series.states import States
from results.records import Digests
from tests.support.nights import MACHINE, VERSIONS, cell_of, entry, nights_of

TREC = cell_of()
NEWER = VERSIONS.replace("keras 3.15", "keras 3.16")
DROP = (5.0, 5.2, 4.8)  # of each seed


@pytest.fixture(scope="module")
def states():
    return States.read()


def found_by(entries, states, *, deterministic=False):
    number = max(one.night for one in entries)
    counts, findings = Night(entries, number, [TREC], states, deterministic).findings()
    return vars(counts), findings


def worse(night, kind=Kind.RERUN, seeds=(0, 1, 2), **changes):
    return [entry(TREC, night, kind, seed, 90.0 + seed - DROP[seed], **changes) for seed in seeds]


def test_equal_bits_are_a_count(states):
    counts, findings = found_by(nights_of(TREC, 5), states)
    assert (counts["jobs"], counts["equal"], findings) == (3, 3, [])
    found = [replace(one, night=0, kind=Kind.FOUND, surroundings=None) for one in nights_of(TREC, 1)]
    assert found_by([*found, *nights_of(TREC, 1)], states)[1] == []


def test_a_difference_names_what_changed_and_is_judged_by_pairs(states):
    counts, (finding,) = found_by([*nights_of(TREC, 3), *worse(4, versions=NEWER)], states)
    assert (counts["different"], counts["equal"], finding.weight) == (3, 0, Weight.CHANGED)
    assert "3 rerun(s) gave other numbers (test accuracy). Changed: keras 3.15 -> 3.16." in finding.text
    assert "By 3 pair(s): test accuracy (%) -5.00, 90 % interval -5.34 to -4.66, p 0.00053: worse." in finding.text


def test_pairs_of_several_nights_add_up(states):
    nights = [*nights_of(TREC, 3)]
    _, (finding,) = found_by([*nights, *worse(4, seeds=(0,), versions=NEWER)], states)
    assert finding.text.endswith("1 pair(s): test accuracy (%) -5.00: too few pairs.")
    nights += worse(4, seeds=(0,), versions=NEWER) + worse(5, seeds=(1,), versions=NEWER)
    _, (finding,) = found_by([*nights, *worse(6, seeds=(0, 2), versions=NEWER)], states)
    assert "1 rerun(s) gave other numbers" in finding.text  # the one of seed 0 equals that of night 4
    assert "3 pair(s)" in finding.text and finding.text.endswith(": worse.")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"surroundings": MACHINE | {"driver": "570"}}, "driver none -> 570"),
        ({"surroundings": {"processor features": "abd"}}, "processor features abc -> abd"),
        ({"threads": 2}, "threads 1 -> 2"),
        ({"code": Digests("other"), "commit": "new"}, "code since c0ffee"),
    ],
)
def test_every_change_is_named(states, changes, text):
    _, (finding,) = found_by([*nights_of(TREC, 1), *worse(2, **changes)], states)
    assert (finding.weight, text in finding.text) == (Weight.CHANGED, True)


def test_a_difference_although_nothing_changed_comes_first(states):
    changed = worse(4, seeds=(0,), versions=NEWER)
    _, findings = found_by([*nights_of(TREC, 3), *changed, *worse(4, seeds=(1, 2))], states)
    assert [one.weight for one in findings] == [Weight.UNEXPLAINED, Weight.CHANGED]
    assert (
        "2 rerun(s) gave other numbers (test accuracy), although nothing changed. By 2 pair(s)" in findings[0].text
    )
    found = [replace(one, kind=Kind.FOUND, surroundings=None) for one in nights_of(TREC, 1)]
    _, (finding,) = found_by([*found, *worse(2)], states)
    assert finding.weight == Weight.UNKNOWN
    assert "but may have: driver, CUDA, the processor's features. By 3 pair(s)" in finding.text


def test_equal_metrics_may_hide_other_losses(states):
    runs = [*nights_of(TREC, 1, curve="a"), *nights_of(TREC, 2, curve="b")[3:]]
    assert "3 rerun(s) gave other numbers (losses), although" in found_by(runs, states)[1][0].text


def test_an_accelerator_without_determinism_is_no_alarm(states):
    runs = [*nights_of(TREC, 1, device="NVIDIA H100"), *worse(2, device="NVIDIA H100")]
    assert found_by(runs, states)[1][0].weight == Weight.ROUNDED
    assert found_by(runs, states, deterministic=True)[1][0].weight == Weight.UNEXPLAINED


def test_another_device_was_told_once_and_becomes_the_reference(states):
    found = [replace(one, kind=Kind.FOUND) for one in nights_of(TREC, 1, device="another")]
    near = [entry(TREC, 2, Kind.RERUN, seed, 90.1 + seed) for seed in range(3)]
    counts, (finding,) = found_by([*found, *near], states)
    assert (counts["first"], finding.weight) == (3, Weight.ELSEWHERE)
    assert "first run(s) of 3 job(s) on a processor (2 cores), recorded on another." in finding.text
    again = [replace(one, night=3) for one in near]
    assert found_by([*found, *near, *again], states)[1] == []
    _, (finding,) = found_by([*found, *worse(2)], states)
    assert finding.weight == Weight.BEYOND and "beyond the margin" in finding.text


def test_runs_of_changed_code_are_compared_too(states):
    other = {"code": Digests("other"), "commit": "new"}
    counts, (finding,) = found_by([*nights_of(TREC, 2), *worse(3, Kind.NEW, **other)], states)
    assert (counts["jobs"], counts["different_new"]) == (0, 3)
    assert "3 new run(s) gave other numbers" in finding.text


def test_a_failed_rerun_is_counted_and_no_reference(states):
    broken = entry(TREC, 2, Kind.RERUN, 0)
    broken = replace(broken, record=replace(broken.record, metrics={}, error="MemoryError"))
    counts, findings = found_by([*nights_of(TREC, 1), broken], states)
    assert (counts["jobs"], counts["failed"], findings) == (1, 1, [])
    assert found_by([*nights_of(TREC, 1), broken, entry(TREC, 3, Kind.RERUN, 0, 90.0)], states)[0]["equal"] == 1

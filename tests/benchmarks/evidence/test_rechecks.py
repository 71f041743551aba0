"""What follows from twin probes, and which records count."""

import sys
from dataclasses import replace

import pytest

from benchmarks.evidence.history import newest_equal
from benchmarks.evidence.probe import send_nothing
from benchmarks.evidence.recheck import compared, doubts
from benchmarks.evidence.rechecks import COLUMNS, Outcome, Recheck, Rechecks, rechecked_ledger, write
from benchmarks.evidence.source import Source
from benchmarks.evidence.standing import current, standing
from benchmarks.table import load_table
from results import tracking
from results.ledger import Ledger
from results.records import Digests, RunRecord

OLD, OLDER, NEW, OTHER = (Digests(name, name, name) for name in ("old", "older", "new", "other"))


def probe(before, after, outcome=Outcome.EQUAL, reason=""):
    return Recheck(
        before, after, "p", "t", "r", "c", "tensorflow", "c0ffee", "decade", "look-alike", outcome, reason
    )


@pytest.fixture(scope="module")
def planned():
    table = load_table("kim2014")
    return table.plan(table.cells("2", "MNB", "CR"))[0]


def record_of(planned, code, seed=0, commit="c0ffee"):
    return RunRecord(planned.key(0, seed, "tensorflow"), {"test accuracy": 80.0}, commit=commit, code=code)


def test_equal_holds_in_both_directions_and_along_chains():
    rechecks = Rechecks([probe(OLDER, OLD), probe(OLD, NEW)])
    assert rechecks.same(OLDER, NEW)
    assert rechecks.same(NEW, OLDER)
    assert not rechecks.same(OLDER, OTHER)
    assert rechecks.same(OTHER, OTHER)


def test_unequal_holds_states_apart_and_all_that_equal_them():
    rechecks = Rechecks([probe(OLDER, OLD), probe(OLD, NEW, Outcome.UNEQUAL, "metrics: 1, now 2")])
    assert not rechecks.same(OLDER, NEW)
    assert rechecks.verdict(OLDER, NEW).reason == "metrics: 1, now 2"
    assert rechecks.verdict(OLDER, OTHER) is None


def test_a_person_may_accept_what_differs():
    assert Rechecks([probe(OLD, NEW, Outcome.ACCEPTED, "another rounding")]).same(OLD, NEW)


def test_probes_are_kept_in_a_file(tmp_path):
    ledger = rechecked_ledger(tmp_path)
    write([probe(OLD, NEW)], ledger)
    (found,) = Rechecks.read(ledger).probes
    assert found._replace(date="") == probe(OLD, NEW)
    assert found.date.count("-") == 2


def test_records_of_todays_code_count_and_others_are_stale_or_retired(planned):
    mine, stale = record_of(planned, planned.code), record_of(planned, OLD, 1, "0123456789ab")
    found = standing(planned, [mine, stale], Rechecks([]))
    assert (found.shown, found.stale, found.retired) == ([mine], "", 0)
    found = standing(planned, [stale], Rechecks([]))
    assert found.shown == [stale]
    assert (
        found.stale
        == "code changed since 0123456789ab: commit 0123456789ab is not in the history of this checkout"
    )
    found = standing(planned, [mine, stale], Rechecks([probe(OLD, planned.code, Outcome.UNEQUAL)]))
    assert (found.shown, found.retired) == ([mine], 1)
    found = standing(planned, [mine, stale], Rechecks([probe(OLD, planned.code)]))
    assert (found.shown, found.stale, found.retired) == ([mine, stale], "", 0)
    found = standing(planned, [stale], Rechecks([probe(OLD, planned.code, Outcome.FAILED, "no package")]))
    assert found.stale.endswith("; no probe was possible: no package")


def test_a_failed_probe_is_tried_again_after_all_others(planned):
    records = [record_of(planned, code, seed) for seed, code in enumerate((OLDER, OLD, OTHER))]
    failed, unequal = probe(OLDER, planned.code, Outcome.FAILED), probe(OTHER, planned.code, Outcome.UNEQUAL)
    for probes in ([failed, unequal], [unequal, failed, unequal._replace(outcome=Outcome.FAILED)]):
        assert [doubt.code for doubt in doubts([planned], records, Rechecks(probes))] == [OLD, OLDER]


def test_commits_of_equal_code_are_those_that_were_probed_the_newest_first():
    first, second = (
        probe(OLDER, OLD)._replace(commit="1"),
        probe(OLD, OTHER, Outcome.ACCEPTED)._replace(commit="2"),
    )
    rechecks = Rechecks([first, second, probe(OTHER, NEW, Outcome.UNEQUAL)])
    assert rechecks.equal(OLDER) == rechecks.equal(OTHER) == [("2", OTHER), ("1", OLD)]
    assert rechecks.equal(NEW) == []


def test_a_probe_begins_at_the_newest_commit_where_the_recipe_had_the_code_that_was_found_equal(
    planned, monkeypatch
):
    monkeypatch.setattr(
        "benchmarks.evidence.history.source_at", lambda commit: Source()
    )  # all commits have today's
    moved = planned.code._replace(loop="of another file")
    its, others = (probe(OLD, code)._replace(commit=name) for name, code in (("1", moved), ("2", OTHER)))
    rechecks = Rechecks([its, others])
    assert newest_equal(planned.recipe, "0", OLD, rechecks) == ("1", moved)
    assert newest_equal(planned.recipe, "0", OLD, Rechecks([others])) == ("0", OLD)


def test_without_git_a_stale_record_does_not_blame_the_history(planned, monkeypatch):
    monkeypatch.setenv("PATH", "")
    found = standing(planned, [record_of(planned, OLD, commit="ba9876543210")], Rechecks([]))
    assert "git is not installed" in found.stale
    assert "history" not in found.stale


def test_of_several_codes_only_the_newest_is_shown(planned):
    records = [record_of(planned, code, seed) for seed, code in enumerate((OLDER, OLD, OTHER))]
    dated = [replace(record, finished=f"2026-01-0{day}") for day, record in zip((1, 3, 2), records, strict=True)]
    assert standing(planned, dated, Rechecks([])).shown == [dated[1]]


def test_a_record_without_digests_says_so(planned):
    found = standing(planned, [record_of(planned, Digests())], Rechecks([]))
    assert found.stale == "made at c0ffee, by a version that did not record its code"


def test_jobs_of_changed_code_run_again(planned):
    records = [record_of(planned, planned.code), record_of(planned, OLD, 1)]
    assert current([planned], records) == records[:1]


LOSSES = "losses and scores: ('1', '0.5', '80'), now"
ERRORS = "metrics: ['test error', '1.0'], now ['test error', '2.0']"


def answer(curve=(("1", "0.5", "80"),), metrics=(("test error", "1.0"),), predictions=("aa",), error=""):
    return {"curve": list(curve), "metrics": dict(metrics), "predictions": list(predictions), "error": error}


@pytest.mark.parametrize(
    ("other", "outcome", "reason"),
    [
        (answer(), Outcome.EQUAL, ""),
        (answer(predictions=()), Outcome.EQUAL, ""),  # a version that shows none
        (answer(curve=[("1", "0.6", "80")]), Outcome.UNEQUAL, f"{LOSSES} ('1', '0.6', '80'); predictions equal"),
        (answer(curve=()), Outcome.UNEQUAL, f"{LOSSES} None; predictions equal"),
        (answer(metrics=[("test error", "2.0")]), Outcome.UNEQUAL, f"{ERRORS}; predictions equal"),
        (answer(predictions=["bb"]), Outcome.UNEQUAL, "predictions: ['aa'], now ['bb']"),
        (answer(predictions=["cc", "aa", "dd"]), Outcome.EQUAL, ""),  # it scores the test part in every epoch
        (answer(metrics=[("other", "2.0")]), Outcome.FAILED, "the two have no metric in common"),
        (answer(error="OSError: no"), Outcome.FAILED, "today's code: OSError: no"),
    ],
)
def test_twins_are_compared_to_the_last_digit(other, outcome, reason):
    assert compared(answer(), other) == (outcome, reason)


def test_the_file_of_probes_has_no_secret(tmp_path, monkeypatch):
    monkeypatch.setenv("RETABLE_MIRROR", "http://planted-user:planted-password@mirror")
    ledger = Ledger(tmp_path / "rechecked.csv", COLUMNS)
    error = "http://planted-user:planted-password@mirror/x: no connection, planted-password"
    write([probe(OLD, NEW, Outcome.FAILED, error)], ledger)
    assert "planted" not in ledger.path.read_text()


def test_a_probe_sends_nothing_by_code_that_has_tracking_in_one_file(monkeypatch):
    class Tracker:
        def send(self):
            raise AssertionError

    monkeypatch.setitem(sys.modules, "results.tracking.tracker", None)
    monkeypatch.setattr(tracking, "Tracker", Tracker, raising=False)
    send_nothing()
    assert Tracker().send()


def test_a_reason_names_no_folder_of_a_machine(tmp_path):
    ledger = Ledger(tmp_path / "rechecked.csv", COLUMNS)
    reason = "the code before: /home/me/own papers/a.py and /home/me/b.py, line 3: 2/3 of losses/scores"
    write([probe(OLD, NEW, Outcome.FAILED, reason)], ledger)
    (found,) = Rechecks.read(ledger).probes
    assert "/home" not in found.reason and "b.py, line 3: 2/3 of losses/scores" in found.reason

"""Whose records are judged: the user's, and in an installed suite the project's where the user has none."""

from dataclasses import replace

import pytest

from results import folders
from results.folders import KnownRecords, lends, results_folder
from results.records import Digests, EpochEnd, JobKey, RecordFiles, RunRecord


def record(fingerprint: str, seed: int, error: str = "") -> RunRecord:
    key = JobKey("paper", "1", "row", "column", 0, seed, "tensorflow", fingerprint, 1)
    metrics = {} if error else {"test accuracy": 90.0 + seed}
    return RunRecord(key, metrics, finished=f"2026-01-0{seed + 1}", error=error, code=Digests("a", "b", "c"))


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Return the folders of the project's and of the user's records, as in an installed suite."""
    project, own = tmp_path / "project", tmp_path / "own"
    monkeypatch.setattr(folders, "HERE", project)
    monkeypatch.setenv("RETABLE_RESULTS", str(own))
    for one in (record("aaa", 0), record("aaa", 1), record("bbb", 0)):
        RecordFiles("paper", project).append(one)
    return project, own


def names(found) -> list[tuple[str, int]]:
    return [(one.key.fingerprint, one.key.seed) for one in found]


def test_recipes_that_the_user_has_not_run_are_judged_by_the_projects_records(installed):
    _, own = installed
    assert lends(own)
    assert names(KnownRecords("paper", own).records()) == [("aaa", 0), ("aaa", 1), ("bbb", 0)]
    RecordFiles("paper", own).append(record("aaa", 2))
    assert names(KnownRecords("paper", own).records()) == [("aaa", 2), ("bbb", 0)]


def test_a_failure_of_the_user_hides_nothing(installed):
    _, own = installed
    RecordFiles("paper", own).append(record("aaa", 2, error="no memory"))
    assert ("aaa", 0) in names(KnownRecords("paper", own).records())


def test_another_folder_and_a_checkout_have_their_own_records_alone(installed, tmp_path):
    project, own = installed
    RecordFiles("paper", tmp_path / "other").append(record("ccc", 0))
    assert names(KnownRecords("paper", tmp_path / "other").records()) == [("ccc", 0)]
    (project.parent / "pyproject.toml").touch()
    assert KnownRecords("paper", own).records() == []


def test_the_users_folder_is_not_in_the_installed_suite(installed, monkeypatch):
    project, _ = installed
    monkeypatch.delenv("RETABLE_RESULTS")
    assert not results_folder().is_relative_to(project) and results_folder().name == "results"
    (project.parent / "pyproject.toml").touch()
    assert results_folder() == project


def test_curves_are_the_users_first(installed):
    project, own = installed
    one = replace(record("ddd", 0), epochs=1)
    for place, loss in ((project, 2.0), (own, 1.0)):
        RecordFiles("paper", place).append(one, [EpochEnd(one.key, 1, loss, None, 0.1)])
    assert [point.loss for point in KnownRecords("paper", own).curves()[one.key]] == [1.0]

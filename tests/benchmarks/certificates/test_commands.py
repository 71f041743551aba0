"""retable certify, verify and merge with certificates."""

import json

import pytest
from typer.testing import CliRunner

from benchmarks.certificates import archive, writing
from benchmarks.cli.app import app
from benchmarks.signals import Status
from results.ledger import ResultsError
from results.records import RecordFiles
from tests.benchmarks.certificates.conftest import NAME


@pytest.fixture
def cell(signed, tmp_path):
    archive.write(tmp_path / "cell.zip", signed)
    return tmp_path / "cell.zip"


def run(*words):
    return CliRunner().invoke(app, [*map(str, words)])


def test_cells_are_certified_and_verified(records, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))  # without a key
    path = tmp_path / "cell.zip"
    done = run("certify", NAME, "--row", "guess", "-o", path, "--results", records.folder)
    assert done.exit_code == Status.DONE, done.output
    assert f"{path}: 1 cell(s), 0.0 MB, not signed.\n" in done.output
    done = run("verify", path, "--format", "json")
    outcomes = {line["outcome"] for line in json.loads(done.output)}
    assert (done.exit_code, outcomes) == (Status.DONE, {"ok", "not checked"})


def test_a_fault_has_its_file_and_a_status(cell, signed):
    name = f"results/reproduced/{NAME}.csv"
    cell.unlink()
    archive.write(cell, signed | {name: signed[name].replace(b",tensorflow,", b",jax,", 1)})
    done = run("verify", cell)
    assert done.exit_code == Status.FAILED
    assert f"FAULT files: its content is not what manifest-sha256.txt states [{name}]" in " ".join(
        done.output.split()
    )


def test_without_runs_nothing_is_certified(folder, tmp_path):
    done = run("certify", NAME, "-o", tmp_path / "cell.zip", "--results", tmp_path)
    assert done.exit_code == Status.NO_EVIDENCE
    assert "Nothing can be certified. certified2026 1 / guess / all, test accuracy: no runs" in done.output
    assert not (tmp_path / "cell.zip").exists()


def test_mistakes_are_named_before_anything_is_read(cell, tmp_path):
    for words, text in (
        (("-o", cell), "exists already"),
        (("-o", tmp_path / "other.zip", "--key", tmp_path / "none"), "can't be read"),
    ):
        assert text in str(run("certify", NAME, *words).exception)


def test_runs_of_a_certificate_are_merged_once(cell, tmp_path, records):
    target = tmp_path / "records"
    done = run("merge", cell, "--results", target)
    assert f"{NAME}: 6 added, 0 here already" in done.output
    assert "incomplete (no run) -> reproduced" in done.output
    assert f"{NAME}: 0 added, 6 here already" in run("merge", cell, "--results", target).output
    assert sorted(RecordFiles(NAME, target).records(), key=str) == sorted(records.records(), key=str)


def test_a_changed_certificate_is_not_merged(cell, signed, tmp_path):
    cell.unlink()
    archive.write(cell, signed | {"labels.csv": b""})
    done = run("merge", cell, "--results", tmp_path / "records")
    assert isinstance(done.exception, ResultsError)
    assert "is not as stated. files: " in str(done.exception)
    assert not (tmp_path / "records").exists()


def test_one_job_is_trained_again(records, table, tmp_path):
    files = writing.certify(table, table.plan(table.cells(row="guess")), records).files
    archive.write(tmp_path / "guess.zip", files)
    done = run("verify", tmp_path / "guess.zip", "--rerun")
    assert done.exit_code == Status.DONE, done.output
    assert "losses, scores and predictions are equal" in " ".join(done.output.split())


def test_too_little_time_says_what_is_needed(cell):
    done = run("verify", cell, "--rerun", "--minutes", "0")
    assert done.exit_code == Status.NO_EVIDENCE
    assert "The shortest run took" in done.output


def test_a_signer_that_is_empty_trusts_nobody(cell):
    done = run("verify", cell, "--signer", "")
    assert isinstance(done.exception, ResultsError)
    assert "--signer is ''" in str(done.exception)

"""Folders that a variable or an option names: a tilde is the home folder, and a file is no folder."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from results.ledger import ResultsError


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_tilde_in_a_variable_is_the_home_folder(home, monkeypatch):
    (home / "one").mkdir()
    folders = os.pathsep.join(["~/one", str(home)])
    for name, text in {"RETABLE_HOME": "~/cache", "RETABLE_RESULTS": "~", "RETABLE_PAPERS": folders}.items():
        monkeypatch.setenv(name, text)
    assert CliRunner().invoke(app, ["where"]).exit_code == 0
    assert os.environ["RETABLE_HOME"] == f"{home}/cache" and os.environ["RETABLE_RESULTS"] == str(home)
    assert os.environ["RETABLE_PAPERS"] == f"{home}/one{os.pathsep}{home}"


def test_a_tilde_after_an_equals_sign_is_the_home_folder(home):
    (home / "res").mkdir()
    assert CliRunner().invoke(app, ["show", "starter", "--results=~/res"]).exit_code == 0
    assert not Path("~").exists()


def test_a_file_is_no_results_folder(home, monkeypatch):
    (home / "file").write_text("")
    monkeypatch.setenv("RETABLE_RESULTS", str(home / "file"))
    result = CliRunner().invoke(app, ["show", "starter"])
    assert isinstance(result.exception, ResultsError)
    assert str(result.exception).startswith(f"There is no results folder {home / 'file'}.")


def test_a_results_folder_of_a_variable_may_come_into_being_later(home, monkeypatch):
    monkeypatch.setenv("RETABLE_RESULTS", str(home / "later"))
    assert CliRunner().invoke(app, ["show", "starter"]).exit_code == 0

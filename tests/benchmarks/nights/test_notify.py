"""The command that gets the summary of a night."""

import json
import os

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.nights import notify as notifying
from benchmarks.nights.notify import gate, is_news, notify
from benchmarks.nights.plan import read_plan
from benchmarks.signals import Status

QUIET = {"exit code": 0, "gate": [], "new runs": 0}


def plan_with(tmp_path, notify: str, more: str = ""):
    path = tmp_path / "plan.toml"
    path.write_text(
        f'hours = 1\nresults = "out"\nlookalike = true\nnotify = {notify}\n{more}\n[[run]]\npaper = "starter"\n'
        'row = "word2vec"\nseeds = 1\n'
    )
    return path


def script(tmp_path, text: str) -> None:
    (tmp_path / "tell.sh").write_text(f"#!/bin/sh\n{text}\n")
    (tmp_path / "tell.sh").chmod(0o755)


def called(tmp_path, text: str, summary=QUIET, last=None, more: str = "") -> str:
    """Let a plan's script have a summary; return what came of it."""
    script(tmp_path, text)
    path = plan_with(tmp_path, '["./tell.sh", "a word", "$HOME"]', more)
    return notify(read_plan(path), path, summary, last)


def test_the_command_gets_the_summary_and_what_it_means(tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    text = 'cat > summary; printf "%s\\n" "$RETABLE_STATUS" "$RETABLE_GATE" "$RETABLE_PLAN" "$@" "$PWD" > words'
    assert called(tmp_path, text) == "done"
    assert json.loads((tmp_path / "summary").read_text()) == QUIET
    plan = str(tmp_path / "plan.toml")
    assert (tmp_path / "words").read_text().splitlines() == ["0", "open", plan, "a word", "$HOME", str(tmp_path)]


@pytest.mark.parametrize(
    ("summary", "last", "news"),
    [
        (QUIET, None, True),
        (QUIET, QUIET, False),
        (QUIET, {}, True),
        (QUIET | {"exit code": Status.STOPPED}, QUIET, True),
        (QUIET | {"exit code": Status.STOPPED}, QUIET | {"exit code": Status.STOPPED}, False),
        (QUIET | {"exit code": Status.FAILED}, QUIET | {"exit code": Status.FAILED}, True),
        (QUIET | {"gate": ["a cell (worse)"], "exit code": 1}, QUIET, True),
    ],
)
def test_a_change_is_news_and_a_quiet_night_is_not(tmp_path, summary, last, news):
    assert is_news(summary, last) == news
    assert called(tmp_path, "true", summary, last) == ("done" if news else "nothing to tell")
    assert called(tmp_path, "true", summary, last, 'notify_on = "always"') == "done"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("echo no network >&2; exit 7", "failed with status 7: no network"),
        ("exit 7", "failed with status 7"),
        ("printf 'a\\033[31mb\\n' >&2; exit 1", r"failed with status 1: a\x1b[31mb"),
        ("echo $MLFLOW_TRACKING_PASSWORD; exit 1", "failed with status 1: ***"),
        ("sleep 60", "failed: it took more than 0.2 seconds"),
        ("exec < /dev/null", "done"),
    ],
)
def test_what_fails_is_said(tmp_path, monkeypatch, text, said):
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "pl4nted")
    if "sleep" in text:
        monkeypatch.setattr(notifying, "SECONDS", 0.2)
    assert called(tmp_path, text) == said


def test_a_command_that_is_not_there(tmp_path):
    for word in ("./tell.sh", "no-such-command"):
        path = plan_with(tmp_path, json.dumps([word]))
        assert notify(read_plan(path), path, QUIET, None) == f"failed: there is no command '{word}'"
    (tmp_path / "tell.sh").touch(0o644)  # not executable
    path = plan_with(tmp_path, '["./tell.sh"]')
    if os.geteuid() or not os.access(tmp_path / "tell.sh", os.X_OK):
        assert "there is no command" in notify(read_plan(path), path, QUIET, None)


@pytest.mark.parametrize(
    ("summary", "word"),
    [(QUIET, "open"), (QUIET | {"gate": ["x"]}, "closed"), (QUIET | {"exit code": 5}, "no evidence")],
)
def test_the_gate_in_a_word(summary, word):
    assert gate(summary) == word


def test_a_night_says_what_came_of_it_and_keeps_its_status(tmp_path, monkeypatch):
    monkeypatch.setenv("RETABLE_RESULTS", str(tmp_path / "all"))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    script(tmp_path, "cat > /dev/null; exit 3")
    path = plan_with(tmp_path, '["./tell.sh"]')
    result = CliRunner().invoke(app, ["nightly", str(path)])
    assert result.exit_code == Status.DONE, result.output
    assert "Notify: failed with status 3." in result.output
    (written,) = (tmp_path / "all" / "nightly").rglob("*.json")
    assert json.loads(written.read_text())["notify"] == "failed with status 3"
    result = CliRunner().invoke(app, ["nightly", str(path)])
    assert "Notify: nothing to tell." in result.output

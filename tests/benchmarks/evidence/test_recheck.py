"""An edited and committed change, from stale records to retired ones, in a repository of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent.parent
EDITED = "benchmarks/papers/lectures/slides.py"
LEFT_OUT = ("tests/", "results/reproduced/", "results/curves/", "results/predictions/", "results/rechecked.csv")
PLACE = ("lectures", "--table", "000", "--row", "one-hot vector of 'cool'")
EARN = """
from pathlib import Path
from benchmarks.reproduce import reproduce
from benchmarks.runners.places import run_here
from benchmarks.table import load_table
table = load_table("lectures")
print(reproduce(table.plan(table.cells("000", "one-hot vector of 'cool'")), run_here, Path("results"))[0].answer)
"""


@pytest.fixture
def checkout(tmp_path):
    """Return a function that runs a command in a repository with today's code and no records."""
    files = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    for name in files.stdout.splitlines():
        if (ROOT / name).is_file() and not name.startswith(LEFT_OUT):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    plain = {name: text for name, text in os.environ.items() if not name.startswith(("GIT_", "RETABLE_"))}
    env = plain | {"PYTHONPATH": str(tmp_path), "RETABLE_HOME": str(tmp_path / ".home")}

    def run(*words, status=0):
        done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def commit():
        run("git", "add", "-A")
        run("git", "-c", "user.name=me", "-c", "user.email=me@here", "commit", "-qm", "state")

    run("git", "init", "-q")
    (tmp_path / ".git/info/exclude").write_text(".home\n")
    commit()
    run.commit, run.folder = commit, tmp_path
    return run


def retable(run, *words, status=0):
    return run(sys.executable, "-c", "from benchmarks.cli.app import main; main()", *words, status=status)


def edit(run, old, new):
    path = run.folder / EDITED
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    run.commit()


def test_a_change_makes_records_stale_until_a_probe_finds_equal_numbers(checkout):
    assert "reproduced" in checkout(sys.executable, "-c", EARN)
    checkout.commit()
    edit(checkout, "    return float(", "    return 1.0 * float(")
    shown = retable(checkout, "show", *PLACE, "--format", "markdown")
    assert "code changed since" in shown and f"{EDITED}:equal" in shown
    assert ": equal" in retable(checkout, "recheck", "lectures")
    assert "stale" not in retable(checkout, "show", *PLACE, "--format", "markdown")


@pytest.mark.slow
def test_what_was_accepted_stays_accepted_and_the_next_change_is_named_alone(checkout):
    assert "reproduced" in checkout(sys.executable, "-c", EARN)
    checkout.commit()
    edit(checkout, "    return float(", "    return 2.0 * float(")
    retable(checkout, "recheck", "lectures", status=1)
    ledger = checkout.folder / "results" / "rechecked.csv"
    ledger.write_text(ledger.read_text().replace("unequal", "accepted"))
    checkout.commit()
    edit(checkout, "    return 2.0 * float(", "    return 1.0 * 2.0 * float(")
    assert ": equal" in retable(checkout, "recheck", "lectures")
    assert "stale" not in retable(checkout, "show", *PLACE, "--format", "markdown")


@pytest.mark.slow
def test_records_of_code_that_computed_other_numbers_are_retired_and_run_again(checkout):
    assert "reproduced" in checkout(sys.executable, "-c", EARN)
    checkout.commit()
    edit(checkout, "def equal(", "def same(found, printed):\n    return found == printed\n\n\ndef equal(")
    assert "stale" not in retable(checkout, "show", *PLACE, "--format", "markdown")  # nobody calls it
    edit(checkout, "    return float(", "    return 2.0 * float(")
    assert "unequal: metrics" in retable(checkout, "recheck", "lectures", status=1)
    assert "1 record(s): their code computed other numbers" in retable(
        checkout, "show", *PLACE, "--format", "markdown"
    )
    assert "differs" in checkout(sys.executable, "-c", EARN)

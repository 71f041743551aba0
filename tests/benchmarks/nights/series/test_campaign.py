"""Seven nights of a committed copy: five equal ones, one that became slow, and one with another initialiser."""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

from benchmarks.nights.series.journal import Journal
from benchmarks.nights.series.kept import KeptNights
from benchmarks.nights.series.load import is_quiet
from benchmarks.signals import Status
from tests.support.processes import ONE_THREAD, ROOT

pytestmark = pytest.mark.slow
PLAN = """
hours = 1
epochs = 6
lookalike = true
recheck = "1 hour"
results = "out"

[[run]]
paper = "starter"
row = "LeNet-style"
column = "digits"
seeds = 3
"""
NIGHTS = """
import json, sys
from typer.testing import CliRunner
from benchmarks.cli import nightly
from benchmarks.cli.app import app
from benchmarks.runners.places import run_here

nightly.run_apart = lambda job, threads: run_here([job])  # a process for each would take minutes
found = [CliRunner().invoke(app, sys.argv[2:]) for _ in range(int(sys.argv[1]))]
print(json.dumps([(one.exit_code, one.output + str(one.exception or "")) for one in found]))
"""
GIT = ("git", "-c", "user.name=me", "-c", "user.email=me@here", "-c", "commit.gpgsign=false")
SILENT = [
    "Reruns: 3, 3 equal in all bits.",
    "Verdicts: 1 incomplete.",
    "Gate: open without evidence: a rehearsal needs none.",
]


class Laboratory:
    """A copy of the repository with a plan, and what its nights print."""

    def __init__(self, folder: Path) -> None:
        self.copy, self.plan = folder / "copy", folder / "plan.toml"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(self.copy)], check=True)
        self.plan.write_text(PLAN)
        self.change("benchmarks/nights/series/load.py", "QUIET = 0.2", "QUIET = 2.0")  # this machine is shared
        self.kept = KeptNights.of_plan(folder / "all", self.plan)

    def change(self, name: str, before: str, after: str) -> None:
        """Commit a change of one file."""
        path = self.copy / name
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))
        subprocess.run([*GIT, "commit", "-qam", "a change"], cwd=self.copy, check=True)

    def nights(self, count: int = 1) -> list[tuple[int, list[str], dict]]:
        """Run nights in one process; return of each its status, its words from the summary on, and the summary."""
        own = {"PYTHONPATH": str(self.copy), "RETABLE_RESULTS": str(self.kept.folder.parent.parent)}
        own |= {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9", "RETABLE_HOME": str(self.copy.parent / "home")}
        done = subprocess.run(
            [sys.executable, "-P", "-c", NIGHTS, str(count), "nightly", str(self.plan)],
            env={**os.environ, **ONE_THREAD, **own, "RETABLE_JOBS": "1"},
            cwd=self.copy,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
        said = [text.partition("Night: ")[2].partition("Written to ")[0].splitlines()[1:] for _, text in found]
        assert all("Night: " in text for _, text in found), found
        statuses = [status for status, _ in found]
        return list(zip(statuses, said, self.kept.summaries()[-count:], strict=True))

    def is_shared(self) -> bool:
        """Return whether other programs took some of this machine."""
        return any(not is_quiet(entry.load) for entry in Journal(self.kept.folder).entries())

    def seconds(self) -> float:
        """Return the usual time of a job so far; the first one loads Keras."""
        return median(entry.record.seconds for entry in Journal(self.kept.folder).entries())


def test_equal_nights_are_silent_and_planted_changes_are_named(tmp_path):
    laboratory = Laboratory(tmp_path)
    for night, (status, said, summary) in enumerate(laboratory.nights(5), start=1):
        steps = [line for line in said if line.startswith("Step: ")]
        assert not steps or laboratory.is_shared()  # the copy takes every machine for quiet
        assert (status, [line for line in said if line not in steps]) == (Status.DONE, SILENT)
        assert (summary["night"], summary["findings"], summary["turned"]) == (night, [], [])
    model, start = "models/small_cnn.py", "    image = keras.Input(tuple(shape))\n"
    assert laboratory.copy.joinpath(model).read_text().count(start) == 1
    sleep = f"    import time; time.sleep({2 * laboratory.seconds():.1f})\n"
    laboratory.change(model, start, sleep + start)
    ((status, said, summary),) = laboratory.nights()
    assert status == Status.DONE  # slower, with equal numbers: the plan does not ask for more
    assert summary["reruns"]["equal"] == 3
    steps = [line for line in said if line.startswith("Step: starter 1 / LeNet-style / digits: from ")]
    assert any(" s since night 6 of " in line and "models/small_cnn.py:small_cnn" in line for line in steps), said

    laboratory.change(model, sleep, "")
    laboratory.change(model, 'padding="same"', 'padding="same", kernel_initializer="zeros"')
    ((status, said, summary),) = laboratory.nights()
    assert status == Status.FAILED
    (closed,) = [line for line in said if line.startswith("Gate: ")]
    assert closed.startswith("Gate: closed by starter 1 / LeNet-style / digits")
    assert "worse" in closed and summary["regressed"]
    assert any("models/small_cnn.py:small_cnn" in text for text in summary["findings"])
    assert json.loads(json.dumps(summary)) == summary

"""A reader that leaves, as `head` does, causes neither an error nor a loss."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.signals import Status
from benchmarks.table import load_table
from results.records import RecordFiles
from tests.support.processes import COMMAND, ROOT, start


def left_alone(*arguments: str, folder: Path, **environment: str) -> tuple[int, str]:
    """Run the command with an output that nobody reads; return its status and its errors."""
    process = start(*arguments, folder=folder, **environment)
    assert process.stdout and process.stderr
    process.stdout.close()
    errors = process.stderr.read()
    return process.wait(), errors


@pytest.mark.parametrize(
    ("arguments", "unbuffered"), [(("list", "kim2014"), "1"), (("show", "starter"), ""), (("--help",), "1")]
)
def test_a_command_ends_without_a_word(arguments, unbuffered, tmp_path):
    assert left_alone(*arguments, folder=tmp_path, PYTHONUNBUFFERED=unbuffered) == (Status.DONE, "")


def test_the_status_is_still_the_command_s_own():
    """Here the pipe is also that of the errors."""
    script = 'set -o pipefail; "$@" plan kim2014 --row RAE 2>&1 | true'
    done = subprocess.run(["bash", "-c", script, "-", *COMMAND], cwd=ROOT)
    assert done.returncode == Status.NO_EVIDENCE


RUN = """
import sys
from pathlib import Path
from benchmarks.cli.console import wide_console
from benchmarks.cli.progress import RunReport
from benchmarks.reproduce import reproduce
from benchmarks.streams import clean_streams
from benchmarks.table import load_table
from results.records import RunRecord
clean_streams()
table = load_table("lectures")
def run(jobs):
    for job in jobs:
        print("a line of a library", flush=True)
        yield RunRecord(job.key, {metric.name: 1.0 for metric in job.recipe.metrics}, finished="today")
with RunReport(wide_console()) as report:
    reproduce(table.plan(table.cells("003")), run, Path(sys.argv[1]), watcher=report)
"""


def test_a_run_goes_on_and_records_everything(tmp_path):
    """It does what `run` does, without MLflow and a deep-learning library."""
    process = subprocess.Popen([sys.executable, "-c", RUN, tmp_path], cwd=ROOT, stdout=-1, stderr=-1)
    assert process.stdout and process.stderr
    process.stdout.close()
    assert (process.stderr.read(), process.wait()) == (b"", 0)
    assert len(RecordFiles("lectures", tmp_path).records()) == len(load_table("lectures").cells("003"))

"""A reader that leaves, as `head` does, causes neither an error nor a loss."""

import subprocess
from pathlib import Path

import pytest

from benchmarks.signals import Status
from results.records import RecordFiles
from tests.support.processes import COMMAND, ROOT, start


def left_alone(*arguments: str, folder: Path, **environment: str) -> tuple[int, str]:
    """Run the command with an output that nobody reads; return its status and its errors."""
    process = start(*arguments, folder=folder, **environment)
    assert process.stdout and process.stderr
    process.stdout.close()
    errors = process.stderr.read()
    return process.wait(), errors


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [("list", "kim2014"), ("show", "starter"), ("--help",)])
def test_a_command_ends_without_a_word(arguments, unbuffered, tmp_path):
    assert left_alone(*arguments, folder=tmp_path, PYTHONUNBUFFERED=unbuffered) == (Status.DONE, "")


def test_the_status_is_still_the_command_s_own():
    """Here the pipe is also that of the errors."""
    script = 'set -o pipefail; "$@" plan kim2014 --row RAE 2>&1 | true'
    done = subprocess.run(["bash", "-c", script, "-", *COMMAND], cwd=ROOT)
    assert done.returncode == Status.NO_EVIDENCE


def test_a_run_goes_on_and_records_everything(tmp_path):
    rows = ("convolution formula", "max pooling formula", "matrix to vector, column by column")
    options = [text for row in rows for text in ("--row", row)]
    status, errors = left_alone("run", "lectures", *options, folder=tmp_path)
    assert (status, "Broken pipe" in errors, "Traceback" in errors) == (Status.DONE, False, False)
    (folder,) = {path.parent.parent for path in tmp_path.rglob("lectures.csv")}
    assert len(RecordFiles("lectures", folder).records()) == 3

"""Locks, where the file system has them and where it refuses."""

import errno
import fcntl
import os
import subprocess
import sys

import pytest
from filelock import Timeout

from results.locks import acquired
from results.records import RecordFiles
from results.tracking.database import prepare
from tests.support.processes import ROOT

REFUSED = [errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS]
HOLD = """
import errno, fcntl, os, signal, sys
def refuse(*arguments):
    raise OSError({number}, os.strerror({number}))
if {number}:
    fcntl.flock = refuse
from pathlib import Path
from results.locks import acquired
lock = acquired(Path({path!r}))
print("held", flush=True)
if {is_killed}:
    os.kill(os.getpid(), signal.SIGKILL)
sys.stdin.read()
"""


def holder(path, number, is_killed):
    """Start a process that holds a lock."""
    script = HOLD.format(number=number, path=str(path), is_killed=is_killed)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, text=True, **pipes)
    assert process.stdout.readline() == "held\n"
    return process


@pytest.mark.parametrize("number", [0, *REFUSED])
def test_a_lock_keeps_others_out_and_that_of_a_killed_process_does_not(tmp_path, monkeypatch, number):
    def refuse(*arguments):
        raise OSError(number, "refused")

    if number:
        monkeypatch.setattr(fcntl, "flock", refuse)
    process = holder(tmp_path / "a.lock", number, False)
    with pytest.raises(Timeout):
        acquired(tmp_path / "a.lock", timeout=0)
    process.communicate()
    holder(tmp_path / "b.lock", number, True).wait()
    acquired(tmp_path / "b.lock", timeout=5).release()


def test_another_failure_is_raised(tmp_path, monkeypatch):
    def fail(*arguments):
        raise OSError(errno.EIO, "broken disk")

    monkeypatch.setattr(fcntl, "flock", fail)
    with pytest.raises(OSError, match="broken disk"):
        acquired(tmp_path / "a.lock", timeout=0)


def test_the_holder_of_records_may_have_any_bytes_in_its_arguments(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["retable", "run", os.fsdecode(b"--results=\xff")])
    files = RecordFiles("starter", tmp_path)
    with files.lock():
        (holder,) = tmp_path.rglob("*.holder.lock")
        assert b"--results=\xff" in holder.read_bytes()
    assert not holder.exists()


def test_records_have_the_modes_of_other_files(tmp_path):
    before = os.umask(0o002)
    try:
        RecordFiles("starter", tmp_path).record_ledger.append([])
        prepare(tmp_path / "mlflow.db", print)
    finally:
        os.umask(before)
    made = [tmp_path / "reproduced" / "starter.csv", tmp_path / "mlflow.db"]
    assert [oct(path.stat().st_mode & 0o777) for path in made] == ["0o664", "0o664"]

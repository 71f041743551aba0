"""The owner of a run: only a process of this machine that has ended is gone."""

import subprocess
import sys
import time

import pytest

from results.tracking.owner import is_gone, this_process

NAMED = "from results.tracking.owner import this_process; print(this_process(), flush=True); input()"


@pytest.fixture
def process():
    process = subprocess.Popen(
        [sys.executable, "-c", NAMED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate()


def test_a_process_is_gone_once_it_was_killed(process):
    owner = process.stdout.readline().strip()
    assert not is_gone(owner)
    process.kill()
    deadline = time.monotonic() + 10
    while not is_gone(owner) and time.monotonic() < deadline:  # nobody has asked its status yet
        time.sleep(0.01)
    assert is_gone(owner)
    process.wait()
    assert is_gone(owner)


def test_another_process_of_the_same_number_is_not_the_owner(process):
    machine, number, start = process.stdout.readline().strip().rsplit(" ", 2)
    assert is_gone(f"{machine} {number} {start}0")


def test_processes_of_other_machines_are_never_gone():
    machine, number, start = this_process().rsplit(" ", 2)
    for owner in (f"other{machine} {number} {start}", f"{machine}x 4194304 {start}", "by hand", "x"):
        assert not is_gone(owner)


def test_this_process_and_earlier_versions_send_nothing_now():
    assert is_gone(this_process())
    assert is_gone("")

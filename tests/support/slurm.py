"""Slurm for tests: commands that only note what they are asked, and a cluster of one node on this machine."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = ("slurmctld", "slurmd", "munged", "sbatch", "scontrol", "squeue")
SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin"
SBATCH = """#!/bin/sh
printf '%s\\n' "$*" >> {folder}/submitted
[ ! -f {folder}/refusal ] || {{ cat {folder}/refusal >&2; exit 1; }}
wc -l < {folder}/submitted
"""
SCONTROL = "#!/bin/sh\necho 'MaxArraySize            = {most}'\n"
SQUEUE = "#!/bin/sh\ncat {folder}/queue 2>/dev/null || true\n"
CONFIGURATION = """
ClusterName=rehearsal
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
SlurmctldPort={port}
SlurmdPort={other_port}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SchedulerParameters=batch_sched_delay=1,sched_interval=2
MaxArraySize={most}
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=gpu Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def noting_commands(folder: Path, most: int = 1001) -> Path:
    """Write sbatch, scontrol and squeue that note what they are asked; return their folder.

    The numbers of jobs count up from 1. The text of a file `refusal` is what sbatch refuses with, and that of a
    file `queue` is what squeue prints.
    """
    folder.mkdir()
    for name, text in (("sbatch", SBATCH), ("scontrol", SCONTROL), ("squeue", SQUEUE)):
        (folder / name).write_text(text.format(folder=folder, most=most))
        (folder / name).chmod(0o755)
    return folder


def lacking() -> str:
    """Say which program of Slurm is missing, or why a cluster can't run; nothing where it can."""
    missing = [name for name in PROGRAMS if shutil.which(name, path=SYSTEM) is None]
    if missing:
        return f"needs {', '.join(missing)}: apt-get install slurm-wlm munge"
    return "" if os.geteuid() == 0 else "needs to be root, as a node of Slurm is"


@contextmanager
def cluster(folder: Path, most: int = 100) -> Iterator[dict[str, str]]:
    """Run a cluster of this machine alone, and provide the environment of its commands.

    Its path must be short, because a socket is in it.
    """
    port, other_port = _free_ports(2)
    settings = {"host": socket.gethostname().partition(".")[0], "folder": folder, "most": most}
    (folder / "slurm.conf").write_text(CONFIGURATION.format(port=port, other_port=other_port, **settings))
    (folder / "state").mkdir()
    (folder / "spool").mkdir()
    (folder / "munge.key").write_bytes(os.urandom(1024))
    (folder / "munge.key").chmod(0o400)
    environment = {"SLURM_CONF": str(folder / "slurm.conf"), "PATH": f"{SYSTEM}:{os.environ['PATH']}"}
    files = {"key-file": "key", "socket": "socket", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
    munge = [
        "munged",
        "--foreground",
        "--force",
        *(f"--{name}={folder}/munge.{end}" for name, end in files.items()),
    ]
    commands = [munge, ["slurmctld", "-D", "-i"], ["slurmd", "-D"]]
    with (folder / "daemons.log").open("w") as log:
        daemons = []
        try:
            for command in commands:
                daemons.append(
                    subprocess.Popen(command, env=os.environ | environment, stdout=log, stderr=subprocess.STDOUT)
                )
                time.sleep(1)
            _wait_for_node(environment)
            yield environment
        finally:
            ask("scancel", "--user=root", environment=environment)
            _wait_until(lambda: not states(environment))  # a step that can't report its end to a daemon stays
            for daemon in reversed(daemons):
                daemon.terminate()
            for daemon in daemons:
                daemon.wait(60)


def ask(*command: str, environment: dict[str, str]) -> str:
    """Return what a command of Slurm prints."""
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, timeout=60)
    return done.stdout


def states(environment: dict[str, str]) -> dict[str, str]:
    """Return the states of the jobs in the queue, by their numbers; array tasks as 1_0."""
    lines = ask("squeue", "--noheader", "--array", "--format=%i %T", environment=environment).splitlines()
    return dict(line.split() for line in lines)


def _wait_for_node(environment: dict[str, str]) -> None:
    def said() -> str:
        return ask("sinfo", "--noheader", environment=environment)

    _wait_until(lambda: re.search(r"\bidle\b", said()))
    assert re.search(r"\bidle\b", said()), f"the node does not come up: {said()}"


def _wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until a condition holds, so many seconds at most."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.5)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()

"""The commands of Slurm: sbatch, squeue, scontrol. What they refuse is one line."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.streams import clean
from data_pipelines.dataset import DataError

MOST_TASKS = 1000  # Slurm's own default, where a cluster does not say
SECONDS = 120  # that a busy controller may take to answer
HINTS = {
    "job array": "The cluster takes fewer tasks: see MaxArraySize in `scontrol show config`.",
    "SubmitJobLimit": "Your account may have fewer jobs in the queue: give --most-tasks to `retable schedule`.",
    "account": "See --account and --partition of `retable schedule`, and `sacctmgr show associations`.",
    "artition": "See --partition of `retable schedule`, and `sinfo`.",
}


def most_tasks() -> int:
    """Return how many tasks an array may have on this cluster. Raises DataError where Slurm does not answer."""
    found = re.search(r"^MaxArraySize\s*=\s*(\d+)", _run(["scontrol", "show", "config"]), re.MULTILINE)
    return max(1, int(found[1])) if found else MOST_TASKS


def queued(*names: str) -> list[str]:
    """Return the numbers of one's own jobs of these names, waiting or running."""
    lines = _run(["squeue", "--noheader", "--me", f"--name={','.join(names)}", "--format=%F"])
    return list(dict.fromkeys(lines.split()))


def submit(script: Path, arguments: Sequence[str], log: str) -> str:
    """Submit a script and return the number of the job; `log` is a pattern, in which %% is a per cent sign."""
    if not script.is_file():
        raise DataError(f"There is no {script}: `retable schedule --with slurm --output FOLDER` writes it.")
    said = _run(["sbatch", "--parsable", f"--output={log}", *arguments, str(script)])
    number = said.strip().splitlines()[-1].partition(";")[0] if said.strip() else ""  # a federation adds its name
    if not number.isdigit():
        raise DataError(f"sbatch said {clean(said.strip()[:200], keep='')!r}. Expected the number of a job.")
    return number


def _run(command: Sequence[str]) -> str:
    """Return what a command prints. Raises DataError for one that is missing, fails or does not answer."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SECONDS)
    except FileNotFoundError as error:
        raise DataError(f"There is no {command[0]} on this machine. Run this where Slurm is.") from error
    except subprocess.TimeoutExpired as error:
        raise DataError(f"{command[0]} did not answer within {SECONDS} seconds.") from error
    if done.returncode:
        raise DataError(_refusal(command[0], done.stderr or done.stdout))
    return done.stdout


def _refusal(name: str, text: str) -> str:
    """Return in a line what a command of Slurm complains about."""
    lines = [re.sub(rf"^{name}: (error|fatal): ", "", line).strip() for line in text.splitlines() if line.strip()]
    said = clean("; ".join(dict.fromkeys(lines)), keep="")[:500] or "no reason given"
    hint = next((f" {hint}" for word, hint in HINTS.items() if word in said), "")
    return f"Slurm's {name} refuses: {said.removesuffix('.')}.{hint}"

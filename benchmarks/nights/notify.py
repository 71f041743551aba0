"""The command that a plan calls with the summary of its night. It changes neither records nor statuses."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.nights.plan import Plan
from benchmarks.signals import Status
from benchmarks.streams import clean
from data_pipelines.dataset import DataError

SECONDS = 60  # that the command may take
LONGEST_LINE = 200


def check(plan: Plan, file: Path) -> None:
    """Raise DataError where the command of a plan does not exist on this machine."""
    if plan.notify and not _found(plan, file):
        raise DataError(f"{file}: notify: there is no command {plan.notify[0]!r} that can be run.")


def notify(plan: Plan, file: Path, summary: dict[str, Any], last: dict[str, Any] | None) -> str:
    """Call the command if it is to be called, and say what came of it; empty for a plan without one.

    `last` is the summary of the night before, None where there is none. The command gets the summary as JSON on
    its standard input, and `RETABLE_STATUS`, `RETABLE_GATE` and `RETABLE_PLAN` in its environment.
    """
    if not plan.notify:
        return ""
    if plan.notify_on == "change" and not is_news(summary, last):
        return "nothing to tell"
    if not (command := _found(plan, file)):
        return f"failed: there is no command {plan.notify[0]!r}"
    about = {"STATUS": str(summary["exit code"]), "GATE": gate(summary), "PLAN": str(file.resolve())}
    try:
        done = subprocess.run(
            [command, *plan.notify[1:]],
            input=json.dumps(summary, indent=1) + "\n",
            env=os.environ | {f"RETABLE_{name}": text for name, text in about.items()},
            cwd=file.resolve().parent,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"failed: it took more than {SECONDS} seconds"
    except OSError as error:
        return f"failed: {error.strerror}"
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:]
        text = "".join(f": {clean(line, keep='')[:LONGEST_LINE]}" for line in said)
        return f"failed with status {done.returncode}{text}"
    return "done"


def is_news(summary: dict[str, Any], last: dict[str, Any] | None) -> bool:
    """Return whether a night failed, closed its gate, or ended otherwise than the last one; the first is news."""
    failed = summary["exit code"] == Status.FAILED or bool(summary["gate"])
    return failed or last is None or last.get("exit code") != summary["exit code"]


def gate(summary: dict[str, Any]) -> str:
    """Return the state of the gate in a word or two."""
    if summary["gate"]:
        return "closed"
    return "no evidence" if summary["exit code"] == Status.NO_EVIDENCE else "open"


def _found(plan: Plan, file: Path) -> str | None:
    """Return the path of the command; a relative one is beside the plan."""
    word = plan.notify[0]
    return shutil.which(str(file.resolve().parent / word) if os.sep in word else word)

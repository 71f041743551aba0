"""The units by which schedulers run a plan every night: text for systemd, cron, Slurm, Kubernetes and GitHub."""

import json
import re
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.nights.plan import Plan
from benchmarks.runners import ray_cluster
from benchmarks.training.backends import BACKENDS
from data_pipelines.dataset import DataError

TEMPLATES = Path(__file__).parent / "templates"
SCHEDULERS = {  # the files of each
    "systemd": ("service", "timer"),
    "cron": ("crontab",),
    "slurm": ("scrontab",),
    "kubernetes": ("kubernetes.yaml",),
    "github": ("github.yaml",),
}
CARRIED = (*ray_cluster.CARRIED, "RETABLE_RESULTS", "MLFLOW_TRACKING_URI")
AWAY = ("kubernetes", "github")  # a night there starts in a folder of its own
GRACE_MINUTES = 15  # after the plan's own hours, before a scheduler stops the night


def units(scheduler: str, file: Path, plan: Plan, at: str, **settings: Any) -> dict[str, str]:
    """Return the texts by file name. Raises DataError for a bad time, or a plan that the scheduler can't run."""
    if scheduler == "kubernetes" and plan.on != "ray":
        raise DataError(f'{file} runs on {plan.on!r}. A Ray job needs on = "ray".')
    if scheduler in AWAY and any(name and not Path(name).is_absolute() for name in (plan.results, plan.report)):
        raise DataError(
            f"{file} has a relative folder, which {scheduler} does not keep. Expected full paths, or none."
        )
    hour, minute = _time(at)
    name = "retable-" + (re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-") or "night")
    minutes = round(plan.hours * 60) + GRACE_MINUTES
    environment = ray_cluster.carried(CARRIED)
    values = {
        "name": name,
        "plan": file.resolve(),
        "plan_text": file.read_text("utf-8"),
        "plan_in_repository": _in_repository(file),
        "command": Path(sys.executable).parent / "retable",
        "environment": environment,
        "addresses": {name: text for name, text in environment.items() if "://" in text},
        "extras": BACKENDS[plan.backend].requirements,
        "minutes": minutes,
        "hour": hour,
        "minute": minute,
        **settings,
    }
    return {_file_name(name, kind): _render(kind, values) for kind in SCHEDULERS[scheduler]}


def _render(kind: str, values: Mapping[str, Any]) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    pages = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    pages.filters |= {
        "shell": lambda text: shlex.quote(str(text)),
        "cron": _cron,
        "systemd": _systemd,
        "json": json.dumps,
        "combine": lambda first, second: first | second,
    }
    return pages.get_template(kind).render(values)


def _file_name(name: str, kind: str) -> str:
    return f"{name}.{kind}" if "." not in kind else f"{name}-{kind}"


def _time(at: str) -> tuple[int, int]:
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", at):
        raise DataError(f"--at is {at!r}. Expected HH:MM.")
    hour, minute = at.split(":")
    return int(hour), int(minute)


def _in_repository(file: Path) -> str:
    """Return the plan's path from the root of the repository that holds it."""
    for folder in file.resolve().parents:
        if (folder / ".git").exists():
            return file.resolve().relative_to(folder).as_posix()
    return file.name


def _cron(text: Any) -> str:
    """Quote for the shell inside a crontab, where a per cent sign ends the command."""
    return shlex.quote(str(text)).replace("%", r"\%")


def _systemd(text: Any) -> str:
    """Quote one word of a unit."""
    escaped = str(text).replace("\\", r"\\").replace('"', r"\"").replace("%", "%%")
    return f'"{escaped}"'

"""The units by which schedulers run a plan every night: text for systemd, cron, Slurm, Kubernetes and GitHub.

A variable with a password or token is not in a unit: the unit refers to a file, or to a secret of the platform.
"""

import json
import re
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks.nights.plan import Plan
from benchmarks.nights.quoting import FILTERS, LONGEST_CRON_LINE, assignment
from benchmarks.runners import ray_cluster
from benchmarks.streams import CONTROL, CREDENTIALS, escaped, masked
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
CARRIED = (*ray_cluster.CARRIED, "RETABLE_RESULTS", "MLFLOW_TRACKING_URI", *CREDENTIALS)
AWAY = ("kubernetes", "github")  # a night there starts in a folder of its own
FOLDERS_THERE = {"RETABLE_RESULTS": "/retable/results", "RETABLE_HOME": "/retable/data"}
GRACE_MINUTES = 15  # after the plan's own hours, before a scheduler stops the night
UNFIT = re.compile(rf"{CONTROL.pattern}|[\ud800-\udfff]")  # half of a pair stands for a byte that is not UTF-8
LONGEST_NAME = 52  # of a CronJob in Kubernetes


def units(
    scheduler: str, file: Path, plan: Plan, at: str, *, folder: Path | None = None, **settings: Any
) -> dict[str, str]:
    """Return the texts by file name; `folder` is where the file of secrets will be, by default beside the plan.

    Raises DataError for a bad time, a plan that the scheduler can't run, or a text that a unit can't hold.
    """
    _check_plan(scheduler, file, plan)
    hour, minute = _time(at)
    environment, secrets = _environment(scheduler)
    path = file.resolve()
    values = {
        "name": _name(file),
        "plan": path,
        "plan_text": file.read_text("utf-8"),
        "plan_in_repository": _in_repository(file),
        "log": path.with_name(f"{path.name if path.suffix == '.log' else path.stem}.log"),
        "command": Path(sys.executable).parent / "retable",
        "environment": environment,
        "addresses": {name: text for name, text in environment.items() if "://" in text},
        "secrets": list(secrets),
        "secrets_file": secrets_file(file, folder),
        "extras": BACKENDS[plan.backend].requirements,
        "minutes": round(plan.hours * 60) + GRACE_MINUTES,
        "hour": hour,
        "minute": minute,
        **settings,
    }
    values["runtime"] = _runtime(values)
    _check_texts({**settings, **environment, "plan": path, "command": values["command"]})
    _check_secrets(scheduler, file, secrets)
    return {_file_name(values["name"], kind): _render(kind, values) for kind in SCHEDULERS[scheduler]}


def secrets_file(file: Path, folder: Path | None = None) -> Path:
    """Return the path of the file of secrets of a plan."""
    return (folder or file.parent).resolve() / f"{_name(file)}.env"


def secrets_text(scheduler: str) -> str:
    """Return the file of secrets; empty where there are none, or where the platform keeps them."""
    secrets = {} if scheduler in AWAY else _environment(scheduler)[1]
    return "".join(assignment(name, text) for name, text in secrets.items())


def _environment(scheduler: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the variables of a night, those without and those with a password or token."""
    carried = ray_cluster.carried(CARRIED)
    secrets = {name: text for name, text in carried.items() if name in CREDENTIALS or masked(text) != text}
    return {name: text for name, text in carried.items() if name not in secrets}, secrets


def _check_plan(scheduler: str, file: Path, plan: Plan) -> None:
    if scheduler == "kubernetes" and plan.on != "ray":
        raise DataError(f'{file} runs on {plan.on!r}. A Ray job needs on = "ray".')
    if scheduler in AWAY and any(name and not Path(name).is_absolute() for name in (plan.results, plan.report)):
        raise DataError(
            f"{file} has a relative folder, which {scheduler} does not keep. Expected full paths, or none."
        )


def _check_texts(texts: Mapping[str, Any]) -> None:
    """Raise DataError for what no unit can hold: secrets, control characters, and bytes that are not UTF-8."""
    for name, text in texts.items():
        if masked(str(text)) != str(text):
            raise DataError(f"{name} has a password or token. Give it in the environment, as docs/gpu.md says.")
        if UNFIT.search(str(text)):
            raise DataError(f"{name} is '{escaped(str(text))}'. A unit can't hold control characters.")
    if not re.fullmatch(r"[A-Za-z0-9][\w./:@-]{0,500}", texts.get("image", "image"), re.ASCII):
        raise DataError(f"--image is {texts['image']!r}. Expected the name of an image, as lab/retable:1.")
    if not re.fullmatch(r"https?://[^\s\"'<>\\]{1,1000}", texts.get("dashboard", "http://host")):
        raise DataError(f"--dashboard is {texts['dashboard']!r}. Expected an address, as http://host:8265.")


def _check_secrets(scheduler: str, file: Path, secrets: Mapping[str, str]) -> None:
    """Raise DataError, without the secret, for one that does not get where it is used."""
    if scheduler == "kubernetes" and masked(text := file.read_text("utf-8")) != text:
        raise DataError(f"{file} has a password or token, and Kubernetes shows it. Give it in the environment.")
    for name, text in secrets.items():
        if UNFIT.search(text):
            raise DataError(f"{name} has control characters.")
        if scheduler == "kubernetes" and re.search(r'["\\]', text):
            raise DataError(f"{name} has a quote or a backslash, which Ray does not get. Write it as %22 or %5C.")


def _runtime(values: Mapping[str, Any]) -> str:
    """Return the environment of a Ray job as JSON, in which Kubernetes puts the secrets."""
    plain = {name: text.replace("$", "$$") for name, text in values["addresses"].items()}
    return json.dumps({"env_vars": FOLDERS_THERE | plain | {name: f"$({name})" for name in values["secrets"]}})


def _render(kind: str, values: Mapping[str, Any]) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    pages = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    pages.filters |= FILTERS
    text = pages.get_template(kind).render(values)
    if kind == "crontab" and len(text.splitlines()[-1].encode()) > LONGEST_CRON_LINE:
        raise DataError(f"The line would be longer than {LONGEST_CRON_LINE} bytes, which cron does not take.")
    return text


def _name(file: Path) -> str:
    """Return a name that every scheduler takes: small letters, digits and hyphens."""
    words = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-") or "night"
    name = f"retable-{words}"
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 9].rstrip('-')}-{sha256(file.stem.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _file_name(name: str, kind: str) -> str:
    return f"{name}.{kind}" if "." not in kind else f"{name}-{kind}"


def _time(at: str) -> tuple[int, int]:
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", at, re.ASCII):
        raise DataError(f"--at is {at!r}. Expected HH:MM.")
    hour, minute = at.split(":")
    return int(hour), int(minute)


def _in_repository(file: Path) -> str:
    """Return the plan's path from the root of the repository that holds it."""
    for folder in file.resolve().parents:
        if (folder / ".git").exists():
            return file.resolve().relative_to(folder).as_posix()
    return file.name

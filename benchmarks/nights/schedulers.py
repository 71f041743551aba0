"""The units by which schedulers run a plan every night: for systemd, cron, Slurm, Kubernetes, KubeRay, GitHub.

A variable with a password or token is not in a unit: the unit refers to a file, or to a secret of the platform.
"""

import json
import re
import sys
from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.nights.plan import Plan
from benchmarks.nights.quoting import FILTERS, LONGEST_CRON_LINE, assignment
from benchmarks.runners.variables import is_secret, of_nights
from benchmarks.streams import CONTROL, escaped, masked
from benchmarks.training.backends import BACKENDS
from data_pipelines.dataset import DataError

TEMPLATES = Path(__file__).parent / "templates"
SCHEDULERS = {  # the files of each
    "systemd": ("service", "timer"),
    "cron": ("crontab",),
    "slurm": ("submit.sh", "array.sbatch", "close.sbatch", "scrontab"),
    "kubernetes": ("kubernetes.yaml",),
    "kuberay": ("kuberay.yaml",),
    "github": ("github.yaml",),
}
AWAY = ("kubernetes", "kuberay", "github")  # a night there starts in a folder of its own
IN_PODS = ("kubernetes", "kuberay")
GIVES_DEVICES = ("slurm", *AWAY)  # the scheduler sets CUDA_VISIBLE_DEVICES
NEXT = {  # what a person does with the files
    "systemd": "copy them to ~/.config/systemd/user, then `systemctl --user enable --now {name}.timer`. "
    "So that it runs after you log out, once: `loginctl enable-linger`.",
    "cron": "`crontab -e`, and add the last line of {folder}/{name}.crontab.",
    "slurm": "`bash {folder}/{name}-submit.sh` begins a night now; `scrontab -e`, with {folder}/{name}.scrontab, "
    "every night.",
    "kubernetes": "`kubectl apply -f {folder}/{name}-kubernetes.yaml`.",
    "kuberay": "`kubectl apply -f {folder}/{name}-kuberay.yaml`.",
    "github": "put it into .github/workflows.",
}
FOLDERS_THERE = {"RETABLE_RESULTS": "/retable/results", "RETABLE_HOME": "/retable/data"}
GRACE_MINUTES = 15  # after the plan's own hours, before a scheduler stops the night
UNFIT = re.compile(rf"{CONTROL.pattern}|[\ud800-\udfff]")  # half of a pair stands for a byte that is not UTF-8
LONGEST_NAME = 52  # of a CronJob in Kubernetes
NAMES = re.compile(r"[A-Za-z0-9][\w.@,+-]{0,200}", re.ASCII)
EXPECTED = {  # of options that are written into units
    "image": (re.compile(r"[A-Za-z0-9][\w./:@-]{0,500}", re.ASCII), "the name of an image, as lab/retable:1"),
    "dashboard": (re.compile(r"https?://[^\s\"'<>\\]{1,1000}"), "an address, as http://host:8265"),
    "claim": (re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?"), "the name of a volume claim, as retable"),
    "partition": (NAMES, "the name of a partition, as gpu; `sinfo` shows them"),
    "account": (NAMES, "the name of an account, as lab"),
    "qos": (NAMES, "the name of a quality of service, as normal"),
    "memory": (re.compile(r"\d{1,9}[KMGT]?", re.ASCII), "a size, as 16G"),
    "time": (
        re.compile(r"\d{1,7}|(\d{1,4}-)?\d{1,4}:[0-5]\d(:[0-5]\d)?|\d{1,4}-\d\d?", re.ASCII),
        "a time of Slurm, as 4:00:00 or 1-12:00:00",
    ),
}
OPTIONS = {"memory": "mem"}  # where an option has another name
OPTIONAL = dict.fromkeys(("partition", "account", "qos", "cpus", "memory", "time", "array_limit", "most_tasks"))
OPTIONAL |= {"claim": "retable", "workers": 1, "gpus": 0}


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
    beside = (folder or file.parent).resolve()
    minutes = round(plan.hours * 60) + GRACE_MINUTES
    values = {
        "name": name_of(file),
        "plan": path,
        "plan_text": file.read_text("utf-8"),
        "plan_in_repository": _in_repository(file),
        "log": path.with_name(f"{path.name if path.suffix == '.log' else path.stem}.log"),
        "command": Path(sys.executable).parent / "retable",
        "environment": environment,
        "environment_there": FOLDERS_THERE | environment,
        "secrets": list(secrets),
        "secrets_file": secrets_file(file, folder),
        "extras": BACKENDS[plan.backend].requirements,
        "minutes": minutes,
        "hour": hour,
        "minute": minute,
        "unit_folder": beside,
        "unit": lambda kind: beside / _file_name(name_of(file), kind),
        "ray_version": _version_of_ray(),
        **OPTIONAL,
        **settings,
    }
    values["time"] = values["time"] or f"{minutes // 60:02d}:{minutes % 60:02d}:00"
    values["runtime"] = _runtime(values)
    _check_options(settings)
    _check_texts({**settings, **environment, "plan": path, "command": values["command"], "folder": beside})
    _check_secrets(scheduler, file, secrets)
    return {_file_name(values["name"], kind): _render(kind, values) for kind in SCHEDULERS[scheduler]}


def secrets_file(file: Path, folder: Path | None = None) -> Path:
    """Return the path of the file of secrets of a plan."""
    return (folder or file.parent).resolve() / f"{name_of(file)}.env"


def secrets_text(scheduler: str) -> str:
    """Return the file of secrets; empty where there are none, or where the platform keeps them."""
    secrets = {} if scheduler in AWAY else _environment(scheduler)[1]
    return "".join(assignment(name, text) for name, text in secrets.items())


def _environment(scheduler: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the variables of a night, those without and those with a password or token."""
    found = of_nights(here=scheduler not in AWAY, devices=scheduler not in GIVES_DEVICES)
    secrets = {name: text for name, text in found.items() if is_secret(name, text)}
    return {name: text for name, text in found.items() if name not in secrets}, secrets


def _check_plan(scheduler: str, file: Path, plan: Plan) -> None:
    if scheduler in IN_PODS and plan.on != "ray":
        raise DataError(f'{file} runs on {plan.on!r}. A Ray job needs on = "ray".')
    if scheduler == "slurm" and plan.on != "here":
        raise DataError(f'{file} runs on Ray, and Slurm gives every job a place. Expected on = "here".')
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


def _check_options(settings: Mapping[str, Any]) -> None:
    """Raise DataError for an option that is not what a scheduler takes."""
    for name, (pattern, expected) in EXPECTED.items():
        text = settings.get(name)
        if text is not None and masked(text) == text and not pattern.fullmatch(text):
            raise DataError(f"--{OPTIONS.get(name, name)} is {text!r}. Expected {expected}.")


def _check_secrets(scheduler: str, file: Path, secrets: Mapping[str, str]) -> None:
    """Raise DataError, without the secret, for one that does not get where it is used."""
    if scheduler in IN_PODS and masked(text := file.read_text("utf-8")) != text:
        raise DataError(f"{file} has a password or token, and Kubernetes shows it. Give it in the environment.")
    for name, text in secrets.items():
        if UNFIT.search(text):
            raise DataError(f"{name} has control characters.")
        if scheduler == "kubernetes" and re.search(r'["\\]', text):
            raise DataError(f"{name} has a quote or a backslash, which Ray does not get. Write it as %22 or %5C.")


def _runtime(values: Mapping[str, Any]) -> str:
    """Return the environment of a Ray job as JSON, in which Kubernetes puts the secrets."""
    plain = {name: text.replace("$", "$$") for name, text in values["environment_there"].items()}
    return json.dumps({"env_vars": plain | {name: f"$({name})" for name in values["secrets"]}})


def _version_of_ray() -> str:
    """Return the version of Ray that is installed; empty without it."""
    try:
        return version("ray")
    except PackageNotFoundError:
        return ""


def _render(kind: str, values: Mapping[str, Any]) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    pages = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    pages.filters |= FILTERS
    text = pages.get_template(kind).render(values)
    if kind in ("crontab", "scrontab") and len(text.splitlines()[-1].encode()) > LONGEST_CRON_LINE:
        raise DataError(f"The line would be longer than {LONGEST_CRON_LINE} bytes, which cron does not take.")
    return text


def name_of(file: Path) -> str:
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

"""A night: the plan of an unattended run, its limits, and how it stops."""

import signal
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from filelock import Timeout
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from benchmarks import provenance
from benchmarks.jobs import MOST_HOURS, MOST_RUNS, Options
from benchmarks.nights.durations import Duration
from benchmarks.nights.series.settings import Baseline, Gate
from benchmarks.runners.places import AUTO, MOST_DEVICES, Share, share_of_machine
from benchmarks.runners.ray_cluster import Cluster
from benchmarks.settings import MOST_EPOCHS
from benchmarks.signals import raised_until_exit
from benchmarks.streams import CONTROL
from benchmarks.table import load_table
from benchmarks.training.backends import BACKENDS
from data_pipelines.dataset import DataError
from data_pipelines.whole_files import refuse_pipe
from results.locks import acquired

LONGEST = 2**20  # bytes of a plan


class Stop(KeyboardInterrupt):
    """The night must end now; its text says why."""


class Model(BaseModel):
    """Both tables of a plan: unknown names are refused, values cannot change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _is_plain(cls, value: object, info: ValidationInfo) -> object:
        """Refuse control characters, and true for 1, which a number would accept."""
        if isinstance(value, str) and CONTROL.search(value):
            raise ValueError("expected a text without control characters")
        if isinstance(value, bool) and cls.model_fields[str(info.field_name)].annotation is not bool:
            raise ValueError("expected neither true nor false")
        return value


class PlannedRun(Model):
    """Some cells of a paper; without table, row or column, all of them."""

    paper: str
    table: str | None = None
    row: str | None = None
    column: str | None = None
    seeds: int | None = Field(None, ge=1, le=MOST_RUNS)  # None: the paper's protocol


class Plan(Model):
    """A night's plan, as its TOML file says it."""

    run: tuple[PlannedRun, ...] = Field(min_length=1)
    hours: float = Field(gt=0, le=MOST_HOURS)  # at most, for the whole night
    gate: tuple[Gate, ...] = (Gate.REGRESSED,)  # any of these for a cell fails the night
    baseline: Baseline = None  # a night, by its commit or date; None: the last one that found nothing worse
    recheck: Duration = None  # seconds in which recorded jobs run again
    backend: str = "tensorflow"
    deterministic: bool = False
    on: Literal["here", "ray"] = "here"
    jobs: str | None = None  # at once, as in `retable run`; None: RETABLE_JOBS, or one a core
    threads: int | None = Field(None, ge=1)  # of each job
    address: str | None = None
    gpus_per_job: float | None = Field(None, ge=0)
    cpus_per_job: float = Field(1.0, ge=0)
    results: str | None = None  # a folder; "{commit}" in it starts a new one with every commit
    report: str | None = None  # a folder for `retable report`, written at the end
    epochs: int | None = Field(None, ge=1, le=MOST_EPOCHS)  # a rehearsal, never counts
    lookalike: bool = False  # a rehearsal, never counts
    checkpoint_after: float = Field(Options.checkpoint_after, ge=0)  # seconds, as in `retable run`
    gpu_hours: float | None = Field(None, gt=0, le=MOST_HOURS * MOST_DEVICES)  # at most, for the whole night
    wait_for_gpu: Duration = None  # seconds that others may use the GPUs of this machine; None: nobody looks
    notify: tuple[str, ...] = ()  # a command, called with the summary
    notify_on: Literal["change", "always"] = "change"

    @model_validator(mode="after")
    def _shares_go_with_ray(self) -> "Plan":
        if self.on != "ray" and self.cluster != Cluster():
            raise ValueError('address, gpus_per_job and cpus_per_job go with on = "ray"')
        if self.on == "ray" and self.wait_for_gpu is not None:
            raise ValueError('wait_for_gpu goes with on = "here": Ray gives a job GPUs that are free')
        return self

    @model_validator(mode="after")
    def _reruns_fit_into_the_night(self) -> "Plan":
        if self.recheck is not None and self.recheck > self.hours * 3600:
            raise ValueError(f"recheck is {self.recheck / 3600:g} hours, longer than the night of {self.hours:g}")
        return self

    @field_validator("jobs", mode="before")
    @classmethod
    def _is_a_number_or_auto(cls, value: object) -> object:
        if value != AUTO and not (type(value) is int and value >= 1):
            raise ValueError(f"expected a whole number from 1 on, or {AUTO!r}")
        return str(value)

    @field_validator("backend")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in BACKENDS:
            raise ValueError(f"expected one of {', '.join(BACKENDS)}")
        return name

    @field_validator("notify")
    @classmethod
    def _is_a_command(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        if words and not words[0] or any(CONTROL.search(word) for word in words):
            raise ValueError('expected words without control characters, as ["./tell.sh", "me"]')
        return words

    @property
    def options(self) -> Options:
        return Options(self.epochs, self.lookalike, self.deterministic, self.checkpoint_after)

    @property
    def share(self) -> Share:
        """Return what the jobs take of this machine. Raises DataError for more than there is."""
        return share_of_machine(self.jobs, self.threads)

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.address, self.gpus_per_job, self.cpus_per_job)

    def folder(self, name: str | None, beside: Path) -> Path | None:
        """Return a folder of the plan, relative ones beside the plan's file."""
        return None if name is None else beside / name.replace("{commit}", provenance.commit().replace(" ", "-"))


def read_plan(path: Path) -> Plan:
    """Read and check a plan. Raises DataError for anything malformed, UnknownName for cells that do not exist."""
    try:
        plan = Plan.model_validate(tomllib.loads(_text(path)))
    except ValidationError as error:
        raise DataError(f"{path}: {'; '.join(_reasons(error))}.") from error
    except (ValueError, RecursionError) as error:  # also a number of too many digits, brackets in brackets
        raise DataError(f"{path} is not a TOML file: {error}.") from error
    for run in plan.run:
        load_table(run.paper).cells(run.table, run.row, run.column)
    return plan


def _text(path: Path) -> str:
    refuse_pipe(path)
    with path.open("rb") as stream:
        content = stream.read(LONGEST + 1)
    if len(content) > LONGEST:
        raise DataError(f"{path} has more than {LONGEST} bytes, which no plan needs.")
    return content.decode("utf-8-sig")


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Hold a plan for as long as its night lasts; yield False when another night of it has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        held = acquired(path, timeout=0)
    except Timeout:
        yield False
        return
    with held:
        yield True


@contextmanager
def stopping(hours: float, problems: list[str], said: float | None = None) -> Iterator[None]:
    """Raise Stop inside when the hours are over, or on SIGTERM; it says so of `said` hours where those are left.

    A library may turn the exception into its own and fail a job; `problems` after the first stop are dropped.
    """
    reason, before_it = "", 0

    def stop(number: int) -> Stop:
        nonlocal reason, before_it
        before_it = before_it if reason else len(problems)
        reason = reason or (
            f"its {said or hours:g} hours were over" if number == signal.SIGALRM else "SIGTERM stopped it"
        )
        return Stop(reason)

    try:
        with raised_until_exit(signal.SIGTERM, stop):
            signal.setitimer(signal.ITIMER_REAL, hours * 3600)
            yield
    finally:
        if reason:
            del problems[before_it:]


def _reasons(error: ValidationError) -> list[str]:
    """Return what is wrong in words; a run that is malformed also counts as missing, which is not said."""
    errors = error.errors()
    is_malformed = any(len(one["loc"]) > 1 and one["loc"][0] == "run" for one in errors)
    return [_in_words(one) for one in errors if not (is_malformed and one["type"] == "too_short")]


def _in_words(error: Any) -> str:
    place = ".".join(map(str, error["loc"]))
    if error["type"] == "missing":
        return f"{place} is missing"
    if error["type"] == "extra_forbidden":
        fields = PlannedRun.model_fields if len(error["loc"]) > 1 else Plan.model_fields
        return _unknown_field(place, fields)
    if error["type"] == "tuple_type":
        form = "[[run]], twice in brackets" if place == "run" else 'a list, as ["one", "two"]'
        return f"{place}: expected {form}, got {error['input']!r}"
    if error["type"] == "too_short":
        return f"{place}: expected at least one, got none"
    text = error["msg"].removeprefix("Value error, ")
    return f"{place}: {text}, got {error['input']!r}" if place else text


def _unknown_field(name: str, known: Iterable[str]) -> str:
    """Return in words that a plan has no such field, with the nearest one that it has."""
    near = get_close_matches(name.rpartition(".")[2], list(known), n=1, cutoff=0.5)
    return f"there is no field {name!r}" + (f". Did you mean {near[0]}" if near else "")

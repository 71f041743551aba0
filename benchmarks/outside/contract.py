"""What a paper must fulfil, so that its numbers can be trusted: facts of its files, and trials of its recipes."""

import inspect
import pickle
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.evidence.digests import reached
from benchmarks.evidence.failures import in_one_line
from benchmarks.evidence.reader import BOOKKEEPING
from benchmarks.evidence.source import Source
from benchmarks.jobs import Job, Options, Planned
from benchmarks.outside.paper_files import PaperFile
from benchmarks.recipe import NotAttempted
from benchmarks.table import PaperTable
from benchmarks.training.job import train
from results.metrics import Metric
from results.published import Kind
from results.records import EpochEnd, RunRecord

HEAVY = {"keras", "tensorflow", "jax", "torch"}
SEED = 0


class Finding(NamedTuple):
    """One point of the contract."""

    point: str
    fault: str = ""  # what is wrong, and what to do; empty where nothing is
    remark: str = ""


def facts(table: PaperTable) -> Iterator[Finding]:
    """Yield what can be said without training: of the CSV file, the recipes, and their code."""
    planned = table.plan()
    yield Finding("the paper is imported without Keras", _too_heavy())
    yield Finding("its printed cells are read", remark=f"{len(planned)} cells")
    yield Finding("margins are wide enough to judge by", "; ".join(_without_margin(planned)))
    yield Finding("no percentage is a fraction", "; ".join(_fractions(planned)))
    yield Finding("every recipe reports the metric of its cell", "; ".join(_without_metric(planned)))
    yield Finding("claims name rows of their table", "; ".join(_unknown_rows(table)))
    for one in _of_each_recipe(planned):
        yield Finding(f"{one.cell.name}: its code is known", _failure(lambda one: one.code, one))
        yield Finding(f"{one.cell.name}: it can be sent to another process", _failure(_sent, one))


def trials(table: PaperTable, file: PaperFile, backend: str, options: Options) -> Iterator[Finding]:
    """Train every recipe twice from one seed, and yield what came out."""
    for one in _of_each_recipe(table.plan(options=options)):
        if one.obstacle:
            yield Finding(f"{one.cell.name}: trained", remark=f"left out: {one.obstacle}")
            continue
        with Called(file.path) as called:
            first = list(_trained(one, backend))
        record = first[-1]
        assert isinstance(record, RunRecord)
        yield Finding(f"{one.cell.name}: trained", record.error, _in_words(record))
        if record.error:
            continue
        yield Finding(f"{one.cell.name}: the digest covers its code", _uncovered(one, called.seen))
        again = list(_trained(one, backend))
        yield Finding(f"{one.cell.name}: equal seeds give equal numbers", _difference(first, again))


def _of_each_recipe(planned: list[Planned]) -> list[Planned]:
    """Return one cell for each recipe."""
    runnable = [one for one in planned if not isinstance(one.recipe, NotAttempted)]
    return list({one.fingerprint: one for one in reversed(runnable)}.values())[::-1]


def _too_heavy() -> str:
    found = sorted(HEAVY & sys.modules.keys())
    return (
        f"{', '.join(found)} is imported at the top: import it inside the functions that need it" if found else ""
    )


def _without_margin(planned: list[Planned]) -> Iterator[str]:
    for one in planned:
        if one.cell.kind == Kind.PERFORMANCE and one.cell.margin == 0:
            yield f"{one.cell.name} has the margin 0, which no run meets"


def _fractions(planned: list[Planned]) -> Iterator[str]:
    """Yield the tables in which no accuracy is above 1 %: a single one may be."""
    values: dict[tuple[str, Metric], list[float]] = defaultdict(list)
    for one in planned:
        metric, value = one.cell.metric, one.cell.value
        if metric.unit == "%" and metric.better == "higher" and value:
            values[one.cell.table, metric].append(value)
    for (table, metric), found in values.items():
        if max(found) <= 1:
            yield f"table {table} prints {max(found):g} as {metric.title} at most: write {100 * max(found):g}"


def _without_metric(planned: list[Planned]) -> Iterator[str]:
    for one in planned:
        if isinstance(one.recipe, NotAttempted) or one.cell.metric in one.recipe.metrics:
            continue
        names = ", ".join(metric.name for metric in one.recipe.metrics)
        yield f"{one.cell.name} prints the {one.cell.metric.name}, its recipe reports {names or 'nothing'}"


def _unknown_rows(table: PaperTable) -> Iterator[str]:
    rows = {(cell.table, cell.row) for cell in table.cells()}
    for claim in table.claims:
        for row in (claim.better, claim.worse):
            if (claim.table, row) not in rows:
                yield f"{claim.text!r} names the row {row!r}, which table {claim.table} lacks"


def _failure(action: Callable[[Planned], object], one: Planned) -> str:
    """Return how an action fails; nothing where it does not."""
    try:
        action(one)
    except Exception as error:  # whatever the objects of a paper raise
        return in_one_line(error)
    return ""


def _sent(one: Planned) -> None:
    pickle.loads(pickle.dumps(one.recipe))


def _trained(one: Planned, backend: str) -> Iterator[EpochEnd | RunRecord]:
    yield from train(Job(one.key(0, SEED, backend), one.recipe, one.options, one.code))  # type: ignore[arg-type]


def _difference(first: list[EpochEnd | RunRecord], again: list[EpochEnd | RunRecord]) -> str:
    """Say in what two runs of one seed differ; nothing where they are equal."""
    one, other = first[-1], again[-1]
    assert isinstance(one, RunRecord) and isinstance(other, RunRecord)
    if _numbers(first) != _numbers(again):
        return f"{_numbers(first)}, then {_numbers(again)}"
    return "" if one.predictions == other.predictions else "the predictions for the test part differ"


def _numbers(events: list[EpochEnd | RunRecord]) -> dict[str, Any]:
    """Return the losses and metrics of a run, to the last digit."""
    losses = [event.loss for event in events if isinstance(event, EpochEnd)]
    return {"losses": losses, "metrics": dict(events[-1].metrics)}  # type: ignore[union-attr]


def _in_words(record: RunRecord) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in record.metrics.items())


def _uncovered(one: Planned, seen: set[tuple[str, str]]) -> str:
    """Name the functions of the paper that ran and that its digest does not cover."""
    known = {tuple(place) for place in reached(one.recipe, Source())}
    missing = [f"{module.rpartition('.')[2]}.{name}" for module, name in sorted(seen - known)]
    return (
        f"{', '.join(missing)} ran, and a change of it would not be noticed: import it by name" if missing else ""
    )


class Called:
    """Collects the top-level definitions beside a paper whose functions are called; use as a context."""

    def __init__(self, path: Path) -> None:
        self.folder, self.seen = str(path.parent), set[tuple[str, str]]()

    def __enter__(self) -> "Called":
        threading.setprofile(self._note)
        sys.setprofile(self._note)
        return self

    def __exit__(self, *error: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)

    def _note(self, frame: Any, event: str, argument: Any) -> None:
        code = frame.f_code
        is_function = code.co_flags & inspect.CO_OPTIMIZED  # no body of a module or class
        if event != "call" or not is_function or not code.co_filename.startswith(self.folder):
            return
        module, name = frame.f_globals.get("__name__", ""), code.co_qualname.split(".")[0]
        if not name.startswith("<") and not module.startswith(BOOKKEEPING):
            self.seen.add((module, name))

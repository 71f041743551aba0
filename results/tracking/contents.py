"""What the run of a job has: tags, settings and metrics of a record; and the record read back from them."""

import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from results.metrics import METRICS
from results.published import Cell
from results.records import PROVENANCE, Digests, EpochEnd, RunRecord, key_of
from results.tracking.about import JobAbout

LONGEST_PARAMETER = 500
NOTE_TAG = "mlflow.note.content"


def tags_of(cell: Cell, record: RunRecord) -> dict[str, str]:
    """Return the key, place, provenance and code digests of a record by heading."""
    key = {name: str(value) for name, value in record.key._asdict().items()}
    provenance = {_heading(name): getattr(record, name) for name in PROVENANCE}
    code = {f"code {name}": text for name, text in record.code._asdict().items()}
    tags = key | place(cell) | provenance | code
    return tags if record.error else {name: text for name, text in tags.items() if name != "error"}


def record_of(tags: Mapping[str, str], metrics: Mapping[str, float], names: Iterable[str] = METRICS) -> RunRecord:
    """Return the record behind a run, with the metrics of some names.

    Raises KeyError or ValueError if a tag of the key was changed by hand.
    """
    values = {name: metrics[plain(name)] for name in names if plain(name) in metrics}
    provenance: dict[str, Any] = {name: tags.get(_heading(name), "") for name in PROVENANCE}
    code = Digests(*(tags.get(f"code {name}", "") for name in Digests._fields))
    return RunRecord(key_of(tags), values, **provenance, code=code)


def metrics_of(cell: Cell, record: RunRecord, curve: Sequence[EpochEnd]) -> list[Any]:
    """Return MLflow's metrics: those of the record, its cost, the published value, and the learning curve."""
    values: dict[str, float | None] = {plain(name): value for name, value in record.metrics.items()}
    values |= {"seconds": record.seconds, "examples per second": record.examples_per_second}
    values |= {"device memory MB": record.peak_device_bytes / 1e6 or None}
    values |= {f"published {plain(cell.metric.name)}": cell.value}
    epochs = (timed({"loss": point.loss, "valid": point.valid}, point.epoch) for point in curve)
    return [*timed(values), *chain.from_iterable(epochs), *_of_the_machine(record)]


def _of_the_machine(record: RunRecord) -> list[Any]:
    """Return what was sampled while a job trained, as MLflow names its system metrics."""
    from mlflow.entities import Metric

    return [
        Metric(f"system/{name}", value, round(1000 * moment), step)
        for step, (moment, values) in enumerate(record.observed.samples)
        for name, value in values.items()
    ]


def about_tags(record: RunRecord, about: JobAbout) -> dict[str, str]:
    """Return MLflow's own tags of a run: its source and its description."""
    commit = {"mlflow.source.git.commit": record.commit.removesuffix("+")} if record.commit else {}
    note = {NOTE_TAG: about.text} if about.text else {}
    command = {"command": about.command} if about.command else {}
    return {"mlflow.source.name": "retable", "mlflow.source.type": "LOCAL", **commit, **note, **command}


def parameters_of(settings: Mapping[str, str]) -> list[Any]:
    """Return MLflow's parameters."""
    from mlflow.entities import Param

    return [Param(plain(name), value[:LONGEST_PARAMETER]) for name, value in settings.items()]


def place(cell: Cell) -> dict[str, str]:
    """Return where a cell is printed."""
    return {name: getattr(cell, name) for name in ("paper", "table", "row", "column")}


def milliseconds(seconds_ago: float) -> int:
    """Return a moment as MLflow counts it."""
    return round((time.time() - seconds_ago) * 1000)


def plain(name: str) -> str:
    """Replace the characters that MLflow does not accept in a name."""
    return "".join(character if character.isalnum() or character in "_-./ " else "_" for character in name)


def _heading(name: str) -> str:
    return name.replace("_", " ")


def timed(values: Mapping[str, float | None], step: int = 0) -> list[Any]:
    """Return MLflow's metrics of now; one without a value is left out."""
    from mlflow.entities import Metric

    return [Metric(name, value, milliseconds(0), step) for name, value in values.items() if value is not None]

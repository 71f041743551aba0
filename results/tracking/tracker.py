"""Runs in MLflow: an experiment per paper, a parent run per cell, a nested run per job.

Only this file imports mlflow. The CSV files are the source of truth: `Tracker.send` adds what MLflow lacks, and
sending a record twice changes nothing. A failure warns once and never stops a run.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from results.ledger import ResultsError
from results.metrics import METRICS
from results.published import Cell
from results.records import PROVENANCE, Digests, EpochEnd, RunRecord, key_of
from results.verdicts import Answer, Verdict

JOB_TAG, CELL_TAG = "retable.job", "retable.cell"
LONGEST_PARAMETER = 500
ABANDONED_SECONDS = 3600.0
PARENT_TAGS = ("backend", "device", "commit", "data hash", "versions")  # copied from the latest job of a cell
METRICS_PER_CALL = 1000  # the limit of MLflow
PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10"}


class Tracker:
    """Sends records of one paper to MLflow; after the first failure it sends nothing more."""

    def __init__(self, paper: str, folder: Path, warn: Callable[[str], None]) -> None:
        self.paper, self.folder, self.warn = paper, folder, warn
        self.is_down = False
        self._client: Any = None
        self._experiment = ""
        self._parents: dict[str, str] = {}
        self._sent: set[str] | None = None
        self._latest: dict[str, RunRecord] = {}

    def send(self, cell: Cell, record: RunRecord, curve: Sequence[EpochEnd], settings: Mapping[str, str]) -> bool:
        """Add the run of a record unless it exists; return whether it was added."""
        return bool(self._guarded(lambda: self._send(cell, record, curve, settings)))

    def send_files(self, record: RunRecord, paths: Sequence[Path]) -> None:
        """Add files to the run of a record if it exists, replacing files of the same name."""
        self._guarded(lambda: self._send_files(record, paths))

    def send_verdict(self, verdict: Verdict) -> None:
        """Write the verdict, our mean and the published value to the parent run of a cell."""
        self._guarded(lambda: self._send_verdict(verdict))

    def search_existing(self, where: str) -> list[Any]:
        """Return the runs of the paper that match an MLflow filter, without creating the experiment."""
        client = self._open()
        found = client.get_experiment_by_name(self.paper)
        if found is None:
            raise LookupError(f"no experiment {self.paper}")
        self._experiment = found.experiment_id
        return self._search(where)

    def _guarded(self, action: Callable[[], Any]) -> Any:
        if self.is_down:
            return None
        try:
            return action()
        except Exception as error:
            self.is_down = True
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            self.warn(
                f"MLflow failed ({reason[:200]}). The results are safe; send them later with `retable track`."
            )
            return None

    def _send(self, cell: Cell, record: RunRecord, curve: Sequence[EpochEnd], settings: Mapping[str, str]) -> bool:
        client = self._connect()
        name = f"{record.key} {record.finished}"
        if name in self._known():
            return False
        parent = self._parent(cell)
        tags = {
            "mlflow.parentRunId": parent,
            "mlflow.runName": f"{cell.row} / {cell.column} / fold {record.key.fold} / seed {record.key.seed}",
            "retable.partial": name,
            **_tags(cell, record),
        }
        run = client.create_run(self._experiment, tags=tags, start_time=_milliseconds(record.seconds))
        client.log_batch(run.info.run_id, params=_parameters(settings))
        metrics = _metrics(cell, record, curve)
        for start in range(0, len(metrics), METRICS_PER_CALL):
            client.log_batch(run.info.run_id, metrics[start : start + METRICS_PER_CALL])
        self._latest[cell.name] = record
        client.set_tag(run.info.run_id, JOB_TAG, name)  # last: marks the run as complete
        client.set_terminated(run.info.run_id, "FAILED" if record.error else "FINISHED")
        self._known().add(name)
        return True

    def _send_files(self, record: RunRecord, paths: Sequence[Path]) -> None:
        client = self._connect()
        conditions = {name: getattr(record.key, name) for name in ("fingerprint", "fold", "seed")}
        conditions["finished"] = record.finished
        runs = self._search(" and ".join(f"tags.`{name}` = '{value}'" for name, value in conditions.items()))
        for run in runs[:1]:
            for path in paths:
                client.log_artifact(run.info.run_id, str(path), "look")

    def _send_verdict(self, verdict: Verdict) -> None:
        if verdict.answer == Answer.NOT_ATTEMPTED:
            return
        from mlflow.entities import RunTag

        client = self._connect()
        cell, parent = verdict.cell, self._parent(verdict.cell)
        tags = {"verdict": verdict.answer.value, "verdict.reason": verdict.reason}
        if cell.name in self._latest:
            tags |= {name: _tags(cell, self._latest[cell.name])[name] for name in PARENT_TAGS}
        values = {_plain(cell.metric.name): verdict.mean, f"published {_plain(cell.metric.name)}": cell.value}
        client.log_batch(parent, _timed(values), tags=[RunTag(name, text) for name, text in tags.items()])

    def _connect(self) -> Any:
        client = self._open()
        if not self._experiment:
            found = client.get_experiment_by_name(self.paper)
            self._experiment = found.experiment_id if found else self._create_experiment(client)
        return client

    def _create_experiment(self, client: Any) -> str:
        """Create the experiment of the paper; with our own database, artifacts go to the results folder."""
        is_ours = not os.environ.get("MLFLOW_TRACKING_URI")
        artifacts = (self.folder / "mlartifacts" / self.paper).resolve().as_uri() if is_ours else None
        return client.create_experiment(self.paper, artifact_location=artifacts)

    def _open(self) -> Any:
        if self._client is None:
            for name, value in PATIENCE.items():
                os.environ.setdefault(name, value)
            from mlflow.tracking import MlflowClient

            for name in ("mlflow", "alembic"):
                logging.getLogger(name).setLevel(logging.WARNING)
            self._client = MlflowClient(tracking_uri=tracking_uri(self.folder))
        return self._client

    def _known(self) -> set[str]:
        """Return the jobs with a complete run, and delete old incomplete runs, which a crash left.

        A recent incomplete run may belong to another machine that is still sending it.
        """
        if self._sent is None:
            self._sent = set()
            for run in self._search(""):
                if JOB_TAG in run.data.tags:
                    self._sent.add(run.data.tags[JOB_TAG])
                elif "retable.partial" in run.data.tags and run.info.start_time < _milliseconds(ABANDONED_SECONDS):
                    self._client.delete_run(run.info.run_id)
        return self._sent

    def _parent(self, cell: Cell) -> str:
        if cell.name not in self._parents:
            runs = self._search(f"tags.`{CELL_TAG}` = '{_quotable(cell.name)}'")
            self._parents[cell.name] = runs[0].info.run_id if runs else self._create_parent(cell)
        return self._parents[cell.name]

    def _create_parent(self, cell: Cell) -> str:
        tags = {CELL_TAG: _quotable(cell.name), "mlflow.runName": f"{cell.row} / {cell.column}", **_place(cell)}
        run = self._client.create_run(self._experiment, tags=tags)
        self._client.set_terminated(run.info.run_id)
        return run.info.run_id

    def _search(self, where: str) -> list[Any]:
        runs, token = [], None
        while True:
            page = self._client.search_runs([self._experiment], where, max_results=1000, page_token=token)
            runs += page
            token = page.token
            if not token:
                return runs


def tracked_records(paper: str, folder: Path, where: str, warn: Callable[[str], None]) -> list[RunRecord]:
    """Return the records of a paper's runs that match an MLflow filter. Raises ResultsError if MLflow fails."""
    tracker = Tracker(paper, folder, warn)
    try:
        runs = tracker.search_existing(where)
    except Exception as error:
        raise ResultsError(f"Cannot read runs from MLflow: {(str(error).splitlines() or [''])[0]}.") from error
    complete = [_record(run.data.tags, run.data.metrics) for run in runs if JOB_TAG in run.data.tags]
    clean = [record for record in complete if not record.commit.endswith("+")]  # uncommitted changes: a trial
    return sorted(clean, key=lambda record: record.finished)


def _record(tags: Mapping[str, str], metrics: Mapping[str, float]) -> RunRecord:
    values = {name: metrics[_plain(name)] for name in METRICS if _plain(name) in metrics}
    provenance: dict[str, Any] = {name: tags.get(_heading(name), "") for name in PROVENANCE}
    code = Digests(*(tags.get(f"code {name}", "") for name in Digests._fields))
    return RunRecord(key_of(tags), values, **provenance, code=code)


def tracking_uri(folder: Path) -> str:
    """Return `MLFLOW_TRACKING_URI`, or else the address of the SQLite file in the results folder."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{(folder / 'mlflow.db').resolve()}"


def _tags(cell: Cell, record: RunRecord) -> dict[str, str]:
    key = {name: str(value) for name, value in record.key._asdict().items()}
    provenance = {_heading(name): getattr(record, name) for name in PROVENANCE}
    code = {f"code {name}": text for name, text in record.code._asdict().items()}
    tags = key | _place(cell) | provenance | code
    return tags if record.error else {name: text for name, text in tags.items() if name != "error"}


def _place(cell: Cell) -> dict[str, str]:
    return {name: getattr(cell, name) for name in ("paper", "table", "row", "column")}


def _heading(name: str) -> str:
    return name.replace("_", " ")


def _metrics(cell: Cell, record: RunRecord, curve: Sequence[EpochEnd]) -> list[Any]:
    values: dict[str, float | None] = {_plain(name): value for name, value in record.metrics.items()}
    values |= {"seconds": record.seconds, "examples per second": record.examples_per_second}
    values |= {"device memory MB": record.peak_device_bytes / 1e6 or None}
    values |= {f"published {_plain(cell.metric.name)}": cell.value}
    epochs = (_timed({"loss": point.loss, "valid": point.valid}, point.epoch) for point in curve)
    return [*_timed(values), *chain.from_iterable(epochs)]


def _timed(values: Mapping[str, float | None], step: int = 0) -> list[Any]:
    from mlflow.entities import Metric

    return [Metric(name, value, _milliseconds(0), step) for name, value in values.items() if value is not None]


def _parameters(settings: Mapping[str, str]) -> list[Any]:
    from mlflow.entities import Param

    return [Param(_plain(name), value[:LONGEST_PARAMETER]) for name, value in settings.items()]


def _milliseconds(seconds_ago: float) -> int:
    return round((time.time() - seconds_ago) * 1000)


def _plain(name: str) -> str:
    """Replace the characters that MLflow does not accept in a name."""
    return "".join(character if character.isalnum() or character in "_-./ " else "_" for character in name)


def _quotable(text: str) -> str:
    return text.replace("'", "").replace("`", "")

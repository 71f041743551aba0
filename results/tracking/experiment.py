"""The runs of one paper in MLflow. The methods raise whatever MLflow raises."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from results.published import Cell
from results.records import EpochEnd, RunRecord
from results.tracking.client import is_ours
from results.tracking.contents import (
    metrics_of,
    milliseconds,
    parameters_of,
    place,
    quotable,
    tags_of,
    verdict_of,
)
from results.tracking.failures import TrackingError
from results.tracking.leftovers import CELL_TAG, JOB_TAG, OWNER_TAG, PARENT_TAG, PARTIAL_TAG, discard, first, tidy
from results.tracking.owner import this_process
from results.verdicts import Verdict

METRICS_PER_CALL = 1000  # the limit of MLflow


class Experiment:
    """The experiment of a paper, made if it is missing and tidied when it is opened."""

    def __init__(self, client: Any, paper: str, artifacts: str | None) -> None:
        self._client = client
        self._id = (find(client, paper) or _created(client, paper, artifacts)).experiment_id
        runs = tidy(client, search(client, self._id))
        self._sent = {run.data.tags[JOB_TAG] for run in runs if JOB_TAG in run.data.tags}
        self._parents = {
            run.data.tags[CELL_TAG]: run.info.run_id for run in reversed(runs) if CELL_TAG in run.data.tags
        }
        self._latest: dict[str, RunRecord] = {}

    def add(self, cell: Cell, record: RunRecord, curve: Sequence[EpochEnd], settings: Mapping[str, str]) -> bool:
        """Add the run of a record unless it exists; return whether it was added."""
        name = f"{record.key} {record.finished}"
        if name in self._sent:
            return False
        title = f"{cell.row} / {cell.column} / fold {record.key.fold} / seed {record.key.seed}"
        tags = {PARENT_TAG: self._parent(cell), "mlflow.runName": title, PARTIAL_TAG: name}
        tags |= {OWNER_TAG: this_process(), **tags_of(cell, record)}
        run = self._client.create_run(self._id, tags=tags, start_time=milliseconds(record.seconds)).info.run_id
        self._client.log_batch(run, params=parameters_of(settings))
        metrics = metrics_of(cell, record, curve)
        for start in range(0, len(metrics), METRICS_PER_CALL):
            self._client.log_batch(run, metrics[start : start + METRICS_PER_CALL])
        self._client.set_terminated(run, "FAILED" if record.error else "FINISHED")
        self._client.set_tag(run, JOB_TAG, name)  # last: marks the run as complete
        self._keep_first(self._runs_of(record))
        self._sent.add(name)
        self._latest[cell.name] = record
        return True

    def add_files(self, record: RunRecord, paths: Sequence[Path]) -> None:
        """Add files to the run of a record if it exists, replacing files of the same name."""
        for run in self._runs_of(record)[:1]:
            for path in paths:
                self._client.log_artifact(run.info.run_id, str(path), "look")

    def write_verdict(self, verdict: Verdict) -> None:
        """Write the verdict, our mean and the published value to the parent run of a cell."""
        metrics, tags = verdict_of(verdict, self._latest.get(verdict.cell.name))
        self._client.log_batch(self._parent(verdict.cell), metrics, tags=tags)

    def _runs_of(self, record: RunRecord) -> list[Any]:
        """Return the complete runs of a record; a filter can't quote every name of a row."""
        conditions = {name: getattr(record.key, name) for name in ("fingerprint", "fold", "seed", "backend")}
        conditions["finished"] = record.finished
        where = " and ".join(f"tags.`{name}` = '{value}'" for name, value in conditions.items())
        return [run for run in search(self._client, self._id, where) if JOB_TAG in run.data.tags]

    def _parent(self, cell: Cell) -> str:
        name = quotable(cell.name)
        if name not in self._parents:
            tags = {CELL_TAG: name, OWNER_TAG: this_process(), **place(cell)}
            title = {"mlflow.runName": f"{cell.row} / {cell.column}"}
            made = self._client.create_run(self._id, tags=tags | title)
            self._client.set_terminated(made.info.run_id)
            self._parents[name] = (
                self._keep_first(search(self._client, self._id, f"tags.`{CELL_TAG}` = '{name}'"))
                or made.info.run_id
            )
        return self._parents[name]

    def _keep_first(self, runs: Sequence[Any]) -> str:
        """Delete what this process has just added where another command was first; return what is left."""
        kept = first(runs)
        for run in runs:
            if run is not kept and run.data.tags.get(OWNER_TAG) == this_process():
                discard(self._client, run)
        return kept.info.run_id if kept else ""


def find(client: Any, paper: str) -> Any:
    """Return the experiment of a paper, None if there is none. Raises TrackingError if it was deleted."""
    found = client.get_experiment_by_name(paper)
    if found is not None and found.lifecycle_stage != "active":
        where = f"MLFLOW_TRACKING_URI={shlex.quote(client.tracking_uri)} " if is_ours() else ""
        command = f"{where}mlflow experiments restore --experiment-id {found.experiment_id}"
        raise TrackingError(f"the experiment {paper} is deleted; `{command}` brings it back")
    return found


def search(client: Any, experiment: str, where: str = "") -> list[Any]:
    """Return all runs of an experiment that match an MLflow filter."""
    runs, token = [], None
    while True:
        page = client.search_runs([experiment], where, max_results=1000, page_token=token)
        runs += page
        token = page.token
        if not token:
            return runs


def _created(client: Any, paper: str, artifacts: str | None) -> Any:
    from mlflow.exceptions import MlflowException

    try:
        return client.get_experiment(client.create_experiment(paper, artifact_location=artifacts))
    except MlflowException:
        if found := find(client, paper):  # another command was first
            return found
        raise

"""The runs of one paper in MLflow. The methods raise whatever MLflow raises."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from results.published import Cell
from results.records import EpochEnd, RunRecord
from results.tracking.about import CellAbout, JobAbout, PaperAbout, page_name, quotable
from results.tracking.artifacts import send_files_of
from results.tracking.client import is_ours
from results.tracking.contents import (
    NOTE_TAG,
    about_tags,
    metrics_of,
    milliseconds,
    parameters_of,
    place,
    tags_of,
    timed,
)
from results.tracking.failures import TrackingError
from results.tracking.inputs import inputs_of
from results.tracking.leftovers import (
    CELL_TAG,
    FORM_TAG,
    JOB_TAG,
    OWNER_TAG,
    PARENT_TAG,
    PARTIAL_TAG,
    discard,
    first,
    tidy,
)
from results.tracking.owner import this_process
from results.tracking.summary import changed_numbers, changed_words, numbers_of, words_of
from results.verdicts import Verdict

METRICS_PER_CALL = 800  # MLflow takes 1,000 metrics, settings and tags at once
FORM, WITHOUT_FILES = "2", "2 without files"  # what a run has; earlier versions sent no data, files or source
FEW = 10  # runs that are looked up one by one


class Experiment:
    """The experiment of a paper, made if it is missing and tidied when it is opened."""

    def __init__(self, client: Any, paper: str, artifacts: str | None, about: PaperAbout = PaperAbout()) -> None:
        self._client = client
        experiment = find(client, paper) or _created(client, paper, artifacts)
        self._id = experiment.experiment_id
        self._describe(experiment.tags, about)
        self._take(tidy(client, search(client, self._id)))
        self._added: list[RunRecord] = []
        self.refusal: Exception | None = None  # why the store takes no files

    def _take(self, runs: Sequence[Any]) -> None:
        """Note which jobs and cells have a run."""
        self._jobs = {run.data.tags[JOB_TAG]: run for run in reversed(runs) if JOB_TAG in run.data.tags}
        self._forms = {name: run.data.tags.get(FORM_TAG, "") for name, run in self._jobs.items()}
        self._parents = {run.data.tags[CELL_TAG]: run for run in reversed(runs) if CELL_TAG in run.data.tags}

    def _describe(self, known: Mapping[str, str], about: PaperAbout) -> None:
        tags = {"title": about.title, "address": about.address, NOTE_TAG: about.text}
        for name, text in changed_words(tags, known).items():
            if text:
                self._client.set_experiment_tag(self._id, name, text)

    def add(
        self,
        cell: Cell,
        record: RunRecord,
        curve: Sequence[EpochEnd],
        settings: Mapping[str, str],
        about: JobAbout = JobAbout(),
    ) -> bool:
        """Add the run of a record unless it exists; return whether it was added."""
        name = job_name(record)
        if name in self._jobs:
            return False
        title = f"{cell.row} / {cell.column} / fold {record.key.fold} / seed {record.key.seed}"
        tags = {PARENT_TAG: self._parent(cell), "mlflow.runName": title, PARTIAL_TAG: name}
        tags |= {OWNER_TAG: this_process(), **tags_of(cell, record), **about_tags(record, about)}
        run = self._client.create_run(self._id, tags=tags, start_time=milliseconds(record.seconds))
        form = self._fill(run, record, curve, about)
        self._log(run, metrics_of(cell, record, curve), settings, {FORM_TAG: form, JOB_TAG: name})
        self._client.set_terminated(run.info.run_id, "FAILED" if record.error else "FINISHED")
        self._jobs[name], self._forms[name] = run, form
        self._added.append(record)
        return True

    def lacks(self, record: RunRecord) -> bool:
        """Return whether a record has no run, or one without all that can be sent."""
        form = self._forms.get(job_name(record), "")
        return form != FORM and not (form == WITHOUT_FILES and self.refusal)

    def complete(self, record: RunRecord, curve: Sequence[EpochEnd], about: JobAbout) -> bool:
        """Add what an earlier version did not send to the run of a record; return whether anything was added."""
        run = self._jobs.get(job_name(record))
        if run is None or not self.lacks(record):
            return False
        form = self._fill(run, record, curve, about)
        if form == self._forms[job_name(record)]:
            return False
        self._forms[job_name(record)] = form
        tags = changed_words(about_tags(record, about), run.data.tags)
        self._log(run, [], {}, tags | {FORM_TAG: form})
        return True

    def _fill(self, run: Any, record: RunRecord, curve: Sequence[EpochEnd], about: JobAbout) -> str:
        """Add data sets and files to a run; return the form that it now has."""
        if about.data:
            self._client.log_inputs(run.info.run_id, inputs_of(about.data))
        if self.refusal is None:
            try:
                send_files_of(run, self._client.tracking_uri, record, curve, about)
                return FORM
            except Exception as error:  # of many kinds of store; the run is worth more than its files
                self.refusal = error
        return WITHOUT_FILES

    def _log(self, run: Any, metrics: Sequence[Any], settings: Mapping[str, str], tags: Mapping[str, str]) -> None:
        """Log the settings first and the tags last: they mark a run as complete."""
        from mlflow.entities import RunTag

        last = [RunTag(name, text) for name, text in tags.items()]
        starts = range(0, len(metrics), METRICS_PER_CALL) or [0]
        for start in starts:
            some = metrics[start : start + METRICS_PER_CALL]
            parameters = parameters_of(settings) if start == 0 else []
            self._client.log_batch(run.info.run_id, some, parameters, last if start == starts[-1] else [])

    def settle(self) -> None:
        """Delete what was added where another command was first; to be called after adding."""
        if len(self._added) > FEW:
            self._take(tidy(self._client, search(self._client, self._id)))
        else:
            for record in self._added:
                self._keep_first(self._runs_of(record))
        self._added.clear()

    def add_files(self, record: RunRecord, paths: Sequence[Path]) -> None:
        """Add files to the run of a record if it exists, replacing files of the same name."""
        for run in self._runs_of(record)[:1]:
            for path in paths:
                self._client.log_artifact(run.info.run_id, str(path), "look")

    def make_parents(self, cells: Iterable[Cell]) -> None:
        """Make the parent runs of cells that have none."""
        self._make_missing({quotable(cell.name): cell for cell in cells})

    def write_verdicts(self, verdicts: Sequence[Verdict], about: Mapping[str, CellAbout]) -> None:
        """Write the verdicts of cells, and their numbers, to their parent runs, as far as they have changed.

        The runs of a place's jobs are below the parent of its first cell. `about` is by the cell's page name.
        """
        cells = [verdict.cell for verdict in verdicts]
        names = _parent_names(cells)
        self._make_missing(dict(zip(names, cells, strict=True)))
        for name, verdict in zip(names, verdicts, strict=True):
            cell, run = verdict.cell, self._parents[name]
            known = run.data
            numbers = changed_numbers(numbers_of(verdict), known.metrics)
            words = changed_words(words_of(verdict, about.get(page_name(cell), CellAbout())), known.tags)
            if numbers or words:
                self._log(run, timed(numbers), {}, words)

    def _runs_of(self, record: RunRecord) -> list[Any]:
        """Return the complete runs of a record; a filter can't quote every name of a row."""
        conditions = {name: getattr(record.key, name) for name in ("fingerprint", "fold", "seed", "backend")}
        conditions["finished"] = record.finished
        where = " and ".join(f"tags.`{name}` = '{value}'" for name, value in conditions.items())
        return [run for run in search(self._client, self._id, where) if JOB_TAG in run.data.tags]

    def _parent(self, cell: Cell) -> str:
        self.make_parents([cell])
        return self._parents[quotable(cell.name)].info.run_id

    def _make_missing(self, cells: Mapping[str, Cell]) -> None:
        """Make the parent runs of names that have none, unless another command was first; one search finds out."""
        missing = [name for name in cells if name not in self._parents]
        for name in missing:
            self._make_parent(name, cells[name])
        if missing:
            where = f"= '{missing[0]}'" if len(missing) == 1 else "LIKE '%'"
            found = search(self._client, self._id, f"tags.`{CELL_TAG}` {where}")
            for name in missing:
                self._first_parent(name, [run for run in found if run.data.tags[CELL_TAG] == name])

    def _make_parent(self, name: str, cell: Cell) -> None:
        title = f"{cell.row} / {cell.column}" + ("" if name == quotable(cell.name) else f" / {cell.metric.name}")
        tags = {CELL_TAG: name, OWNER_TAG: this_process(), **place(cell), "mlflow.runName": title}
        run = self._client.create_run(self._id, tags=tags)
        self._client.set_terminated(run.info.run_id)
        self._parents[name] = run

    def _first_parent(self, name: str, runs: Sequence[Any]) -> None:
        if kept := self._keep_first(runs):
            self._parents[name] = kept

    def _keep_first(self, runs: Sequence[Any]) -> Any:
        """Delete what this process has just added where another command was first; return what is left."""
        kept = first(runs)
        for run in runs:
            if run is not kept and run.data.tags.get(OWNER_TAG) == this_process():
                discard(self._client, run)
        return kept


def _parent_names(cells: Sequence[Cell]) -> list[str]:
    """Return the name of each cell's parent run, which is that of the place for its first cell."""
    firsts: dict[tuple[str, ...], Cell] = {}
    for cell in cells:
        firsts.setdefault(cell[:4], cell)
    return [quotable(cell.name) if cell is firsts[cell[:4]] else page_name(cell) for cell in cells]


def job_name(record: RunRecord) -> str:
    """Return the value of the tag that a run of a record has, and no other."""
    return f"{record.key} {record.finished}"


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

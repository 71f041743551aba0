"""Records read back from MLflow."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from results.ledger import ResultsError
from results.metrics import METRICS, Metric
from results.records import RunRecord
from results.tracking.client import connect, own_database, set_up, tracking_uri
from results.tracking.contents import record_of
from results.tracking.database import problem
from results.tracking.experiment import find, search
from results.tracking.failures import TrackingError, in_one_line, track_command
from results.tracking.leftovers import JOB_TAG


def tracked_records(
    paper: str, folder: Path, where: str, warn: Callable[[str], None], metrics: Iterable[Metric] = ()
) -> list[RunRecord]:
    """Return the records of a paper's runs that match an MLflow filter. Raises ResultsError if MLflow fails.

    `metrics` are those that the paper brings. Trials are left out; so is, with a warning, a run whose tags were
    changed by hand.
    """
    names = [*METRICS, *(metric.name for metric in metrics)]
    try:
        runs = _runs(paper, folder, where)
    except Exception as error:
        raise ResultsError(f"Cannot read runs from MLflow: {in_one_line(error, tracking_uri(folder))}.") from error
    records = []
    for run in runs:
        try:
            records.append(record_of(run.data.tags, run.data.metrics, names))
        except (KeyError, ValueError):
            warn(f"MLflow's run {run.info.run_id} was changed by hand and is left out: its tags name no job.")
    clean = [record for record in records if not record.commit.endswith("+")]  # uncommitted changes: a trial
    return sorted(clean, key=lambda record: record.finished)


def _runs(paper: str, folder: Path, where: str) -> list[Any]:
    """Return complete runs; nothing is made or replaced. Raises TrackingError or what MLflow raises."""
    set_up()
    command = track_command(paper, folder)
    if path := own_database(folder):
        if not path.exists():
            raise TrackingError(f"there is no {path}; {command} makes it")
        if found := problem(path):
            raise TrackingError(f"{path} can't be used: {found}; {command} replaces it")
    client = connect(tracking_uri(folder))
    experiment = find(client, paper)
    if experiment is None:
        raise TrackingError(f"there is no experiment {paper}; {command} makes it")
    return [run for run in search(client, experiment.experiment_id, where) if JOB_TAG in run.data.tags]

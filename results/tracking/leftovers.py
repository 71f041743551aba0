"""What stopped commands leave in MLflow: runs that never end, incomplete runs, and doubles of two at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any

from results.tracking.owner import is_gone

JOB_TAG, CELL_TAG, PARTIAL_TAG = "retable.job", "retable.cell", "retable.partial"
PAGE_TAG = "retable.verdict"  # of a parent: its cell with the metric, for those who look for it
FORM_TAG = "retable.form"  # of a job's run: which version of ours sent it
OWNER_TAG, PARENT_TAG = "retable.owner", "mlflow.parentRunId"


def tidy(client: Any, runs: Sequence[Any]) -> list[Any]:
    """End what is complete, delete what was abandoned, keep the first of doubles; return the runs that are left.

    A run that a process of another machine may still be sending stays; so does one that a user made.
    """
    abandoned = [run for run in runs if _is_incomplete(run) and is_gone(run.data.tags.get(OWNER_TAG, ""))]
    doubles = [run for group in _by(JOB_TAG, runs) for run in group[1:]]
    parents = [run for group in _by(CELL_TAG, runs) for run in _merged(client, group, runs)]
    removed = {run.info.run_id for run in [*abandoned, *doubles, *parents]}
    for run in [*abandoned, *doubles, *parents]:
        discard(client, run)
    left = [run for run in runs if run.info.run_id not in removed]
    for run in left:
        is_complete = JOB_TAG in run.data.tags or CELL_TAG in run.data.tags
        if run.info.status == "RUNNING" and is_complete:
            end(client, run)
    return left


def _is_incomplete(run: Any) -> bool:
    """Return whether a run of a job was not sent to its end."""
    return PARTIAL_TAG in run.data.tags and JOB_TAG not in run.data.tags


def end(client: Any, run: Any) -> None:
    """Give a complete run its status."""
    with _unless_deleted():
        client.set_terminated(run.info.run_id, "FAILED" if "error" in run.data.tags else "FINISHED")


def discard(client: Any, run: Any) -> None:
    """Delete a run."""
    with _unless_deleted():
        if run.info.status == "RUNNING":
            client.set_terminated(run.info.run_id, "KILLED")
        client.delete_run(run.info.run_id)


def _unless_deleted() -> AbstractContextManager[None]:
    """Go on where another command has just deleted the run; if the store fails, the next call says so."""
    from mlflow.exceptions import MlflowException

    return suppress(MlflowException)


def first(runs: Iterable[Any]) -> Any:
    """Return the run that all commands choose among doubles."""
    return min(runs, key=_age, default=None)


def _merged(client: Any, parents: Sequence[Any], runs: Sequence[Any]) -> list[Any]:
    """Move the runs below doubles of a parent to the first; return the doubles."""
    doubles = [run for run in parents[1:] if is_gone(run.data.tags.get(OWNER_TAG, ""))]
    ids = {run.info.run_id for run in doubles}
    for run in runs:
        if run.data.tags.get(PARENT_TAG) in ids:
            with _unless_deleted():
                client.set_tag(run.info.run_id, PARENT_TAG, parents[0].info.run_id)
    return doubles


def _by(tag: str, runs: Iterable[Any]) -> list[list[Any]]:
    """Return runs with equal values of a tag, the oldest first."""
    groups = defaultdict(list)
    for run in sorted(runs, key=_age):
        if tag in run.data.tags:
            groups[run.data.tags[tag]].append(run)
    return list(groups.values())


def _age(run: Any) -> tuple[int, str]:
    return run.info.start_time, run.info.run_id

"""The result of a night: every planned cell judged by what is on disk, and the exit code that follows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import provenance
from benchmarks.evidence.standing import current
from benchmarks.jobs import missing_jobs
from benchmarks.nights.plan import Plan, PlannedRun
from benchmarks.reproduce import verdicts
from benchmarks.signals import Status
from benchmarks.table import load_table
from results.records import RecordFiles, RunRecord
from results.tables import as_json
from results.verdicts import UNDECIDED, Verdict


@dataclass(frozen=True)
class RunState:
    """What the records say of one run of a plan."""

    judged: list[Verdict]
    left: int  # jobs without a record of today's code
    new: int  # records of this night
    counts: bool = True  # False for code that is not exactly a commit or a release


def run_state(plan: Plan, run: PlannedRun, folder: Path, started: str) -> RunState:
    """Judge the cells of a planned run by the records in a folder; `started` is the beginning of the night."""
    table = load_table(run.paper)
    planned = table.plan(table.cells(run.table, run.row, run.column), plan.options)
    records = RecordFiles(run.paper, folder).records()
    places = {one.cell[:4] for one in planned}

    def is_new(record: RunRecord) -> bool:
        return record.key[:4] in places and record.finished >= started and not record.error

    left = missing_jobs(planned, current(planned, records), backend=plan.backend, seeds=run.seeds)
    judged = verdicts(planned, records, backend=plan.backend)
    return RunState(judged, len(left), sum(map(is_new, records)), provenance.is_clean())


def summarise(
    plan: Plan, states: Sequence[RunState], problems: Sequence[str], stopped: str, started: datetime
) -> dict[str, Any]:
    """Return the summary of a night as plain data; `stopped` says why it ended early."""
    judged = [verdict for state in states for verdict in state.judged]
    left = sum(state.left for state in states)
    closed_by = [verdict for verdict in judged if verdict.answer in plan.gate and not verdict.stale]
    counted = [verdict for state in states if state.counts for verdict in state.judged if not verdict.stale]
    evidence = [verdict for verdict in counted if verdict.answer not in UNDECIDED]
    has_evidence = bool(evidence) or plan.options.is_trial  # a rehearsal is not asked for any
    code = _status(bool(problems or closed_by), left > 0, has_evidence)
    return {
        "started": started.isoformat(timespec="seconds"),
        "hours": round((datetime.now(UTC) - started).total_seconds() / 3600, 4),
        "stopped": stopped,
        "new runs": sum(state.new for state in states),
        "runs left": left,
        "problems": list(problems),
        "verdicts": dict(Counter(str(verdict.answer) for verdict in judged)),
        "evidence": len(evidence),
        "gate": [f"{verdict.cell.name} ({verdict.answer})" for verdict in closed_by],
        "exit code": int(code),
        "cells": [as_json(verdict) for verdict in judged],
    }


def _status(has_failed: bool, is_unfinished: bool, has_evidence: bool) -> Status:
    if has_failed:
        return Status.FAILED
    if is_unfinished:
        return Status.STOPPED
    return Status.DONE if has_evidence else Status.NO_EVIDENCE


def in_words(summary: dict[str, Any]) -> list[str]:
    """Return the summary as lines for a person."""
    counts = ", ".join(f"{count} {answer}" for answer, count in summary["verdicts"].items())
    return [
        f"Night: {summary['new runs']} new run(s) in {summary['hours']:.2f} hours, {summary['runs left']} left.",
        f"Verdicts: {counts}.",
        *(f"Problem: {problem}" for problem in summary["problems"]),
        *([f"Stopped: {summary['stopped']}; the next night continues."] if summary["stopped"] else []),
        f"Gate: {_gate(summary)}.",
        *_gpu_hours(summary),
        *([f"Notify: {summary['notify']}."] if "notify" in summary else []),
    ]


def _gpu_hours(summary: dict[str, Any]) -> list[str]:
    """Return the line on GPU hours; none where there is neither a GPU nor a budget."""
    if not (found := summary.get("gpu hours")):
        return []
    budget = "" if found["budget"] is None else f" of {found['budget']:g}"
    return [f"GPU hours: {found['used']:.2f}{budget}{'' if found['gpus'] else '; no GPU was used'}."]


def _gate(summary: dict[str, Any]) -> str:
    if summary["gate"]:
        return f"closed by {'; '.join(summary['gate'])}"
    if summary["exit code"] == Status.NO_EVIDENCE:
        return "no evidence: no cell has a verdict on a published value by runs of today's committed code"
    return "open"

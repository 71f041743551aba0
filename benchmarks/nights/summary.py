"""The result of a night: every planned cell judged by what is on disk, and the exit code that follows."""

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from benchmarks import provenance
from benchmarks.evidence.standing import current
from benchmarks.jobs import missing_jobs
from benchmarks.nights.plan import Plan, PlannedRun
from benchmarks.nights.series import steps
from benchmarks.nights.series.kept import Summary, broken_off
from benchmarks.nights.series.settings import Gate
from benchmarks.nights.series.watch import Clock
from benchmarks.reproduce import verdicts
from benchmarks.signals import Status
from benchmarks.table import load_table
from results.records import JobKey, RecordFiles, RunRecord
from results.tables import as_json
from results.verdicts import UNDECIDED, Verdict

Name = tuple[JobKey, str]  # of a record: its job, and when it finished


@dataclass(frozen=True)
class RunState:
    """What the records say of one run of a plan."""

    judged: list[Verdict]
    left: int  # jobs without a record of today's code
    new: int  # records of this night
    counts: bool = True  # False for code that is not exactly a commit or a release


def run_state(plan: Plan, run: PlannedRun, folder: Path, known: Set[Name] = frozenset()) -> RunState:
    """Judge the cells of a planned run by the records in a folder; `known` are those from before the night."""
    table = load_table(run.paper)
    planned = table.plan(table.cells(run.table, run.row, run.column), plan.options)
    records = RecordFiles(run.paper, folder).records()
    places = {one.cell[:4] for one in planned}
    new = [one for one in records if one.key[:4] in places and not one.error and _name(one) not in known]
    left = missing_jobs(planned, current(planned, records), backend=plan.backend, seeds=run.seeds)
    judged = verdicts(planned, records, backend=plan.backend)
    return RunState(judged, len(left), len(new), provenance.is_clean())


def names_of_records(plan: Plan, folder: Path) -> Set[Name]:
    """Return the names of the records that a plan's papers have in a folder."""
    papers = dict.fromkeys(load_table(run.paper).paper for run in plan.run)
    return {_name(one) for paper in papers for one in RecordFiles(paper, folder).records()}


def _name(record: RunRecord) -> Name:
    return record.key, record.finished


def summarise(
    plan: Plan, states: Sequence[RunState], problems: Sequence[str], stopped: str, clock: Clock, *, beside: Summary
) -> Summary:
    """Return the summary of a night as plain data.

    `stopped` says why it ended early, `beside` what earlier nights have to do with it.
    """
    judged = [verdict for state in states for verdict in state.judged]
    left = sum(state.left for state in states)
    closed_by = _closed_by(plan, judged, beside)
    counted = [verdict for state in states if state.counts for verdict in state.judged if not verdict.stale]
    evidence = [verdict for verdict in counted if verdict.answer not in UNDECIDED]
    has_evidence = bool(evidence) or plan.options.is_trial  # a rehearsal is not asked for any
    lacks_reruns = bool(stopped and plan.recheck)  # they are the last thing that a night does
    code = _status(bool(problems or closed_by), left > 0 or lacks_reruns, has_evidence)
    return {
        "started": clock.started.isoformat(timespec="seconds"),
        "hours": round(clock.seconds / 3600, 4),
        "stopped": stopped,
        "new runs": sum(state.new for state in states),
        "runs left": left,
        "problems": list(problems),
        "verdicts": dict(Counter(str(verdict.answer) for verdict in judged)),
        "evidence": len(evidence),
        "gate": closed_by,
        "exit code": int(code),
        **beside,
        "cells": [as_json(verdict) for verdict in judged],
    }


def _closed_by(plan: Plan, judged: Sequence[Verdict], beside: Summary) -> list[str]:
    """Return what closes the gate, in words."""
    found = [f"{one.cell.name} ({one.answer})" for one in judged if one.answer in set(plan.gate) and not one.stale]
    for gate in (Gate.REGRESSED, Gate.SLOWER):
        if gate in plan.gate:
            found += [f"{text} ({gate})" for text in beside.get(gate, [])]
    return found


def _status(has_failed: bool, is_unfinished: bool, has_evidence: bool) -> Status:
    if has_failed:
        return Status.FAILED
    if is_unfinished:
        return Status.STOPPED
    return Status.DONE if has_evidence else Status.NO_EVIDENCE


def in_words(summary: Summary) -> list[str]:
    """Return the summary as lines for a person, what is gravest first."""
    counts = ", ".join(f"{count} {answer}" for answer, count in summary["verdicts"].items())
    return [
        f"Night: {summary['new runs']} new run(s) in {summary['hours']:.2f} hours, {summary['runs left']} left.",
        *([f"Before it, {broken_off(summary['unended'])}."] if summary.get("unended") else []),
        *_differences(summary),
        f"Verdicts: {counts}.",
        *(f"Problem: {problem}" for problem in summary["problems"]),
        *([f"Stopped: {summary['stopped']}; the next night continues."] if summary["stopped"] else []),
        f"Gate: {_gate(summary)}.",
        *_gpu_hours(summary),
        *([f"Notify: {summary['notify']}."] if "notify" in summary else []),
    ]


def _gpu_hours(summary: Summary) -> list[str]:
    """Return the line on GPU hours; none where there is neither a GPU nor a budget."""
    if not (found := summary.get("gpu hours")):
        return []
    budget = "" if found["budget"] is None else f" of {found['budget']:g}"
    return [f"GPU hours: {found['used']:.2f}{budget}{'' if found['gpus'] else '; no GPU was used'}."]


def _differences(summary: Summary) -> list[str]:
    """Return what the night saw beside earlier ones; nothing but a count where all is as it was."""
    findings, grave = summary.get("findings", []), summary.get("unexplained", 0)
    found = [f"{'Alarm' if place < grave else 'Difference'}: {text}" for place, text in enumerate(findings)]
    found += [f"Turned: {text}." for text in summary.get("turned", [])]
    found += [f"Step: {steps.in_words(steps.Step(**step))}." for step in summary.get("steps", [])]
    return found + _reruns(summary.get("reruns", {}))


def _reruns(counts: dict[str, int]) -> list[str]:
    texts = {
        "equal": "equal in all bits",
        "different": "different",
        "first": "the first on this device",
        "failed": "failed",
    }
    parts = [f"{counts[name]} {text}" for name, text in texts.items() if counts.get(name)]
    return [f"Reruns: {counts['jobs']}, {', '.join(parts)}."] if counts.get("jobs") else []


def _gate(summary: Summary) -> str:
    if summary["gate"]:
        return f"closed by {'; '.join(summary['gate'])}"
    if summary["exit code"] == Status.NO_EVIDENCE:
        return "no evidence: no cell has a verdict on a published value by runs of today's committed code"
    if summary["exit code"] == Status.DONE and not summary.get("evidence", 1):
        return "open without evidence: a rehearsal needs none"
    return "open"

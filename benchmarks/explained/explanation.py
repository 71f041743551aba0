"""retable explain: what it needs to begin, and the answer that it ends with."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks import machine, provenance
from benchmarks.explained.factors import Factor, NoEvidence, possible
from benchmarks.explained.general import general_factors
from benchmarks.explained.laboratory import Laboratory
from benchmarks.explained.sizes import Sizes, fitting, least_runs
from benchmarks.explained.steps import Steps, described
from benchmarks.jobs import Planned
from benchmarks.machine import processor
from benchmarks.recipe import NotAttempted, Recipe
from results.explanations.explanation import Explanation
from results.verdicts import Verdict

PARTS = ("validation", "test")
SHORTEST = 1e-3  # seconds of a run; a record may have 0


@dataclass(frozen=True)
class Question:
    """The cell, our verdict on it, and what may be changed."""

    planned: Planned
    verdict: Verdict
    factors: Mapping[str, Factor]
    reasons: Mapping[str, str]  # by name, why some can't be changed

    @property
    def changeable(self) -> int:
        return len(self.factors) - len(self.reasons)


def asked(
    planned: Planned,
    verdict: Verdict,
    declared: Sequence[Factor],
    backend: str,
    wanted: Sequence[str] = (),
    *,
    place: Sequence[str] = (),
) -> Question:
    """Return what is to be explained. Raises NoEvidence where something is lacking.

    `declared` are the paper's factors. `wanted` names the only ones to test, each of which must be changeable.
    `place` are options that a command in an error message needs, such as the folder of records.
    """
    if why := _lacking(planned, verdict, place):
        raise NoEvidence(f"{planned.cell.name}, {planned.cell.metric.name}, {why}.")
    every = [*declared, *general_factors(backend)]
    if strange := set(wanted) - {one.name for one in every}:
        raise NoEvidence(
            f"There is no factor {min(strange)}. Known: {', '.join(dict.fromkeys(one.name for one in every))}."
        )
    factors = {one.name: one for one in every if not wanted or one.name in wanted}
    _, reasons = possible(planned, factors.values())
    if wanted and reasons:
        name, reason = next(iter(reasons.items()))
        raise NoEvidence(f"The factor {name} can't be changed here: {reason}.")
    if len(reasons) == len(factors):
        raise NoEvidence(f"{planned.cell.name} has no factor that can be changed: {next(iter(reasons.values()))}.")
    return Question(planned, verdict, factors, reasons)


def _lacking(planned: Planned, verdict: Verdict, place: Sequence[str]) -> str:
    """Say what a cell lacks; nothing where it has all."""
    cell = planned.cell
    where = ("--table", cell.table, "--row", cell.row, "--column", cell.column)
    command = shlex.join(["retable", "run", cell.paper, *where, *place])
    if planned.obstacle:
        return f"can't be run: {planned.obstacle}"
    if cell.value is None:
        return "has no printed value, so there is nothing to explain"
    if not verdict.units:
        return f"has no runs. Needed: {command}"
    if getattr(planned.recipe, "runs", 0) == 1:
        return f"has no randomness, and so no spread: try other settings by {command} --set NAME=VALUE"
    if verdict.deviation is None:
        return f"has one run, and so no spread. Needed: {command} --seeds 5"
    return ""


def seconds_a_run(verdict: Verdict) -> float:
    """Return the median time of our runs, on this kind of processor if there are any."""
    here = [record.seconds for record in verdict.records if record.device == processor()]
    return median(here or [record.seconds for record in verdict.records])


def sizes_for(question: Question, seeds: int, hours: float | None, at_once: int) -> Sizes:
    """Return the runs of each step that fit into the hours. Raises NoEvidence where they are too few."""
    count, seconds = question.changeable, seconds_a_run(question.verdict)
    room = float("inf") if hours is None else hours * 3600 * at_once / max(seconds, SHORTEST)
    found = fitting(count, seeds, room)
    if found is None:
        needed = _work(least_runs(count, seeds), seconds, at_once)
        raise NoEvidence(f"--hours {hours:g} are too few for {_factors(count)}. Needed: {needed}")
    return found


def forecast(question: Question, sizes: Sizes, at_once: int) -> str:
    """Say how long an explanation takes if each step is needed and nothing was run before."""
    return "At most " + _work(sizes.runs(question.changeable), seconds_a_run(question.verdict), at_once)


def _work(runs: int, seconds: float, at_once: int) -> str:
    hours = runs * seconds / 3600 / at_once
    each = f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.2g}"
    return f"about {hours:.2g} hours, {runs} runs of {each} s each, {at_once} at once."


def looks_at_validation(planned: Planned, part: str | None) -> bool:
    """Return whether factors are chosen on the validation part. Raises NoEvidence if that is impossible."""
    recipe, metric = planned.recipe, planned.cell.metric
    is_network = isinstance(recipe, Recipe) and recipe.keep is not None
    can = is_network and not isinstance(recipe, NotAttempted) and recipe.metrics[0] == metric
    if part == "validation" and not can:
        raise NoEvidence(
            f"{planned.cell.name} has no {metric.name} of a validation part. Choose --part test, and say so."
        )
    return can and part != "test"


def explain(
    lab: Laboratory, question: Question, sizes: Sizes, say: Callable[[str], None], trial_seed: int = 0
) -> Explanation:
    """Run all steps and return the answer; `say` is called with what begins. The first seed is `trial_seed`."""
    steps = Steps(
        lab, question.verdict, sizes, trial_seed, described(question.planned, question.factors, question.reasons)
    )
    say(f"One run without a change, and one for each factor: {len(steps.active)}.")
    steps.try_each()
    if steps.active:
        if sizes.screening_seeds:
            say(f"A screening of {_factors(len(steps.active))}.")
        steps.screen()
        say(f"Alone, with {sizes.seeds} seeds: {', '.join(steps.promising())}.")
        steps.confirm()
    outcome = steps.explain()
    return _answer(steps, outcome.value)


def _factors(count: int) -> str:
    return "1 factor" if count == 1 else f"{count} factors"


def _answer(steps: Steps, outcome: str) -> Explanation:
    lab, verdict = steps.lab, steps.verdict
    cell, (low, high) = verdict.cell, verdict.prediction or (0.0, 0.0)
    runs = list(lab.trained.values())
    records = [run.record for run in runs if run.record]
    facts = {
        "fingerprint": lab.planned.fingerprint,
        "code": " ".join(lab.planned.code),
        "commit": provenance.commit(),
        "versions": provenance.versions(),
        "device": machine.processor(),
        "finished": max((record.finished for record in records), default=""),
    }
    return Explanation(
        *(cell.paper, cell.table, cell.row, cell.column, cell.metric.name),
        theirs=cell.value or 0.0,
        ours=verdict.mean or 0.0,
        low=low,
        high=high,
        runs=len(verdict.units),
        part="validation" if lab.on_validation else "test",
        outcome=outcome,
        factors=tuple(steps.tested.values()),
        sets=tuple(steps.sets),
        at_most=steps.at_most(),
        trained=sum(run.was_begun for run in runs),
        hours=sum(run.seconds for run in runs) / 3600,
        facts=facts | ({"our runs": f"stale: {verdict.stale}"} if verdict.stale else {}),
    )

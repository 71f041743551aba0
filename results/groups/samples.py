"""From the runs of one group to its samples: no run counts twice, and the folds of a cross-validation are one."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Any, NamedTuple

from results.groups.question import Question, Repeats
from results.groups.runs import Key, Run, brief, canonical
from results.ledger import ResultsError

SEED = re.compile(r"(^|[._\- ])(random_?state|rng)$|(^|[._\- ])seed([._\- ]|$)|_?seed$", re.IGNORECASE)
FOLD = re.compile(r"(^|[._\- ])(cv_?)?(fold|split)s?([._\- ]?(index|idx|id|number|no))?$", re.IGNORECASE)
COSTS = re.compile(r"^system/|time|second|duration|memory|speed|throughput", re.IGNORECASE)
UNSEEDED = {"", "none", "null", "nan"}
FEW = 3  # names in a message
Place = tuple[str, ...]


class Sample(NamedTuple):
    """The values of one sample by unit: one value, or one for each fold of a cross-validation."""

    place: Place  # what pairs are equal in
    values: dict[str, float]

    @property
    def mean(self) -> float:
        """Return the mean over the units."""
        return fmean(self.values.values())


def samples(label: str, runs: Sequence[Run], question: Question) -> list[Sample]:
    """Return the samples of a group. Raises ResultsError for runs that repeat one, if these are refused."""
    seeds = seed_keys(runs)
    found: dict[Place, dict[str, list[Run]]] = defaultdict(lambda: defaultdict(list))
    for run in runs:
        unit = question.unit.value(run) if question.unit else None
        found[_place(run, question, seeds)][unit or ""].append(run)
    if question.repeats == Repeats.REFUSE:
        repeated = [mine for units in found.values() for mine in units.values() if len(mine) > 1]
        if repeated:
            raise ResultsError(_refusal(label, repeated, question, seeds))
    return [
        Sample(place, {unit: _value(mine, question) for unit, mine in units.items()})
        for place, units in found.items()
    ]


def seed_keys(runs: Iterable[Run]) -> list[Key]:
    """Return the parameters and tags that name the seeds of runs."""
    return _like(SEED, runs)


def fold_keys(runs: Iterable[Run]) -> list[Key]:
    """Return the parameters and tags that seem to name folds of a cross-validation."""
    return _like(FOLD, runs)


def varying(runs: Sequence[Run]) -> list[Key]:
    """Return the parameters that have several values in some runs, and such tags of seeds and folds."""
    keys = [Key("params", name) for name in sorted({name for run in runs for name in run.params})]
    keys += [key for key in [*fold_keys(runs), *seed_keys(runs)] if key.kind == "tags"]
    return [key for key in keys if len({key.value(run) for run in runs}) > 1]


def copies(runs: Iterable[Run]) -> int:
    """Return how many runs have the parameters and the metrics, but for costs, of an earlier one."""
    return sum(count - 1 for count in Counter(map(_content, runs)).values())


def _content(run: Run) -> tuple[Any, ...]:
    params = sorted((name, canonical(text)) for name, text in run.params.items())
    metrics = sorted((name, value) for name, value in run.metrics.items() if not COSTS.search(name))
    return tuple(params), tuple(metrics)


def _like(form: re.Pattern[str], runs: Iterable[Run]) -> list[Key]:
    names = {Key(kind, name) for run in runs for kind in ("params", "tags") for name in getattr(run, kind)}
    return [key for key in sorted(names) if form.search(key.name) and not key.name.startswith("mlflow.")]


def _place(run: Run, question: Question, seeds: Sequence[Key]) -> Place:
    """Return what makes a run a sample: the values of a pair; or else its seeds, or itself where it has none."""
    if question.is_paired:
        return tuple(key.value(run) or "" for key in question.pairs_over)
    values = [canonical(key.text(run) or "") for key in seeds]
    if any(value.casefold() not in UNSEEDED for value in values):
        return tuple(values)
    return (run.parent if question.unit else run.id,)


def _value(runs: Sequence[Run], question: Question) -> float:
    if question.repeats == Repeats.MEAN:
        return fmean(run.metrics[question.metric] for run in runs)
    return max(runs, key=lambda run: run.started).metrics[question.metric]


def _refusal(label: str, repeated: Sequence[Sequence[Run]], question: Question, seeds: Sequence[Key]) -> str:
    """Return why runs are not samples, in one line, and what can be done."""
    count = sum(map(len, repeated))
    used = question.pair_by or tuple(seeds)
    keys = dict.fromkeys([*used, *((question.unit,) if question.unit else ())])
    same = " and ".join(map(str, keys)) or "their parent"
    values = f"{len(repeated)} value{'s' if len(repeated) > 1 else ''}"
    what = f"{count} runs of {brief(label)!r} have {values} of {same}"
    differ = [key for mine in repeated for key in varying(mine)]
    names = list(dict.fromkeys(differ))
    one_each = "--repeats latest takes the last run of each, --repeats mean their mean"
    if not names:
        return f"{what}: they are not {count} independent samples. Their parameters are equal: {one_each}."
    shown = ", ".join(map(str, names[:FEW])) + (f" and {len(names) - FEW} more" if len(names) > FEW else "")
    folds = next((key for key in names if FOLD.search(key.name)), None)
    fold_hint = f"--unit {folds} is for folds; " if folds and not question.unit else ""
    return (
        f"{what}: they are not {count} independent samples. They differ in {shown}: {fold_hint}"
        f"--pair-by, --group-by or --where separates them; {one_each}."
    )

"""The groups of the runs that count, and what was left out."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from results.groups.question import Question, why_left_out
from results.groups.runs import NUMBER, OPTIMIZER, Key, Run, brief, in_order
from results.groups.samples import Place, Sample, samples
from results.ledger import ResultsError

MOST_GROUPS = 500
Spellings = dict[tuple[Key, str], list[str]]


@dataclass(frozen=True)
class Group:
    """The runs that share the values of the keys, and the samples that they make."""

    label: str
    runs: Sequence[Run]
    samples: Sequence[Sample]


@dataclass(frozen=True)
class Groups:
    """All groups; `left_out` counts what does not count, by reason and label."""

    every: Sequence[Group]
    left_out: Counter[tuple[str, str]]
    units: int  # folds of a cross-validation, 1 without them
    merged: Sequence[str]  # a sentence for each value that has several spellings

    @property
    def reasons(self) -> dict[str, int]:
        """Return how much was left out for each reason."""
        found: Counter[str] = Counter()
        for (why, _), number in self.left_out.items():
            found[why] += number
        return dict(found.most_common())


def grouped(runs: Sequence[Run], question: Question) -> Groups:
    """Return the groups in the order of their values.

    Raises ResultsError if nothing counts, if a run and a run nested in it both count, and if samples repeat.
    """
    reasons = {run.id: why_left_out(run, question) for run in runs}
    kept = [run for run in runs if not reasons[run.id]]
    spellings = _spellings(runs, question.group_by)
    left_out = Counter((why, _label(run, question, spellings)) for run in runs if (why := reasons[run.id]))
    if not kept:
        raise ResultsError(_nothing(runs, left_out))
    _refuse_parents(kept)
    by_place: dict[Place, list[Run]] = defaultdict(list)
    for run in kept:
        by_place[tuple(key.value(run) or "" for key in question.group_by)].append(run)
    if len(by_place) > MOST_GROUPS:
        raise ResultsError(f"{question.by} makes {len(by_place)} groups. Expected at most {MOST_GROUPS}.")
    units = len({question.unit.value(run) for run in kept}) if question.unit else 1
    found = [
        _group(by_place[place], question, spellings)
        for place in sorted(by_place, key=lambda place: [in_order(value) for value in place])
    ]
    whole = [_whole(group, units, question, left_out) for group in found]
    if not any(group.samples for group in whole):
        raise ResultsError(f"No cross-validation has all {units} values of {question.unit}.")
    return Groups(whole, left_out, units, _merged(spellings))


def _group(runs: Sequence[Run], question: Question, spellings: Spellings) -> Group:
    label = _label(runs[0], question, spellings)
    return Group(label, runs, samples(label, runs, question))


def _whole(group: Group, units: int, question: Question, left_out: Counter[tuple[str, str]]) -> Group:
    """Return a group without incomplete cross-validations, and count these."""
    whole = [sample for sample in group.samples if len(sample.values) == units]
    if lost := len(group.samples) - len(whole):
        left_out[f"incomplete by {question.unit}, of {units} values", group.label] += lost
    return Group(group.label, group.runs, whole)


def _nothing(runs: Sequence[Run], left_out: Counter[tuple[str, str]]) -> str:
    if not runs:
        return "No run matches."
    reasons = Groups([], left_out, 1, []).reasons
    found = ", ".join(f"{number} {why}" for why, number in reasons.items())
    unended = " A script that ended them ends with MlflowClient.set_terminated." if "running" in reasons else ""
    return f"None of the {len(runs)} runs counts: {found}.{unended}"


def _refuse_parents(kept: Sequence[Run]) -> None:
    """Raise ResultsError if a value would count twice: in a run, and in those nested in it."""
    by_id = {run.id: run for run in kept}
    parents = {run.parent: by_id[run.parent] for run in kept if run.parent in by_id}
    if parents:
        name = brief(next(iter(parents.values())).name)
        raise ResultsError(
            f"{len(parents)} of the {len(kept)} runs have others nested in them that would count too, such as "
            f"{name!r}. --level nested takes those inside, --level top those that hold them."
        )


def _label(run: Run, question: Question, spellings: Spellings) -> str:
    """Return the name of the group of a run; empty for a run without a value."""
    values = [(key, key.value(run)) for key in question.group_by]
    if any(value is None for _, value in values):
        return ""
    return " / ".join(_shown(key, value or "", spellings) for key, value in values)


def _spellings(runs: Sequence[Run], keys: Sequence[Key]) -> Spellings:
    """Return the spellings of each value of a key, the most frequent first, of several the shortest."""
    found: dict[tuple[Key, str], Counter[str]] = defaultdict(Counter)
    for run in runs:
        for key in keys:
            if (value := key.value(run)) is not None:
                found[key, value][key.text(run) or ""] += 1
    return {at: sorted(texts, key=lambda text: (-texts[text], len(text), text)) for at, texts in found.items()}


def _shown(key: Key, value: str, spellings: Spellings) -> str:
    """Return how a value is shown: a number as most runs spell it, another text as it counts."""
    return spellings[key, value][0] if NUMBER.fullmatch(value) else value


def _merged(spellings: Spellings) -> list[str]:
    """Return a sentence for each value of several spellings, and one for all numbers that Keras added."""
    several = {at: texts for at, texts in spellings.items() if len(texts) > 1}
    numbered = [texts[-1] for (key, _), texts in several.items() if key.name == OPTIMIZER][:1]
    added = [
        f"Keras numbers optimizers in a process: {brief(text)} counts without its number." for text in numbered
    ]
    return added + [
        f"One group for several spellings of {key}: {', '.join(map(brief, texts))}."
        for (key, _), texts in several.items()
        if key.name != OPTIMIZER
    ]

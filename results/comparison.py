"""Two groups of runs of one cell: a verdict on each, and a paired test of their difference."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, variance

from results.ledger import ResultsError
from results.published import Cell
from results.records import RunRecord
from results.verdicts import Answer, Verdict, judge

LEVEL = 0.05
FEWEST_PAIRS = 3  # two equal differences would have no spread
SELECTORS: dict[str, Callable[[RunRecord, str], bool]] = {
    "backend": lambda record, text: record.key.backend == text,
    "commit": lambda record, text: record.commit.startswith(text),
    "device": lambda record, text: text.casefold() in record.device.casefold(),
    "date": lambda record, text: record.finished.startswith(text),
    "versions": lambda record, text: text in record.versions,
}


@dataclass(frozen=True)
class Comparison:
    """Two groups of runs of a cell; the difference is second minus first, over shared seeds and folds."""

    cell: Cell
    first: Verdict
    second: Verdict
    pairs: int
    difference: float | None = None
    p_value: float | None = None  # two-sided; None for fewer than three pairs
    interval: tuple[float, float] | None = None  # 90 %, of the difference; None for fewer than three pairs
    is_deterministic: bool = False  # then any difference counts

    @property
    def answer(self) -> str:
        """Return whether the second group is better or worse than the first at the 5 % level."""
        if self.difference is None:
            return "too few pairs"
        if self.is_deterministic:
            return self._direction() if self.difference else "equal"
        if self.p_value is None:
            return "too few pairs"
        if self.p_value >= LEVEL or self.difference == 0:
            return "no difference shown"
        return self._direction()

    def _direction(self) -> str:
        if self.difference is None or self.cell.metric.better == "exact":
            return Answer.DIFFERS.value
        is_better = (self.difference > 0) == (self.cell.metric.better == "higher")
        return (Answer.BETTER if is_better else Answer.WORSE).value


def select(records: Sequence[RunRecord], condition: str) -> list[RunRecord]:
    """Return the records that match a condition such as "backend=jax,date=2026-11"; "all" matches every record.

    Raises ResultsError if the condition has another form.
    """
    chosen = list(records)
    for part in condition.split(",") if condition != "all" else ():
        name, _, text = part.partition("=")
        if not text or name not in SELECTORS:
            known = ", ".join(f"{name}=..." for name in SELECTORS)
            raise ResultsError(f"Unknown condition {part!r}. Expected all, or one or more of {known}.")
        chosen = [record for record in chosen if SELECTORS[name](record, text)]
    return chosen


def compare(
    cell: Cell,
    first: Sequence[RunRecord],
    second: Sequence[RunRecord],
    *,
    folds: int,
    runs: int,
    test_to_train: float | None = None,
) -> Comparison:
    """Judge both groups and test their paired difference.

    Seeds on a fixed split get the paired t-test. Folds of a cross-validation share training data, so their
    variance is corrected by the method of Nadeau & Bengio (2003). `test_to_train` is the ratio of test to training
    examples; by default one fold is for test and the others are for training.
    """
    if shared := {_name(record) for record in first} & {_name(record) for record in second}:
        raise ResultsError(f"{len(shared)} run(s) of {cell.name} are in both groups. Choose disjoint groups.")
    values = [_by_seed_and_fold(group, cell.metric.name) for group in (first, second)]
    differences = [values[1][pair] - values[0][pair] for pair in sorted(values[0].keys() & values[1].keys())]
    if test_to_train is None:
        test_to_train = 1 / (folds - 1) if folds > 1 else 0.0
    return Comparison(
        cell,
        judge(cell, first, folds=folds, runs=runs),
        judge(cell, second, folds=folds, runs=runs),
        len(differences),
        fmean(differences) if differences else None,
        paired_p_value(differences, test_to_train),
        paired_interval(differences, test_to_train),
        is_deterministic=runs == 1,
    )


def paired_p_value(differences: Sequence[float], test_to_train: float) -> float | None:
    """Return the two-sided p-value for a mean difference of zero; None for fewer than three pairs."""
    from scipy.special import stdtr

    count = len(differences)
    if count < FEWEST_PAIRS:
        return None
    mean, scale = fmean(differences), _scale(differences, test_to_train)
    if scale == 0:
        return 1.0 if mean == 0 else 0.0
    return float(2 * stdtr(count - 1, -abs(mean / scale)))


def paired_interval(differences: Sequence[float], test_to_train: float) -> tuple[float, float] | None:
    """Return the 90 % interval of the mean difference; None for fewer than three pairs."""
    from scipy.special import stdtrit

    count = len(differences)
    if count < FEWEST_PAIRS:
        return None
    half = float(stdtrit(count - 1, 0.95)) * _scale(differences, test_to_train)
    return fmean(differences) - half, fmean(differences) + half


def _scale(differences: Sequence[float], test_to_train: float) -> float:
    """Return the standard error of the mean difference, corrected for folds that share training data."""
    return math.sqrt((1 / len(differences) + test_to_train) * variance(differences))


def _name(record: RunRecord) -> tuple:
    return record.key, record.finished


def _by_seed_and_fold(records: Sequence[RunRecord], metric: str) -> Mapping[tuple[int, int], float]:
    """Return the latest value of each seed and fold. Raises ResultsError for several back ends."""
    backends = sorted({record.key.backend for record in records})
    if len(backends) > 1:
        raise ResultsError(f"A group has runs on {' and '.join(backends)}. Add backend=... to its condition.")
    return {(r.key.seed, r.key.fold): r.metrics[metric] for r in records if metric in r.metrics}

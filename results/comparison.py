"""Two groups of runs of the same cell: how each stands, and whether they differ on what they share."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, variance

from results.ledger import ResultsError
from results.published import Cell
from results.records import RunRecord
from results.verdicts import Answer, Verdict, judge

LEVEL = 0.05
FEWEST_PAIRS = 3  # two differences that happen to be equal prove nothing
SELECTORS: dict[str, Callable[[RunRecord, str], bool]] = {
    "backend": lambda record, text: record.key.backend == text,
    "commit": lambda record, text: record.commit.startswith(text),
    "device": lambda record, text: text.casefold() in record.device.casefold(),
    "date": lambda record, text: record.finished.startswith(text),
    "versions": lambda record, text: text in record.versions,
}


@dataclass(frozen=True)
class Comparison:
    """One cell by two groups; the difference is the second minus the first over shared seeds and folds."""

    cell: Cell
    first: Verdict
    second: Verdict
    pairs: int
    difference: float | None = None
    p_value: float | None = None  # two-sided; None below three pairs
    interval: tuple[float, float] | None = None  # 90 %, of the difference; None below three pairs
    is_exact: bool = False  # a system without randomness: any difference is one

    @property
    def answer(self) -> str:
        """Say whether the second group is better or worse than the first at 5 %."""
        if self.difference is None:
            return "too few pairs"
        if self.is_exact:
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
    """Return the records that meet a condition such as "backend=jax,date=2026-11"; "all" takes every one.

    Raises ResultsError for a condition of another form.
    """
    chosen = list(records)
    for part in condition.split(",") if condition != "all" else ():
        name, _, text = part.partition("=")
        if not text or name not in SELECTORS:
            known = ", ".join(f"{name}=..." for name in SELECTORS)
            raise ResultsError(f"{part!r} is no condition. Expected all, or one or more of {known}.")
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
    """Judge both groups and test the paired difference.

    Folds of one cross-validation share training data, so their variance is corrected as by Nadeau & Bengio
    (2003), by default for a test part of one fold and the others for training; seeds on a fixed split get the
    ordinary paired t-test.
    """
    if shared := {_name(record) for record in first} & {_name(record) for record in second}:
        raise ResultsError(f"{len(shared)} run(s) of {cell.name} are in both groups. Give groups that share none.")
    values = [_by_seed_and_fold(group, cell.metric.name) for group in (first, second)]
    differences = [values[1][place] - values[0][place] for place in sorted(values[0].keys() & values[1].keys())]
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
        is_exact=runs == 1,
    )


def paired_p_value(differences: Sequence[float], test_to_train: float) -> float | None:
    """Return the two-sided p-value of a mean difference of zero; None below three pairs."""
    from scipy.special import stdtr

    count = len(differences)
    if count < FEWEST_PAIRS:
        return None
    mean, scale = fmean(differences), _scale(differences, test_to_train)
    if scale == 0:
        return 1.0 if mean == 0 else 0.0
    return float(2 * stdtr(count - 1, -abs(mean / scale)))


def paired_interval(differences: Sequence[float], test_to_train: float) -> tuple[float, float] | None:
    """Return the 90 % interval of a mean difference; None below three pairs."""
    from scipy.special import stdtrit

    count = len(differences)
    if count < FEWEST_PAIRS:
        return None
    half = float(stdtrit(count - 1, 0.95)) * _scale(differences, test_to_train)
    return fmean(differences) - half, fmean(differences) + half


def _scale(differences: Sequence[float], test_to_train: float) -> float:
    """Return the standard error of a mean difference, corrected for folds that share training data."""
    return math.sqrt((1 / len(differences) + test_to_train) * variance(differences))


def _name(record: RunRecord) -> tuple:
    return record.key, record.finished


def _by_seed_and_fold(records: Sequence[RunRecord], metric: str) -> Mapping[tuple[int, int], float]:
    """Return the latest value of each seed and fold. Raises ResultsError when backends are mixed."""
    backends = sorted({record.key.backend for record in records})
    if len(backends) > 1:
        raise ResultsError(f"A group has runs on {' and '.join(backends)}. Add backend=... to its conditions.")
    return {(r.key.seed, r.key.fold): r.metrics[metric] for r in records if metric in r.metrics}

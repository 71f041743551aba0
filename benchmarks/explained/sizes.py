"""How many runs an explanation takes, and what fits into some hours."""

from collections.abc import Iterator
from typing import NamedTuple

from results.explanations.design import screening

USUAL_SEEDS = 5
FEWER_SEEDS = (4, 3)  # the last resort: with 3, a true cause is shown far more rarely than with 5


class Sizes(NamedTuple):
    """The runs of each step."""

    screening_seeds: int  # of each run of the screening; 0: no screening
    promising: int  # factors that are changed alone, with more seeds
    seeds: int  # of each of these
    sets: int  # of changes that are tried together

    def runs(self, factors: int) -> int:
        """Return how many runs they are for so many factors, at most."""
        screened = self.screening_seeds * len(screening(factors)) if self.screening_seeds else 0
        alone = self.seeds * (1 + min(self.promising, factors))
        return 1 + factors + screened + alone + self.sets * self.seeds


def smaller(seeds: int) -> Iterator[Sizes]:
    """Yield sizes, the best first, for so many seeds: sets and the screening are given up before seeds are."""
    for count in dict.fromkeys((seeds, min(seeds, USUAL_SEEDS))):
        yield Sizes(2, 6, count, 2)
        yield Sizes(2, 4, count, 1)
        yield Sizes(1, 4, count, 1)
        yield Sizes(1, 3, count, 0)
        yield Sizes(0, 3, count, 0)
        yield Sizes(0, 2, count, 0)
    for count in FEWER_SEEDS:
        yield Sizes(0, 2, min(seeds, count), 0)


def fitting(factors: int, seeds: int, runs: float) -> Sizes | None:
    """Return the best sizes that take at most so many runs; None where even the smallest takes more."""
    return next((sizes for sizes in smaller(seeds) if sizes.runs(factors) <= runs), None)


def least_runs(factors: int, seeds: int) -> int:
    """Return the runs of the smallest sizes."""
    return min(sizes.runs(factors) for sizes in smaller(seeds))

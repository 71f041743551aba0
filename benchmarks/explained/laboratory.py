"""Runs of changed recipes: ordinary jobs, whose records are kept apart and never count."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.evidence.standing import current
from benchmarks.explained.factors import CannotChange, Factor, changed
from benchmarks.jobs import Planned
from benchmarks.recipe import NotAttempted, Recipe
from benchmarks.reproduce import Runner, Watcher, reproduce
from results.records import EpochEnd, RecordFiles, RunRecord

Levels = frozenset[str]  # names of the factors that are changed
Wanted = tuple[Levels, int]  # and the seed
NOTHING: Levels = frozenset()
FAILED = "CannotChange: "  # begins the error of a job whose recipe can't be changed so
NO_RECORD = "it left no record: its data are not available, or its number is not finite"


@dataclass(frozen=True)
class Ran:
    """One run: its number on the part that is looked at, and the one of the printed kind."""

    looked: float | None = None
    printed: float | None = None
    losses: tuple[float, ...] = ()
    seconds: float = 0.0
    error: str = ""
    record: RunRecord | None = None
    was_begun: bool = True  # False for changes that exclude each other

    @property
    def is_whole(self) -> bool:
        return self.looked is not None and self.printed is not None


@dataclass
class Laboratory:
    """Trains a cell's recipe with some factors changed. A seed of a cross-validation has one fold."""

    planned: Planned
    factors: Mapping[str, Factor]
    folder: Path  # of the records
    backend: str
    runner: Callable[[str], Runner]  # for a back end
    watcher: Watcher = field(default_factory=Watcher)
    on_validation: bool = False  # which part is looked at
    trained: dict[Wanted, Ran] = field(default_factory=dict)

    @property
    def folds(self) -> int:
        assert not isinstance(self.planned.recipe, NotAttempted)
        return self.planned.recipe.dataset.folds

    def run(self, wanted: Iterable[Wanted]) -> dict[Wanted, Ran]:
        """Train what has no record yet, and return all that was wanted; a failed run has its error."""
        wanted = list(dict.fromkeys(wanted))
        plans: dict[Levels, Planned] = {}
        for one in wanted:
            try:
                plans[one[0]] = self._changed(one[0])
            except CannotChange as error:  # changes that exclude each other
                self.trained[one] = Ran(error=str(error), was_begun=False)
        for backend in dict.fromkeys(map(self._backend, plans)):
            mine = [one for one in wanted if self._backend(one[0]) == backend and one not in self.trained]
            if mine:
                self.trained |= self._run_on(backend, mine, plans)
        return {one: self.trained[one] for one in wanted}

    def _run_on(
        self, backend: str, wanted: Sequence[Wanted], plans: Mapping[Levels, Planned]
    ) -> dict[Wanted, Ran]:
        chosen = list({levels: plans[levels] for levels, _ in wanted}.values())
        jobs = {
            (levels, seed): plans[levels].key(seed % self.folds, seed, backend).identity for levels, seed in wanted
        }
        seeds = max(seed for _, seed in wanted) + 1
        only = frozenset(jobs.values())
        reproduce(
            chosen,
            self.runner(backend),
            self.folder,
            backend=backend,
            seeds=seeds,
            watcher=self.watcher,
            only=only,
        )
        files = RecordFiles(self.planned.cell.paper, self.folder)
        records = {record.key.identity: record for record in current(chosen, files.records())}
        curves = files.curves()
        return {
            one: self._ran(plans[one[0]].recipe, records.get(identity), curves) for one, identity in jobs.items()
        }

    def _changed(self, levels: Levels) -> Planned:
        return changed(self.planned, [factor for name, factor in self.factors.items() if name in levels])

    def _backend(self, levels: Levels) -> str:
        others = [self.factors[name].backend for name in levels if self.factors[name].backend]
        return others[0] if others else self.backend

    def _ran(self, recipe: object, record: RunRecord | None, curves: Mapping) -> Ran:
        if record is None or record.error:
            text = record.error if record else NO_RECORD
            return Ran(error=text.removeprefix(FAILED), seconds=record.seconds if record else 0.0)
        curve = curves.get(record.key, [])
        printed = record.metrics.get(self.planned.cell.metric.name)
        looked = kept_score(recipe, curve) if self.on_validation else printed
        return Ran(looked, printed, tuple(point.loss for point in curve), record.seconds, record=record)


def kept_score(recipe: object, curve: Sequence[EpochEnd]) -> float | None:
    """Return the validation score of the epoch that counts; None without a validation part."""
    scores = [point.valid for point in curve if point.valid is not None]
    if not scores or not isinstance(recipe, Recipe):
        return None
    if recipe.keep is None:
        return scores[-1]
    kept = [count for count in range(1, len(scores) + 1) if recipe.keep(scores[:count])]
    return scores[kept[-1] - 1] if kept else scores[-1]

"""From cells to jobs: how each cell is earned, and which models are still to be trained."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from importlib.util import find_spec

from benchmarks.evidence.digests import todays_digests
from benchmarks.recipe import Measurement, NotAttempted, Recipe, fingerprint, one_pass
from benchmarks.settings import Changes, changeable, changed
from data_pipelines.dataset import GENERATED, DataError, Dataset
from results.published import Cell
from results.records import Digests, JobKey, RunRecord

MOST_RUNS = 1000  # of a cell
MOST_HOURS = 24 * 365
LEADING = "tensorflow"  # back end, where a paper names none


@dataclass(frozen=True)
class Options:
    """What the user of a run may change. Other settings or data make it a trial; nothing else does."""

    epochs: int | None = None
    lookalike: bool = False
    deterministic: bool = False  # sets every switch of the back end; slower
    checkpoint_after: float = 60.0  # seconds of work; then the end of an epoch is saved
    changes: Changes = ()  # settings of the recipes, by name

    @property
    def is_trial(self) -> bool:
        return bool(self.difference)

    @property
    def difference(self) -> str:
        """Say what differs from the paper's settings and data; empty where nothing does."""
        epochs = [] if self.epochs is None else [("epochs", str(self.epochs))]
        texts = [f"{name}={text}" for name, text in (*epochs, *self.changes)]
        return ", ".join([*texts, "generated data"] if self.lookalike else texts)


@dataclass(frozen=True)
class Planned:
    """A cell with its recipe and the recipe's fingerprint: made once, and carried up to the verdict."""

    cell: Cell
    recipe: Recipe | Measurement | NotAttempted
    fingerprint: str  # empty without a recipe
    options: Options
    backend: str = LEADING  # the one whose verdict leads
    beside: float | None = None  # what the paper prints for another input; shown, never judged

    def key(self, fold: int, seed: int, backend: str) -> JobKey:
        """Return the key of one job of the cell. Raises ValueError without a recipe."""
        if isinstance(self.recipe, NotAttempted):
            raise ValueError(f"{self.cell.name} has no recipe: {self.recipe.reason}.")
        return JobKey(*self.cell[:4], fold, seed, backend, self.fingerprint, self.recipe.revision)

    @cached_property
    def code(self) -> Digests:
        """Return the digests of the code behind the cell; empty without a recipe."""
        return Digests() if isinstance(self.recipe, NotAttempted) else todays_digests(self.recipe)

    @property
    def obstacle(self) -> str:
        """Say why the cell cannot be run on this machine; nothing where it can."""
        return self.recipe.reason if isinstance(self.recipe, NotAttempted) else obstacle(self.recipe.dataset)


@dataclass(frozen=True)
class Job:
    """One model to train; it can be pickled and sent to another process."""

    key: JobKey
    recipe: Recipe | Measurement
    options: Options = Options()
    code: Digests = Digests()
    peak_bytes: int = 0  # the most memory that recorded jobs of the recipe held; 0 if unknown
    records: str = ""  # the records file that it is for, as its checkpoints name it


def planned(
    cell: Cell, recipe: Recipe | Measurement | NotAttempted, options: Options, backend: str = LEADING
) -> Planned:
    """Return a cell with its recipe, changed by the user's options."""
    recipe = _adjusted(recipe, options)
    text = "" if isinstance(recipe, NotAttempted) else fingerprint(recipe)
    return Planned(cell, recipe, text, options, backend)


def _adjusted(
    recipe: Recipe | Measurement | NotAttempted, options: Options
) -> Recipe | Measurement | NotAttempted:
    """Return the recipe with the user's changes, and so with another fingerprint."""
    if isinstance(recipe, NotAttempted):
        return recipe
    if lacking := [name for name, _ in options.changes if name not in changeable(recipe)]:
        return NotAttempted(f"its recipe has no setting {lacking[0]}")
    recipe = changed(recipe, options.changes)
    if isinstance(recipe, Recipe) and options.epochs is not None:
        recipe = replace(recipe, epochs=options.epochs)
    if options.lookalike:
        name = f"{recipe.dataset.name} look-alike"
        recipe = replace(recipe, dataset=replace(recipe.dataset, name=name, files=(), examples=None, of_class=()))
        if isinstance(recipe, Recipe):
            recipe = replace(recipe, order=partial(one_pass, order=recipe.order))
    return recipe


def obstacle(dataset: Dataset) -> str:
    """Say why a data set cannot be used here: a package or file is missing, or generated. Nothing where it can."""
    from data_pipelines.download import cached_path

    if dataset.package and find_spec(dataset.package) is None:
        return f"needs {dataset.package}, which has a licence of its own: pip install 'retable[{dataset.extra}]'"
    paths = [cached_path(file) for file in dataset.files if file.on_request]
    if generated := [path for path in paths if (path / GENERATED).exists()]:
        return f"{generated[0]} is generated: run it with --lookalike"
    return "" if all(path.exists() for path in paths) else dataset.on_request


def lacked_what_is_here(record: RunRecord, dataset: Dataset) -> bool:
    """Return whether a job failed for want of a file that is here now, as errors of fetching begin."""
    from data_pipelines.download import cached_path

    lacking = [file for file in dataset.files if record.error.startswith(f"{DataError.__name__}: {file.name} ")]
    return any(cached_path(file).exists() for file in lacking)


def wanted_runs(recipe: Recipe | Measurement, seeds: int | None) -> int:
    """Return the runs that a cell is to have: those asked for, or the protocol's; one without randomness."""
    return 1 if recipe.runs == 1 else seeds or recipe.runs


def missing_jobs(
    cells: Sequence[Planned],
    records: Iterable[RunRecord],
    *,
    backend: str,
    seeds: int | None = None,
    anywhere: bool = False,
) -> list[Job]:
    """Return the jobs without a record, whole passes of the protocol first, the longest of a pass before others.

    `seeds` is the number of runs per cell; the default is that of the paper's protocol. Jobs that this machine
    cannot run are left out, unless `anywhere` asks for them too.
    """
    done: dict[tuple, set[str]] = {}
    seconds: dict[str, float] = {}
    peaks: dict[str, int] = {}
    for record in records:
        done.setdefault(record.key.identity, set()).update(record.metrics)
        mark = record.key.fingerprint
        seconds[mark] = max(seconds.get(mark, 0.0), record.seconds)
        peaks[mark] = max(peaks.get(mark, 0), record.peak_bytes)
    jobs: dict[tuple, Job] = {}
    for one in cells:
        if isinstance(one.recipe, NotAttempted) or (one.obstacle and not anywhere):
            continue
        wanted = {metric.name for metric in one.recipe.metrics}
        for seed in range(wanted_runs(one.recipe, seeds)):
            for fold in range(one.recipe.dataset.folds):
                key = one.key(fold, seed, backend)
                if not wanted <= done.get(key.identity, set()):
                    peak = peaks.get(one.fingerprint, 0)
                    jobs.setdefault(key.identity, Job(key, one.recipe, one.options, one.code, peak))
    longest = max(seconds.values(), default=0.0)  # so are unknown ones, for all we know
    return sorted(jobs.values(), key=lambda job: (job.key.seed, -seconds.get(job.key.fingerprint, longest)))

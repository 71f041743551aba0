"""The printed numbers of a paper of the catalogue, with what their checks need to know of its data."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from benchmarks.jobs import Planned
from benchmarks.outside.paper_files import own_papers
from benchmarks.recipe import NotAttempted
from benchmarks.table import PaperTable, load_table
from data_pipelines.dataset import Dataset
from results.audit.entries import Entry
from results.audit.reading import read_table
from results.audit.tables import Audit, audit
from results.ledger import ResultsError
from results.published import FOLDER

Size = tuple[int | None, int | None, int]  # training and test examples over all folds, folds


def published_audits() -> dict[str, Audit]:
    """Return the audit of each paper of the suite that has printed numbers."""
    found = {name: printed_entries(load_table(name)) for name in own_papers()}
    return {name: audit(entries) for name, entries in found.items() if entries}


def printed_entries(table: PaperTable) -> list[Entry]:
    """Return every printed number of a paper; what its CSV file does not say of the data is taken from a recipe.

    A column has one test part: its size is known if a row of it has a recipe, and all recipes agree.
    """
    sizes = _sizes(table.plan())
    try:
        entries = read_table(table.published or FOLDER / f"{table.paper}.csv").entries
    except ResultsError:
        if all(cell.value is None for cell in table.cells()):
            return []  # a comparison of ours
        raise
    return [_with_size(entry, sizes.get((entry.table, entry.column), (None, None, 1))) for entry in entries]


def _with_size(entry: Entry, size: Size) -> Entry:
    training, test, folds = size
    if entry.test_examples is not None or not entry.is_share:
        return entry
    return replace(entry, test_examples=training if entry.metric.part == "training" else test, folds=folds)


def _sizes(planned: Iterable[Planned]) -> dict[tuple[str, str], Size]:
    """Return the test parts by table and column."""
    found: dict[tuple[str, str], set[Size]] = defaultdict(set)
    for one in planned:
        if not isinstance(one.recipe, NotAttempted) and one.cell.value is not None:
            found[one.cell.table, one.cell.column].add(_size(one.recipe.dataset))
    return {place: next(iter(sizes)) for place, sizes in found.items() if len(sizes) == 1}


def _size(dataset: Dataset) -> Size:
    """Return the sizes of a data set; None where it says only how many examples there are in all parts."""
    if isinstance(dataset.examples, tuple):
        return dataset.examples[0], dataset.examples[-1], dataset.folds
    return None, (dataset.examples if dataset.folds > 1 else None), dataset.folds

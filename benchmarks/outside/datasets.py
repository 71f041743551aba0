"""The data sets of papers from outside."""

from collections.abc import Callable

from benchmarks.outside.paper_files import paper_files
from benchmarks.recipe import NotAttempted
from benchmarks.table import UnknownName, load_table
from data_pipelines.dataset import Dataset


def outside_datasets(leave_out: Callable[[str], None]) -> list[Dataset]:
    """Return the data sets of all recipes from outside; `leave_out` is called with a line about a broken paper."""
    found: dict[str, Dataset] = {}
    for file in paper_files().values():
        if file.is_outside:
            try:
                recipes = [one.recipe for one in load_table(file.name).plan()]
            except UnknownName as error:
                leave_out(str(error))
                continue
            found |= {one.dataset.name: one.dataset for one in recipes if not isinstance(one, NotAttempted)}
    return [dataset for dataset in found.values() if dataset.files]

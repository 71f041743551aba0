"""Every paper x row builds, trains and is judged on look-alike data."""

from pathlib import Path

import pytest

import results
from benchmarks.recipe import NotAttempted, Recipe, describe, fingerprint
from benchmarks.reproduce import missing_jobs, obstacle, reproduce, verdicts
from benchmarks.running import run_here
from benchmarks.table import load_table, paper_names
from benchmarks.training import Options, adjust
from results.records import RecordFiles

TRIAL = Options(epochs=1, lookalike=True)


def rows() -> list[tuple[str, str, str]]:
    """Return paper, table, row of every row that has a recipe for some column."""
    tables = [load_table(name) for name in paper_names()]
    return list(
        dict.fromkeys(
            (table.paper, cell.table, cell.row)
            for table in tables
            for cell in table.cells()
            if not isinstance(table.recipe(cell), NotAttempted)
        )
    )


def some_cells(table, name: str, row: str):
    """Return the cells of a row: all that are counted or measured, and two that are trained, but not for size."""
    cells = [cell for cell in table.cells(name, row) if not isinstance(table.recipe(cell), NotAttempted)]
    recipes = {cell: table.recipe(cell) for cell in cells}
    trained = {
        cell: str({**describe(recipe), "build": ""})
        for cell, recipe in recipes.items()
        if isinstance(recipe, Recipe)
    }
    first = {training: cell for cell, training in reversed(trained.items())}
    chosen = [cell for cell in trained if cell in first.values()][:2]
    return [cell for cell in cells if cell in chosen or cell not in trained]


def first_folds(jobs):
    """Run the first fold of every cell."""
    return run_here(job for job in jobs if job.key.fold == 0)


@pytest.mark.parametrize(("paper", "name", "row"), rows(), ids=lambda value: str(value))
def test_row_on_lookalike_data(paper, name, row, tmp_path):
    table = load_table(paper)
    cells = some_cells(table, name, row)
    if reasons := {obstacle(adjust(table.recipe(cell), TRIAL).dataset) for cell in cells} - {""}:
        pytest.skip(*reasons)
    judged = reproduce(table, cells, first_folds, tmp_path, seeds=1, options=TRIAL)
    records = RecordFiles(paper, tmp_path).records()
    assert [record.error for record in records if record.error] == []
    assert len(judged) == len(cells)
    trained = [record for record in records if record.epochs]
    assert all(record.parameters > 0 and record.examples_per_second > 0 for record in trained)
    assert len(RecordFiles(paper, tmp_path).curves()) == len(trained)
    missing = missing_jobs(table, cells, records, backend="tensorflow", seeds=1, options=TRIAL)
    assert [job for job in missing if job.key.fold == 0] == []


@pytest.mark.parametrize("paper", paper_names())
def test_every_cell_has_a_recipe_or_a_reason(paper):
    table = load_table(paper)
    for cell in table.cells():
        recipe = table.recipe(cell)
        if isinstance(recipe, NotAttempted):
            assert recipe.reason
        else:
            assert cell.metric in recipe.metrics


@pytest.mark.parametrize("paper", paper_names())
def test_trials_never_count(paper):
    table = load_table(paper)
    recipes = [table.recipe(cell) for cell in table.cells()]
    for recipe in recipes:
        if isinstance(recipe, Recipe):
            assert fingerprint(adjust(recipe, Options(epochs=1))) != fingerprint(recipe)
            assert fingerprint(adjust(recipe, Options(lookalike=True))) != fingerprint(recipe)


@pytest.mark.parametrize("paper", paper_names())
def test_the_published_records_belong_to_todays_recipes(paper):
    """A changed fingerprint would silently orphan the results that stand in the repository."""
    table = load_table(paper)
    records = RecordFiles(paper, Path(results.__file__).parent).records()
    marks = {fingerprint(r) for r in map(table.recipe, table.cells()) if not isinstance(r, NotAttempted)}
    assert {record.key.fingerprint for record in records} <= marks
    assert all(not record.commit.endswith("+") for record in records)
    assert len(verdicts(table, table.cells(), records)) == len(table.cells())

"""Every paper x row builds, trains and is judged on look-alike data.

Each run of the tests trains rows that together have a part of every kind, the campaign the others too.
"""

import gc
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

import results
from benchmarks.jobs import Options, Planned, missing_jobs
from benchmarks.recipe import NotAttempted, Recipe, describe
from benchmarks.reproduce import reproduce, verdicts
from benchmarks.runners.places import run_here
from benchmarks.table import load_table, paper_names
from benchmarks.training import fitting
from data_pipelines.dataset import Fold, Split
from results.metrics import classifies
from results.published import Cell
from results.records import RecordFiles
from tests.support.kinds import kind, narrow, total

TRIAL = Options(epochs=1, lookalike=True)
LARGE = 1000  # maps and units of a network that takes long, compiled or not
UNTRAINED = "what is counted or measured"  # of a paper, in place of a row


def chosen_cells() -> dict[tuple[str, str, str], list[Cell]]:
    """Return cells by paper, table and row: one or two that are trained, and a paper's counted and measured ones.

    A row's second training is of another kind than in size; what differs from another one in its length alone, and
    a table whose trainings others have, is left out.
    """
    chosen: dict[tuple[str, str, str], list[Cell]] = {}
    seen = Counter()
    for table in map(load_table, paper_names()):
        for cell in table.cells():
            recipe = table.recipe(cell)
            if isinstance(recipe, NotAttempted):
                continue
            is_trained = isinstance(recipe, Recipe)
            kinds = {(cell.row, training_of(recipe)), network_of(recipe)} if is_trained else {cell}
            of_row = (table.paper, cell.table, cell.row) if is_trained else (table.paper, "", UNTRAINED)
            is_new = not any(seen[table.paper, kind] for kind in kinds)
            seen.update((table.paper, kind) for kind in kinds)
            if is_new and (not is_trained or seen[of_row] < 2):
                chosen.setdefault(of_row, []).append(cell)
                seen[of_row] += is_trained
    return chosen


def training_of(recipe: Recipe) -> str:
    """Return a training without what makes it large or long."""
    load = describe(recipe.dataset.load)
    form = load["call"] if isinstance(load, dict) else load
    sized = ("build", "optimizer", "epochs", "order")
    return str({**describe(recipe), **dict.fromkeys(sized), "dataset": (form, recipe.dataset.folds)})


def network_of(recipe: Recipe) -> tuple[str, str]:
    """Return a training without what makes it long, and its network and data."""
    return training_of(recipe), str((describe(recipe.build), describe(recipe.dataset.load)))


def compiled_rows() -> set[tuple[str, str, str]]:
    """Return the row of the smallest network of every way of training; parity compiles every kind of network."""
    found: dict[tuple, tuple] = {}
    for place, cells in CELLS.items():
        for made in map(load_table(place[0]).recipe, cells):
            if isinstance(made, Recipe):
                parts = [str(kind(describe(part))) for part in (made.loss, made.optimizer)]
                ways = [way is None for way in (made.augment, made.arrange, made.read)]
                of = (*parts, *ways, made.compiled_steps > 1)
                mine = (total(describe(made.build)), place)
                found[of] = min(found.get(of, mine), mine)
    return {place for _, place in found.values()}


def quick_rows() -> set[tuple[str, str, str]]:
    """Return what each run of the tests trains: rows that are compiled, and each with a part of a new kind."""
    found = {place for place in CELLS if place in COMPILED or place[2] == UNTRAINED}
    seen = {part for place in found for part in parts_of(place)}
    for place in CELLS:
        if parts := parts_of(place) - seen:
            found.add(place)
            seen |= parts
    return found


def parts_of(place: tuple[str, str, str]) -> set[tuple[str, str]]:
    """Return the kinds of the parts of a row's trainings, by name; its paper counts as one."""
    trained = [one for one in map(load_table(place[0]).recipe, CELLS[place]) if isinstance(one, Recipe)]
    parts = [(name, part) for one in trained for name, part in describe(one).items() if name != "dataset"]
    parts += [("load", describe(one.dataset.load)) for one in trained]
    return {("paper", place[0]), *((name, str(kind({name: part}))) for name, part in parts)}


CELLS = chosen_cells()
COMPILED = compiled_rows()
QUICK = quick_rows()
ROWS = [pytest.param(*place, marks=() if place in QUICK else pytest.mark.slow) for place in CELLS]


def first_folds(jobs):
    """Run the first fold of every cell."""
    return run_here(job for job in jobs if job.key.fold == 0)


@pytest.fixture
def cheaply(monkeypatch):
    """Search only new objects for garbage before a network is built, and wait for no disk."""
    collect = gc.collect
    monkeypatch.setattr(gc, "collect", lambda *_: collect(1))
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def eagerly(monkeypatch):
    """Train step by step, on two batches."""
    prepare = fitting.prepare

    def prepare_few(recipe, *others):
        model, fold, rng = prepare(recipe, *others)
        return model, few(fold, 2 * recipe.batch_size), rng

    monkeypatch.setattr(fitting, "prepare", prepare_few)
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def narrowed(one: Planned) -> Planned:
    """Return a network with few maps and units, and anything else unchanged."""
    return replace(one, recipe=narrow(one.recipe)) if isinstance(one.recipe, Recipe) else one


def is_large(one: Planned) -> bool:
    return isinstance(one.recipe, Recipe) and total(describe(one.recipe.build)) > LARGE


def few(fold: Fold, examples: int) -> Fold:
    """Return a fold with so many examples to train on at most; a test part that is one text is shortened."""
    train, test = fold.train, fold.test
    if len(train.y) > examples:
        train = Split(train.x[np.arange(examples)], train.y[:examples])
    if len(test.y) == 1:
        test = Split(test.x[:, :examples], test.y[:, :examples])
    return fold._replace(train=train, test=test)


@pytest.mark.usefixtures("cheaply")
@pytest.mark.parametrize(("paper", "name", "row"), ROWS)
def test_row_on_lookalike_data(paper, name, row, tmp_path, request):
    cells = CELLS[paper, name, row]
    planned = load_table(paper).plan(cells, TRIAL)
    is_compiled = (paper, name, row) in COMPILED
    if not is_compiled:  # its kind is compiled elsewhere
        request.getfixturevalue("eagerly")
    if not is_compiled or any(map(is_large, planned)):
        planned = [narrowed(one) for one in planned]
    if reasons := {one.obstacle for one in planned} - {""}:
        pytest.skip(*reasons)
    judged = reproduce(planned, first_folds, tmp_path, seeds=1)
    records = RecordFiles(paper, tmp_path).records()
    assert [record.error for record in records if record.error] == []
    assert len(judged) == len(cells)
    trained = [record for record in records if record.epochs]
    assert all(record.parameters > 0 and record.examples_per_second > 0 for record in trained)
    assert len(RecordFiles(paper, tmp_path).curves()) == len(trained)
    metrics = {cell.metric.name: cell.metric for cell in cells}
    classified = [r for r in records if any(classifies(metrics[name]) for name in r.metrics if name in metrics)]
    assert set(RecordFiles(paper, tmp_path).predictions()) == {record.key for record in classified}
    missing = missing_jobs(planned, records, backend="tensorflow", seeds=1)
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
    counting = table.plan()
    for options in (Options(epochs=1), Options(lookalike=True)):
        for one, trial in zip(counting, table.plan(options=options), strict=True):
            if isinstance(one.recipe, Recipe):
                assert trial.fingerprint != one.fingerprint


@pytest.mark.parametrize("paper", paper_names())
def test_the_published_records_belong_to_todays_recipes(paper):
    """A changed fingerprint would silently orphan the results that stand in the repository."""
    table = load_table(paper)
    records = RecordFiles(paper, Path(results.__file__).parent).records()
    planned = table.plan()
    todays = {(*one.cell[1:4], one.fingerprint) for one in planned if one.fingerprint}
    recorded = {(*record.key[1:4], record.key.fingerprint) for record in records}
    assert {place[:3] for place in recorded} == {
        place[:3] for place in recorded & todays
    }  # others are earlier ones
    assert all(not record.commit.endswith("+") for record in records)
    assert len(verdicts(planned, records)) == len(table.cells())

"""Steps of every model of the suite on one backend, from weights and batches that do not depend on it.

Run as a script: KERAS_BACKEND=<backend> python -m tests.support.parity OUTPUT.npz all|varied
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.fitting import arranged, compile_once, prepare
from benchmarks.jobs import Options
from benchmarks.papers import kim2016
from benchmarks.recipe import Recipe, describe
from benchmarks.table import load_table, paper_names
from tests.support.kinds import kind, narrow, total
from tests.support.processes import trace_quickly

BATCH, STEPS = 8, 10
FEW_STEPS = 6  # of language models, which are compiled one by one


def subjects() -> dict[str, Recipe]:
    """Return the recipe of the smallest network of every kind, by paper and row."""
    found: dict[str, Recipe] = {}
    for table in map(load_table, paper_names()):
        for planned in table.plan(options=Options(lookalike=True)):
            if isinstance(planned.recipe, Recipe):
                found.setdefault(f"{planned.cell.paper} {planned.cell.row}", planned.recipe)
    kinds: dict[str, str] = {}
    for name in sorted(found, key=lambda name: total(describe(found[name].build))):
        kinds.setdefault(str(kind(describe(found[name].build))), name)
    return {name: narrow(found[name]) for name in found if name in kinds.values()}


def varied(recipes: dict[str, Recipe]) -> dict[str, Recipe]:
    """Return the network with most parts for each way of building one: together they have every layer."""
    largest: dict[tuple, str] = {}
    for name in sorted(recipes, key=lambda name: parts(recipes[name])):
        build = recipes[name].build
        largest[name.split()[0], getattr(build, "func", build).__name__, frozenset(words_of(describe(build)))] = (
            name
        )
    return {name: recipe for name, recipe in recipes.items() if name in largest.values()}


def parts(recipe: Recipe) -> tuple[float, int]:
    """Return a size of what a network is built from."""
    description = describe(recipe.build)
    return total(description), len(str(description))


def words_of(description) -> list[str]:
    """Return the texts among the settings of a network: kinds of layers, sources of vectors."""
    if isinstance(description, dict | list):
        items = description.values() if isinstance(description, dict) else description
        return [word for item in items for word in words_of(item)]
    return [description] if isinstance(description, str) else []


def steps(recipe: Recipe, *, with_gradient: bool) -> dict[str, np.ndarray]:
    """Return outputs, losses and weights after ten steps, end to end each; and the gradient of the first."""
    import keras

    with tempfile.TemporaryDirectory() as folder:
        fold = recipe.dataset.load(recipe.dataset.lookalike(Path(folder)), 0, 0)
    model, fold, _ = prepare(replace(recipe, compiled_steps=1), fold, seed=0)
    _without_dropout(model)
    start = _start(model)
    is_stateful = any(hasattr(layer, "memory") for layer in model.layers)
    batch_size = recipe.batch_size if is_stateful else BATCH
    rows = np.random.default_rng(1).integers(0, len(fold.train.y), batch_size)
    batch = arranged(recipe, fold.train.x[rows]), fold.train.y[rows]  # one, because a new shape is compiled again
    found = {}
    if with_gradient:
        eagerly = keras.backend.backend() == "tensorflow"  # tracing one step is slow there
        compile_once(model, keras.optimizers.SGD(1.0), recipe.loss(), run_eagerly=eagerly)
        model.train_on_batch(*batch)
        gradient = [before - after for before, after in zip(start, model.get_weights(), strict=True)]
        found["gradient"] = _end_to_end(gradient)
        model.set_weights(start)
    compile_once(model, recipe.optimizer(), recipe.loss())
    outputs = model.predict_on_batch(batch[0])
    losses = [model.train_on_batch(*batch) for _ in range(STEPS)]
    weights = _end_to_end(model.get_weights())
    return found | {"outputs": np.ravel(outputs), "losses": np.array(losses), "weights": weights}


def _without_dropout(model) -> None:
    """Turn off what each backend draws in its own way."""
    for layer in model.layers:
        if hasattr(layer, "rate"):
            layer.rate = 0.0


def _start(model) -> list[np.ndarray]:
    """Draw all weights, biases too, small enough for their number of inputs; return them."""
    rng = np.random.default_rng(0)
    weights = [weight.shape for weight in model.get_weights()]
    drawn = [rng.normal(0, 1 / np.sqrt(max(4, np.prod(shape[:-1]))), shape).astype("float32") for shape in weights]
    model.set_weights(drawn)
    return model.get_weights()


def _end_to_end(arrays) -> np.ndarray:
    return np.concatenate([np.ravel(array) for array in arrays])


if __name__ == "__main__":
    trace_quickly()
    kim2016.STEPS = FEW_STEPS
    output, which = sys.argv[1:]
    chosen = subjects() if which == "all" else varied(subjects())
    measured = {
        f"{name}|{what}": array
        for name, recipe in chosen.items()
        for what, array in steps(recipe, with_gradient=which == "all").items()
    }
    np.savez(output, **measured)

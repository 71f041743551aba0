"""Steps of every model of the suite on one backend, from weights and batches that do not depend on it.

Run as a script: KERAS_BACKEND=<backend> python -m tests.support.parity OUTPUT.npz GROUP
"""

import sys
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from unittest.mock import patch

import numpy as np

from benchmarks.jobs import Options
from benchmarks.papers import kim2016
from benchmarks.recipe import Recipe, describe
from benchmarks.table import load_table, paper_names
from benchmarks.training.fitting import prepare
from benchmarks.training.loops import arranged, trainer
from tests.support.kinds import kind, narrow, total
from tests.support.processes import trace_quickly

BATCH, STEPS = 8, 10
LARGE = 2000  # numbers of an image; back ends that compile quickly compute slowly
LOOP = 3  # steps in one compiled call
FEW_STEPS = 6  # of language models, which are compiled one by one
QUICK = ("kim2014 CNN-static", "starter LeNet-style")  # packed sentences, maps with dense layers


def subjects() -> dict[str, Recipe]:
    """Return the recipe of the smallest network of every kind, by paper and row."""
    found: dict[str, Recipe] = {}
    for table in map(load_table, paper_names()):
        for planned in table.plan(options=Options(lookalike=True)):
            if isinstance(planned.recipe, Recipe):
                found.setdefault(f"{planned.cell.paper} {planned.cell.row}", planned.recipe)
    kinds: dict[str, str] = {}
    for name in sorted(found, key=lambda name: total(describe(found[name].build))):
        build = found[name].build
        kinds.setdefault(f"{_module(build)} {kind(describe(build))}", name)
    return {name: narrow(found[name]) for name in found if name in kinds.values()}


@cache
def groups() -> dict[str, list[str]]:
    """Return the names of networks that compile quickly, and of the others."""
    found = subjects()
    assert set(QUICK) <= found.keys(), f"QUICK names none of {sorted(found)}"
    return {"quick": list(QUICK), "others": [name for name in found if name not in QUICK]}


def _module(build) -> str:
    return getattr(build, "func", build).__module__


def steps(recipe: Recipe) -> dict[str, np.ndarray]:
    """Return the outputs, the first gradient, and losses and weights after ten steps, end to end each."""
    augment = recipe.augment
    recipe = replace(recipe, augment=None, compiled_steps=LOOP)
    with tempfile.TemporaryDirectory() as folder:  # images may be read from it until they are augmented
        fold = recipe.dataset.load(recipe.dataset.lookalike(Path(folder)), 0, 0)
        model, fold, rng = prepare(recipe, fold, seed=0)
        if augment is not None:  # once: it may change the shape
            fold = fold._replace(train=fold.train._replace(x=augment(fold.train.x, rng)))
    train = trainer(model, recipe, fold.train)
    _without_dropout(model)
    _set_start(model)
    if recipe.begin is not None:
        recipe.begin(model)(fold.train.x, rng, 1)
    gradient = _kept_gradient(model)
    is_stateful = any(hasattr(layer, "memory") for layer in model.layers)
    shape = getattr(fold.train.x, "shape", ())
    is_large = len(shape) == 4 and np.prod(shape[1:]) > LARGE
    batch_size = recipe.batch_size if is_stateful else BATCH // 4 if is_large else BATCH
    rows = np.random.default_rng(1).integers(0, len(fold.train.y), batch_size)
    outputs = np.ravel(model.predict_on_batch(arranged(recipe, fold.train.x[rows])))
    losses = train([rows], rng)  # always the same, because a new shape is compiled again
    first = _end_to_end(gradient)
    losses += train([rows] * (STEPS - 1), rng)
    weights = _end_to_end(model.get_weights())
    return {"outputs": outputs, "gradient": first, "losses": np.array(losses), "weights": weights}


def _without_dropout(model) -> None:
    """Turn off what each backend draws in its own way."""
    for layer in model.layers:
        if hasattr(layer, "rate"):
            layer.rate = 0.0


def _set_start(model) -> None:
    """Draw all weights, biases too, small enough for their number of inputs."""
    rng = np.random.default_rng(0)
    shapes = [weight.shape for weight in model.get_weights()]
    model.set_weights([rng.normal(0, 1 / np.sqrt(max(4, np.prod(shape[:-1]))), shape) for shape in shapes])


def _kept_gradient(model) -> list:
    """Return variables that hold the gradient of the last step, so that no other step is compiled for it."""
    from keras import ops

    optimizer = model.optimizer
    kept = [optimizer.add_variable_from_reference(weight, "gradient") for weight in model.trainable_variables]
    apply = optimizer.apply

    def keep_and_apply(gradients, variables=None):
        for place, gradient in zip(kept, gradients, strict=True):
            place.assign(ops.convert_to_tensor(gradient))
        return apply(gradients, variables)

    optimizer.apply = keep_and_apply
    return kept


def _end_to_end(arrays) -> np.ndarray:
    return np.concatenate([np.ravel(array) for array in arrays])


def all_steps(group: str) -> dict[str, np.ndarray]:
    """Return the arrays of a group of subjects by its name and their own, from short streams of text."""
    with patch.object(kim2016, "STEPS", FEW_STEPS):
        recipes = subjects()
        found = {name: steps(recipes[name]) for name in groups()[group]}
    return {f"{name}|{what}": array for name, arrays in found.items() for what, array in arrays.items()}


if __name__ == "__main__":
    trace_quickly()
    np.savez(sys.argv[1], **all_steps(sys.argv[2]))

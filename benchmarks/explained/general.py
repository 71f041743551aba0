"""The factors that every recipe has: what a paper rarely states, and libraries choose differently."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import Any

from benchmarks.explained import data, networks
from benchmarks.explained.factors import CannotChange, Factor, Origin
from benchmarks.recipe import Recipe, any_order, constant_order
from benchmarks.settings import changeable, changed
from benchmarks.training.backends import BACKENDS

LARGER = 2  # times as many examples in a batch, or as large a share held out


def general_factors(backend: str) -> list[Factor]:
    """Return the factors of every recipe, for runs on a back end."""
    return [*map(_factor, WAYS), *_other_backends(backend)]


def _factor(way: tuple[str, str, Callable[[Any], Any]]) -> Factor:
    name, text, change = way
    moves = name in ("kept epoch", "split")
    return Factor(name, text, Origin.EVERY, partial(of_networks, change=change), moves_validation=moves)


def of_networks(recipe: Any, *, change: Callable[[Recipe], Recipe]) -> Recipe:
    """Return the changed recipe of a network. Raises CannotChange for another system."""
    if not isinstance(recipe, Recipe):
        raise CannotChange("the system is not a network")
    return change(recipe)


def _other_backends(backend: str) -> list[Factor]:
    packages = {name: name for name in BACKENDS if name != backend}
    installed = [name for name, package in packages.items() if find_spec(package)]
    text = "the runs are on {}"
    return [Factor("back end", text.format(name), Origin.EVERY, unchanged, name) for name in installed[:1]]


def unchanged(recipe: Any) -> Any:
    """Return the recipe: its back end is changed instead. Raises CannotChange for a system that uses none."""
    if not isinstance(recipe, Recipe) and not getattr(recipe, "needs_keras", False):
        raise CannotChange("the system is not a network")
    return recipe


def fewer_epochs(recipe: Recipe) -> Recipe:
    """Stop after half of the epochs."""
    if recipe.epochs < 2:
        raise CannotChange("there is one epoch")
    return replace(recipe, epochs=recipe.epochs // 2)


def last_epoch(recipe: Recipe) -> Recipe:
    """Take the last epoch instead of the chosen one."""
    if recipe.keep is None:
        raise CannotChange("the last epoch counts already")
    return replace(recipe, keep=None)


def other_order(recipe: Recipe) -> Recipe:
    """Take examples in the order of the file instead of a random one, or a random one instead."""
    is_constant = recipe.order is constant_order
    return replace(recipe, order=any_order if is_constant else constant_order)


def larger_batches(recipe: Recipe) -> Recipe:
    """Put twice as many examples into a batch."""
    return _multiplied(recipe, "batch_size", "no setting has the size of a batch")


def other_split(recipe: Recipe) -> Recipe:
    """Hold out twice the share for validation, or else draw other folds."""
    if any(name.endswith("valid_share") for name in changeable(recipe)):
        return _multiplied(recipe, "valid_share", "")
    if recipe.dataset.folds == 1:
        raise CannotChange("the split is fixed")
    load = partial(data.other_folds, load=recipe.dataset.load)
    return replace(recipe, dataset=replace(recipe.dataset, load=load))


def without_dropout(recipe: Recipe) -> Recipe:
    """Train without dropout."""
    names = [name for name, value in changeable(recipe).items() if name.endswith("dropout") and value]
    if not names:
        raise CannotChange("no setting is a dropout")
    return _of_recipe(changed(recipe, tuple((name, "0.0") for name in names)))


def _multiplied(recipe: Recipe, ending: str, lacking: str) -> Recipe:
    known = {name: value for name, value in changeable(recipe).items() if name.split(".")[-1] == ending}
    if not known:
        raise CannotChange(lacking)
    return _of_recipe(changed(recipe, tuple((name, repr(LARGER * value)) for name, value in known.items())))


def _of_recipe(found: Any) -> Recipe:
    assert isinstance(found, Recipe)
    return found


def building(recipe: Recipe, *, change: Callable[..., Any]) -> Recipe:
    """Return a recipe whose network is changed after it is built."""
    return replace(recipe, build=partial(change, build=recipe.build))


def optimising(recipe: Recipe, *, change: Callable[..., Any]) -> Recipe:
    """Return a recipe whose optimizer is changed after it is made; what the recipe states stays."""
    stated = tuple(getattr(recipe.optimizer, "keywords", ()))
    return replace(recipe, optimizer=partial(change, optimizer=recipe.optimizer, stated=stated))


def preparing(recipe: Recipe, *, change: Callable[..., Any]) -> Recipe:
    """Return a recipe whose examples are changed before they are prepared."""
    return replace(recipe, prepare=partial(change, prepare=recipe.prepare))


WAYS: tuple[tuple[str, str, Callable[[Recipe], Recipe]], ...] = (
    (
        "initialisation",
        "kernels start by Glorot's rule, or by He's where they did",
        partial(building, change=networks.other_start),
    ),
    ("batch order", "examples in the order of the file, or shuffled where they were", other_order),
    ("batch size", "twice as many examples in a batch", larger_batches),
    ("split", "twice the share held out for validation, or other folds", other_split),
    ("precision", "weights and arithmetic in float16", partial(building, change=networks.in_half_precision)),
    ("epsilon", "the optimizer's epsilon is 100 times larger", partial(optimising, change=networks.other_epsilon)),
    ("averages", "the optimizer averages over fewer steps", partial(optimising, change=networks.shorter_memory)),
    ("letter case", "words that differ in case are one word", partial(preparing, change=data.in_lower_case)),
    ("normalisation", "inputs have mean 0 and deviation 1", partial(preparing, change=data.normalised)),
    ("kept epoch", "the last epoch counts, not the chosen one", last_epoch),
    ("stop rule", "half as many epochs", fewer_epochs),
    ("dropout", "no dropout", without_dropout),
    (
        "dropout's scale",
        "dropout lowers the outputs that it keeps",
        partial(building, change=networks.low_dropout),
    ),
    (
        "pooling",
        "the mean where there was the maximum, and back",
        partial(building, change=networks.other_pooling),
    ),
    (
        "padding row",
        "padding has a trained vector, or none where it had",
        partial(building, change=networks.padded),
    ),
)

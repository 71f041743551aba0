"""Change settings of a recipe for a trial. They have the names that `benchmarks.recipe.settings` gives them."""

import ast
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any

from benchmarks.recipe import Measurement, Recipe
from data_pipelines.dataset import DataError, Dataset

Path = tuple[str, ...]  # the parts of a dotted name
Changes = tuple[tuple[str, str], ...]  # names and values, as they were typed
MOST_EPOCHS = 1_000_000
COUNTS = ("epochs", "batch_size")  # from 1
FIXED = {
    "dataset": "the data are the paper's; --lookalike takes generated ones",
    "metrics": "they are what the paper prints",
    "revision": "it belongs to the code",
    "runs": "--seeds chooses the runs",
    "views": "they are what the cells measure",
}
WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


def changeable(recipe: Recipe | Measurement) -> dict[str, Any]:
    """Return the values of the settings that a trial may change, by name."""
    return {".".join(path): value for path, value in _changeable(recipe).items()}


def changed(recipe: Recipe | Measurement, changes: Changes) -> Recipe | Measurement:
    """Return a recipe with other settings, each of which it must have.

    Raises DataError for a value of another type than the recipe's.
    """
    olds = _changeable(recipe)
    paths = {".".join(path): path for path in olds}
    for name, text in changes:
        recipe = _with(recipe, paths[name], _value(name, text, olds[paths[name]]))
    return recipe


def with_others(texts: Mapping[str, str]) -> Callable[[Any], Recipe | Measurement | None]:
    """Return a change of settings, as an assumption of a paper has it; the texts are those of --set."""
    return partial(_with_others, texts=dict(texts))


def _with_others(recipe: Any, *, texts: Mapping[str, str]) -> Recipe | Measurement | None:
    """Return the recipe with other settings; None where it lacks one, or has them already."""
    known = changeable(recipe)
    if not texts.keys() <= known.keys():
        return None
    found = changed(recipe, tuple(texts.items()))
    return None if changeable(found) == known else found


def why_fixed(name: str) -> str:
    """Say why a setting of a recipe is none that a trial may change."""
    return FIXED.get(name.split(".")[0], "it is code, neither a number nor a text")


def _changeable(recipe: Recipe | Measurement) -> dict[Path, Any]:
    return {path: value for path, value in _leaves((), recipe) if _is_plain(value) and path[0] not in FIXED}


def _leaves(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    parts = _parts(value)
    if not parts:
        yield path, value
    for name, part in parts.items():
        yield from _leaves((*path, name), part)


def _parts(value: Any) -> dict[str, Any]:
    """Return what a value is made of, by name; nothing for a value that is replaced as a whole."""
    if isinstance(value, partial):
        return {**{str(place): item for place, item in enumerate(value.args)}, **value.keywords}
    if isinstance(value, Mapping):
        return {str(name): item for name, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type | Dataset):
        stated = [entry for entry in fields(value) if entry.metadata.get("hashed", True)]
        given = {entry.name: getattr(value, entry.name) for entry in stated}
        return {entry.name: given[entry.name] for entry in stated if given[entry.name] != entry.default}
    return {}


def _with(value: Any, path: Path, new: Any) -> Any:
    """Return a value in which the leaf at the end of a path is another."""
    first, *rest = path
    part = _with(_parts(value)[first], tuple(rest), new) if rest else new
    if isinstance(value, partial):
        args = [part if str(place) == first else item for place, item in enumerate(value.args)]
        keywords = {key: part if key == first else item for key, item in value.keywords.items()}
        return partial(value.func, *args, **keywords)
    if isinstance(value, Mapping):
        return {key: part if str(key) == first else item for key, item in value.items()}
    return replace(value, **{first: part})


def _is_plain(value: Any) -> bool:
    if type(value) in (list, tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, bool | int | float | str)


def _value(name: str, text: str, old: Any) -> Any:
    """Return the value that a text states for a setting. Raises DataError."""
    new: Any
    try:
        new = text if isinstance(old, str) and not isinstance(_literal(text), str) else _like(_literal(text), old)
    except (ValueError, OverflowError) as error:
        expected = WORDS.get(type(old), f"values like {old!r}")
        raise DataError(f"{name} is {text[:40]!r}. Expected {expected}; the recipe has {old!r}.") from error
    if name in COUNTS and not 1 <= new <= MOST_EPOCHS:
        raise DataError(f"{name} is {text[:40]}. Expected 1 or more, up to {MOST_EPOCHS}.")
    return new


def _literal(text: str) -> Any:
    """Return the value of a literal of JSON or Python; any other text is itself."""
    readers: Iterable[Callable[[str], Any]] = (json.loads, ast.literal_eval)
    for read in readers:
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError):
            return read(text)
    return text


def _like(new: Any, old: Any) -> Any:
    """Return a value in the type of an old one; a list fits where each item is like one of the old items.

    Raises ValueError for a value of another type, or one that is not finite.
    """
    if isinstance(new, float) and not math.isfinite(new):
        raise ValueError
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        return type(old)(_like_any(item, old) for item in new)
    if type(old) is float and type(new) is int:
        return float(new)
    if type(new) is type(old) or (old is None and _is_plain(new)):
        return new
    raise ValueError


def _like_any(item: Any, olds: Iterable[Any]) -> Any:
    for old in olds:
        with suppress(ValueError):
            return _like(item, old)
    raise ValueError

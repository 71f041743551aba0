"""The definitions and strings that a recipe's value names: where a walk through its code begins."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Any, NamedTuple

from benchmarks.evidence.source import Place


class UnknownCode(Exception):
    """Code of a recipe whose source cannot be found; the text names it."""


class Named(NamedTuple):
    """What a value names: a recipe may choose an element of a table or of a module by a string."""

    places: tuple[Place, ...]  # definitions, in the order of its parts
    strings: frozenset[str] = frozenset()


def named_in(value: Any) -> Named:
    """Return the definitions and strings that a value names. Raises UnknownCode."""
    found = list(_walked(value))
    places = tuple(one for one in found if isinstance(one, Place))
    return Named(places, frozenset(one for one in found if isinstance(one, str)))


def _walked(value: Any) -> Iterator[Place | str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, partial):
        yield from _walked((value.func, value.args, value.keywords))
    elif isinstance(value, Mapping):
        for name in sorted(value, key=str):
            yield from _walked((name, value[name]))
    elif isinstance(value, list | tuple):  # NamedTuple too
        for item in value:
            yield from _walked(item)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _walked([getattr(value, entry.name) for entry in fields(value)])
    elif callable(value):
        yield _place(value)


def _place(function: Any) -> Place:
    """Return the top-level definition of a function or class; of a lambda, its module. Raises UnknownCode."""
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", "")
    if not module or not name:
        raise UnknownCode(f"{function!r} has no source of its own.")
    top = name.split(".")[0]
    return Place(module, "" if top == "<lambda>" else top)

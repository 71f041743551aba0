"""Code digests: hashes over the syntax trees of everything that a number depends on.

A recipe has three: of its own code, of its data set's, and of the training loop's. A changed digest does not say
that numbers changed; it is the reason to check.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from benchmarks.evidence.reader import Reader, hashed
from benchmarks.evidence.roots import roots_of, strings_of
from benchmarks.evidence.source import Place, Source
from results.records import Digests

LOOP = Place("benchmarks.training.fitting", "fit")
SCORING = Place("results.metrics", "score")  # all that the suite adds to a measurement


def todays_digests(recipe: Any) -> Digests:
    """Return the digests of a recipe in the code that runs. Raises UnknownCode."""
    return digests(recipe, *_today())


@cache
def _today() -> tuple[Source, dict[Place, str]]:
    return Source(), {}


def digests(recipe: Any, source: Source, known: dict[Place, str] | None = None, loop: Place = LOOP) -> Digests:
    """Return the digests of a recipe or measurement; `known` is shared by calls for one source.

    Raises UnknownCode for a part without source.
    """
    known = {} if known is None else known

    def digest(value: Any) -> str:
        reader = Reader(source, strings_of(value), known)
        places = roots_of(value)
        return hashed([reader.digest(place) for place in places]) if places else ""

    settings, load = _parts(recipe)
    trained = hasattr(recipe, "build")
    return Digests(
        digest(settings), digest(load), hashed([Reader(source, known=known).digest(loop)]) if trained else ""
    )


def reached(recipe: Any, source: Source, loop: Place = LOOP) -> Mapping[Place, str]:
    """Return the definitions that a recipe's number depends on, with hashes of their texts. Raises UnknownCode."""
    parts = _parts(recipe)
    reader = Reader(source, strings_of(parts))
    for place in [*roots_of(parts), _loop(recipe, loop)]:
        reader.digest(place)
    return reader.own


def _loop(recipe: Any, loop: Place) -> Place:
    return loop if hasattr(recipe, "build") else SCORING


def _parts(recipe: Any) -> tuple[dict[str, Any], Any]:
    """Return the recipe's own settings by name, and the loading of its data."""
    settings = {name: value for name, value in vars(recipe).items() if name != "dataset"}
    return settings, recipe.dataset.load if recipe.dataset is not None else ()

"""Code digests: hashes over the syntax trees of everything that a number depends on.

A recipe has three: of its own code, of its data set's, and of the training loop's. A changed digest does not say
that numbers changed; it is the reason to check.
"""

from collections.abc import Mapping
from functools import cache, partial
from typing import Any, NamedTuple

from benchmarks.evidence.kept_digests import KeptDigests
from benchmarks.evidence.reader import Reader, hashed
from benchmarks.evidence.roots import Named, named_in
from benchmarks.evidence.source import Place, Source, is_outside
from results.records import Digests

LOOP = Place("benchmarks.training.fitting", "fit")
SCORING = Place("results.metrics", "score")  # all that the suite adds to a measurement


class Roots(NamedTuple):
    """Where the walks for the three digests of a recipe begin."""

    core: Named
    data: Named
    loop: Named


def roots_of(recipe: Any, loop: Place = LOOP) -> Roots:
    """Return the roots of a recipe or measurement. Raises UnknownCode for a part without source."""
    core, data = map(named_in, _parts(recipe))
    return Roots(core, data, Named((loop,) if hasattr(recipe, "build") else ()))


def digests_of(roots: Roots, source: Source, known: dict[Place, str] | None = None) -> Digests:
    """Return the digests in a state of the code; `known` is shared by calls for one source. Raises UnknownCode."""
    shared = {} if known is None else known
    return Digests(*(_digest(source, shared, named) for named in roots))


def todays_digests(recipe: Any) -> Digests:
    """Return the digests of a recipe in the code that runs. Raises UnknownCode."""
    source, known, kept = _today()

    def digest(named: Named) -> str:
        if any(is_outside(place.module) for place in named.places):
            return _digest(source, known, named)  # kept ones are of the suite's own files
        return kept.get(named, partial(_digest, source, known))

    return Digests(*map(digest, roots_of(recipe)))


@cache
def _today() -> tuple[Source, dict[Place, str], KeptDigests]:
    return Source(), {}, KeptDigests.of_this_code()


def digests(recipe: Any, source: Source, known: dict[Place, str] | None = None, loop: Place = LOOP) -> Digests:
    """Return the digests of a recipe or measurement; `known` is shared by calls for one source.

    Raises UnknownCode for a part without source.
    """
    return digests_of(roots_of(recipe, loop), source, known)


def _digest(source: Source, known: dict[Place, str], named: Named) -> str:
    reader = Reader(source, named.strings, known)
    return hashed([reader.digest(place) for place in named.places]) if named.places else ""


def reached(recipe: Any, source: Source, loop: Place = LOOP) -> Mapping[Place, str]:
    """Return the definitions that a recipe's number depends on, with hashes of their texts. Raises UnknownCode."""
    named = named_in(_parts(recipe))
    reader = Reader(source, named.strings)
    for place in [*named.places, _loop(recipe, loop)]:
        reader.digest(place)
    return reader.own


def _loop(recipe: Any, loop: Place) -> Place:
    return loop if hasattr(recipe, "build") else SCORING


def _parts(recipe: Any) -> tuple[dict[str, Any], Any]:
    """Return the recipe's own settings by name, and the loading of its data."""
    settings = {name: value for name, value in vars(recipe).items() if name != "dataset"}
    return settings, recipe.dataset.load if recipe.dataset is not None else ()

"""Code digests: hashes over the syntax trees of everything that a number depends on.

A recipe has three: of its own code, of its data set's, and of the training loop's. A changed digest does not say
that numbers changed; it is the reason to check.
"""

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

from benchmarks.evidence.kept_digests import KeptDigests
from benchmarks.evidence.reader import Reader, hashed
from benchmarks.evidence.roots import Named, named_in
from benchmarks.evidence.source import Place, Source, is_outside
from results.records import Digests

LOOP = Place("benchmarks.training.fitting", "fit")
SCORING = Place("results.metrics", "score")  # all that the suite adds to a measurement


def todays_digests(recipe: Any) -> Digests:
    """Return the digests of a recipe in the code that runs. Raises UnknownCode."""
    source, known, kept = _today()

    def digest(named: Named) -> str:
        if any(is_outside(place.module) for place in named.places):
            return _digest(source, known, named)  # kept ones are of the suite's own files
        return kept.get(named, partial(_digest, source, known))

    return _digests(recipe, LOOP, digest)


@cache
def _today() -> tuple[Source, dict[Place, str], KeptDigests]:
    return Source(), {}, KeptDigests.of_this_code()


def digests(recipe: Any, source: Source, known: dict[Place, str] | None = None, loop: Place = LOOP) -> Digests:
    """Return the digests of a recipe or measurement; `known` is shared by calls for one source.

    Raises UnknownCode for a part without source.
    """
    return _digests(recipe, loop, partial(_digest, source, {} if known is None else known))


def _digests(recipe: Any, loop: Place, digest: Callable[[Named], str]) -> Digests:
    core, data = (digest(named_in(part)) for part in _parts(recipe))
    return Digests(core, data, digest(Named((loop,))) if hasattr(recipe, "build") else "")


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

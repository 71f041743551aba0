"""The source behind a number: what its digests read, so that they can be computed again from these files alone."""

from collections.abc import Callable, Mapping

from benchmarks.certificates.contents import Json
from benchmarks.evidence.digests import Roots, digests_of, roots_of
from benchmarks.evidence.roots import Named, UnknownCode
from benchmarks.evidence.source import FOLLOWED, Place, Source, read_file
from benchmarks.recipe import Measurement, Recipe
from results.records import Digests


class Code:
    """Source that is read by the paths of its files; recipes share it, because they share most of their code."""

    def __init__(self, read: Callable[[str], str | None]) -> None:
        self.source, self.known = Source(read), dict[Place, str]()


def gathering(files: dict[str, bytes]) -> Code:
    """Return the source here; what is read of it is added to files, by their paths."""

    def read(path: str) -> str | None:
        text = read_file(path)
        if text is not None:
            files[path] = text.encode()
        return text

    return Code(read)


def bundled(files: Mapping[str, bytes], seen: set[str]) -> Code:
    """Return source from files by their paths; `seen` gets those that were read."""

    def read(path: str) -> str | None:
        seen.update({path} & files.keys())
        return files[path].decode() if path in files else None

    return Code(read)


def read_for(recipe: Recipe | Measurement, code: Code) -> Roots:
    """Read what the digests of a recipe cover; return where the walks begin."""
    roots = roots_of(recipe)
    digests_of(roots, code.source, code.known)
    return roots


def as_json(roots: Roots) -> Json:
    """Return roots as plain data."""
    return {
        name: {"places": [list(place) for place in named.places], "strings": sorted(named.strings)}
        for name, named in zip(Roots._fields, roots, strict=True)
    }


def digests_from(stated: Json, code: Code) -> Digests:
    """Return the digests of a recipe from its roots as plain data.

    Raises UnknownCode for a file that is missing; KeyError, TypeError or ValueError for malformed roots.
    """
    roots = Roots(*(_named(stated[name]) for name in Roots._fields))
    if strange := {place.module.split(".")[0] for named in roots for place in named.places} - FOLLOWED.keys():
        raise UnknownCode(f"The package {min(strange)} is not here.")
    return digests_of(roots, code.source, code.known)


def _named(stated: Json) -> Named:
    return Named(tuple(Place(*place) for place in stated["places"]), frozenset(stated["strings"]))

"""The suite's own source as syntax trees: the definitions of each module, and what a name means in it."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.util import find_spec, resolve_name
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import papers

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("benchmarks", "data_pipelines", "models", "results")
PAPERS = "benchmarks/papers/"
INTERFACE = "retable"  # the module by which papers from outside import the suite
FOLLOWED: dict[str, Path] = dict.fromkeys((*PACKAGES, INTERFACE), ROOT)  # packages whose code counts, and where


def follow(module: str) -> None:
    """Let the code of an installed paper count, and all of the package that it is in."""
    top = module.partition(".")[0]
    spec = None if top in FOLLOWED else find_spec(top)
    if spec and spec.origin:
        is_package = spec.submodule_search_locations is not None
        FOLLOWED[top] = Path(spec.origin).parent.parent if is_package else Path(spec.origin).parent


class Place(NamedTuple):
    """A top-level definition; without a name, the module itself."""

    module: str
    name: str = ""


class Foreign(str):
    """The dotted name of something outside of the suite."""


Imported = tuple[str, str]  # a module and a name in it; no name for the module itself


@dataclass
class Module:
    """The top-level definitions and imports of a file, and its other statements, which may change a definition."""

    definitions: dict[str, ast.stmt] = field(default_factory=dict)
    imports: dict[str, Imported] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)  # modules of which every name is imported
    others: list[ast.stmt] = field(default_factory=list)


def read_file(path: str) -> str | None:
    """Return the text of a file of the suite that runs, or of a paper from outside; None where there is none."""
    found = ROOT / path
    return found.read_text("utf-8") if found.exists() else outside_file(path)


def outside_file(path: str) -> str | None:
    """Return the text of a file of a paper from outside; None where there is none."""
    top, rest = path.split("/")[0].removesuffix(".py"), path.removeprefix(PAPERS)
    if rest != path:
        places = [Path(folder) / rest for folder in papers.__path__[1:]]
    else:
        places = [FOLLOWED[top] / path] if top in FOLLOWED.keys() - PACKAGES else []
    found = next((place for place in places if place.exists()), None)
    return found.read_text("utf-8") if found else None


def is_outside(module: str) -> bool:
    """Return whether a module belongs to a paper from outside."""
    path = module.replace(".", "/")
    if module.split(".")[0] not in PACKAGES:
        return module.split(".")[0] in FOLLOWED and module != INTERFACE
    return path.startswith(PAPERS) and not (ROOT / path).exists() and not (ROOT / f"{path}.py").exists()


class Source:
    """Modules of one state of the suite; `read` returns the text of a file by its path, or None.

    Papers from outside are read as they are today: the suite's history does not have them.
    """

    def __init__(self, read: Callable[[str], str | None] = read_file) -> None:
        self._read = read
        self.module = cache(self._module)

    def _module(self, name: str) -> Module | None:
        """Return a module of the suite, None for anything else. Raises SyntaxError."""
        if name.split(".")[0] not in FOLLOWED:
            return None
        path = name.replace(".", "/")
        texts = ((file, self._read(file)) for file in (f"{path}.py", f"{path}/__init__.py"))
        return next((_parsed(text, file) for file, text in texts if text is not None), None)

    def path(self, module: str) -> str:
        """Return the path of a module of the suite."""
        path = module.replace(".", "/")
        return f"{path}/__init__.py" if self._read(f"{path}.py") is None else f"{path}.py"

    def elements(self, place: Place) -> dict[Any, ast.expr] | None:
        """Return the elements of a table of constants by their keys; None where a definition is something else."""
        module = self.module(place.module)
        value = getattr(module.definitions.get(place.name), "value", None) if module else None
        if not isinstance(value, ast.Dict) or not all(isinstance(key, ast.Constant) for key in value.keys):
            return None
        return {key.value: found for key, found in zip(value.keys, value.values, strict=True) if key}  # type: ignore

    def meaning(self, imported: Imported) -> Place | Foreign:
        """Return what an imported name means."""
        module, name = imported
        if module.split(".")[0] not in FOLLOWED:
            return Foreign(f"{module}.{name}" if name else module)
        return (self.find(module, name) if name else None) or Place(f"{module}.{name}" if name else module)

    def find(self, module: str, name: str) -> Place | Foreign | None:
        """Return what a name means in a module, re-exports followed; None where it means nothing."""
        found = self.module(module)
        if found is None:
            return None
        if name in found.definitions:
            return Place(module, name)
        if name in found.imports:
            return self.meaning(found.imports[name])
        for star in reversed(found.stars):
            if meaning := self.find(star, name):
                return meaning
        return Place(f"{module}.{name}") if self.module(f"{module}.{name}") else None


def imported(node: ast.AST) -> dict[str, Imported]:
    """Return the names that an import statement binds; nothing for other statements."""
    if isinstance(node, ast.Import):
        return {
            a.asname or a.name.split(".")[0]: (a.name if a.asname else a.name.split(".")[0], "")
            for a in node.names
        }
    if isinstance(node, ast.ImportFrom) and node.module:
        return {a.asname or a.name: (node.module, a.name) for a in node.names}
    return {}


@lru_cache(maxsize=512)
def _parsed(text: str, path: str) -> Module:
    module = Module()
    for node in _absolute(ast.parse(text, path), path).body:
        defined, bound = list(_names(node)), imported(node)
        if star := bound.pop("*", None):
            module.stars.append(star[0])
            continue
        module.definitions |= dict.fromkeys(defined, node)
        module.imports |= bound
        if not (defined or bound or _changes_nothing(node)):
            module.others.append(node)
            module.imports |= _imported_inside(node)
    return module


def _imported_inside(node: ast.stmt) -> dict[str, Imported]:
    """Return the names that imports in a statement such as `try` bind."""
    return {name: place for inner in ast.walk(node) for name, place in imported(inner).items()}


def _absolute(tree: ast.Module, path: str) -> ast.Module:
    """Return a tree whose relative imports name the whole module."""
    package = ".".join(Path(path).parent.parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            node.module, node.level = resolve_name("." * node.level + (node.module or ""), package), 0
    return tree


def _names(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a top-level statement defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _changes_nothing(node: ast.stmt) -> bool:
    """Return whether a statement is a text, or runs only for a type checker or as a script."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "__name__ == '__main__'")

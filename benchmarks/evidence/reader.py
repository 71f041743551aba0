"""The digest of a definition with all that it reaches.

Comments, docstrings, annotations, formatting, order, files and a definition's own name do not count. Libraries are
a border: their names count, their code does not.
"""

import ast
import hashlib
import pickle
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from benchmarks.evidence.roots import UnknownCode
from benchmarks.evidence.source import Foreign, Place, Source, imported

BOOKKEEPING = (  # modules and rooms that change no number
    *(
        "benchmarks.training.backends",
        "benchmarks.training.checkpoints",
        "benchmarks.training.nvidia",
        "benchmarks.training.system",
        "benchmarks.evidence",
        "benchmarks.jobs",
        "benchmarks.look",
        "benchmarks.machine",
    ),
    *("benchmarks.outside", "benchmarks.provenance", "benchmarks.table"),
    *("data_pipelines.archives", "data_pipelines.cache", "data_pipelines.dataset", "data_pipelines.download"),
    "data_pipelines.whole_files",
    *("results.atomic", "results.ledger", "results.report.pictures", "results.predictions", "results.records"),
)
DIGITS = 12
NOTHING = 10**6  # more than any index
Scope = dict[str, Place | Foreign | None]  # names of a function: what an import means, None for a variable


def hashed(parts: Iterable[str]) -> str:
    """Return twelve hexadecimal digits over texts."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:DIGITS]


class Reader:
    """Computes digests of definitions.

    Where code takes an element of a table, or of a module, by a name that is not written there, those elements
    count that `strings` names, or else all. `known` keeps digests that do not depend on `strings`, for others.
    """

    def __init__(
        self, source: Source, strings: frozenset[str] = frozenset(), known: dict[Place, str] | None = None
    ) -> None:
        self.source, self.strings = source, strings
        self.own: dict[Place, str] = {}  # definitions computed here, with a hash of their text alone
        self._known = {} if known is None else known
        self._mine: dict[Place, str] = {}
        self._open: list[Place] = []
        self._lowest = NOTHING  # index in `_open` that a definition refers back to; -1: it depends on `strings`

    def digest(self, place: Place | Foreign) -> str:
        """Return the digest of a definition and of all that it reaches. Raises UnknownCode."""
        if isinstance(place, Foreign):
            return str(place)
        module = self.source.module(place.module)
        if module is None:
            return f"{place.module}.{place.name}"  # of a library
        if any(f"{place.module}.".startswith(f"{name}.") for name in BOOKKEEPING):
            return "bookkeeping"
        if not place.name:
            return self._chosen(sorted(module.definitions), lambda name: self.digest(Place(place.module, name)))
        if place.name not in module.definitions:
            raise UnknownCode(f"{place.module} has no {place.name}.")
        return self._digest(place, [module.definitions[place.name], *module.others])

    def element(self, table: Place, key: object) -> str:
        """Return the digest of one element of a table of constants, or of the whole definition if it is none."""
        elements = self.source.elements(table)
        if not elements:
            return self.digest(table)

        def digest(name: object) -> str:
            return self._digest(Place(table.module, f"{table.name}[{name!r}]"), [ast.Expr(elements[name])])

        return digest(key) if key in elements else self._chosen(elements, digest)

    def _chosen(self, names: Iterable[Any], digest: Callable[[Any], str]) -> str:
        """Return the digest of those that the recipe names, or else of all."""
        known = list(names)
        self._lowest = -1
        return hashed(digest(name) for name in [name for name in known if name in self.strings] or known)

    def _digest(self, place: Place, nodes: Sequence[ast.stmt]) -> str:
        if place in self._open:
            self._lowest = min(self._lowest, self._open.index(place))
            return f"recursive {len(self._open) - self._open.index(place)}"
        if place in self._mine:
            self._lowest = -1
            return self._mine[place]
        return self._known.get(place) or self._computed(place, nodes)

    def _computed(self, place: Place, nodes: Sequence[ast.stmt]) -> str:
        before, self._lowest = self._lowest, NOTHING
        index = len(self._open)
        self._open.append(place)
        plain = list(map(_plain, nodes))
        self.own[place] = hashed(text for _, text in plain)
        found = hashed(ast.dump(_Resolved(self, place.module).visit(pickle.loads(kept))) for kept, _ in plain)
        self._open.pop()
        is_whole = self._lowest >= index  # it refers to nothing that is not finished
        (self._known if is_whole else self._mine)[place] = found
        self._lowest = before if is_whole else min(before, self._lowest)
        return found


@lru_cache(maxsize=8192)
def _plain(node: ast.stmt) -> tuple[bytes, str]:
    """Return a definition without its own name, docstrings and annotations: pickled, and as text.

    Each reader replaces names in a copy of its own; pickle copies a tree in half the time of `copy.deepcopy`.
    """
    plain = _Stripped().visit(pickle.loads(pickle.dumps(node)))
    if isinstance(plain, ast.FunctionDef | ast.ClassDef):
        plain.name = ""
    elif isinstance(plain, ast.Assign):
        plain.targets = []
    return pickle.dumps(plain), ast.dump(plain)


class _Stripped(ast.NodeTransformer):
    """Removes docstrings and annotations."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        node.body = _without_docstring(node.body)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = _without_docstring(node.body)
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:  # a field without a default: its name counts, its type does not
            return ast.Expr(ast.Constant(ast.unparse(node.target)))
        return self.generic_visit(ast.Assign([node.target], node.value))


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    is_text = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    return (body[1:] if is_text else body) or [ast.Pass()]


class _Resolved(ast.NodeTransformer):
    """Replaces names by the digests of what they mean; names of variables stay."""

    def __init__(self, reader: Reader, module: str) -> None:
        self.reader, self.module = reader, module
        self.scopes: list[Scope] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.decorator_list = [self.visit(found) for found in node.decorator_list]
        node.args.defaults = [self.visit(found) for found in node.args.defaults]
        node.args.kw_defaults = [found and self.visit(found) for found in node.args.kw_defaults]
        self.scopes.append(_bound(node, self.reader.source))
        node.body = [self.visit(statement) for statement in node.body if not imported(statement)]
        self.scopes.pop()
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        node.args.defaults = [self.visit(found) for found in node.args.defaults]
        node.args.kw_defaults = [found and self.visit(found) for found in node.args.kw_defaults]
        self.scopes.append(dict.fromkeys(found.arg for found in ast.walk(node.args) if isinstance(found, ast.arg)))
        node.body = self.visit(node.body)
        self.scopes.pop()
        return node

    def visit_Import(self, node: ast.AST) -> None:
        """Drop an import: what it means is in the scope."""

    visit_ImportFrom = visit_Import

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        table, rest = self._meaning(_dotted(node.value))
        if not isinstance(table, Place) or not table.name or rest:
            return self.generic_visit(node)
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return ast.Subscript(_name(self.reader.element(table, key)), self.visit(node.slice), node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return self._replaced(node) or self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return node if isinstance(node.ctx, ast.Store) else self._replaced(node) or node

    def _replaced(self, node: ast.expr) -> ast.expr | None:
        """Return the digest that stands for a dotted name, with the attributes left; None for variables."""
        meaning, rest = self._meaning(_dotted(node))
        if meaning is None:
            return None
        found: ast.expr = _name(self.reader.digest(meaning))
        for name in rest:
            found = ast.Attribute(found, name, ast.Load())
        return found

    def _meaning(self, names: list[str]) -> tuple[Place | Foreign | None, list[str]]:
        """Return what a dotted name means, and the attributes left."""
        if not names:
            return None, []
        scope = next((scope for scope in reversed(self.scopes) if names[0] in scope), None)
        meaning = scope[names[0]] if scope else self.reader.source.find(self.module, names[0])
        rest = names[1:]
        while rest and isinstance(meaning, Place) and not meaning.name:
            inner = self.reader.source.find(meaning.module, rest[0])
            if inner is None:
                break
            meaning, rest = inner, rest[1:]
        return meaning, rest


def _dotted(node: ast.expr) -> list[str]:
    """Return the names of `a.b.c`; nothing for another expression."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names, node = [node.attr, *names], node.value
    return [node.id, *names] if isinstance(node, ast.Name) else []


def _name(digest: str) -> ast.Name:
    return ast.Name(f"@{digest}", ast.Load())


def _bound(function: ast.FunctionDef, source: Source) -> Scope:
    """Return the names that a function binds: imports with their meaning, None for variables."""
    bound: Scope = {}
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            bound[node.arg] = None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound[node.id] = None
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and node is not function:
            bound[node.name] = None
        bound |= {name: source.meaning(found) for name, found in imported(node).items()}
    return bound

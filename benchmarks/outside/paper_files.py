"""Where papers are: in the suite, in the folders that RETABLE_PAPERS names, and in installed packages.

Nothing of a paper is imported to find it. A paper is a module or a package with `TABLE`, and a CSV file of the
same name beside the file that has `TABLE`. Other modules of a folder are its helpers.
"""

import os
import pkgutil
import re
import warnings
from collections.abc import Iterator
from importlib.machinery import PathFinder
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import NamedTuple

from benchmarks import papers
from data_pipelines.dataset import DataError, LeftOut
from results.published import FOLDER as PUBLISHED

GROUP = "retable.papers"  # of entry points: the name of a paper = its module
HAS_TABLE = re.compile(r"^TABLE\b", re.MULTILINE)
OWN = Path(papers.__file__).parent


class PaperFile(NamedTuple):
    """A paper that was found."""

    name: str
    module: str
    path: Path  # of the file with TABLE
    published: Path  # its printed cells

    @property
    def is_outside(self) -> bool:
        return not self.path.is_relative_to(OWN)


def own_papers() -> list[str]:
    """Return the names of the suite's own papers, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules([str(OWN)]))


def paper_files() -> dict[str, PaperFile]:
    """Return all papers by name, the suite's own first; warns LeftOut of one whose name exists already."""
    found: dict[str, PaperFile] = {}
    for one in (*_own(), *_in_folders(), *_installed()):
        if one.name not in found:
            found[one.name] = one
        else:
            _leave_out(one.path, f"has the name of another paper, {found[one.name].path}; rename it")
    return found


def find_paper(name: str) -> PaperFile | None:
    """Return a paper by its exact name; installed packages are asked only where no folder has it."""
    for places in (_own, _in_folders, _installed):
        every = {one.name: one for one in places()}  # all, for their warnings
        if name in every:
            return every[name]
    return None


def _own() -> Iterator[PaperFile]:
    for name in own_papers():
        path = OWN / name / "__init__.py" if (OWN / name).is_dir() else OWN / f"{name}.py"
        yield PaperFile(name, f"{papers.__name__}.{name}", path, PUBLISHED / f"{name}.csv")


def _in_folders() -> Iterator[PaperFile]:
    """Yield the papers in the folders of the user; warns LeftOut of folders and modules that can't be used."""
    hidden_by: dict[str, Path] = {one.name: one.path for one in _own()}
    for folder in papers.join_folders():
        if not folder.is_dir():
            _leave_out(folder, f"is no folder of papers ({papers.VARIABLE})")
        for module in pkgutil.iter_modules([str(folder)]):
            path = folder / module.name / "__init__.py" if module.ispkg else folder / f"{module.name}.py"
            published = path.with_name(f"{module.name}.csv")
            if module.name in hidden_by:
                _leave_out(path, f"has the name of {hidden_by[module.name]}; rename it")
                continue
            hidden_by[module.name] = path
            if published.exists() or HAS_TABLE.search(_text(path)):
                yield PaperFile(module.name, f"{papers.__name__}.{module.name}", path, published)


def _installed() -> Iterator[PaperFile]:
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        path = _path_of(point)
        if path is None:
            _leave_out(Path(point.name), f"is announced by {_distribution(point)}, which lacks {point.module}")
        else:
            yield PaperFile(point.name, point.module, path, path.with_name(f"{point.name}.csv"))


def _path_of(point: EntryPoint) -> Path | None:
    """Return the file of an installed module; its packages are not imported."""
    places: list[str] | None = None
    name, origin = "", None
    for part in point.module.split("."):
        name = f"{name}.{part}".lstrip(".")
        spec = PathFinder.find_spec(name, places)
        if spec is None:
            return None
        places, origin = list(spec.submodule_search_locations or ()), spec.origin
    return Path(origin) if origin else None


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "an installed package"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _leave_out(path: Path, reason: str) -> None:
    warnings.warn(f"{path} {reason}.", LeftOut, stacklevel=2)  # Python shows one of a line of code once


def use_folders(folders: list[Path]) -> None:
    """Take papers from these folders, in this process and in those that it starts.

    Raises DataError for a path that the variable can't hold.
    """
    if wrong := [str(folder) for folder in folders if os.pathsep in str(folder)]:
        raise DataError(f"{wrong[0]} has {os.pathsep!r} in its name, which separates folders. Rename it.")
    os.environ[papers.VARIABLE] = os.pathsep.join(map(str, folders))
    papers.join_folders()

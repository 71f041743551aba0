"""A paper to begin with: a commented file, its printed cells, and generated data that it runs on."""

from keyword import iskeyword
from pathlib import Path
from string import Template

import numpy as np

from benchmarks.outside.paper_files import paper_files
from data_pipelines.dataset import DataError
from data_pipelines.local_files import pinned
from data_pipelines.whole_files import write_text

TEMPLATES = Path(__file__).parent / "templates"
MARGIN = 4.0
POINTS = 600
WRONG = 0.1  # of the labels, so that no system is perfect


def new_paper(name: str, folder: Path) -> list[Path]:
    """Write a paper into a folder and return its files. Raises DataError for a name or file that is taken."""
    if not name.isidentifier() or not name.isascii() or name.startswith("_") or iskeyword(name):
        raise DataError(f"The name is {name!r}. Expected letters, digits and _, as in kim2014.")
    if known := next((file for file in paper_files().values() if file.name.lower() == name.lower()), None):
        raise DataError(f"There is a paper {known.name} already, {known.path}. Choose another name.")
    data, paper, printed = (folder / f"{name}{ending}" for ending in ("_points.csv", ".py", ".csv"))
    for path in (data, paper, printed):
        if path.exists():
            raise DataError(f"{path} exists already. Choose another name or folder.")
    folder.mkdir(parents=True, exist_ok=True)
    write_text(data, _points())
    file = pinned(data)
    values = {"name": name, "hash": file.hash, "size": file.size, "margin": f"{MARGIN:g}"}
    for path, template in ((printed, "paper.csv.txt"), (paper, "paper.py.txt")):
        write_text(path, Template((TEMPLATES / template).read_text("utf-8")).substitute(values))
    return [paper, printed, data]


def _points() -> str:
    """Return points of a plane as CSV, inside a circle or outside of it; some have the other label."""
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, (POINTS, 2))
    is_outer = ((points**2).sum(axis=1) > 0.6) ^ (rng.random(POINTS) < WRONG)
    lines = [
        f"{x:.4f},{y:.4f},{'outer' if far else 'inner'}" for (x, y), far in zip(points, is_outer, strict=True)
    ]
    return "\n".join(["x,y,place", *lines, ""])

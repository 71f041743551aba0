"""A folder for papers of one's own."""

import sys
from pathlib import Path

import pytest

from benchmarks import papers
from benchmarks.outside.paper_files import use_folders

PAPER = """
from retable import ACCURACY, Measurement, Metric, NotAttempted, PaperTable
from .{name}_helper import guess

def share(labels, predictions):
    return 50.0

SHARE = Metric("share", "%", "higher", share)

def recipe(cell):
    if cell.row == "guess":
        return Measurement(measure=guess, metrics=(ACCURACY, SHARE), runs=2)
    return NotAttempted("no sizes")

TABLE = PaperTable("{name}", "A paper", recipe, metrics=(SHARE,))
"""
HELPER = "def guess(fold, seed):\n    return {'test accuracy': 50.0 + seed / 100, 'share': 50.0}\n"
CELLS = """table,row,column,metric,value,margin,note
1,guess,all,test accuracy,50,2,
1,guess,all,share,50,2,
1,other,all,test accuracy,60,2,
"""


def write_paper(folder: Path, name: str, text: str = PAPER, cells: str = CELLS) -> None:
    """Write a paper of three cells, with a helper module."""
    (folder / f"{name}.py").write_text(text.replace("{name}", name))
    (folder / f"{name}_helper.py").write_text(HELPER)
    (folder / f"{name}.csv").write_text(cells)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder whose papers join the suite's, for one test."""
    before = set(sys.modules)
    monkeypatch.setenv(papers.VARIABLE, "")
    place = tmp_path / "my papers"
    place.mkdir()
    use_folders([place])
    yield place
    monkeypatch.setenv(papers.VARIABLE, "")
    papers.join_folders()
    for name in set(sys.modules) - before:
        if name.startswith(f"{papers.__name__}."):
            del sys.modules[name]
            vars(papers).pop(name.rpartition(".")[2], None)

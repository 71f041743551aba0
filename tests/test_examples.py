"""The examples: the notebook of a lecture runs, and the package with a paper fulfils the contract."""

import json
import shutil
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.outside.paper_files import use_folders
from benchmarks.papers import VARIABLE, join_folders
from benchmarks.table import load_table

EXAMPLES = Path(__file__).parent.parent / "examples"


def test_the_notebook_runs():
    cells = json.loads((EXAMPLES / "lecture.ipynb").read_text("utf-8"))["cells"]
    assert len(cells) == 10 and not any(cell.get("outputs") for cell in cells)
    names: dict = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    assert names["student"].cell.value == 91.2 and len(names["runs"]) >= 5 and len(names["three"].values) == 3


@pytest.fixture
def lab_papers(tmp_path, monkeypatch):
    """Let the example's folder be one of the user's."""
    monkeypatch.setenv(VARIABLE, "")
    use_folders([Path(shutil.copytree(EXAMPLES / "lab_papers", tmp_path / "lab_papers"))])
    yield
    monkeypatch.setenv(VARIABLE, "")
    join_folders()


def test_the_paper_is_one_of_its_package(lab_papers):
    project = tomllib.loads((EXAMPLES / "pyproject.toml").read_text("utf-8"))["project"]
    ((name, module),) = project["entry-points"]["retable.papers"].items()
    assert module == f"lab_papers.{name}"
    assert [one.cell.row for one in load_table(name).plan() if not one.obstacle] == ["one layer", "two layers"]


@pytest.mark.slow
def test_the_paper_fulfils_the_contract(lab_papers):
    result = CliRunner().invoke(app, ["check", "smith2026"])
    assert "FAULT  the paper is imported without Keras" in result.stdout  # this process has imported it
    assert result.stdout.count("FAULT") == 1

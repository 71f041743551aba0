"""Who may import whom, one door per library, and no file above 300 lines."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("benchmarks", "models", "data_pipelines", "results")
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
DOORS = {
    "pooch": {"data_pipelines/download.py"},
    "gensim": {"data_pipelines/word_vectors.py"},
    "librosa": {"data_pipelines/speech_features.py"},
    "mlflow": {"results/tracking.py"},
    "altair": {"results/charts.py"},
    "matplotlib": {"results/pictures.py"},
    "vl_convert": {"results/charts.py"},
    "ray": {"benchmarks/running.py"},
    "typer": {path.relative_to(ROOT).as_posix() for path in (ROOT / "benchmarks/cli").glob("*.py")},
}
DEEP_LEARNING = {"keras", "tensorflow", "jax", "torch"}


def imports(path: Path, top_level_only: bool = False) -> set[str]:
    """Return the dotted names that a file imports, inside functions too unless told otherwise."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_layers(path):
    package, tops = named(path).split("/")[0], {name.split(".")[0] for name in imports(path)}
    if package != "benchmarks":
        assert not tops & (set(PACKAGES) - {package})
    if package in ("data_pipelines", "results"):
        assert not tops & DEEP_LEARNING
    if package == "models":
        assert not tops & (DEEP_LEARNING - {"keras"})
    if package == "benchmarks":
        assert not {name.split(".")[0] for name in imports(path, top_level_only=True)} & DEEP_LEARNING
    assert "tests" not in tops
    if not named(path).startswith("benchmarks/cli"):
        assert not any(name.startswith("benchmarks.cli") for name in imports(path))


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_one_door_per_library(path):
    tops = {name.split(".")[0] for name in imports(path)}
    assert {library for library in tops & DOORS.keys() if named(path) not in DOORS[library]} == set()


@pytest.mark.parametrize("path", [*SOURCES, *sorted(ROOT.glob("tests/*.py"))], ids=named)
def test_no_file_above_300_lines(path):
    assert len(path.read_text("utf-8").splitlines()) <= 300


def test_inside_data_pipelines_only_data_sets_know_the_pipelines():
    dataset = imports(ROOT / "data_pipelines/dataset.py")
    assert not any(name.startswith("data_pipelines") for name in dataset)
    for path in (ROOT / "data_pipelines").glob("*.py"):
        assert not any(name.startswith("data_pipelines.datasets") for name in imports(path))


def test_the_distribution_has_every_package():
    named_there = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]
    found = {named(path.parent).replace("/", ".") for path in SOURCES if path.name == "__init__.py"}
    assert set(named_there) == found

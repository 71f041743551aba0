"""Who may import whom, one door per library, and the limits of files, folders and functions."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("benchmarks", "models", "data_pipelines", "results")
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
DOORS = {
    "pooch": {"data_pipelines/download.py"},
    "gensim": {"data_pipelines/text/word2vec.py"},
    "librosa": {"data_pipelines/speech/features.py"},
    "mlflow": {
        f"results/tracking/{name}.py"
        for name in ("artifacts", "client", "contents", "database", "experiment", "inputs", "leftovers")
    },
    "altair": {"results/report/charts.py"},
    "matplotlib": {"results/report/pictures.py"},
    "vl_convert": {"results/report/charts.py"},
    "pynvml": {"benchmarks/training/nvidia.py"},
    "ruptures": {"benchmarks/nights/series/steps.py"},
    "ray": {"benchmarks/runners/ray_cluster.py"},
    "typer": {path.relative_to(ROOT).as_posix() for path in (ROOT / "benchmarks/cli").rglob("*.py")},
}
DEEP_LEARNING = {"keras", "tensorflow", "jax", "torch"}


def imports(path: Path, top_level_only: bool = False) -> set[str]:
    """Return the dotted names that a file imports, inside functions too by default."""
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


@pytest.mark.parametrize("path", [*SOURCES, *sorted(ROOT.glob("tests/**/*.py"))], ids=named)
def test_no_file_above_300_lines(path):
    assert len(path.read_text("utf-8").splitlines()) <= 300


def test_inside_data_pipelines_only_data_sets_know_the_pipelines():
    dataset = imports(ROOT / "data_pipelines/dataset.py")
    assert not any(name.startswith("data_pipelines") for name in dataset)
    for path in (ROOT / "data_pipelines").rglob("*.py"):
        if "datasets" not in path.parts:
            assert not any(name.startswith("data_pipelines.datasets") for name in imports(path)), path


def test_papers_reach_neither_the_loop_nor_its_commands():
    """A paper states what a cell needs; training and judging are not its business."""
    above = {"training", "fitting", "reproduce", "runners", "claims", "cli", "nights", "speed"}
    for path in (ROOT / "benchmarks/papers").rglob("*.py"):
        found = {name.split(".")[1] for name in imports(path) if name.startswith("benchmarks.")}
        assert not found & above, path


ROOMS = {"benchmarks": 12, "benchmarks/cli": 18, "data_pipelines": 10, "results": 13, "models": 28}
FOLDERS = sorted({path.parent for path in SOURCES})


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_a_room_is_not_crowded(folder):
    assert len(list(folder.glob("*.py"))) <= ROOMS.get(named(folder), 16)


FINGERPRINTED = {"character_model_millions"}  # a record knows its arguments by their positions


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_functions_are_short_and_take_few_positional_parameters(path):
    is_command = named(path).startswith("benchmarks/cli")
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef):
            body = node.body[0].lineno if is_command else node.lineno  # a command's options are its interface
            assert (node.end_lineno or 0) - body < 40, node.name
            names = {argument.arg for argument in node.args.posonlyargs + node.args.args} - {"self", "cls"}
            assert len(names) <= 5 or is_command or node.name in FINGERPRINTED, node.name


@pytest.mark.parametrize("path", sorted(ROOT.glob("tests/**/*.py")), ids=named)
def test_tests_touch_no_private_name_of_another_module(path):
    tree = ast.parse(path.read_text("utf-8"))
    modules = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PACKAGES
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PACKAGES:
            assert not [alias.name for alias in node.names if alias.name.startswith("_")]
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            assert not node.attr.startswith("_") or node.attr.startswith("__"), node.attr


def test_no_import_goes_round_in_a_circle():
    graph = {module(path): imported_modules(path) for path in SOURCES}
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join([*above, name])
        if name not in done:
            for other in sorted(graph[name]):
                visit(other, (*above, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def module(path: Path) -> str:
    return named(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


MODULES = {module(path) for path in SOURCES}


def imported_modules(path: Path) -> set[str]:
    """Return the modules of ours that a file imports at its top or inside a function, but for its own package."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names} & MODULES
            found |= whole or ({node.module} & MODULES)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & MODULES
    return found - {module(path)}

"""Who may import whom, one door per library, and the limits of files, folders and functions."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("benchmarks", "models", "data_pipelines", "results")
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
TESTS = sorted(ROOT.glob("tests/**/*.py"))
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


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    """Return all nodes of a file, which is parsed once."""
    return list(ast.walk(ast.parse(path.read_text("utf-8"))))


@cache
def imports(path: Path, top_level_only: bool = False) -> set[str]:
    """Return the dotted names that a file imports, inside functions too by default."""
    module = nodes_of(path)[0]
    nodes = module.body if top_level_only and isinstance(module, ast.Module) else nodes_of(path)
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_layers():
    assert [broken for path in SOURCES for broken in broken_layers(path)] == []


def broken_layers(path: Path) -> list[tuple[str, set[str]]]:
    """Return the file and what it may not import, for each rule that it breaks."""
    package, every = named(path).split("/")[0], imports(path)
    tops = {name.split(".")[0] for name in every}
    forbidden = [tops & {"tests"}]
    if package != "benchmarks":
        forbidden += [tops & (set(PACKAGES) - {package})]
    if package in ("data_pipelines", "results"):
        forbidden += [tops & DEEP_LEARNING]
    if package == "models":
        forbidden += [tops & (DEEP_LEARNING - {"keras"})]
    if package == "benchmarks":
        forbidden += [{name.split(".")[0] for name in imports(path, top_level_only=True)} & DEEP_LEARNING]
    if not named(path).startswith("benchmarks/cli"):
        forbidden += [{name for name in every if name.startswith("benchmarks.cli")}]
    return [(named(path), found) for found in forbidden if found]


def test_one_door_per_library():
    tops = {(name.split(".")[0], named(path)) for path in SOURCES for name in imports(path)}
    assert {(library, path) for library, path in tops if path not in DOORS.get(library, {path})} == set()


def test_no_file_above_300_lines():
    lines = {named(path): len(path.read_text("utf-8").splitlines()) for path in [*SOURCES, *TESTS]}
    assert {path: count for path, count in lines.items() if count > 300} == {}


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


def test_a_room_is_not_crowded():
    files = {named(folder): len(list(folder.glob("*.py"))) for folder in FOLDERS}
    assert {folder: count for folder, count in files.items() if count > ROOMS.get(folder, 16)} == {}


FINGERPRINTED = {"character_model_millions"}  # a record knows its arguments by their positions


def test_functions_are_short_and_take_few_positional_parameters():
    functions = [(path, node) for path in SOURCES for node in nodes_of(path) if isinstance(node, ast.FunctionDef)]
    assert [f"{named(path)}: {node.name}" for path, node in functions if is_large(path, node)] == []


def is_large(path: Path, node: ast.FunctionDef) -> bool:
    is_command = named(path).startswith("benchmarks/cli")
    body = node.body[0].lineno if is_command else node.lineno  # a command's options are its interface
    names = {argument.arg for argument in node.args.posonlyargs + node.args.args} - {"self", "cls"}
    takes_many = len(names) > 5 and not is_command and node.name not in FINGERPRINTED
    return takes_many or (node.end_lineno or 0) - body >= 40


def test_tests_touch_no_private_name_of_another_module():
    assert {named(path): names for path in TESTS if (names := private_names(path))} == {}


def private_names(path: Path) -> list[str]:
    """Return the private names of our modules that a file imports, or takes from what it imports."""
    if not re.search(r"[\s.(,]_[a-zA-Z]", path.read_text("utf-8")):
        return []  # parsing takes longer
    ours = [node for node in nodes_of(path) if isinstance(node, ast.ImportFrom) and is_ours(node)]
    imported = [alias for node in ours for alias in node.names]
    modules = {alias.asname or alias.name for alias in imported}
    taken = [
        node.attr
        for node in nodes_of(path)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules
    ]
    names = [alias.name for alias in imported if alias.name.startswith("_")]
    return names + [name for name in taken if name.startswith("_") and not name.startswith("__")]


def is_ours(node: ast.ImportFrom) -> bool:
    return (node.module or "").split(".")[0] in PACKAGES


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
    for node in nodes_of(path):
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names} & MODULES
            found |= whole or ({node.module} & MODULES)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & MODULES
    return found - {module(path)}

"""The documents name what exists: links, commands, options, files, functions, variables, rows of papers."""

import pkgutil
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer
import yaml

from benchmarks.cli.app import app
from benchmarks.table import load_table, paper_names
from tests.support.markdown import anchors, fences, links, spans

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md"))]
COMMANDS = typer.main.get_command(app)
EXAMPLE = "author2026"  # a paper that docs/adding.md writes
each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
each_of_today = pytest.mark.parametrize(  # the change log names what is gone
    "path", [path for path in DOCUMENTS if path.name != "CHANGELOG.md"], ids=lambda path: path.name
)


def command_lines(path: Path) -> Iterator[list[str]]:
    """Yield the words of every command in code; a placeholder in capitals is kept."""
    lines = [line for text in fences(path) for line in text.splitlines()]
    for line in [*lines, *spans(path)]:
        words = shlex.split(line, comments=True) if line.startswith(("retable ", "make ")) else []
        if words:
            yield words


def test_readme_is_short():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150


@each_document
def test_links_lead_somewhere(path):
    for link in links(path):
        if "://" not in link:
            name, _, anchor = link.partition("#")
            target = path.parent / name if name else path
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


@each_of_today
def test_commands_and_options_exist(path):
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for program, *words in command_lines(path):
        if program == "make":
            assert words[0] in targets, words
            continue
        command = COMMANDS
        while words and words[0] in getattr(command, "commands", ()):
            command = command.commands[words.pop(0)]
        is_group = hasattr(command, "commands")
        assert not (is_group and words) or words[0].startswith("--") or words[0] == "COMMAND", words
        known = {name for option in command.params for name in option.opts} | {"--help"}
        assert {word for word in words if word.startswith("--")} <= known, (command.name, words)


@each_of_today
def test_papers_tables_rows_and_columns_exist(path):
    for _, command, *words in command_lines(path):
        paper = words[0] if command in ("run", "show", "compare", "judge", "list", "look") and words else "PAPER"
        if paper.isupper() or paper.startswith(("[", "-")) or paper == EXAMPLE:
            continue
        given = [(option.lstrip("-"), name) for option, name in zip(words, words[1:], strict=False)]
        assert all(has_cells(paper, *one) for one in given if one[0] in ("table", "row", "column"))
        assert paper in known_papers()


known_papers = cache(paper_names)


@cache
def has_cells(paper: str, option: str, name: str) -> bool:
    return bool(load_table(paper).cells(**{option: name}))


@each_of_today
def test_files_functions_and_variables_exist(path):
    for span in spans(path):
        if re.fullmatch(r"(benchmarks|models|data_pipelines|tests|docs|results/published)/[\w./-]*", span):
            assert (ROOT / span).exists(), span
        if re.fullmatch(r"(benchmarks|models|data_pipelines|results)(\.\w+)+", span):
            assert pkgutil.resolve_name(span), span
        if re.fullmatch(r"(RETABLE|MLFLOW)_\w+", span):
            assert f'"{span}"' in sources(), span


@cache
def sources() -> str:
    """Return the texts of all our modules but for those of models."""
    return "".join(file.read_text("utf-8") for file in ROOT.glob("[bdr]*/**/*.py"))


def test_the_data_set_of_data_works(tmp_path):
    (code,) = fences(ROOT / "docs/data.md", "python")
    names = {"__file__": str(tmp_path / "paper.py")}
    exec(compile(code, "paper.py", "exec"), names)
    words = names["WORDS"]
    fold = words.load(words.lookalike(tmp_path), 0, 0)
    assert set(fold.test.y) == set(range(words.classes)) and fold.train.x.max() < len(fold.vocabulary)
    assert words.files[0].path == tmp_path / "reviews.csv"


@pytest.mark.parametrize(
    ("schema", "file"),
    [("citation-file-format", "CITATION.cff"), ("github-workflows", ".github/workflows/ci.yml")],
)
def test_files_for_others_are_valid(schema, file):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", file]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_licence_and_version_are_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert (cited["license"], cited["version"]) == (project["license"], project["version"])
    assert f"## {project['version']} - " in (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert "Apache License" in (ROOT / project["license-files"][0]).read_text("utf-8")


def test_the_lock_has_hashes_and_no_address():
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in lock
    assert lock.count("==") == len(re.findall(r"^\S+==\S+ \\\n    --hash=sha256:", lock, re.MULTILINE))


@pytest.mark.parametrize(
    ("text", "is_caught"),
    [
        ("A full disk is told, no error.", True),
        ("Hear which jobs are to run.", True),
        ("The data can't be had.", True),
        ("A file that is no archive.", True),
        ("There is no paper of this name, and it is no longer needed.", False),
        ("It is no faster. If the disk is full, warn and continue.", False),
    ],
)
def test_the_check_of_english_finds_what_it_names(text, is_caught):
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    (pattern,) = (hook["entry"] for hook in config["repos"][0]["hooks"] if hook["id"] == "english")
    assert bool(re.search(pattern, text, re.IGNORECASE)) == is_caught

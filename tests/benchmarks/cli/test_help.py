"""Help, version and completion."""

import re
import subprocess
import sys
from itertools import cycle

import pytest
import typer
from typer.testing import CliRunner

from benchmarks import provenance
from benchmarks.cli.app import app
from tests.support.processes import COMMAND, ROOT

ROOT_COMMAND = typer.main.get_command(app)


def commands(command, names=()):
    """Yield the names that lead to every command and group."""
    yield names
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*names, name))


def test_no_description_is_cut():
    """Every other command is asked with the short option."""
    asked = list(zip(commands(ROOT_COMMAND), cycle(["-h", "--help"]), strict=False))
    assert len(asked) > 20
    assert [words for words in asked if is_cut(*words)] == []


def is_cut(names: tuple[str, ...], option: str) -> bool:
    result = CliRunner(env={"COLUMNS": "80"}).invoke(app, [*names, option])
    usage, *lines = result.stdout.splitlines()
    is_help = result.exit_code == 0 and usage.startswith("Usage: ")
    return not is_help or any(line.rstrip().endswith("...") or len(line) > 80 for line in lines)


def test_the_version_names_the_commit_at_once():
    code = (
        "import sys; sys.argv = ['retable', '--version']\n"
        "from benchmarks.cli.app import main\n"
        "try: main()\n"
        "finally: assert not {'keras', 'tensorflow', 'mlflow', 'pandas'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"retable [0-9.]* ?\(\w+\+?\)\n|retable [0-9.]+\+?\n", done.stdout)
    assert done.stdout == provenance.name() + "\n"


@pytest.mark.parametrize(
    ("line", "shell", "offered"),
    [
        ("retable show KI", "bash", ["kim2014", "kim2016"]),
        ("retable vers", "bash", []),
        ("retable run kim2014 --row CNN-r", "bash", ["CNN-rand"]),
        ("retable run kim2014 --table 2 --row MNB --column SST", "bash", ["SST-1", "SST-2"]),
        (r"retable plan zhang2015 --row Sm.\ Lk", "bash", [r"Sm.\ Lk.\ Conv.", r"Sm.\ Lk.\ Conv.\ Th."]),
        ("retable plan zhang2015 --row Sm.\\ Lk", "fish", ["Sm. Lk. Conv.", "Sm. Lk. Conv. Th."]),
        ("retable run nothing --row C", "bash", []),
        ("retable report starter kim2014 lecu", "bash", ["lecun1989", "lecun1998"]),
    ],
)
def test_names_are_completed(line, shell, offered):
    place = len(re.split(r"(?<!\\) ", line)) - 1
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(place), "_TYPER_COMPLETE_ARGS": line}
    asked |= {"_RETABLE_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    result = CliRunner(env=asked).invoke(app, prog_name="retable")
    assert result.stdout.split("\n")[: len(offered)] == offered
    assert len(result.stdout.split()) == len(" ".join(offered).split())


def test_a_completion_that_fails_prints_nothing():
    for asked in ({}, {"COMP_WORDS": "retable run x --row ", "COMP_CWORD": "4"}):
        environment = {"_RETABLE_COMPLETE": "complete_bash", "RETABLE_HOME": "a\nb", "PATH": "", **asked}
        done = subprocess.run(COMMAND, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert (done.stdout.strip(), done.stderr) == ("", "")

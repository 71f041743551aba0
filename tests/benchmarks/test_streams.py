"""What commands print: control characters, encodings and secrets, in the process of a command."""

import io
import os
import pty
import subprocess
import sys

import pytest
from rich.markdown import Markdown
from rich.table import Table
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.cli.console import CleanConsole, warn, wide_console
from benchmarks.streams import CONTROL, CleanStream, clean, escaped, raw
from data_pipelines.dataset import DataError
from tests.support.plans import plan_in
from tests.support.processes import COMMAND, ROOT

HOSTILE = ("\x1b[31mred", "\x1b]0;title\x07", "a\rb", "\x9b2J", "a\x00b", "\x7f\x08", "\u202egnp.exe", "\u2028")
SECRETS = {
    "MLFLOW_TRACKING_URI": "http://planted-user:planted-password@127.0.0.1:9/x?token=planted-token",
    "RETABLE_MIRROR": "http://planted-user:planted-password@127.0.0.1:9/data",
    "MLFLOW_TRACKING_USERNAME": "planted-name",
    "MLFLOW_TRACKING_PASSWORD": "planted-other",
    "MLFLOW_TRACKING_TOKEN": "planted-third",
}


def retable(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, timeout=120
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_no_control_character_is_printed_raw(text, capsys):
    stream = io.StringIO()
    print(text, "a\tb", file=CleanStream(stream))
    console = CleanConsole(file=stream, markup=False, width=80)
    grid = Table(text, title=text, caption=text)
    grid.add_row(text)
    for thing in (grid, text, Markdown(text)):
        console.print(thing)
    warn(text)
    printed = stream.getvalue() + capsys.readouterr().err
    assert not CONTROL.search(printed.replace("\n", "").replace("\t", ""))


def test_a_table_with_escapes_keeps_its_borders():
    stream = io.StringIO()
    grid = Table("name")
    for name in ("plain", "\x1b[2J\x1b[31m", "\x07"):
        grid.add_row(name)
    CleanConsole(file=stream, width=60).print(grid)
    assert len({len(line) for line in stream.getvalue().splitlines()}) == 1


def test_colours_of_the_console_pass_to_a_terminal():
    stream = io.StringIO()
    console = CleanConsole(file=raw(CleanStream(stream)), force_terminal=True, color_system="standard")
    console.print("a\x1b[32mb", style="red", highlight=False)
    assert stream.getvalue() == "\x1b[31ma\\x1b[32mb\x1b[0m\n"


def test_escapes_are_readable_and_other_texts_unchanged():
    assert escaped("a\nb\x1b\x9b") == r"a\nb\x1b\x9b"
    text = "naïve 日本 ± 😀 C:\\dir 100 % $HOME"
    assert clean(text) == text


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "koi8-r"])
def test_every_encoding_has_a_replacement(encoding, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", CleanStream(stream))
    print("\u2260 日本 é")
    CleanConsole(file=raw(sys.stdout)).print(Table("≤ 日本", title="é"))
    stream.flush()
    assert rb"\u65e5" in stream.buffer.getvalue()


def test_commands_print_where_the_locale_is_ascii():
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    shown = retable("show", "kim2016", "--table", "3", **plain)
    assert (shown.returncode, shown.stderr) == (0, b"")
    shown.stdout.decode("ascii")


def test_a_terminal_gets_no_control_sequence_of_an_argument():
    leader, follower = pty.openpty()
    arguments = [*COMMAND, "show", "starter", "--results", "/nowhere\x1b[31m\nsecond"]
    process = subprocess.Popen(arguments, cwd=ROOT, stdout=follower, stderr=follower)
    os.close(follower)
    printed = b""
    try:
        while block := os.read(leader, 4096):
            printed += block
    except OSError:  # Linux: the other end is closed
        pass
    os.close(leader)
    assert process.wait() == 1
    assert printed.count(b"\n") == 1
    assert rb"/nowhere\x1b[31m\nsecond" in printed


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "starter", "--results", "a\0b"),
        ("plan", "starter", "--row", "a\nb"),
        ("nightly", "plan\n.toml"),
        ("run", "star\rter"),
        ("data", "path", "\x1b[2J"),
        ("vectors", "info", "a\x9bb"),
    ],
)
def test_arguments_with_control_characters_are_one_line(arguments):
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, DataError)
    assert not CONTROL.search(str(result.exception))


@pytest.mark.parametrize("variable", ["RETABLE_RESULTS", "RETABLE_HOME", "RETABLE_JOBS", "RETABLE_EMODB"])
def test_variables_with_control_characters_are_one_line(variable, monkeypatch):
    monkeypatch.setenv(variable, "/tmp/a\nb\x1b")
    result = CliRunner().invoke(app, ["list"])
    assert str(result.exception) == f"{variable} is '/tmp/a\\nb\\x1b'. Expected a text without control characters."


@pytest.mark.parametrize(
    "field", ['results = "a\\u0000b"', 'report = "a\\nb"', 'backend = "\\u001b[2J"', 'address = "\\r"']
)
def test_plans_with_control_characters_are_one_line(field, tmp_path):
    plan = plan_in(tmp_path, more="")
    plan.write_text(field + "\n" + plan.read_text().replace('results = "out"\n', ""))
    result = CliRunner().invoke(app, ["nightly", str(plan)])
    assert isinstance(result.exception, DataError)
    assert not CONTROL.search(str(result.exception))


ADDRESS = "http://planted-user:planted-password@host/?token=planted-token"
PLANNED = [("schedule", "PLAN", "--with", name) for name in ("systemd", "cron", "slurm", "kubernetes", "github")]


@pytest.mark.parametrize(
    "commands",
    [
        [("data", "fetch", "TREC"), ("run", "lectures", "--row", "convolution formula"), PLANNED[1]],
        pytest.param(
            [
                ("run", "kim2014", "--row", "CNN-rand", "--column", "TREC", "--seeds", "1"),  # the mirror refuses
                ("nightly", "PLAN"),
                ("track", "lectures"),
                ("report", "lectures", "--output", "pages"),
                ("show", ADDRESS),
                ("compare", "lectures", "--results", ADDRESS),
                *PLANNED,
                ("schedule", "PLAN", "--with", "kubernetes", "--dashboard", ADDRESS),
            ],
            marks=pytest.mark.slow,
        ),
    ],
)
def test_no_command_writes_a_planted_secret(commands, tmp_path):
    """Everything that the commands print or write: MLflow's errors and a mirror that refuses included."""
    plan = plan_in(tmp_path)
    places = {"PLAN": str(plan), "pages": str(tmp_path / "pages")}
    own = {**SECRETS, "RETABLE_RESULTS": str(tmp_path / "results"), "RETABLE_HOME": str(tmp_path / "home")}
    printed = b""
    for arguments in commands:
        done = retable(*(places.get(word, word) for word in arguments), **own)
        printed += done.stdout + done.stderr
    assert b"***" in printed
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"convolution formula" in printed + written
    for name in (b"user", b"password", b"token", b"other", b"third"):
        assert b"planted-" + name not in printed + written


def test_a_command_whose_output_is_closed_ends_without_a_word():
    closed = subprocess.run(
        f"exec {sys.executable} -c '{COMMAND[-1]}' data list >&-", shell=True, cwd=ROOT, stderr=-1
    )
    assert (closed.returncode, closed.stderr) == (0, b"")


def test_a_width_of_nothing_is_no_width(monkeypatch):
    monkeypatch.setenv("COLUMNS", "0")
    assert wide_console().width > 0

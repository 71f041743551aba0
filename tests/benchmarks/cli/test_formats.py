"""Tables of every paper in every format and on narrow terminals."""

import csv
import io
import json
import shutil
import subprocess

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.table import load_table, paper_names
from results.verdicts import Answer

PREAMBLE = r"\documentclass{article}\usepackage{booktabs,graphicx,longtable}\begin{document}"


def retable(*arguments: str, columns: int = 250) -> str:
    """Run the command in this process on lines of some width, and return what it prints; it must succeed."""
    result = CliRunner(env={"COLUMNS": str(columns)}).invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def places(rows) -> list[tuple[str, str, str]]:
    return [(row["table"], row["row"], row["column"]) for row in rows]


@pytest.mark.parametrize("paper", ["kim2014", "lecun1989"])
@pytest.mark.parametrize("width", [80, 120])
def test_a_narrow_terminal_shows_whole_numbers_and_verdicts(paper, width):
    output = retable("show", paper, columns=width)
    answers = {str(answer) for answer in Answer}
    assert "…" not in output
    assert max(map(len, output.splitlines())) <= width
    found = [line for line in output.splitlines() if any(line.rstrip().endswith(f" {a}") for a in answers)]
    assert len(found) >= len(load_table(paper).cells())


def test_wide_shows_every_column_on_a_narrow_terminal():
    assert "96 % interval" not in retable("show", "lecun1989", columns=80)
    assert "96 % interval" in retable("show", "lecun1989", "--wide", columns=80)


def test_csv_has_the_cells_and_numbers_of_json():
    chosen = ("show", "kim2014", "--table", "2", "--format")
    data = json.loads(retable(*chosen, "json"))
    lines = list(csv.DictReader(io.StringIO(retable(*chosen, "csv"))))
    assert places(lines) == places(data) == [tuple(cell[1:4]) for cell in load_table("kim2014").cells("2")]
    assert [line["mean"] for line in lines] == ["" if r["mean"] is None else repr(r["mean"]) for r in data]
    assert any(line["interval_low"] for line in lines)


def test_names_may_be_given_several_times():
    data = retable(
        *("show", "kim2014", "--row", "MNB", "--row", "CNN-rand", "--row", "mnb", "--column", "TREC"),
        *("--column", "MR", "--table", "2", "--table", "codes", "--format", "json"),
    )
    assert places(json.loads(data)) == [
        ("2", "CNN-rand", "MR"),
        ("2", "CNN-rand", "TREC"),
        ("2", "MNB", "MR"),
        ("codes", "CNN-rand", "TREC"),
    ]


def test_show_without_a_paper_is_the_list_of_papers(monkeypatch, tmp_path):
    monkeypatch.setenv("RETABLE_RESULTS", str(tmp_path))  # to judge the project's records takes seconds
    rows = json.loads(retable("show", "--format", "json"))
    assert [row["paper"] for row in rows] == paper_names()
    assert all(row["performance"]["reproduced"] <= row["performance"]["printed"] for row in rows)


def test_the_list_of_a_paper_has_its_printed_cells():
    rows = json.loads(retable("list", "kim2014", "--format", "json"))
    assert [(row["row"], row["published"]) for row in rows] == [
        (cell.row, cell.value) for cell in load_table("kim2014").cells()
    ]
    assert "CNN-rand, CNN-static" in retable("list", "kim2014", "--format", "html")


def test_the_shape_of_the_paper_in_csv_has_its_rows():
    options = ("--table", "2", "--shape", "paper", "--values", "theirs", "--format", "csv")
    lines = list(csv.DictReader(io.StringIO(retable("show", "kim2014", *options))))
    assert [line["row"] for line in lines] == list(dict.fromkeys(c.row for c in load_table("kim2014").cells("2")))
    assert (lines[0]["quantity"], lines[0]["MR"]) == ("published", "76.1")


SHOWN = [("--claims",), ("--costs",), ("--attempted", "--shape", "paper"), ("--attempted",)]


@pytest.mark.parametrize(
    ("options", "form"),
    [
        pytest.param(options, form, marks=() if SHOWN.index(options) == place % len(SHOWN) else pytest.mark.slow)
        for options in SHOWN
        for place, form in enumerate(["table", "csv", "json", "latex", "html", "markdown"])
    ],
)
def test_a_paper_of_which_nothing_was_trained_is_shown(form, options):
    retable("show", "neumann_vu2017", "--table", "features", *options, "--format", form, columns=80)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex: Debian's texlive-latex-recommended")
@pytest.mark.parametrize("shape", ["paper", "list"])
@pytest.mark.parametrize("paper", paper_names())
def test_latex_compiles_and_fits_the_page(paper, shape, tmp_path):
    text = "\n".join([PREAMBLE, retable("show", paper, "--shape", shape, "--format", "latex"), r"\end{document}"])
    (tmp_path / "table.tex").write_text(text, "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "table.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace")
    assert done.returncode == 0, done.stdout[-2000:]
    assert r"Overfull \hbox" not in (tmp_path / "table.log").read_text("utf-8", errors="replace")

"""The files of a report: on the committed results, and on small papers."""

import json
import re
from dataclasses import replace

import pytest

from benchmarks.reporting import paper_page
from benchmarks.table import load_table
from results.ledger import ResultsError
from results.metrics import METRICS
from results.published import Cell
from results.report.pages import CellPage, PaperPage
from results.report.report import write_report
from results.verdicts import Answer, Verdict

NASTY = "</script><img src=x onerror=alert(1)>"


def test_every_cell_has_an_address_and_every_link_has_a_target(report, papers, committed):
    texts = {path: path.read_text("utf-8") for path in report.rglob("*.html")}
    names = {path: set(re.findall(r'id="([^"]+)"', text)) for path, text in texts.items()}
    for name in papers:
        for cell in paper_page(load_table(name), committed).cells:
            file, _, place = cell.address.partition("#")
            assert place in names[report / name / file], cell.verdict.cell.name
    for path, text in texts.items():
        for address in set(re.findall(r'(?:href|src)="([^":]+)"', text)):
            file, _, place = address.partition("#")
            target = (path.parent / file).resolve() if file else path
            assert target.exists(), (path, address)
            assert not place or "=" in place or place in names[target], (path, address)
        assert "http://" not in text.replace("http://www.w3.org", ""), path


def test_a_report_is_small(report):
    files = [path for path in report.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 8e6
    assert len(files) < 400


def test_the_page_of_a_row_shows_verdicts_recipe_and_commands(report):
    text = next(report.glob("kim2014/2-cnn-rand-*.html")).read_text("utf-8")
    for part in (
        "83.4 (margin 1)",
        "reproduced",
        "batch_size",
        "retable run kim2014 --table 2 --row CNN-rand --column MPQA",
        'href="https://arxiv.org/abs/1408.5882"',
    ):
        assert part in text
    assert text.count("<h2>Recipe</h2>") == 1


def test_the_page_of_a_paper_says_why_cells_have_no_page(report):
    text = (report / "kim2014" / "index.html").read_text("utf-8")
    assert "Sent-Parser, MR" in text.partition("Not attempted, and why")[2]
    assert not list(report.glob("kim2014/2-sent-parser-*.html"))


def test_the_page_of_a_paper_shows_its_order_claims(report):
    text = (report / "kim2014" / "index.html").read_text("utf-8")
    assert "<td>NBSVM beats MNB</td><td>2</td><td>CR</td><td>+1.8</td>" in text
    assert "Order claims" not in (report / "lectures" / "index.html").read_text("utf-8")


def test_notes_are_marked_as_the_projects(report):
    assert "<h2>The project's notes</h2>" in (report / "kim2014" / "index.html").read_text("utf-8")


def test_all_cells_are_data(report, papers):
    rows = json.loads((report / "cells.json").read_text("utf-8"))
    assert len(rows) == sum(len(load_table(name).cells()) for name in papers)
    trec = next(
        row for row in rows if (row["row"], row["column"], row["paper"]) == ("CNN-rand", "TREC", "kim2014")
    )
    assert trec["distance"] == pytest.approx(trec["mean"] - 91.2)
    assert trec["distance_in_margins"] == pytest.approx(trec["distance"] / 1.5)
    assert (report / "cells.csv").read_text("utf-8").count("\n") > len(rows)
    assert r"\begin{table}" in (report / "cells.tex").read_text("utf-8")


def paper_of(*rows: str) -> PaperPage:
    verdicts = [
        Verdict(
            Cell("p", "1", row, row, METRICS["value"], 1.0, 0.5, row),
            Answer.REPRODUCED,
            row,
            (1.0, 1.2),
            1.1,
            0.1,
            (0.9, 1.3),
        )
        for row in rows
    ]
    return PaperPage(
        "p", rows[0], rows[0], rows, [CellPage(v, {v.reason: v.reason}, (), (), v.reason, {}) for v in verdicts]
    )


def test_equal_records_give_equal_files_and_old_pages_are_removed(tmp_path):
    folder = tmp_path / "pages"
    write_report([paper_of("one", "two")], folder, "x")
    first = {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    write_report([paper_of("one", "two")], folder, "x")
    assert {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()} == first
    write_report([paper_of("one")], folder, "x")
    assert len([path for path in folder.rglob("*") if path.is_file()]) == len(first) - 1
    assert list(tmp_path.iterdir()) == [folder]


def turned(paper: PaperPage, answer: Answer) -> PaperPage:
    """Return a paper whose first cell has another answer."""
    first, *others = paper.cells
    return replace(paper, cells=[replace(first, verdict=replace(first.verdict, answer=answer)), *others])


def test_a_report_says_what_changed_until_something_else_does(tmp_path):
    paper, folder = paper_of("one", "two"), tmp_path / "pages"
    front = write_report([paper], folder, "the first")
    assert "This is the first report in this folder" in front.read_text("utf-8")
    for _ in range(2):  # writing it again hides nothing
        write_report([turned(paper, Answer.WORSE)], folder, "the second")
        text = front.read_text("utf-8")
        assert "p: one, one</a>: reproduced → <strong>worse</strong>" in text
        assert "Since the report from the first:" in text
    stale = replace(paper.cells[1], verdict=replace(paper.cells[1].verdict, stale="code changed"))
    write_report([replace(paper, cells=[stale, *paper_of("three").cells])], folder, "the third")
    text = front.read_text("utf-8")
    for part in ("1 cell new", "1 cell no longer here", "1 cell stale now", "Since the report from the second:"):
        assert part in text


@pytest.mark.parametrize("damage", ["", "[]", "[1]", '{"a": 1}', '[{"paper": "p"}]'])
def test_a_damaged_earlier_report_is_replaced(tmp_path, damage):
    front = write_report([paper_of("one")], tmp_path / "pages", "x")
    for name in ("cells.json", "changes.json"):
        (tmp_path / "pages" / name).write_text(damage)
    write_report([paper_of("one")], tmp_path / "pages", "x")
    assert "This is the first report in this folder" in front.read_text("utf-8")


def test_similar_names_get_different_pages(tmp_path):
    write_report([paper_of("CNN-rand", "CNN rand", "cnn_rand")], tmp_path / "pages", "x")
    assert len(list((tmp_path / "pages" / "p").glob("1-cnn-rand-*.html"))) == 3


def test_a_folder_with_other_files_is_not_replaced(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ResultsError, match="contains thesis.tex, which is not part of a report"):
        write_report([paper_of("one")], tmp_path, "x")
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_a_report_with_an_added_file_is_not_replaced(tmp_path):
    write_report([paper_of("one")], tmp_path / "pages", "x")
    (tmp_path / "pages" / "CNAME").write_text("example.org")
    with pytest.raises(ResultsError, match="contains CNAME"):
        write_report([paper_of("one")], tmp_path / "pages", "x")
    assert (tmp_path / "pages" / "CNAME").exists()

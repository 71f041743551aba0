"""The report on the committed results, opened in a browser if one is installed."""

import os
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.reporting import paper_page
from benchmarks.table import load_table, paper_names
from results.ledger import ResultsError
from results.metrics import METRICS
from results.published import Cell
from results.report.pages import CellPage, PaperPage
from results.report.report import write_report
from results.verdicts import Answer, Verdict

COMMITTED = Path(__file__).parents[3] / "results"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
NASTY = "</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    """Return the folder of a report on the committed results."""
    folder = tmp_path_factory.mktemp("report") / "pages"
    result = CliRunner().invoke(app, ["report", "--results", str(COMMITTED), "--output", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def browser():
    """Return Chromium; without one, skip the test, or fail in continuous integration."""
    if CHROMIUM is None:
        assert not os.environ.get("CI"), "no Chromium: `make test-tools` installs it"
        pytest.skip("needs Chromium: `make test-tools` installs Debian's")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def watched(browser, width: int, scheme: str):
    """Return a page and the list of its complaints: console messages, errors, dialogs, requests to a network."""
    page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: (complaints.append("dialog"), dialog.dismiss()))
    page.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else complaints.append(r.url))
    return page, complaints


@pytest.mark.parametrize(
    "width, scheme, paper", [(1400, "light", "rgb(253, 253, 251)"), (400, "dark", "rgb(21, 24, 27)")]
)
def test_pages_open_in_a_browser(report, browser, width, scheme, paper):
    page, complaints = watched(browser, width, scheme)
    cells = sorted(report.glob("kim2014/2-cnn-rand-*.html"))
    assert len(cells) == 7
    for path in [report / "index.html", *report.glob("*/index.html"), *cells]:
        page.goto(path.as_uri())
        charts = page.locator("script[data-chart]").count()
        page.wait_for_function("n => document.querySelectorAll('.chart svg').length === n", arg=charts)
        assert page.evaluate("document.documentElement.scrollWidth") == width, path.name
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == paper
        for box in page.locator(".chart svg").all():
            assert 200 < (box.bounding_box() or {})["width"] <= width
    assert complaints == []


def test_charts_show_what_was_recorded(report, browser):
    page, _ = watched(browser, 1400, "light")
    page.goto(next(report.glob("kim2014/2-cnn-rand-trec-*.html")).as_uri())
    table = paper_page(load_table("kim2014"), COMMITTED)
    trec = next(c for c in table.cells if c.verdict.cell.row == "CNN-rand" and c.verdict.cell.column == "TREC")
    page.wait_for_selector(".chart svg")
    assert page.locator("#chart-1 svg [aria-roledescription='point']").count() == len(trec.verdict.units) + 1
    assert page.locator("#chart-2 svg [aria-roledescription='line mark']").count() == len(trec.records)


def test_systems_of_one_column_are_charted_by_score_and_time(report, browser):
    page, _ = watched(browser, 1400, "dark")
    page.set_default_timeout(10_000)
    page.goto((report / "lecun1998" / "index.html").as_uri())
    figure = page.get_by_role("img", name="Time: table MNIST, none")
    figure.locator("svg").wait_for()
    cells = [c for c in paper_page(load_table("lecun1998"), COMMITTED).cells if c.verdict.cell.column == "none"]
    assert page.get_by_role("img", name="Time: table architecture").count() == 0  # counts are not scores
    measured = [cell.label for cell in cells if cell.verdict.mean is not None]
    assert len(measured) >= 5
    assert sorted(figure.locator("[aria-roledescription='text mark']").all_text_contents()) == sorted(measured)


def test_every_cell_has_a_page_and_every_link_has_a_target(report):
    for name in paper_names():
        pages = {path.name for path in (report / name).glob("*.html")} - {"index.html"}
        assert len(pages) == len(load_table(name).cells())
    for path in report.rglob("*.html"):
        text = path.read_text("utf-8")
        for address in re.findall(r'(?:href|src)="([^"#:]+)"', text):
            assert (path.parent / address).exists(), (path, address)
        assert "http://" not in text.replace("http://www.w3.org", ""), path


def test_the_page_of_a_cell_shows_verdict_recipe_and_command(report):
    text = next(report.glob("kim2014/2-cnn-rand-mpqa-*.html")).read_text("utf-8")
    for part in (
        "83.4 (margin 1)",
        "reproduced",
        "batch_size",
        "retable run kim2014 --table 2 --row CNN-rand --column MPQA",
    ):
        assert part in text
    absent = next(report.glob("kim2014/2-sent-parser-mr-*.html")).read_text("utf-8")
    assert "not attempted" in absent
    assert "Quoted by Kim (2014) from another paper." in absent


def test_the_page_of_a_paper_shows_its_order_claims(report):
    text = (report / "kim2014" / "index.html").read_text("utf-8")
    assert "<td>NBSVM beats MNB</td><td>2</td><td>CR</td><td>+1.8</td>" in text
    assert "Order claims" not in (report / "lectures" / "index.html").read_text("utf-8")


def test_notes_are_marked_as_the_projects(report):
    text = (report / "kim2014" / "index.html").read_text("utf-8")
    assert "<h2>The project's notes</h2>" in text
    cell = next(report.glob("kim2014/2-cnn-rand-trec-*.html")).read_text("utf-8")
    assert "<h2>The project's notes on the paper</h2>" in cell


def test_the_overview_has_a_line_for_each_kind(report):
    text = (report / "index.html").read_text("utf-8")
    paper = paper_page(load_table("lecun1998"), COMMITTED)
    assert len(paper.kinds) == 2
    for kind, reproduced, _ in paper.kinds:
        assert f"<strong>{kind.capitalize()}</strong>: reproduced {reproduced}</p>" in text


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


def test_text_from_data_is_escaped(browser, tmp_path):
    write_report([paper_of(NASTY)], tmp_path / "pages", NASTY)
    page, complaints = watched(browser, 1400, "light")
    for path in (tmp_path / "pages").rglob("*.html"):
        page.goto(path.as_uri())
        page.wait_for_timeout(100)
        assert page.locator("img").count() == 0
        assert NASTY in page.inner_text("body")
    assert complaints == []


def test_equal_records_give_equal_pages_and_old_pages_are_removed(tmp_path):
    folder = tmp_path / "pages"
    write_report([paper_of("one", "two")], folder, "x")
    first = {str(path): path.read_bytes() for path in folder.rglob("*.html")}
    write_report([paper_of("one", "two")], folder, "x")
    assert {str(path): path.read_bytes() for path in folder.rglob("*.html")} == first
    write_report([paper_of("one")], folder, "x")
    assert len(list(folder.rglob("*.html"))) == len(first) - 1
    assert list(tmp_path.iterdir()) == [folder]


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

"""The report: pages of the landed results, opened in a browser where one is installed."""

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
from results.records import JobKey, RunRecord
from results.report.pages import CellPage, PaperPage
from results.report.report import _timed, write_report
from results.verdicts import Answer, Verdict

LANDED = Path(__file__).parent.parent.parent / "results"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
NASTY = "</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    """Return the folder of a report on the landed results."""
    folder = tmp_path_factory.mktemp("report") / "pages"
    result = CliRunner().invoke(app, ["report", "--results", str(LANDED), "--output", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def browser():
    """Return Chromium; where a continuous integration has none, that is an error."""
    if CHROMIUM is None:
        assert not os.environ.get("CI"), "no Chromium: `make test-tools` installs it"
        pytest.skip("needs Chromium: `make test-tools` installs Debian's")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def watched(browser, width: int, scheme: str):
    """Return a page and the list of what it complains of: errors, dialogs, requests that leave the disk."""
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
    table = paper_page(load_table("kim2014"), LANDED)
    trec = next(c for c in table.cells if c.verdict.cell.row == "CNN-rand" and c.verdict.cell.column == "TREC")
    page.wait_for_selector(".chart svg")
    assert page.locator("#chart-1 svg [aria-roledescription='point']").count() == len(trec.verdict.units) + 1
    assert page.locator("#chart-2 svg [aria-roledescription='line mark']").count() == len(trec.records)


def test_systems_of_one_column_are_told_by_score_and_time(report, browser):
    page, _ = watched(browser, 1400, "dark")
    page.set_default_timeout(10_000)
    page.goto((report / "lecun1998" / "index.html").as_uri())
    figure = page.get_by_role("img", name="Time: table MNIST, none")
    figure.locator("svg").wait_for()
    cells = [c for c in paper_page(load_table("lecun1998"), LANDED).cells if c.verdict.cell.column == "none"]
    assert page.get_by_role("img", name="Time: table architecture").count() == 0  # counts, no scores
    measured = [cell.verdict.cell.row for cell in cells if cell.verdict.mean is not None]
    assert len(measured) >= 5
    assert sorted(figure.locator("[aria-roledescription='text mark']").all_text_contents()) == sorted(measured)


def test_every_cell_has_a_page_and_every_link_leads_somewhere(report):
    for name in paper_names():
        pages = {path.name for path in (report / name).glob("*.html")} - {"index.html"}
        assert len(pages) == len(load_table(name).cells())
    for path in report.rglob("*.html"):
        text = path.read_text("utf-8")
        for address in re.findall(r'(?:href|src)="([^"#:]+)"', text):
            assert (path.parent / address).exists(), (path, address)
        assert "http://" not in text.replace("http://www.w3.org", ""), path


def test_a_cell_tells_verdict_recipe_and_command(report):
    text = next(report.glob("kim2014/2-cnn-rand-mpqa-*.html")).read_text("utf-8")
    for part in (
        "83.4 ± 1",
        "reproduced",
        "batch_size",
        "retable run kim2014 --table 2 --row CNN-rand --column MPQA",
    ):
        assert part in text
    absent = next(report.glob("kim2014/2-sent-parser-mr-*.html")).read_text("utf-8")
    assert "not attempted" in absent
    assert "Quoted by Kim (2014) from another paper." in absent


def test_a_paper_tells_its_order_claims(report):
    text = (report / "kim2014" / "index.html").read_text("utf-8")
    assert "<td>NBSVM beats MNB</td><td>2</td><td>CR</td><td>+1.8</td>" in text
    assert "Order claims" not in (report / "lectures" / "index.html").read_text("utf-8")


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


def test_the_time_of_a_run_is_that_of_whole_passes_on_the_backend_that_was_judged():
    cell = Cell("p", "1", "row", "column", METRICS["value"], None, None, "stopped early")
    times = {("tensorflow", 0): (10, 30), ("tensorflow", 1): (20,), ("jax", 0): (500, 500)}
    records = [
        RunRecord(
            JobKey("p", "1", "row", "column", fold, seed, backend, "f", 1),
            {"value": 1.0},
            seconds=seconds,
            device=f"a device of {backend}",
        )
        for (backend, seed), both in times.items()
        for fold, seconds in enumerate(both)
    ]
    judged = {
        name: Verdict(cell, Answer.INCOMPLETE, units=(value,))
        for name, value in (("jax", 2.0), ("tensorflow", 1.0))
    }
    page = CellPage(judged["tensorflow"], {}, records, (), "", judged)
    assert _timed(page) == ("row (stopped early)", 40.0, 1.0, "a device of tensorflow")


def test_text_from_data_is_escaped(browser, tmp_path):
    write_report([paper_of(NASTY)], tmp_path / "pages", NASTY)
    page, complaints = watched(browser, 1400, "light")
    for path in (tmp_path / "pages").rglob("*.html"):
        page.goto(path.as_uri())
        page.wait_for_timeout(100)
        assert page.locator("img").count() == 0
        assert NASTY in page.inner_text("body")
    assert complaints == []


def test_equal_records_give_equal_pages_and_old_pages_go(tmp_path):
    folder = tmp_path / "pages"
    write_report([paper_of("one", "two")], folder, "x")
    first = {str(path): path.read_bytes() for path in folder.rglob("*.html")}
    write_report([paper_of("one", "two")], folder, "x")
    assert {str(path): path.read_bytes() for path in folder.rglob("*.html")} == first
    write_report([paper_of("one")], folder, "x")
    assert len(list(folder.rglob("*.html"))) == len(first) - 1
    assert list(tmp_path.iterdir()) == [folder]


def test_names_that_look_alike_get_pages_of_their_own(tmp_path):
    write_report([paper_of("CNN-rand", "CNN rand", "cnn_rand")], tmp_path / "pages", "x")
    assert len(list((tmp_path / "pages" / "p").glob("1-cnn-rand-*.html"))) == 3


def test_a_folder_that_is_no_report_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ResultsError, match="holds thesis.tex, which no report wrote"):
        write_report([paper_of("one")], tmp_path, "x")
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_what_a_person_added_to_a_report_is_left_alone(tmp_path):
    write_report([paper_of("one")], tmp_path / "pages", "x")
    (tmp_path / "pages" / "CNAME").write_text("example.org")
    with pytest.raises(ResultsError, match="holds CNAME"):
        write_report([paper_of("one")], tmp_path / "pages", "x")
    assert (tmp_path / "pages" / "CNAME").exists()

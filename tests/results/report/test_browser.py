"""The pages of a report in a browser, if one is installed: their charts, tables, downloads and accessibility."""

import csv
import json
import re
from base64 import b64decode
from pathlib import Path

import pytest

from benchmarks.reporting import paper_page
from benchmarks.table import load_table
from results.report.pages import slug
from results.report.report import write_report
from tests.results.report.conftest import SMALL
from tests.results.report.test_report import NASTY, paper_of

PAPER = {"light": "rgb(253, 253, 251)", "dark": "rgb(21, 24, 27)"}
ROW = f"kim2014/{slug('2', 'CNN-rand')}.html"
KINDS = ["index.html", "cells.html", "lecun1998/index.html", ROW]


def opened(page, path: Path, choice: str = "") -> None:
    """Open a page and wait for its charts."""
    page.goto(path.as_uri() + choice)
    charts = page.locator("[data-chart]").count()
    page.wait_for_function("n => document.querySelectorAll('.chart svg').length === n", arg=charts)


def rows_of(page) -> list[str]:
    """Return the first column of the rows that a table shows."""
    return page.locator("tbody tr:not([hidden])").locator("td:first-child, th:first-child").all_inner_texts()


@pytest.mark.parametrize("width, scheme", [(1400, "light"), pytest.param(400, "dark", marks=pytest.mark.slow)])
def test_pages_open_without_complaints(report, watched, width, scheme):
    paths = {report / kind for kind in KINDS} | set(report.glob("*/index.html") if scheme == "light" else ())
    open_without_complaints(watched, sorted(paths), width, scheme)


@pytest.mark.parametrize("width, scheme", [(400, "dark")])
def test_small_pages_open_without_complaints(small_report, watched, width, scheme):
    open_without_complaints(watched, kinds_of(small_report), width, scheme)


def kinds_of(small_report: Path) -> list[Path]:
    """Return a page of every kind of a report on one paper: overview, cells, paper, row."""
    front, (row, *_) = small_report / "index.html", sorted(small_report.glob(f"{SMALL}/1-*.html"))
    return [front, small_report / "cells.html", small_report / SMALL / "index.html", row]


def open_without_complaints(watched, paths: list[Path], width: int, scheme: str) -> None:
    page, complaints = vars(watched(width, scheme)).values()
    for path in paths:
        opened(page, path)
        assert page.evaluate("document.documentElement.scrollWidth") == width, path.name
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == PAPER[scheme]
        for box in page.locator(".chart svg").all():
            assert 200 < (box.bounding_box() or {})["width"] <= width
    assert complaints == []


def refused(page) -> list[tuple[str, str]]:
    """Return what axe-core finds on an open page, with all that is folded."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate("document.querySelectorAll('tr[hidden]').forEach(row => row.remove())")  # axe is slow
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    found = Axe().run(page, options={"resultTypes": ["violations"], "preload": False})
    return [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]]


@pytest.mark.parametrize("width, scheme", [(1400, "dark")])
def test_small_pages_are_accessible(small_report, watched, width, scheme):
    page = watched(width, scheme).page
    for path in kinds_of(small_report):
        opened(page, path)
        assert refused(page) == [], path


@pytest.mark.slow
@pytest.mark.parametrize("width, scheme", [(1400, "dark"), (400, "light")])
def test_pages_are_accessible(report, watched, width, scheme):
    page = watched(width, scheme).page
    for kind in (KINDS[0], ROW) if width == 1400 else KINDS:  # a large page takes axe a minute
        opened(page, report / kind, "#paper=kim2014" if kind == "cells.html" else "")
        assert refused(page) == [], kind


@pytest.mark.slow
@pytest.mark.parametrize("width, scheme", [(400, "dark"), (1400, "light")])
def test_every_paper_is_accessible(report, watched, width, scheme):
    page, rows = watched(width, scheme).page, {path.parent: path for path in sorted(report.glob("*/*.html"))}
    for path in [*report.glob("*/index.html"), *rows.values()]:
        opened(page, path)
        assert refused(page) == [], path


@pytest.fixture(scope="module")
def row_page(report, browser):
    """Return the page of a row, opened once, that may copy and save."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], accept_downloads=True)
    page = context.new_page()
    opened(page, report / ROW)
    yield page
    context.close()


def test_charts_show_what_was_recorded(row_page, committed):
    cells = paper_page(load_table("kim2014"), committed).cells
    trec = next(c for c in cells if (c.verdict.cell.row, c.verdict.cell.column) == ("CNN-rand", "TREC"))
    section = row_page.locator(f"[id='{trec.anchor}']")
    spread, validation = section.locator(".chart svg").nth(0), section.locator(".chart svg").nth(1)
    assert spread.locator("[aria-roledescription='point']").count() == len(trec.verdict.units) + 1
    assert validation.locator("[aria-roledescription='line mark']").count() == len(trec.records)


def test_names_of_systems_do_not_overlap(report, watched, committed):
    page = watched(scheme="dark").page
    opened(page, report / "lecun1998" / "index.html")
    figure = page.get_by_role("img", name="Time: table MNIST, none")
    cells = [c for c in paper_page(load_table("lecun1998"), committed).cells if c.verdict.cell.column == "none"]
    assert page.get_by_role("img", name="Time: table architecture").count() == 0  # counts are not scores
    measured = [cell.label for cell in cells if cell.verdict.mean is not None]
    names = figure.locator(".mark-text.role-mark text")
    shown = [text.rstrip("…") for text in names.all_text_contents()]
    assert len(shown) == len(measured)
    assert all(any(name.startswith(text) for name in measured) for text in shown)
    boxes = [name.bounding_box() for name in names.all() if name.get_attribute("opacity") != "0"]
    assert len(boxes) >= 5
    for number, one in enumerate(boxes):
        for other in boxes[:number]:
            apart = one["x"] >= other["x"] + other["width"] or other["x"] >= one["x"] + one["width"]
            assert apart or abs(one["y"] - other["y"]) >= 10


def test_a_table_sorts_by_keyboard(report, watched):
    page = watched().page
    opened(page, report / "index.html")
    printed = rows_of(page.locator("table.papers"))
    heading = page.get_by_role("columnheader", name="runs", exact=True)
    page.get_by_role("button", name="runs", exact=True).focus()
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Space")
    assert heading.get_attribute("aria-sort") == "descending"
    runs = page.locator("table.papers tbody tr td:nth-child(6)").all_inner_texts()
    numbers = [int(text) for text in runs if text]
    assert numbers == sorted(numbers, reverse=True) and not any(runs[len(numbers) :])
    page.keyboard.press("Enter")
    assert rows_of(page.locator("table.papers")) == printed


def test_an_address_chooses_cells_and_keeps_what_is_chosen(report, watched, tmp_path):
    page, complaints = vars(watched()).values()
    opened(page, report / "cells.html", "#paper=lecun1998&verdict=worse&sort=-in+margins")
    assert page.locator("output").inner_text().startswith(f"{(count := len(rows_of(page)))} of ") and count > 1
    assert {*rows_of(page)} == {"lecun1998"}
    margins = [float(text) for text in page.locator("tbody tr:not([hidden]) td:nth-child(15)").all_inner_texts()]
    assert margins == sorted(margins, reverse=True)
    page.get_by_label("search").fill("NN deskewing")
    assert rows_of(page) == ["lecun1998"]
    assert "q=NN+deskewing" in page.url and "verdict=worse" in page.url
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV of these rows").click()
    saved.value.save_as(tmp_path / "cells.csv")
    (line,) = csv.DictReader((tmp_path / "cells.csv").open(encoding="utf-8"))
    assert (line["paper"], line["row"], line["verdict"]) == ("lecun1998", "2-layer NN 300 HU", "worse")
    page.get_by_label("search").fill("nothing has this text")
    assert page.locator("output").inner_text().startswith("0 of ")
    assert complaints == []


def test_the_overview_leads_to_the_cells_that_it_counts(report, watched):
    from playwright.sync_api import expect

    page = watched().page
    opened(page, report / "index.html")
    links = page.locator(".total a").all()
    found = {link.get_attribute("href"): int(link.inner_text().split(": ")[1]) for link in links}
    assert len(found) > 5
    for address, count in found.items():
        page.goto(f"{report.as_uri()}/{address}")
        expect(page.locator("output")).to_have_text(re.compile(f"^{count} of "))


def test_a_chart_is_a_file(row_page, tmp_path):
    with row_page.expect_download() as saved:
        row_page.get_by_role("button", name="save as SVG: TREC: Spread").click()
    saved.value.save_as(tmp_path / saved.value.suggested_filename)
    text = (tmp_path / "TREC-Spread.svg").read_text("utf-8")
    assert text.startswith("<svg") and "test accuracy (%)" in text and "currentColor" not in text


def test_a_table_is_a_file(report, watched):
    page = watched().page
    page.goto((report / "kim2014" / "index.html").as_uri())
    link = page.get_by_role("link", name="JSON file, kim2014-table-2.json")
    table = json.loads(b64decode((link.get_attribute("href") or "").partition("base64,")[2]))
    assert table[0]["rows"][0] | {"row": "CNN-rand"} == table[0]["rows"][0]


def test_the_command_is_copied(row_page):
    row_page.get_by_role("button", name="copy: Command that trains and judges TREC").click()
    row_page.get_by_text("copied").wait_for()
    text = row_page.evaluate("navigator.clipboard.readText()")
    assert text == "retable run kim2014 --table 2 --row CNN-rand --column TREC"


def test_tables_can_be_read_without_scripts(report, papers, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((report / "cells.html").as_uri())
    assert page.locator("tbody tr").count() >= sum(len(load_table(name).cells()) for name in papers)
    assert page.locator("button, input, select").count() == 0
    context.close()


def test_text_from_data_is_escaped(watched, tmp_path):
    write_report([paper_of(NASTY)], tmp_path / "pages", NASTY)
    page, complaints = vars(watched()).values()
    for path in (tmp_path / "pages").rglob("*.html"):
        page.goto(path.as_uri())
        page.wait_for_timeout(100)
        assert page.locator("img").count() == 0
        assert NASTY in page.inner_text("body")
    assert complaints == []

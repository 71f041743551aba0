"""A report on the committed results of some papers or all, and a browser, for several files of tests."""

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.table import paper_names

SOME = ("kim2014", "lectures", "lecun1998")
SMALL = "starter"
COMMITTED = Path(__file__).parents[3] / "results"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="session")
def committed() -> Path:
    return COMMITTED


@pytest.fixture(
    scope="session", params=[SOME, pytest.param(tuple(paper_names()), marks=pytest.mark.slow)], ids=["some", "all"]
)
def papers(request) -> tuple[str, ...]:
    """Return the papers of the report."""
    return request.param


@pytest.fixture(scope="session")
def report(tmp_path_factory, papers) -> Path:
    """Return the folder of a report on the committed results."""
    return written(tmp_path_factory, papers)


def written(tmp_path_factory, papers) -> Path:
    """Write a report on papers and return its folder."""
    folder = tmp_path_factory.mktemp("report") / "pages"
    result = CliRunner().invoke(app, ["report", *papers, "--results", str(COMMITTED), "--output", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="session")
def small_report(tmp_path_factory) -> Path:
    """Return the folder of a report on a paper of few cells: all kinds of pages, each quickly examined."""
    return written(tmp_path_factory, [SMALL])


@pytest.fixture(scope="session")
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


@pytest.fixture
def watched(browser):
    """Return a function that opens a page, and the list of its complaints.

    Those are console messages, errors, dialogs and requests to a network.
    """
    contexts = []

    def opened(width: int = 1400, scheme: str = "light"):
        size = {"width": width, "height": 900}
        contexts.append(browser.new_context(viewport=size, color_scheme=scheme, accept_downloads=True))
        page, complaints = contexts[-1].new_page(), []
        page.set_default_timeout(20_000)
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append("dialog"), dialog.dismiss()))
        page.on(
            "request",
            lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else complaints.append(r.url),
        )
        return SimpleNamespace(page=page, complaints=complaints)

    yield opened
    for context in contexts:
        context.close()

"""The report: a folder of static pages, published numbers beside ours, that works without a network.

A report has a page of each paper and of each row with a recipe, an overview, and a page of all cells. They share
their scripts. Everything can be read without scripts, but for charts.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from results.atomic import flush_all, temporary_folder
from results.ledger import ResultsError
from results.report import charts
from results.report.changes import CELLS, CHANGES, Changes, changes
from results.report.downloads import rows_as_csv
from results.report.explanations import content as explained_content
from results.report.explanations import page_name
from results.report.front import by_success, cell_lines, overview, plain_rows
from results.report.pages import PaperPage
from results.report.papers import paper_content
from results.report.rows import RowPage, row_content, row_pages
from results.tables import MEANINGS
from results.verdicts import Answer
from results.writing.formats import as_latex
from results.writing.grid import brief_grids

TEMPLATES = Path(__file__).parent / "templates"
MANIFEST = ".retable-report"  # lists the files of a report


def write_report(papers: Sequence[PaperPage], folder: Path, source: str) -> Path:
    """Write the pages of all papers and return the path of the overview.

    An existing report is replaced in one step. Raises ResultsError if the folder contains other files.
    """
    folder = folder.resolve()
    if foreign := _files(folder) - _written(folder):
        raise ResultsError(f"{folder} contains {min(foreign)}, which is not part of a report. Choose another one.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with temporary_folder(folder.parent) as temporary:
        fresh = temporary / "report"
        fresh.mkdir()
        Writer(papers, fresh, source).write(folder)
        flush_all()
        if folder.exists():
            folder.rename(temporary / "old")
        fresh.rename(folder)
    return folder / "index.html"


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def _written(folder: Path) -> set[str]:
    """Return the files of the existing report."""
    manifest = folder / MANIFEST
    return {MANIFEST, *manifest.read_text("utf-8").splitlines()} if manifest.is_file() else set()


class Writer:
    """Writes the pages of a report into an empty folder."""

    def __init__(self, papers: Sequence[PaperPage], folder: Path, source: str) -> None:
        self.papers, self.folder, self.source = by_success(papers), folder, source

    @cached_property
    def _pages(self) -> Any:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        loader = FileSystemLoader(TEMPLATES)
        pages = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        pages.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
        pages.globals |= {"source": self.source, "charts": None}
        return pages

    def write(self, replaced: Path) -> None:
        """Write all pages, and what changed since the report in the folder that will be replaced."""
        rows = plain_rows(self.papers)
        self._write_shared(rows, changed := changes(replaced, rows, self.source))
        self._write_front(changed)
        for paper in self.papers:
            self._write_paper(paper)
        (self.folder / MANIFEST).write_text("\n".join(sorted(_files(self.folder))), "utf-8")

    def _write_shared(self, rows: Sequence[Mapping[str, Any]], changed: Changes) -> None:
        """Write the files that pages share, and the tables of all cells."""
        for name in ("report.css", "report.js"):
            shutil.copyfile(TEMPLATES / name, self.folder / name)
        grids = [grid for paper in self.papers for grid in brief_grids(paper.verdicts, f"{paper.title}, ")]
        texts = {
            "vega.js": charts.script(),
            "charts.js": f"const CHARTS = {json.dumps(charts.specs(), separators=(',', ':'))};\n",
            CELLS: "[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n",
            CHANGES: json.dumps(changed, indent=1),
            "cells.csv": rows_as_csv(rows),
            "cells.tex": "\n\n".join(map(as_latex, grids)),
        }
        for name, text in texts.items():
            (self.folder / name).write_text(text, "utf-8")

    def _write_front(self, changed: Changes) -> None:
        shared: dict[str, Any] = {"root": "", "answers": list(Answer)}
        here: dict[str, Any] = {"title": "Published numbers beside ours", "here": "overview", "trail": ()}
        content = {"changed": changed, "meanings": MEANINGS.items(), **overview(self.papers)}
        self._render("index.html", "overview.html", shared | here | content)
        here = {"title": "All cells", "here": "all cells", "trail": (("overview", "index.html"),)}
        self._render("cells.html", "cells.html", shared | here | {"lines": cell_lines(self.papers)})

    def _write_paper(self, paper: PaperPage) -> None:
        (self.folder / paper.name).mkdir()
        trail = (("overview", "../index.html"),)
        here = {"title": paper.title, "here": paper.name, "trail": trail, "root": "../"}
        content = {"about": _markdown(paper.about), **paper_content(paper)}
        self._render(f"{paper.name}/index.html", "paper.html", here | content)
        inner = (*trail, (paper.name, "index.html"))
        for row in row_pages(paper):
            self._write_row(paper, row, inner)
        self._write_explanations(paper, inner)

    def _write_explanations(self, paper: PaperPage, trail: tuple) -> None:
        for answer, is_stale in paper.explained:
            found = explained_content(answer, is_stale)
            here = {"title": f"{found['name']}: {paper.title}", "here": f"why {answer.row}, {answer.column}"}
            shared: dict[str, Any] = {"trail": trail, "root": "../", "answers": ()}
            self._render(f"{paper.name}/{page_name(answer)}", "explained.html", here | shared | found)

    def _write_row(self, paper: PaperPage, row: RowPage, trail: tuple) -> None:
        here = {"title": f"{row.row}: {paper.title}", "here": row.row, "trail": trail, "root": "../"}
        self._render(f"{paper.name}/{row.file}", "row.html", here | {"paper": paper, **row_content(row)})

    def _render(self, file: str, template: str, content: Mapping[str, Any]) -> None:
        text = self._pages.get_template(template).render(content)
        (self.folder / file).write_text(text, "utf-8")


def _markdown(text: str) -> Any:
    """Return Markdown as HTML; HTML inside it is escaped. Long lines of code can be scrolled with the keyboard."""
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    html = MarkdownIt("commonmark", {"html": False}).render(text)
    return Markup(html.replace("<pre>", '<pre tabindex="0">'))

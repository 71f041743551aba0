"""retable report | docs: all verdicts as pages for a browser, and as the documents of this repository."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.cli.console import existing, warn
from benchmarks.cli.options import arguments, completion
from benchmarks.outside.paper_files import own_papers
from benchmarks.own_numbers.audited import published_audits
from benchmarks.reporting import paper_page, report_on
from benchmarks.speed.tables import document as speed_document
from benchmarks.table import load_table, load_tables
from data_pipelines.whole_files import write_text
from results.audit import planted
from results.audit.measure import measured
from results.explanations.answers import answers_section
from results.explanations.case import case_parts
from results.explanations.planted import planted_section
from results.ledger import ResultsError
from results.report.documents import beside, cells_document, costs_document, summary
from results.report.lectures import lectures_document, read_places
from results.report.measured.audits import audits_document
from results.report.measured.certificates import certificates_document
from results.report.measured.simulation import recognition
from results.report.overview import results_document
from results.report.pages import PaperPage
from results.tables import as_markdown

ROOT = Path(__file__).parent.parent.parent
VERDICTS = ROOT / "docs" / "verdicts.md"
EXPLAIN = ROOT / "docs" / "explain.md"
CASE_PAGE = ROOT / "docs" / "case.md"
CASE, BESIDE = (  # that CASE_PAGE follows
    ("lecun1998", "MNIST", "2-layer NN 300 HU", column, "test error") for column in ("deskewing", "none")
)
RECORDS = ROOT / "results"  # the project's own, wherever RETABLE_RESULTS points
EXAMPLE = ("kim2014", "2", "CNN-rand")  # the table and row that the README shows
GENERATED = 1000  # tables for the measure of the audit
CHANGES = 8  # of a certificate, of each kind
SHOWN = ("column", "published", "ours", "sd", "runs", "96 % interval", "margin", "verdict")


def report(
    papers: Annotated[
        list[str] | None,
        typer.Argument(help="Papers; without any, all of them.", autocompletion=completion.papers),
    ] = None,
    results: arguments.Results = None,
    output: Annotated[
        Path | None, typer.Option(help="The folder to write [html/ in the folder of records].")
    ] = None,
) -> None:
    """Write all verdicts, runs and recipes as pages for a browser.

    The pages need no network.
    """
    folder = existing(results)
    tables = [load_table(name) for name in dict.fromkeys(papers)] if papers else load_tables(warn)
    print(report_on(tables, folder, output or folder / "html"))


def docs(
    output: Annotated[Path, typer.Option(help="The folder of README.md and docs/ [the repository].")] = ROOT,
    without_data: Annotated[bool, typer.Option("--without-data", help="Leave out docs/certify.md.")] = False,
) -> None:
    """Write the generated documents of this repository.

    These are results, cells, lectures, speed, costs, audit and certify in docs/, and the tables of README.md,
    docs/verdicts.md, docs/explain.md and docs/case.md.
    """
    from benchmarks.certificates.measured.case import case  # it imports cryptography

    if not VERDICTS.exists():
        raise ResultsError(f"There is no {VERDICTS}. The documents are written from the source tree.")
    pages = [paper_page(load_table(name), RECORDS) for name in own_papers()]
    texts = {
        "README.md": _with_results((ROOT / "README.md").read_text("utf-8"), pages),
        "docs/results.md": results_document(pages),
        "docs/cells.md": cells_document(pages),
        "docs/lectures.md": lectures_document(pages, read_places()),
        "docs/speed.md": speed_document(RECORDS / "speed"),
        "docs/costs.md": costs_document(pages),
        "docs/audit.md": audits_document(published_audits(), measured(planted.tables(GENERATED))),
        "docs/explain.md": _explained(EXPLAIN.read_text("utf-8"), pages),
        "docs/case.md": _followed(CASE_PAGE.read_text("utf-8")),
        "docs/verdicts.md": _replaced(VERDICTS.read_text("utf-8"), "recognition", as_markdown(recognition())),
    }
    if not without_data:
        found = case(RECORDS, CHANGES, CHANGES // 4)
        texts["docs/certify.md"] = certificates_document(found.text, [one._asdict() for one in found.counts])
    for name, text in texts.items():
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
        print(path)


def _with_results(readme: str, pages: list[PaperPage]) -> str:
    """Return the README with one row of a paper, and all papers in a line each, as they are today."""
    paper, table, row = EXAMPLE
    lines = [line for page in pages if page.name == paper for line in map(beside, page.cells)]
    chosen = [line for line in lines if (line["table"], line["row"]) == (table, row)]
    example = as_markdown([{name: line[name] for name in SHOWN} for line in chosen])
    return _replaced(_replaced(readme, "example", example), "summary", summary(pages))


def _explained(text: str, pages: list[PaperPage]) -> str:
    """Return the chapter on explanations with the measure and the answers that are kept."""
    measured_text = _replaced(text, "planted", planted_section(RECORDS))
    return _replaced(measured_text, "answers", answers_section(one for page in pages for one in page.explained))


def _followed(text: str) -> str:
    """Return the page of one case with the parts of its answer."""
    for name, part in case_parts(RECORDS, CASE, BESIDE).items():
        text = _replaced(text, name, part)
    return text


def _replaced(text: str, name: str, content: str) -> str:
    """Return a text with other content between the two marks of that name. Raises ValueError without them."""
    begin, end = f"<!-- {name}: written by `retable docs` -->", f"<!-- end of {name} -->"
    before, begun, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not begun or not ended:
        raise ValueError(f"The document lacks the marks {begin} and {end}.")
    return "\n\n".join([before + begin, content, end + after])

"""The committed documents as Markdown: all cells and costs of all papers, and the summary in the README."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from results.published import Cell, Kind
from results.report.pages import CellPage, PaperPage, basis, counted
from results.tables import (
    BESIDE,
    as_markdown,
    cost_rows,
    coverage,
    decimals,
    exact,
    for_another_input,
    in_words,
    interval,
    number,
    place,
    retired,
)
from results.verdicts import Answer, Verdict, counted_once

KINDS = {Kind.COUNT: "counts", Kind.CLAIM: "lecture claims"}

ABOUT_CELLS = """# All cells

Written by `retable docs` from the records in `results/reproduced/`; changes by hand are lost.

Three kinds of number are kept apart. A **performance** cell is the result of a trained or fitted system. A
**count** is a property of the data or of an architecture, such as sentences or parameters. A **lecture claim** is
a number on a slide, computed again from the inputs of the slide. Only performance cells say whether the experiment
of a paper was reproduced.

- *runs*: passes of the paper's whole protocol, one seed on a fixed split or one cross-validation over all folds;
- *ours*: the mean over the runs; *sd*: their standard deviation; *difference*: ours less published;
- *96 % interval*: of our mean, by Student's t. It describes new seeds and folds on the same data, not new data;
- *margin*: how near to the published value counts as equal, fixed in `results/published/` before any run;
- *verdict*: see [verdicts](verdicts.md); *other back ends*: their means, or in words that they disagree beyond
  chance;
- *order claims*: does one row beat another? *theirs* and *ours* are differences of the two rows, *pairs* are runs
  of equal seed and fold, *p* is of the test of the claim, *p corrected* that for all looks and claims of a table.
  The last one decides: [order claims](verdicts.md#order-claims).

[The report](verdicts.md#the-report) shows every run of a cell, with its learning curve, recipe and provenance.
[Costs](costs.md) shows what runs took.
"""
ABOUT_COSTS = """# Costs

Written by `retable docs` from the records in `results/reproduced/`; changes by hand are lost.

A job trains one model: one seed, and one fold where the protocol is a cross-validation. Seconds and examples per
second are medians over the jobs of a cell on one device, device memory is the largest. Other work often shared the
machine, so expect these times, not better ones; [speed](speed.md) has measurements on an idle machine.
`retable show PAPER --costs` prints the same for your own records.
"""


def cells_document(pages: Iterable[PaperPage]) -> str:
    """Return docs/cells.md: every paper with its performance cells, then all counts and lecture claims."""
    ordered = _performance_first(pages)
    full = [f"### {page.name}: {_kind(page)}\n\n{_table(_counts(page))}" for page in ordered if _counts(page)]
    heading = "## All counts and lecture claims"
    return "\n\n".join([ABOUT_CELLS, f"{basis(ordered, 'jobs')}.", *map(_paper, ordered), heading, *full]) + "\n"


def costs_document(pages: Iterable[PaperPage]) -> str:
    """Return docs/costs.md: what a run of every performance cell took, on each device."""
    sections = []
    for page in _performance_first(pages):
        records = {r.key: r for cell in _performance(page) for r in cell.records if r.metrics}.values()
        if records:
            hours = sum(record.seconds for record in records) / 3600
            title = f"## {page.name}\n\n{_times(len(records), 'job')}, {hours:.1f} hours."
            sections.append(f"{title}\n\n{as_markdown(cost_rows(records))}")
    return "\n\n".join([ABOUT_COSTS, *sections]) + "\n"


def summary(pages: Iterable[PaperPage]) -> str:
    """Return a table with one line a paper, linked to docs/results.md, and their sum."""
    ordered = _performance_first(pages)
    every = [cell for page in ordered for cell in page.cells]
    together = {"paper": "all", "title": "", **_coverage(every)}
    rows = [
        {
            "paper": f"[{page.name}](docs/results.md#{page.name})",
            "title": _short_title(page),
            **_coverage(page.cells),
        }
        for page in ordered
    ]
    return as_markdown([*rows, together])


def beside(page: CellPage) -> dict[str, str]:
    """Return a published number beside ours, with its verdict, as texts by heading."""
    verdict, cell, places = page.verdict, page.verdict.cell, decimals(page.verdict.cell)
    return {
        **place(cell),
        "published": exact(cell.value),
        BESIDE: for_another_input(verdict),
        "ours": number(verdict.mean, places),
        "difference": _difference(verdict),
        "sd": number(verdict.deviation, places),
        "runs": str(len(verdict.units)),
        "96 % interval": interval(verdict.interval, places),
        "margin": exact(cell.margin) if cell.margin else "",
        "verdict": str(Answer.MEASURED) if verdict.answer == Answer.MEASURED else in_words(verdict),
        "stale": verdict.stale,
        "retired": retired(verdict),
        "other back ends": verdict.finding or _elsewhere(page),
        "note": cell.note,
    }


def _difference(verdict: Verdict) -> str:
    cell, mean = verdict.cell, verdict.mean
    if mean is None or cell.value is None:
        return ""
    places = 0 if cell.metric.better == "exact" and float(mean).is_integer() else decimals(cell)
    text = f"{mean - cell.value:+.{places}f}"
    return text if float(text) else "0"


def _elsewhere(page: CellPage) -> str:
    """Return the means of the back ends that the verdict does not rest on."""
    others = [(name, v) for name, v in page.by_backend.items() if v.units and v.units != page.verdict.units]
    places = decimals(page.verdict.cell)
    return ", ".join(
        f"{name} {number(v.mean, places)} ({_times(len(v.units), 'run')}{', stale' if v.stale else ''})"
        for name, v in others
    )


def _paper(page: PaperPage) -> str:
    """Return the section of one paper: performance first, then order claims, counts and notes."""
    parts = [f"## {page.name}", f"{page.title}. `retable show {page.name}`"]
    if performance := _performance(page):
        trained = [cell for cell in performance if cell.verdict.units]
        parts += [f"**Performance**: {_sentence(performance)}", _table(trained), _without_runs(performance)]
    tested = [row for row in page.claims if row["order"] != "not attempted"]
    if tested:
        parts += ["**Order claims** (does one row beat another?)", as_markdown(tested)]
    if counts := _counts(page):
        surprising = [cell for cell in counts if cell.verdict.answer == Answer.DIFFERS]
        link = f"[all of them](#{page.name}-{_kind(page).replace(' ', '-')})"
        parts += [f"**{_kind(page).capitalize()}**: {_answers(counts)} ({link}).", _table(surprising)]
    declared = {"Where the paper is silent, we assume": page.assumptions, "We deviate": page.deviations}
    for heading, texts in declared.items():
        if texts:
            parts += [f"**{heading}**", "\n".join(f"- {text}" for text in texts)]
    if page.notes:
        parts += ["**Notes**", "\n".join(f"- {note}" for note in page.notes)]
    return "\n\n".join(part for part in parts if part)


def _sentence(cells: Sequence[CellPage]) -> str:
    found = _coverage(cells)
    sentences = []
    if found["results reproduced"]:
        verdicts = f": {found['verdicts']}" if found["verdicts"] else ""
        sentences.append(f"reproduced {found['results reproduced']}. {found['with runs']} with runs{verdicts}.")
    if found["our own"]:
        sentences.append(f"Results of our own, with nothing published: {found['our own']}.")
    return " ".join(sentences)


def _without_runs(cells: Sequence[CellPage]) -> str:
    """List the cells without runs: by name where there is a recipe, else by the reason."""
    left = [cell for cell in cells if not cell.verdict.units]
    ready = [cell.verdict.cell for cell in left if cell.settings]
    reasons = Counter(cell.verdict.reason for cell in left if not cell.settings)
    lines = [f"- No recipe, {_times(count, 'cell')}: {reason}." for reason, count in reasons.items()]
    if ready:
        lines.append(f"- A recipe but no runs, {_times(len(ready), 'cell')}: {_names(ready)}")
    return "\n".join(lines)


def _names(cells: Sequence[Cell]) -> str:
    """Name cells by table and columns, with the rows that share them."""
    columns: dict[tuple[str, str], list[str]] = defaultdict(list)
    for cell in cells:
        columns[cell.table, cell.row].append(cell.column)
    rows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (table, row), names in columns.items():
        rows[table, ", ".join(dict.fromkeys(names))].append(row)
    return "; ".join(f"table {table}, {names}: {', '.join(group)}" for (table, names), group in rows.items())


def _coverage(cells: Sequence[CellPage]) -> dict[str, str]:
    """Return how far some cells are, as texts by heading: performance, then counts and claims."""
    verdicts = [cell.verdict for cell in cells]
    published = [cell for cell in cells if _is_performance(cell) and cell.verdict.cell.value is not None]
    ours = [cell for cell in cells if _is_performance(cell) and cell.verdict.cell.value is None]
    return {
        "results reproduced": coverage(verdicts, Kind.PERFORMANCE),
        "with runs": str(len(_once(cell for cell in published if cell.verdict.units))) if published else "",
        "verdicts": _answers([cell for cell in published if cell.verdict.units]),
        "our own": _answers([cell for cell in ours if cell.verdict.units]),
        "counts reproduced": coverage(verdicts, Kind.COUNT),
        "claims reproduced": coverage(verdicts, Kind.CLAIM),
    }


def _answers(cells: Sequence[CellPage]) -> str:
    """Return how many cells have each answer, in the order of the answers, and how many of these are stale."""
    stale = Counter(verdict.answer for verdict in _once(cells) if verdict.stale)
    return ", ".join(
        f"{count} {answer}{f' ({stale[answer]} stale)' if stale[answer] else ''}"
        for answer, count in counted(verdict.answer for verdict in _once(cells))
    )


def _once(cells: Iterable[CellPage]) -> list[Verdict]:
    return counted_once(cell.verdict for cell in cells)


def _table(cells: Iterable[CellPage]) -> str:
    return as_markdown([beside(cell) for cell in cells])


def _times(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _performance_first(pages: Iterable[PaperPage]) -> list[PaperPage]:
    """Put papers last that print no result of a trained system."""
    return sorted(pages, key=lambda page: all(cell.verdict.cell.value is None for cell in _performance(page)))


def _performance(page: PaperPage) -> list[CellPage]:
    return [cell for cell in page.cells if _is_performance(cell)]


def _counts(page: PaperPage) -> list[CellPage]:
    return [cell for cell in page.cells if not _is_performance(cell)]


def _is_performance(cell: CellPage) -> bool:
    return cell.verdict.cell.kind == Kind.PERFORMANCE


def _kind(page: PaperPage) -> str:
    return KINDS[_counts(page)[0].verdict.cell.kind]


def _short_title(page: PaperPage) -> str:
    """Return authors and year where the title begins with them."""
    authors, found, _ = page.title.partition("), ")
    return f"{authors})" if found else page.title

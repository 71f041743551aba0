"""The documents of a small paper: performance apart from counts, theirs beside ours."""

from dataclasses import replace

import pytest

from results.metrics import ACCURACY, VALUE
from results.published import Cell, Kind
from results.records import JobKey, RunRecord
from results.report.documents import beside, cells_document, costs_document, summary
from results.report.overview import results_document
from results.report.pages import CellPage, PaperPage
from results.tables import as_json, as_row, remarks, sentence
from results.verdicts import Answer, Verdict

LEFT_OUT = "record(s): their code computed other numbers"


def page(verdict: Verdict, settings: dict, **by_backend: Verdict) -> CellPage:
    records = [
        RunRecord(JobKey(*verdict.cell[:4], 0, seed, backend, "f", 1), {"m": unit}, seconds=9.0, finished="2026")
        for backend, found in by_backend.items()
        for seed, unit in enumerate(found.units)
    ]
    return CellPage(verdict, settings, records, (), "", by_backend)


@pytest.fixture
def papers():
    """A paper with two performance cells and a count, and lectures with a claim."""
    trained = Cell("new2026", "1", "CNN", "MR", ACCURACY, 80.0, 1.0)
    ours = Verdict(trained, Answer.REPRODUCED, "", (80.0, 81.0), 80.5, 0.7, (80.1, 80.9))
    other = Verdict(trained, Answer.INCOMPLETE, "1 of 2 runs", (70.25,), 70.25)
    missing = Verdict(Cell("new2026", "1", "SVM", "MR", ACCURACY, 79.0, 1.0), Answer.NOT_ATTEMPTED, "no sizes")
    ready = Verdict(Cell("new2026", "1", "RNN", "MR", ACCURACY, 78.0, 1.0), Answer.INCOMPLETE, "0 of 2 runs")
    count = Verdict(Cell("new2026", "1", "MR", "|V|", VALUE, 5.0, 0.0), Answer.DIFFERS, "", (4.0,), 4.0)
    claim = Verdict(Cell("lectures", "0", "sum", "printed", VALUE, 4.0, 0.0), Answer.REPRODUCED, "", (4.0,), 4.0)
    cells = [
        page(ours, {"epochs": "1"}, jax=ours, tensorflow=other),
        page(missing, {}),
        page(ready, {"epochs": "1"}),
        page(count, {"measure": "count"}, tensorflow=count),
    ]
    lectures = PaperPage("lectures", "Claims", "", (), [page(claim, {"measure": "x"}, tensorflow=claim)])
    return [lectures, PaperPage("new2026", "New (2026), A Paper", "", ("A note.",), cells)]


def test_performance_comes_first_and_apart(papers):
    text = cells_document(papers)
    assert text.index("## new2026") < text.index("## lectures") < text.index("## All counts and lecture claims")
    assert "**Performance**: reproduced 1 of 2 runnable, 3 printed. 1 with runs: 1 reproduced." in text
    assert "- No recipe, 1 cell: no sizes." in text
    assert "- A recipe but no runs, 1 cell: table 1, MR: RNN\n" in text
    assert "**Counts**: 1 differs ([all of them](#new2026-counts))." in text
    assert "**Lecture claims**: 1 reproduced" in text


def test_theirs_is_beside_ours_and_beside_other_back_ends(papers):
    line = "|1|CNN|MR|test accuracy (%)|80|80.5|+0.50|0.7|2|80.10 to 80.90|1|reproduced|tensorflow 70.25 (1 run)|"
    assert line in cells_document(papers)
    assert r"|1|MR|\|V\||value|5|4|-1|1|differs|" in cells_document(papers)


def test_the_summary_has_a_line_a_paper_and_their_sum(papers):
    first, second, together = summary(papers).splitlines()[2:]
    results, counts = "1 of 2 runnable, 3 printed|1|1 reproduced", "0 of 1 runnable, 1 printed"
    assert first == f"|[new2026](docs/results.md#new2026)|New (2026)|{results}|{counts}||"
    assert second == "|[lectures](docs/results.md#lectures)|Claims|||||1 of 1 runnable, 1 printed|"
    assert (
        together
        == "|all||1 of 2 runnable, 3 printed|1|1 reproduced|0 of 1 runnable, 1 printed|1 of 1 runnable, 1 printed|"
    )


def test_costs_are_of_performance_alone(papers):
    text = costs_document(papers)
    assert "## new2026\n\n3 jobs, 0.0 hours." in text
    assert "lectures" not in text


def test_a_paper_counts_its_kinds_apart_and_a_measurement_once(papers):
    twin = replace(papers[1].cells[0].verdict, cell=papers[1].cells[0].verdict.cell._replace(same_as="test error"))
    paper = replace(papers[1], cells=[*papers[1].cells, page(twin, {})])
    performance = [(Answer.REPRODUCED, 1), (Answer.INCOMPLETE, 1), (Answer.NOT_ATTEMPTED, 1)]
    assert paper.kinds == [
        (Kind.PERFORMANCE, "1 of 2 runnable, 3 printed", performance),
        (Kind.COUNT, "0 of 1 runnable, 1 printed", [(Answer.DIFFERS, 1)]),
    ]


def test_what_is_stale_is_marked_beside_the_verdict():
    cell = Cell("p", "1", "r", "c", ACCURACY, 91.2, 1.5)
    verdict = Verdict(cell, Answer.REPRODUCED, stale="code changed since c0ffee", retired=2)
    line = beside(CellPage(verdict, {}, [], [], "", {}))
    assert (line["stale"], line["retired"]) == ("code changed since c0ffee", f"2 {LEFT_OUT}")
    assert sentence(verdict).endswith(f"Stale: code changed since c0ffee. Retired: 2 {LEFT_OUT}.")


def test_what_is_stale_is_not_counted_as_reproduced(papers):
    fresh = papers[1].cells[0]
    old = replace(fresh.verdict, stale="code changed since c0ffee")
    paper = replace(papers[1], cells=[page(old, {"epochs": "1"}, jax=fresh.verdict, tensorflow=old)])
    assert "|0 of 1 runnable, 1 printed, 1 stale|1|1 reproduced (1 stale)|" in summary([paper])
    paper = replace(papers[1], cells=[page(fresh.verdict, {}, jax=replace(old, units=(70.25,), mean=70.25))])
    assert "|jax 70.25 (1 run, stale)|" in cells_document([paper])


def test_what_is_retired_makes_the_runs_of_todays_code_no_stale_ones():
    verdict = Verdict(Cell("p", "1", "r", "c", ACCURACY, 91.2, 1.5), Answer.REPRODUCED, retired=2)
    assert (as_json(verdict)["stale"], as_row(verdict)["stale"]) == (None, "")
    assert "Stale" not in sentence(verdict)


def test_the_results_are_printed_cells_with_misses_and_what_is_open(papers):
    command = {"columns": "MR", "command": "`retable run new2026 --until-settled`", "jobs": "2", "hours": "0.1"}
    papers[1] = replace(papers[1], misses=("*RNN*: a cause. Not tested.",), open=(command,))
    text = results_document(papers)
    assert text.index("## new2026") < text.index("## lectures")
    assert "\n|1|CNN|MR|80|80.5 (n 2, sd 0.7)|reproduced|\n" in text
    assert "Reproduced 1 of 2 runnable, 3 printed; [all cells](cells.md#new2026)." in text
    assert "|SVM|" not in text
    assert "**Misses**\n\n- *RNN*: a cause. Not tested." in text
    assert "|MR|`retable run new2026 --until-settled`|2|0.1|" in text


def test_a_remark_names_the_metric_where_it_is_not_about_all_of_a_place():
    """So a reader knows which of two numbers of a place is meant."""
    cells = [Cell("new2026", "1", "CNN", "MR", metric, 80.0, 1.0) for metric in (ACCURACY, VALUE)]
    differing = [Verdict(cell, Answer.WORSE, f"number {place}") for place, cell in enumerate(cells)]
    assert remarks(differing) == [
        "CNN, MR, test accuracy (%): worse: number 0",
        f"CNN, MR, {VALUE.title}: worse: number 1",
    ]
    alike = [Verdict(cell, Answer.WORSE, "too high") for cell in cells]
    assert remarks(alike) == ["CNN, MR: worse: too high"]

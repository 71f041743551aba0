"""retable explain: why a number of ours differs from the printed one, by experiment."""

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import machine
from benchmarks.cli.console import FORMATS, PLAIN_DATA, CleanConsole, existing, print_rows, warn, wide_console
from benchmarks.cli.options import arguments, completion
from benchmarks.cli.progress import RunReport
from benchmarks.cli.run import resumable
from benchmarks.explained.declared import declared
from benchmarks.explained.explanation import (
    PARTS,
    Question,
    asked,
    explain,
    forecast,
    looks_at_validation,
    sizes_for,
)
from benchmarks.explained.factors import NoEvidence
from benchmarks.explained.laboratory import Laboratory
from benchmarks.explained.sizes import Sizes
from benchmarks.jobs import LEADING, MOST_HOURS, Job, Options
from benchmarks.nights.plan import Stop, stopping
from benchmarks.reproduce import Runner, folder_of_records, folder_of_studies, verdicts
from benchmarks.runners.places import Events, Share, choose_runner, share_of_machine
from benchmarks.runners.processes import run_in_processes
from benchmarks.signals import Status
from benchmarks.table import PaperTable, UnknownName, load_table, match
from benchmarks.training.backends import select_backend
from data_pipelines.dataset import DataError
from results.explanations.explanation import Explanation
from results.explanations.planted import FILE
from results.explanations.store import keep, kept, make_ready
from results.explanations.wording import as_data, as_lines, rows, sentences
from results.folders import KnownRecords, results_folder
from results.published import Cell
from results.verdicts import Verdict

IN_WORDS = ("table", "markdown")  # formats that sentences may follow
Seeds = Annotated[int, typer.Option("--seeds", min=3, max=100, help="Runs of each promising factor alone.")]


def explain_cell(
    paper: Annotated[
        str | None, typer.Argument(help="A paper; see `retable list`.", autocompletion=completion.papers)
    ] = None,
    table: arguments.OneTable = None,
    row: arguments.OneRow = None,
    column: arguments.OneColumn = None,
    metric: Annotated[str | None, typer.Option(help="Where a cell has several [the first].")] = None,
    hours: Annotated[
        float | None, typer.Option(min=0.0, max=MOST_HOURS, help="At most; few choose fewer runs [no limit].")
    ] = None,
    seeds: Seeds = 5,
    part: Annotated[
        str | None, typer.Option(help="What chooses factors: validation, or test (the printed number).")
    ] = None,
    factor: Annotated[list[str] | None, typer.Option(help="Test only this one; may be given again [all].")] = None,
    jobs: Annotated[str | None, typer.Option(help="Runs at once [RETABLE_JOBS, auto].")] = None,
    planted: Annotated[
        bool, typer.Option("--planted", help="Measure how well planted deviations are found, without a paper.")
    ] = False,
    format: arguments.Format = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A page of the answer: FILE.html.")] = None,
    results: arguments.Results = None,
) -> None:
    """Find out by runs why ours differs from theirs.

    Each declared factor is changed, alone and together with others, and the printed number is compared with ours.
    """
    if planted or paper is None:
        if paper is not None or not planted:
            raise UnknownName("Expected a paper, or --planted without one. `retable list` has the papers.")
        if any(one is not None for one in (table, row, column, metric, hours, part, factor, output)):
            raise UnknownName("--planted measures all planted cases. It goes with --jobs and --results alone.")
        _measure(results or results_folder(), share_of_machine(jobs))
        return
    found, form, page = load_table(paper), match("format", format, FORMATS), _page(output)
    chosen_part = None if part is None else match("part", part, PARTS)
    cell = _cell(found.cells(table, row, column), metric)
    (planned,) = found.plan([cell])
    folder, share = existing(results), share_of_machine(jobs)
    (verdict,) = verdicts([planned], KnownRecords(found.paper, folder).records())
    backend = verdict.backend or planned.backend
    try:
        place = ("--results", str(results)) if results else ()
        question = asked(planned, verdict, declared(found), backend, factor or (), place=place)
        is_validation = looks_at_validation(planned, chosen_part)
        at_once = share.jobs or (1 if machine.has_accelerator() else machine.cores())
        sizes = sizes_for(question, seeds, hours, at_once)
        make_ready(folder, found.paper)
        warn(forecast(question, sizes, at_once))
        _warn_of(verdict)
        answer = _found(question, sizes, folder, backend, hours=hours, share=share, on_validation=is_validation)
    except NoEvidence as error:
        warn(f"retable: {error}")
        raise typer.Exit(Status.NO_EVIDENCE) from None
    answer = replace(answer, is_part_asked=chosen_part is not None, are_factors_asked=bool(factor))
    try:
        _keep(answer, folder)
    finally:  # a full disk must not cost the answer
        _print(answer, form, found)
    if page:
        from results.report.explanations import write_page

        write_page(answer, found.title, page)


def _keep(answer: Explanation, folder: Path) -> None:
    """Keep an answer, but none of a few factors in place of one of all."""
    earlier = [one for one in kept(folder, answer.paper) if one.place == answer.place]
    if answer.are_factors_asked and earlier and not earlier[0].are_factors_asked:
        warn("Not kept: the folder has an answer of all factors for this cell.")
    else:
        warn(f"Kept in {keep(answer, folder)}.")


def _page(path: Path | None) -> Path | None:
    """Return where the page goes. Raises DataError where it could not be written, before hours of runs."""
    if path is None:
        return None
    if path.suffix not in (".html", ".htm"):
        raise DataError(f"--output {path} is not a name of a page. Expected FILE.html.")
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise DataError(f"{path} can't be written: expected a file in a folder that exists and can be written.")
    return path


def _warn_of(verdict: Verdict) -> None:
    """Say before the runs what may make them useless."""
    if verdict.published_is_predicted:
        warn("Theirs may be one of our runs: nothing needs to be explained. The runs show what each factor does.")
    if verdict.stale:
        warn(f"Our runs are stale: {verdict.stale}. Those of the explanation are of today's code.")


def _measure(results: Path, share: Share) -> None:
    """Explain all planted cases, and keep the measure."""
    from benchmarks.explained.measured import measure, write  # it imports papers

    select_backend(LEADING)
    runner = _runner("", leading=LEADING, share=share)
    with resumable():
        write(measure(folder_of_studies(results), runner, warn), results / FILE)
    print(results / FILE)


def _cell(cells: Sequence[Cell], metric: str | None) -> Cell:
    """Return the only cell that was chosen, or its first metric. Raises UnknownName for several."""
    by_metric = {name: [one for one in cells if one.metric.name == name] for name in _metrics(cells)}
    mine = by_metric[match("metric", metric, list(by_metric))] if metric else cells
    places = list(dict.fromkeys(f"--table {c.table!r} --row {c.row!r} --column {c.column!r}" for c in mine))
    if len(places) != 1:
        raise UnknownName(f"{len(places)} cells match. Choose one, such as {', '.join(places[:3])}.")
    return mine[0]


def _metrics(cells: Sequence[Cell]) -> list[str]:
    return list(dict.fromkeys(cell.metric.name for cell in cells))


def _found(
    question: Question,
    sizes: Sizes,
    results: Path,
    backend: str,
    *,
    hours: float | None,
    share: Share,
    on_validation: bool,
) -> Explanation:
    """Run the explanation; exit with 3 when the hours are over before."""
    select_backend(backend)
    folder, _ = folder_of_records(folder_of_studies(results), Options())
    problems: list[str] = []
    limit = stopping(hours, problems) if hours else nullcontext()
    progress = RunReport(CleanConsole(stderr=True, markup=False), problems, is_brief=True)
    runner = partial(_runner, leading=backend, share=share)
    with resumable():
        try:
            with limit, progress as report:
                factors = dict(question.factors)
                lab = Laboratory(question.planned, factors, folder, backend, runner, report, on_validation)
                return explain(lab, question, sizes, warn)
        except Stop as reason:  # a Ctrl-C too, for resumable
            warn(f"Stopped: {reason}. Every finished job is kept; the same command continues from here.")
            raise typer.Exit(Status.STOPPED) from None


def _runner(backend: str, *, leading: str, share: Share) -> Runner:
    """Return the runner of a back end: another one than the leading needs processes of its own."""
    if backend == leading:
        return choose_runner("here", share=share)
    most = share.jobs or machine.cores()
    return partial(run_apart, most=most, threads=share.threads or 1)


def run_apart(jobs: Iterable[Job], *, most: int, threads: int) -> Events:
    """Run jobs in processes, none in this one."""
    yield from run_in_processes(list(jobs), most, threads, warn)


def _print(answer: Explanation, form: str, table: PaperTable) -> None:
    if form == "json":
        print(json.dumps(as_data(answer), indent=1))
        return
    title = f"{table.title}: {answer.row}, {answer.column}, {answer.metric}"
    print_rows(as_lines(answer) if form in PLAIN_DATA else rows(answer), form, title)
    console = wide_console()
    for text in sentences(answer):
        if form not in IN_WORDS:
            warn(text)  # what is printed stays one table of that format
        else:
            console.print(text if form == "table" else f"\n{text}")

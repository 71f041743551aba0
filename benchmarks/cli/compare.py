"""retable compare: two groups of runs of a paper, cell by cell; or groups of any experiment."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from benchmarks.cli.console import FORMATS, PLAIN_DATA, existing, print_rows, warn
from benchmarks.cli.groups import experiments
from benchmarks.cli.options import arguments, completion
from benchmarks.evidence import groups as evidence
from benchmarks.signals import Status
from benchmarks.table import PaperTable, load_table, match
from results.comparison import TOO_FEW, Comparison, as_data, conditions, select
from results.folders import KnownRecords
from results.ledger import ResultsError
from results.tables import decimals, exact, interval, number, place, signed
from results.verdicts import Verdict

SOURCES = ("csv", "mlflow")
FAILURES = ("worse", "never")
MOST_NAMED = 5  # cells in a line


def compare_groups(
    paper: Annotated[
        str | None, typer.Argument(help="A paper; see `retable list`.", autocompletion=completion.papers)
    ] = None,
    first: Annotated[
        str | None, typer.Argument(help="all, or conditions: backend=jax,commit=c0ffee,date=2026-11.")
    ] = None,
    second: Annotated[str | None, typer.Argument(help="The group that is compared with the first.")] = None,
    table: arguments.Tables = None,
    row: arguments.Rows = None,
    column: arguments.Columns = None,
    results: arguments.Results = None,
    second_results: Annotated[Path | None, typer.Option(help="Another folder for the second group.")] = None,
    source: Annotated[
        str | None, typer.Option("--from", help="csv or mlflow [csv; mlflow with --experiment].")
    ] = None,
    where: Annotated[str, typer.Option(help="With runs from MLflow: a filter of MLflow's, for all groups.")] = "",
    format: arguments.Format = "table",
    fail_on: Annotated[
        str, typer.Option(help="worse: exit 1 when the second group is worse in some cell, each tested at 5 %.")
    ] = "never",
    across: Annotated[
        bool, typer.Option("--across", help="Also groups that differ in more than their conditions.")
    ] = False,
    allow_stale: Annotated[
        bool, typer.Option("--allow-stale", help="Also runs whose code has changed since.")
    ] = False,
    experiment: experiments.Experiments = None,
    metric: experiments.MetricName = None,
    group_by: experiments.GroupBy = None,
    pair_by: experiments.PairBy = None,
    unit: experiments.Unit = None,
    margin: experiments.Margin = None,
    better: experiments.Better = "",
    repeats: experiments.RepeatsOption = "refuse",
    level: experiments.LevelOption = "all",
    store: experiments.Store = None,
    picture: experiments.Picture = None,
    write_tags: experiments.WriteTags = False,
    strict: experiments.Strict = False,
) -> None:
    """Compare groups of runs, of a paper or of MLflow.

    PAPER FIRST SECOND: each cell has a verdict for both groups, and the paired difference its test.

    --experiment NAME --metric NAME --group-by params.NAME: each group has its mean and interval, and each pair of
    groups its test, corrected by Holm. --pair-by compares runs of equal seed. Runs that repeat a seed are refused,
    and what else differs between the groups is listed.
    """
    chosen, failing = match("format", format, FORMATS), match("--fail-on", fail_on, FAILURES)
    read_from = match("source", source or ("mlflow" if experiment else "csv"), SOURCES)
    of_paper: dict[str, object] = {"--table": table, "--row": row, "--column": column, "--across": across}
    of_paper |= {"--second-results": second_results, "--allow-stale": allow_stale, "--fail-on": failing != "never"}
    of_runs: dict[str, object] = {"--metric": metric, "--group-by": group_by, "--pair-by": pair_by, "--unit": unit}
    of_runs |= {"--margin": margin is not None, "--better": better, "--picture": picture, "--strict": strict}
    of_runs |= {"--write-tags": write_tags, "--repeats": repeats != "refuse", "--level": level != "all"}
    of_runs |= {"--store": store}
    if experiment:
        _refuse({"PAPER": paper, **of_paper, "--from csv": read_from == "csv"}, "not with --experiment")
        question: dict[str, object] = {"pair_by": pair_by or (), "unit": unit, "margin": margin, "better": better}
        question |= {"repeats": repeats, "level": level}
        asked = experiments.Asked(experiment, metric, group_by, store, where, chosen)
        asked = replace(asked, picture=picture, write_tags=write_tags, strict=strict, others=question)
        experiments.compare_experiments(asked, existing(results))
        return
    _refuse(of_runs, "only with --experiment")
    if paper is None or first is None or second is None:
        raise ResultsError("Expected PAPER FIRST SECOND, or --experiment NAME with --metric and --group-by.")
    found = load_table(paper)
    read = _reader(found, read_from, where)
    folder = existing(results)
    one = select(read(folder), first)
    two = select(read(existing(second_results) if second_results else folder), second)
    planned = found.plan(found.cells(table, row, column))
    known = conditions(first) & conditions(second)
    compared = evidence.compare_groups(planned, one, two, known=known, across=across, allow_stale=allow_stale)
    _print_cells(compared, chosen, f"{found.title}: {first} and {second}", (len(one), len(two)), failing)


def _refuse(options: Mapping[str, object], why: str) -> None:
    """Raise ResultsError for options that belong to the other kind of comparison."""
    if given := [name for name, value in options.items() if value]:
        raise ResultsError(f"{', '.join(given)}: {why}. `retable compare -h` shows both kinds of comparison.")


def _print_cells(
    compared: evidence.Compared, form: str, title: str, chosen: tuple[int, int], failing: str
) -> None:
    if failing == "worse" and not compared.cells:
        _without_evidence(compared.alone or ["every cell"])
    if not compared.cells:
        counts = "No cell has runs in both groups: {} and {} runs were chosen.".format(*chosen)
        raise ResultsError(f"{counts} Only the paper's own settings are compared; for trials see --experiment.")
    rows = [(as_data if form in PLAIN_DATA else as_row)(comparison) for comparison in compared.cells]
    caption = compared.difference and f"They differ in {compared.difference}."
    print_rows(rows, form, title, caption)
    if failing == "worse":
        _close(compared.cells, compared.alone)


def _close(compared: Sequence[Comparison], alone: Sequence[str]) -> None:
    """Exit with the status of a gate: closed by a worse cell, or by a cell without enough pairs.

    `alone` names the cells of which only one group has runs.
    """
    if any(comparison.answer in ("worse", "differs") for comparison in compared):
        raise typer.Exit(Status.FAILED)
    if few := [comparison.cell.name for comparison in compared if comparison.answer == TOO_FEW] + [*alone]:
        _without_evidence(few)


def _without_evidence(names: Sequence[str]) -> NoReturn:
    different = list(dict.fromkeys(names))
    others = f" and {len(different) - MOST_NAMED} more" if len(different) > MOST_NAMED else ""
    warn(f"No evidence: too few pairs of {', '.join(different[:MOST_NAMED])}{others}.")
    raise typer.Exit(Status.NO_EVIDENCE)


def as_row(comparison: Comparison) -> dict[str, str]:
    """Return a row of the comparison, as texts by heading."""
    cell = comparison.cell
    p_value = comparison.p_value
    return {
        **place(cell),
        "metric": cell.metric.name,
        "published": exact(cell.value),
        **_columns("first", comparison.first),
        **_columns("second", comparison.second),
        "pairs": str(comparison.pairs),
        "second - first": signed(comparison.difference),
        "p": "" if p_value is None else f"{p_value:.2g}",
        "second is": comparison.answer,
    }


def _columns(name: str, verdict: Verdict) -> dict[str, str]:
    places = decimals(verdict.cell)
    within = f", interval {interval(verdict.interval, places)}" if verdict.interval else ""
    spread = "" if verdict.deviation is None else f", sd {number(verdict.deviation, places)}"
    return {
        name: f"{number(verdict.mean, places)}{spread}{within}",
        f"{name} runs": str(len(verdict.units)),
        f"{name} verdict": str(verdict.answer),
    }


def _reader(table: PaperTable, source: str, where: str):
    """Return the function from a results folder to records."""
    if source == "csv":
        if where:
            raise ResultsError("--where goes with --from mlflow.")
        return lambda folder: KnownRecords(table.paper, folder).records()
    from results.tracking.reader import tracked_records

    return lambda folder: tracked_records(table.paper, folder, where, warn, table.metrics)

"""retable certify | verify: a file by which a stranger judges a cell of ours again."""

from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Annotated, Any

import typer

from benchmarks.cli.console import FORMATS, print_rows, warn, wide_console
from benchmarks.cli.options import arguments
from benchmarks.signals import Status
from benchmarks.table import load_table, match
from benchmarks.training.backends import BACKENDS, select_backend
from results.folders import results_folder
from results.records import RecordFiles

MOST_NAMED = 5  # cells that are left out


def certify(
    paper: arguments.Paper,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write, as cell.zip.")],
    table: arguments.Tables = None,
    row: arguments.Rows = None,
    column: arguments.Columns = None,
    backend: Annotated[str | None, typer.Option(help="Whose runs [that of the verdict].")] = None,
    key: Annotated[
        Path | None, typer.Option(help="A private key of Ed25519 to sign with [~/.ssh/id_ed25519].")
    ] = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help="Do not sign.")] = False,
    results: arguments.Results = None,
) -> None:
    """Write what a stranger needs to judge cells again.

    Runs, predictions, true classes, margins with their history and the code are in one file; the data are not.
    Cells without runs of today's code are left out.
    """
    from benchmarks.certificates import archive, wording, writing

    known, signing_key = load_table(paper), None if unsigned else _key(key)
    used = match("back end", backend, list(BACKENDS)) if backend else None
    archive.check_place(output)
    planned = known.plan(known.cells(table, row, column))
    source = RecordFiles(known.paper, results or results_folder())
    warn(
        "Reading the true classes of the test parts from the data: each fold of a cross-validation takes seconds."
    )
    found = writing.certify(known, planned, source, backend=used, key=signing_key)
    for text in found.left_out if found.verdicts and len(found.left_out) <= MOST_NAMED else []:
        warn(f"left out: {text}.")
    if not found.verdicts:
        reasons = "; ".join(dict.fromkeys(found.left_out[:MOST_NAMED]))
        warn(f"Nothing can be certified. {reasons}.")
        raise typer.Exit(Status.NO_EVIDENCE)
    archive.write(output, found.files)
    for line in wording.written(output, output.stat().st_size, found.verdicts, signing_key is not None):
        print(line)


def _key(path: Path | None) -> Any:
    """Return the key to sign with: the given one, or the user's own if there is one."""
    from benchmarks.certificates import signing

    chosen = path or signing.usual_key()
    if chosen is None:
        return None
    try:
        return signing.read_key(chosen)
    except signing.NeedsPassphrase:
        return signing.read_key(chosen, typer.prompt(f"Passphrase of {chosen}", hide_input=True, err=True))


def verify(
    file: Annotated[Path, typer.Argument(help="A certificate.")],
    signer: Annotated[
        str | None, typer.Option(help="Who must have signed: SHA256:..., a public key, or a file of them.")
    ] = None,
    rerun: Annotated[bool, typer.Option("--rerun", help="Train one job of it again, chosen by chance.")] = False,
    minutes: Annotated[
        float | None, typer.Option(min=0, help="With --rerun: only a job that took at most so long.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 also where something could not be checked.")
    ] = False,
    format: arguments.Format = "table",
) -> None:
    """Judge a certificate again.

    The file is enough: the data, the code that trained and a deep learning library are not used. Exits with 1 if
    anything is not as stated.
    """
    from benchmarks.certificates import archive, signing, wording
    from benchmarks.certificates.checks import Outcome
    from benchmarks.certificates.verifying import verify as verified

    chosen = match("format", format, FORMATS)
    trusted = set() if signer is None else signing.expected(signer)  # an empty one is a mistake
    files = archive.read(file)
    checks = list(verified(files, trusted))
    if chosen == "table":
        _print(map(wording.in_a_line, checks))
    if rerun and not any(check.outcome == Outcome.FAULT for check in checks):
        again = _again(files, minutes)
        checks += again
        if chosen == "table":
            _print(map(wording.in_a_line, again))
    if chosen == "table":
        _print([wording.total(file, checks)])
    else:
        print_rows([{**check._asdict(), "outcome": str(check.outcome)} for check in checks], chosen, "Certificate")
    if {check.outcome for check in checks} & {Outcome.FAULT, *([Outcome.UNCHECKED] if strict else [])}:
        raise typer.Exit(Status.FAILED)


def _print(lines: Iterable[str]) -> None:
    console = wide_console()
    for line in lines:
        console.print(line)


def _again(files: dict[str, bytes], minutes: float | None) -> list[Any]:
    """Train one job of a certificate again."""
    from benchmarks.certificates import rerun
    from benchmarks.certificates.opened import opened
    from benchmarks.runners.places import run_apart

    with opened(files) as certificate:
        try:
            chosen = rerun.choose(rerun.repeatable(certificate), minutes, Random())
        except rerun.NoTime as error:
            warn(str(error))
            raise typer.Exit(Status.NO_EVIDENCE) from error
        select_backend(chosen.record.key.backend)
        seconds = chosen.record.seconds
        warn(f"training again: {chosen.record.key}, which took {seconds:.0f} s on {chosen.record.device}.")
        return list(rerun.repeated(certificate, chosen, run_apart(chosen.job, chosen.record.threads or 1)))

"""The command `retable`."""

import errno
import sys
import warnings
from typing import TextIO

import typer

from benchmarks.cli import (
    bench,
    compare,
    data,
    features,
    look,
    nightly,
    recheck,
    report,
    run,
    show,
    vectors,
)
from benchmarks.evidence.roots import UnknownCode
from benchmarks.table import UnknownName
from data_pipelines.dataset import DataError, LeftOut
from results.ledger import ResultsError

app = typer.Typer(
    help="Reproduce the result tables of published papers, cell by cell, with a statistical verdict.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("list")(show.list_papers)
app.command("show")(show.show)
app.command("plan")(show.plan)
app.command("run")(run.run)
app.command("reproduce")(run.reproduce_default)
app.command("track")(run.track)
app.command("recheck")(recheck.recheck_records)
app.command("compare")(compare.compare_groups)
app.command("look")(look.look)
app.command("report")(report.report)
app.command("nightly")(nightly.nightly)
app.command("schedule")(nightly.schedule)
app.command("features")(features.features)
app.command("bench")(bench.bench)
app.command("docs")(report.docs)
app.add_typer(data.app, name="data")
app.add_typer(vectors.app, name="vectors")

USER_ERRORS = (UnknownName, DataError, ResultsError, UnknownCode, SyntaxError)
DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO}
PATH_ERRORS = {errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP}


def main() -> None:
    """Run the command; a user's mistake is one line and exit 1, a bug its traceback."""
    warnings.showwarning = _show_warning
    try:
        app(prog_name="retable")
    except USER_ERRORS as error:
        _stop(str(error))
    except OSError as error:
        if error.errno not in DISK_ERRORS | PATH_ERRORS:
            raise
        _stop(f"{error.strerror}: {error.filename or 'while writing'}")


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print our own warnings as one line, others as Python does."""
    is_ours = issubclass(category, LeftOut)
    as_python = warnings.formatwarning(message, category, filename, lineno, line)
    print(f"retable: {message}\n" if is_ours else as_python, end="", file=file or sys.stderr)


def _stop(text: str) -> None:
    print(f"retable: {text}", file=sys.stderr)
    sys.exit(1)

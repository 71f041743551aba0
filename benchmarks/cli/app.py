"""The command `retable`."""

import errno
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, TextIO

import typer
from typer.core import TyperGroup

from benchmarks import provenance
from benchmarks.cli import (
    bench,
    compare,
    data,
    explain,
    features,
    look,
    nightly,
    own,
    plan,
    recheck,
    report,
    run,
    show,
    vectors,
)
from benchmarks.cli.options import completion
from benchmarks.cli.options.arguments import with_papers
from benchmarks.cli.own_numbers import audit, certify, judge
from benchmarks.cli.schedulers import array, schedule
from benchmarks.evidence.roots import UnknownCode
from benchmarks.runners.variables import expand_home
from benchmarks.signals import Status
from benchmarks.streams import CONTROL, clean, clean_streams, escaped
from benchmarks.table import UnknownName
from data_pipelines.cache import cache_folder
from data_pipelines.dataset import DataError, LeftOut
from data_pipelines.whole_files import remove_leftovers, temporary_folder
from results.ledger import ResultsError


class Commands(TyperGroup):
    """All commands; none takes an argument or a variable with a control character in it."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Read the arguments. Raises DataError for a line feed, a NUL and the like."""
        if ctx.resilient_parsing:  # the shell completes a line; whatever is wrong with it is said when it runs
            return super().parse_args(ctx, args)
        ours = {name: text for name, text in os.environ.items() if name.startswith("RETABLE_")}
        for name, text in [*(("An argument", text) for text in args), *ours.items()]:
            if CONTROL.search(text):
                raise DataError(f"{name} is '{escaped(text)}'. Expected a text without control characters.")
        expand_home()
        return super().parse_args(ctx, list(map(_expanded, args)))


def _expanded(argument: str) -> str:
    """Replace ~ in --option=~/folder, which some shells leave there."""
    name, _, text = argument.partition("=")
    is_of_home = name.startswith("--") and (text == "~" or text.startswith("~/"))
    return f"{name}={Path(text).expanduser()}" if is_of_home else argument


app = typer.Typer(
    cls=Commands,
    help="Reproduce the result tables of published papers, cell by cell, with a statistical verdict.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
COMMANDS: dict[str, Callable] = {
    "list": show.list_papers,
    "show": show.show,
    "plan": plan.plan,
    "run": run.run,
    "reproduce": run.reproduce_default,
    "track": run.track,
    "check": own.check,
    "recheck": recheck.recheck_records,
    "compare": compare.compare_groups,
    "explain": explain.explain_cell,
    "judge": judge.judge,
    "audit": audit.audit_tables,
    "certify": certify.certify,
    "verify": certify.verify,
    "look": look.look,
    "report": report.report,
    "nightly": nightly.nightly,
    "nights": nightly.nights,
    "schedule": schedule.schedule,
    "features": features.features,
    "bench": bench.bench,
    "docs": report.docs,
    "new": own.new,
    "merge": own.merge,
    "where": own.where,
}
WITHOUT_PAPERS = {"reproduce", "features", "bench", "docs", "new"}
WITH_NEGATIVE_NUMBERS = {"judge"}
for name, command in COMMANDS.items():
    settings = {"ignore_unknown_options": name in WITH_NEGATIVE_NUMBERS}
    app.command(name, context_settings=settings)(command if name in WITHOUT_PAPERS else with_papers(command))
app.add_typer(data.app, name="data")
app.add_typer(vectors.app, name="vectors")
app.add_typer(array.app, name="array")

READERS = {  # they write nothing of ours
    *("list", "show", "plan", "compare", "judge", "audit", "verify", "nights", "schedule"),
}
USER_ERRORS = (UnknownName, DataError, ResultsError, UnknownCode, SyntaxError)
DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO}
PATH_ERRORS = {errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP}


def _print_version(is_asked: bool) -> None:
    if is_asked:
        print(provenance.name())
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print version and commit.")
]


@app.callback()
def prepare(context: typer.Context, version: Version = False) -> None:
    """Tidy up before a command that writes."""
    if context.invoked_subcommand not in READERS:
        context.with_resource(_tidied())


@contextmanager
def _tidied() -> Iterator[None]:
    """Remove what killed commands have left, and keep temporary files where the next command finds them."""
    shared = Path(tempfile.gettempdir())
    remove_leftovers(cache_folder().parent)
    remove_leftovers(shared, ".new-*")
    with temporary_folder(shared) as folder:
        tempfile.tempdir = str(folder)
        try:
            yield
        finally:
            tempfile.tempdir = None


def main() -> None:
    """Run the command; a user's mistake is one line and exit 1, a bug its traceback."""
    clean_streams()
    warnings.showwarning = _show_warning
    if completion.is_asked():
        with suppress(Exception):
            app(prog_name="retable")
        sys.exit(Status.FAILED)
    try:
        app(prog_name="retable")
    except USER_ERRORS as error:
        _stop(str(error))
    except MemoryError as error:
        _stop(f"There is not enough memory. {error}".strip())
    except OSError as error:
        if error.errno not in DISK_ERRORS | PATH_ERRORS:
            raise
        _stop(f"{error.strerror}: {error.filename2 or error.filename or 'while writing'}")  # where it was to go


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
    print(clean(f"retable: {text}", keep=""), file=sys.stderr)
    sys.exit(Status.FAILED)

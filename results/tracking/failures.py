"""Failures of MLflow in one line: no SQL, no secret, no escape sequence."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from textwrap import shorten

from results.folders import results_folder
from results.secrets import secrets_of, without_secrets

LONGEST = 300  # characters
CREDENTIALS = ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN")


class TrackingError(Exception):
    """Something in MLflow that has to be changed by hand; the message says how."""


def track_command(paper: str, folder: Path) -> str:
    """Return the command that sends the records of a results folder, in the quotes of a text."""
    place = "" if folder == results_folder() else f" --results {shlex.quote(str(folder))}"
    return f"`retable track {paper}{place}`"


def in_one_line(error: BaseException, uri: str) -> str:
    """Return the reason of a failure, without the full stop."""
    known = {os.environ[name] for name in CREDENTIALS if os.environ.get(name)} | secrets_of(uri)
    text = without_secrets(_reason(error, uri), known)
    plain = "".join(character if character.isprintable() else " " for character in text)
    return shorten(plain, LONGEST, placeholder=" ...").rstrip(".")


def _reason(error: BaseException, uri: str) -> str:
    from requests.exceptions import ConnectionError, RetryError, Timeout
    from sqlalchemy.exc import DBAPIError

    if isinstance(error, TrackingError):
        return str(error)
    for cause in _causes(error):
        if isinstance(cause, Timeout):
            return f"{uri} does not answer in time"
        if isinstance(cause, ConnectionError):
            return f"{uri} does not answer"
        if isinstance(cause, RetryError):
            return f"{uri} answers with server errors only"
        if isinstance(cause, DBAPIError):
            return f"{_first_line(cause.orig or cause)} ({uri})"
        if isinstance(cause, ModuleNotFoundError):
            return f"{uri} needs the Python module {cause.name}, which is not installed"
    if isinstance(error, OSError) and error.filename:
        return f"{error.strerror}: {error.filename}"
    return f"{_first_line(error)} ({uri})"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _first_line(error: BaseException) -> str:
    lines = [line for line in str(error).partition("[SQL")[0].splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0].strip().rstrip(".")

"""Failures in one line: the reason, without SQL, secrets and escape sequences."""

import sqlite3

import pytest
import requests
import sqlalchemy

from results.tracking.failures import TrackingError, in_one_line

URI = "http://bob:hunter2@host:5000"
STATEMENT = sqlalchemy.exc.OperationalError("INSERT INTO runs", (), sqlite3.OperationalError("database is locked"))


def raised_from(cause):
    try:
        raise RuntimeError(f"API request to {URI}/api failed\n[SQL: SELECT hunter2]\nand more.") from cause
    except RuntimeError as error:
        return error


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (raised_from(None), "API request to http://***@host:5000/api failed (http://***@host:5000)"),
        (raised_from(STATEMENT), "database is locked (http://***@host:5000)"),
        (raised_from(requests.exceptions.ReadTimeout()), "http://***@host:5000 does not answer in time"),
        (raised_from(requests.exceptions.SSLError(URI)), "http://***@host:5000 does not answer"),
        (raised_from(requests.exceptions.RetryError(URI)), "http://***@host:5000 answers with server errors only"),
        (ModuleNotFoundError("No", name="psycopg"), "http://***@host:5000 needs the Python module psycopg"),
        (ValueError("\n\n"), "ValueError (http://***@host:5000)"),
        (ValueError('user "bob",\x1b[31m secret'), 'user "***", [31m *** (http://***@host:5000)'),
        (TrackingError("restore it. First."), "restore it. First"),
        (ValueError("word " * 1000), "word word"),
    ],
)
def test_one_line(error, line, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "secret")
    found = in_one_line(error, URI)
    assert found.startswith(line)
    assert len(found) <= 300
    assert "SQL" not in found
    assert "hunter2" not in found

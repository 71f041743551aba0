"""The SQLite database in a results folder: made whole under another name, checked, replaced if it is damaged."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from results.atomic import flush_folder
from results.locks import acquired

PATIENCE_SECONDS = 20  # as MLflow waits for a locked database
MAKING_SECONDS = 120
FILE = "sqlite:///"  # how the address of a database begins
BESIDE = ("", "-journal", "-wal", "-shm")  # what SQLite would apply to a new database of the same name
UNAVAILABLE = {  # says nothing about the content
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN),
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_NOMEM),
}


def address(path: Path) -> str:
    """Return the address by which MLflow opens a database."""
    return f"{FILE}{path}"


def prepare(path: Path, say: Callable[[str], None]) -> None:
    """Make the database unless there is a sound one; `say` gets a sentence if another file is in its place.

    Raises OSError or sqlite3.OperationalError where that can't be done, filelock.Timeout where another command is
    at it for too long.
    """
    if path.is_file() and not problem(path):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with acquired(Path(f"{path}.lock"), MAKING_SECONDS):
        found = problem(path) if os.path.lexists(path) else "it is missing"
        if not found:
            return  # another command has made it meanwhile
        new = path.with_name(f"{path.name}.new")
        try:
            _make(new)
            if aside := _set_aside(path):
                say(f"{path} can't be used: {found}. It is now {aside.name}, and a new one takes its place.")
            new.replace(path)
        finally:
            _remove(new)
        flush_folder(path.parent)


def problem(path: Path) -> str:
    """Return why MLflow can't use a database; empty if it can. Raises sqlite3.OperationalError if it is locked."""
    if not path.is_file():
        return "it is not a file"
    if not path.stat().st_size:
        return "it is empty"
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=PATIENCE_SECONDS)) as found:
            return _problem_inside(found)
    except (sqlite3.Error, UnicodeError) as error:  # the latter: damage in what an error quotes
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        if code & 0xFF in UNAVAILABLE:
            raise
        return "it is not an SQLite database" if code == sqlite3.SQLITE_NOTADB else "it is damaged"


def _problem_inside(found: sqlite3.Connection) -> str:
    """Check structure and schema, and read every row. Raises sqlite3.Error for some kinds of damage."""
    if found.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        return "it is damaged"
    tables = {name for (name,) in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"alembic_version", "experiments", "runs"} & tables:
        return "it is not a database of MLflow"
    head, columns = _schema()
    made = (
        found.execute("SELECT version_num FROM alembic_version").fetchall() if "alembic_version" in tables else []
    )
    if made != [(head,)]:
        return "its schema is unfinished, or that of another version of MLflow"
    for table, names in columns.items():
        listed = ", ".join(f'"{table}"."{name}"' for name in names)
        for _ in found.execute(f'SELECT {listed} FROM "{table}"'):
            pass
    return ""


def _schema() -> tuple[str | None, dict[str, list[str]]]:
    """Return the revision of this MLflow's schema, and its columns by table."""
    import mlflow.store.db_migrations
    import mlflow.store.tracking.sqlalchemy_store  # declares the tables
    from alembic.script import ScriptDirectory
    from mlflow.store.db.base_sql_model import Base

    scripts = ScriptDirectory(str(Path(mlflow.store.db_migrations.__path__[0])))
    columns = {name: [column.name for column in table.columns] for name, table in Base.metadata.tables.items()}
    return scripts.get_current_head(), columns


def _make(new: Path) -> None:
    """Let MLflow make its schema in a file of which nobody knows yet."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    _remove(new)  # a kill may have left it
    new.touch()  # with the modes of other files: SQLite would let only its owner write
    with without_flushing(new):
        SqlAlchemyStore(address(new), (new.parent / "mlartifacts").as_uri()).engine.dispose()


def _remove(new: Path) -> None:
    for suffix in BESIDE:
        Path(f"{new}{suffix}").unlink(missing_ok=True)


@contextmanager
def without_flushing(path: Path) -> Iterator[None]:
    """Let SQLite write to disk when it likes; the file is flushed as a whole at the end."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    def connected(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    event.listen(Engine, "connect", connected)
    try:
        yield
    finally:
        event.remove(Engine, "connect", connected)
        with suppress(FileNotFoundError), path.open("rb+") as stream:
            os.fsync(stream.fileno())


def _set_aside(path: Path) -> Path | None:
    """Rename a database and what SQLite keeps beside it; return its new name if there was one."""
    aside = next(name for n in count(1) if not os.path.lexists(name := Path(f"{path}.old-{n}")))
    there = [suffix for suffix in BESIDE if os.path.lexists(f"{path}{suffix}")]
    for suffix in there:
        Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
    return aside if "" in there else None

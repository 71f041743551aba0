"""The local database: damage of every kind is recognised, and the file set aside; what is only busy is not."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from results.tracking.database import prepare, problem


def sql(*statements):
    """Return a function that changes a database."""

    def change(path):
        with closing(sqlite3.connect(path)) as found:
            for statement in statements:
                found.execute(statement)
            found.commit()

    return change


def cut(size):
    return lambda path: path.write_bytes(path.read_bytes()[:size])


def flip(text):
    """Return a function that damages the first place where a text occurs in a file."""

    def change(path):
        content = path.read_bytes()
        assert text in content
        path.write_bytes(content.replace(text, bytes(255 - byte for byte in text), 1))

    return change


def replaced(content):
    return lambda path: path.write_bytes(content)


def other_program(path):
    path.unlink()
    sql("CREATE TABLE studies (name)")(path)


def folder(path):
    path.unlink()
    path.mkdir()


def late_page(path):
    """Damage the last page, which belongs to a table or an index."""
    content = path.read_bytes()
    path.write_bytes(content[:-4096] + b"\x0d" * 4096)


OTHER = "unfinished, or that of another version"
DAMAGE = {
    "empty": (replaced(b""), "is empty"),
    "text": (replaced(b"hello\n" * 1000), "not an SQLite database"),
    "zeros": (replaced(bytes(8192)), "not an SQLite database"),
    "cut in the header": (cut(50), "is damaged"),
    "cut after a page": (cut(4096), "is damaged"),
    "cut in a page": (cut(500_000), "is damaged"),
    "header": (flip(b"SQLite format 3"), "not an SQLite database"),
    "definition": (flip(b"CREATE TABLE"), "is damaged"),
    "name that an error quotes": (flip(b"INDEX"), "is damaged"),
    "page": (late_page, "is damaged"),
    "text of a row": (sql("UPDATE experiments SET name = CAST(x'ff41' AS TEXT)"), "is damaged"),
    "table": (sql("DROP TABLE latest_metrics"), "is damaged"),
    "column": (sql("ALTER TABLE tags RENAME COLUMN value TO worth"), "is damaged"),
    "other program": (other_program, "not a database of MLflow"),
    "folder": (folder, "not a file"),
    "older": (sql("UPDATE alembic_version SET version_num = 'bda7b8c39065'"), OTHER),
    "newer": (sql("UPDATE alembic_version SET version_num = 'ffffffffffff'"), OTHER),
    "no version": (sql("DELETE FROM alembic_version"), OTHER),
    "before versions": (sql("DROP TABLE alembic_version"), OTHER),
}


@pytest.mark.parametrize(("change", "text"), DAMAGE.values(), ids=DAMAGE)
def test_a_database_that_mlflow_cannot_use(results, change, text):
    change(results / "mlflow.db")
    assert text in problem(results / "mlflow.db")


def test_a_sound_database_is_kept_as_it_is(sound):
    before = sound.read_bytes()
    prepare(sound, pytest.fail)
    assert problem(sound) == ""
    assert sound.read_bytes() == before
    assert {path.name for path in sound.parent.iterdir()} == {"mlflow.db", "mlflow.db.lock"}


def test_a_replaced_database_takes_along_what_sqlite_keeps_beside_it(tmp_path):
    path = tmp_path / "mlflow.db"
    (path / "anything").mkdir(parents=True)
    for name in ("mlflow.db-journal", "mlflow.db.old-1", "mlflow.db.new", "mlflow.db.new-journal"):
        (tmp_path / name).write_text(f"this was {name}")
    notices = []
    prepare(path, notices.append)
    assert problem(path) == ""
    said = "can't be used: it is not a file. It is now mlflow.db.old-2, and a new one takes its place."
    assert notices == [f"{path} {said}"]
    assert (tmp_path / "mlflow.db.old-2" / "anything").is_dir()
    assert (tmp_path / "mlflow.db.old-2-journal").read_text() == "this was mlflow.db-journal"
    assert (tmp_path / "mlflow.db.old-1").read_text() == "this was mlflow.db.old-1"
    assert not list(tmp_path.glob("*.new*"))


@pytest.mark.parametrize("name", ["a b", "a#b", "é", "o'clock"])
def test_folders_of_any_name(results, name):
    other = results / name
    other.mkdir()
    shutil.move(results / "mlflow.db", other / "mlflow.db")
    assert problem(other / "mlflow.db") == ""


def test_a_locked_database_is_not_damaged(results, monkeypatch):
    monkeypatch.setattr("results.tracking.database.PATIENCE_SECONDS", 0.1)
    with closing(sqlite3.connect(results / "mlflow.db")) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            prepare(results / "mlflow.db", pytest.fail)

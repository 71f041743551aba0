"""What a store was last seen to have of a paper: where nothing has changed since, MLflow is not even imported.

A receipt holds as long as the paper has nothing new and the store is as it was. An SQLite database is known by its
file, size and time of change, a server by the experiment. So a run that was deleted on a server goes unnoticed, as
does damage that leaves a file's time as it was, and what others delete while records are being sent. Other stores
get no receipts.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from results.atomic import atomic_path
from results.records import RunRecord
from results.tracking.about import CellAbout, PaperAbout, page_name
from results.tracking.database import BESIDE, FILE
from results.tracking.experiment import FORM, job_name
from results.tracking.summary import numbers_of, words_of
from results.verdicts import Verdict

PATIENCE_SECONDS = 5
EXPERIMENT = "/api/2.0/mlflow/experiments/get-by-name"


class Receipts:
    """The receipts of a folder of records in one store, each a small file in another folder."""

    def __init__(self, folder: Path, uri: str, records: Path) -> None:
        self._folder, self._uri, self._records = folder, uri, records
        self._given: dict[str, str] = {}

    def hold(self, paper: str, content: str) -> bool:
        """Return whether the store was seen to have this content, and has not changed since."""
        try:
            kept = json.loads(self._path(paper).read_text("utf-8"))
        except (OSError, ValueError):
            return False
        state = state_of(self._uri, paper)
        return bool(state) and kept == {"content": content, "store": state}

    def give(self, paper: str, content: str) -> None:
        """Note that the store has this content; `write` makes it last."""
        self._given[paper] = content

    def write(self) -> None:
        """Write what was given; to be called when nothing more is sent, because that changes the store."""
        with suppress(OSError):  # the next command then asks MLflow
            self._folder.mkdir(parents=True, exist_ok=True)
            for paper, content in self._given.items():
                receipt = {"content": content, "store": state_of(self._uri, paper)}
                with atomic_path(self._path(paper)) as temporary:
                    temporary.write_text(json.dumps(receipt), "utf-8")

    def _path(self, paper: str) -> Path:
        """Return a name without the address, which may have a password."""
        return self._folder / f"{_digest([self._uri, str(self._records.resolve()), paper])}.json"


def content_of(
    about: PaperAbout,
    records: Iterable[RunRecord],
    verdicts: Sequence[Verdict],
    cells: Mapping[str, CellAbout],
) -> str:
    """Return a digest of all that MLflow is to have of a paper; `cells` are by page name."""
    judged = [
        (numbers_of(verdict), words_of(verdict, cells.get(page_name(verdict.cell), CellAbout())))
        for verdict in verdicts
    ]
    return _digest([FORM, version("mlflow"), about, [job_name(record) for record in records], judged])


def _digest(parts: Sequence[object]) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def state_of(uri: str, paper: str) -> str:
    """Return a text that changes when a store does; empty where there is none, or nothing is known of it."""
    if uri.startswith(FILE):
        return _of_files(Path(uri.removeprefix(FILE).partition("?")[0]))
    if uri.startswith(("http://", "https://")):
        return _of_experiment(uri, paper)
    return ""


def _of_files(path: Path) -> str:
    """Return the identity of a database and of what SQLite keeps beside it."""
    if not path.is_file():
        return ""
    there = [Path(f"{path}{suffix}") for suffix in BESIDE if suffix != "-shm"]  # readers write that one
    found = [file.stat() for file in there if file.is_file() and file.stat().st_size]
    return " ".join(f"{one.st_ino} {one.st_size} {one.st_mtime_ns}" for one in found)


def _of_experiment(uri: str, paper: str) -> str:
    """Return number and creation of a paper's experiment: another server has no equal one."""
    import requests

    name, word = (os.environ.get(f"MLFLOW_TRACKING_{part}") for part in ("USERNAME", "PASSWORD"))
    token = os.environ.get("MLFLOW_TRACKING_TOKEN")
    try:
        answer = requests.get(
            uri.rstrip("/") + EXPERIMENT,
            {"experiment_name": paper},
            auth=(name, word) if name and word else None,
            headers={"Authorization": f"Bearer {token}"} if token and not name else None,
            timeout=PATIENCE_SECONDS,
        )
        answer.raise_for_status()
        found = answer.json()["experiment"]
        return f"{found['experiment_id']} {found['creation_time']}" if found["lifecycle_stage"] == "active" else ""
    except (requests.RequestException, ValueError, KeyError):  # MLflow then says what is wrong
        return ""

"""A certificate of a small paper from outside, whose printed cells have a repository of their own."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks import papers
from benchmarks.certificates import collecting, writing
from benchmarks.certificates.collecting import Chosen, Files
from benchmarks.certificates.contents import GIT, HISTORY, LOCK
from benchmarks.certificates.parts.git_objects import proof
from benchmarks.certificates.parts.margins import history
from benchmarks.jobs import Job
from benchmarks.outside.paper_files import use_folders
from benchmarks.table import PaperTable, load_table
from benchmarks.training.job import loaded_fold, train
from results.metrics import ACCURACY, score
from results.predictions import encode
from results.records import EpochEnd, RecordFiles, RunRecord

NAME = "certified2026"
PATH = f"results/published/{NAME}.csv"
PAPER = """
from functools import partial
import numpy as np
from retable import ACCURACY, Dataset, Fold, Measurement, PaperTable, Recipe, Split, from_keras

def load(paths, fold, seed):
    labels = np.random.default_rng(0).integers(0, 3, 60)
    part = Split(labels[:, None].astype("float32"), labels)
    return Fold(part, None, part)

def nothing(folder):
    return []

DATA = Dataset("sixty numbers", "this file", 3, (), load, nothing)

def guess(fold, seed):
    return np.where(np.random.default_rng(seed).random(len(fold.test.y)) < 0.8, fold.test.y, 0)

def build(fold, rng):
    raise RuntimeError("nobody trains it")

def recipe(cell):
    if cell.row == "guess":
        return Measurement(dataset=DATA, measure=guess, metrics=(ACCURACY,), runs=3)
    keras = {"optimizer": from_keras("optimizers.Adam"), "loss": from_keras("losses.Loss")}
    return Recipe(dataset=DATA, build=build, metrics=(ACCURACY,), batch_size=10, epochs=3, **keras)

TABLE = PaperTable("certified2026", "A paper", recipe, address="https://example.org/paper")
"""
CELLS = """table,row,column,metric,value,margin,note
1,guess,all,test accuracy,85,30,
1,network,all,test accuracy,60,9,
"""


@pytest.fixture(scope="package")
def folder(tmp_path_factory):
    """Provide the folder of a paper, and forget it afterwards."""
    folder = tmp_path_factory.mktemp("papers")
    (folder / f"{NAME}.py").write_text(PAPER)
    (folder / f"{NAME}.csv").write_text(CELLS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(papers.VARIABLE, "")
        use_folders([folder])
        yield folder
    papers.join_folders()


@pytest.fixture(scope="package")
def table(folder) -> PaperTable:
    return load_table(NAME)


@pytest.fixture(scope="package")
def repository(tmp_path_factory) -> tuple[Path, str]:
    """Return a repository with the printed cells, and its newest commit."""
    root = tmp_path_factory.mktemp("repository")
    (root / PATH).parent.mkdir(parents=True)
    git(root, "init", "--quiet")
    for margin in ("8", "9"):
        (root / PATH).write_text(CELLS.replace(",60,9,", f",60,{margin},"))
        git(root, "add", ".")
        git(root, "commit", "--quiet", "--message", f"margin {margin}")
    return root, git(root, "rev-parse", "HEAD")


def git(root: Path, *words: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    dated = os.environ | dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), "2026-01-02T03:04:05+00:00")
    command = ["git", *who, *words]
    done = subprocess.run(command, cwd=root, env=dated, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="package")
def records(table, repository, tmp_path_factory) -> RecordFiles:
    """Return three runs of each row: real ones of the guess, invented ones of the network."""
    source = RecordFiles(table.paper, tmp_path_factory.mktemp("records"))
    guess, network = table.plan()
    for seed in range(3):
        job = Job(guess.key(0, seed, "tensorflow"), guess.recipe, code=guess.code)
        (record,) = train(job)
        source.append(replace(record, commit=repository[1][:12]))
        job = Job(network.key(0, seed, "tensorflow"), network.recipe, code=network.code)
        invented, curve = trained(job, record)
        source.append(replace(invented, commit=repository[1][:12]), curve)
    return source


def trained(job: Job, like: RunRecord) -> tuple[RunRecord, list[EpochEnd]]:
    """Return the record and the curve of a network that was never trained."""
    with loaded_fold(job) as fold:
        rng = np.random.default_rng(job.key.seed)
        found = np.where(rng.random(60) < 0.5, fold.test.y, rng.integers(0, 3, 60))
        metrics = {ACCURACY.name: score(ACCURACY, fold.test.y, found)}
    record = replace(like, key=job.key, metrics=metrics, epochs=3, code=job.code, predictions=encode(found))
    return record, [EpochEnd(job.key, epoch, 1 / epoch, None, 0.1) for epoch in (1, 2, 3)]


@pytest.fixture(scope="package")
def past(repository):
    """Return a stand-in for the suite's own history."""
    root, commit = repository

    def stand_in(table: PaperTable, chosen: list[Chosen]) -> Files:
        changes = history(root, PATH, [one.planned.cell for one in chosen])
        rows = [[*change.place, *change[1:]] for change in changes]
        commits = {commit, *(change.commit for change in changes)}
        proofs = [item for commit in sorted(commits) for item in proof(root, commit, PATH).items()]
        objects = {f"{GIT}/{name}": content for name, content in proofs}
        return {HISTORY: collecting.as_csv(collecting.HISTORY_COLUMNS, rows), **objects, LOCK: b"numpy==2\n"}

    return stand_in


@pytest.fixture(scope="package")
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="package")
def certified(table, records, past, key):
    """Return a function that certifies, by a key or none."""

    def certify(key: Ed25519PrivateKey | None = key) -> Files:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(collecting, "past", past)
            return writing.certify(table, table.plan(), records, key=key).files

    return certify


@pytest.fixture(scope="package")
def signed(certified) -> Files:
    return certified()

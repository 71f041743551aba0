"""Jobs that are killed after an epoch and go on, on one backend.

Run as a script: KERAS_BACKEND=<backend> python -m tests.support.resume stop | go HOME ...
"""

import json
import os
import signal
import sys
from itertools import product

from benchmarks.jobs import Job, Options
from benchmarks.papers import kim2016
from benchmarks.table import load_table
from benchmarks.training.job import train
from results.records import EpochEnd
from tests.support.processes import trace_quickly

EPOCHS = 2
FEW_STEPS = 6  # of a language model, which are compiled one by one
PLACES = [  # packed sentences and the best epoch; recurrent states and a rate that falls
    ("kim2014", "2", "CNN-rand", "TREC"),
    ("kim2016", "3", "LSTM-Word-Small", "PTB"),
]


def jobs() -> list[Job]:
    options = Options(EPOCHS, lookalike=True, deterministic=True, checkpoint_after=0.0)
    found = []
    for paper, table, row, column in PLACES:
        papers = load_table(paper)
        (planned, *_) = papers.plan(papers.cells(table, row, column), options)
        found.append(Job(planned.key(0, 7, os.environ["KERAS_BACKEND"]), planned.recipe, options))
    return found


def leave(job: Job) -> None:
    """Leave a job after its first epoch."""
    event = next(train(job))
    assert isinstance(event, EpochEnd), event


def numbers(job: Job) -> list:
    """Train a job to its end; return its metrics, losses and validation scores, and its error."""
    *epochs, record = train(job)
    points = [(point.epoch, point.loss, point.valid) for point in epochs]
    return [job.key.paper, record.metrics, points, record.error]


def stop() -> None:
    """Leave every job after its first epoch, the last one by a kill."""
    for job in jobs():
        leave(job)
    os.kill(os.getpid(), signal.SIGKILL)


def go(homes: list[str]) -> None:
    """Train every job to its end, once in each cache folder; print metrics, losses and validation scores."""
    for home, job in product(homes, jobs()):
        os.environ["RETABLE_HOME"] = home
        print(json.dumps(numbers(job)))


if __name__ == "__main__":
    trace_quickly()
    kim2016.STEPS = FEW_STEPS
    what, *homes = sys.argv[1:]
    stop() if what == "stop" else go(homes)

"""What stopped commands left: it is ended, deleted or sent again, and what is in flight elsewhere stays."""

import os

import pytest
from mlflow import MlflowClient
from mlflow.entities import ViewType

from results.tracking.client import tracking_uri
from results.tracking.experiment import Experiment
from results.tracking.leftovers import CELL_TAG, JOB_TAG, OWNER_TAG, PARENT_TAG, PARTIAL_TAG
from results.tracking.owner import this_process
from results.tracking.tracker import Tracker
from tests.results.tracking.samples import CELL, curve, record

MACHINE, _, START = this_process().rsplit(" ", 2)
KILLED = f"{MACHINE} {os.getpid()} {START}0"  # the number is used again by this process
ELSEWHERE = f"other-{MACHINE} 7 {START}"


class Store:
    """The runs of a paper, as left by commands."""

    def __init__(self, folder):
        self.folder, self.client = folder, MlflowClient(tracking_uri(folder))
        self.experiment = self.client.create_experiment("paper")

    def left(self, **tags):
        """Add a run that was never ended."""
        return self.client.create_run(self.experiment, tags=tags).info.run_id

    def state(self, run):
        info = self.client.get_run(run).info
        return info.status, info.lifecycle_stage

    def active(self, tag):
        runs = self.client.search_runs([self.experiment])
        return [run.info.run_id for run in runs if tag in run.data.tags]

    def tidy(self):
        Tracker("paper", self.folder, pytest.fail).tidy()


@pytest.fixture
def store(results):
    return Store(results)


def test_complete_runs_and_parents_are_ended(store):
    complete = store.left(**{JOB_TAG: "job", PARTIAL_TAG: "job", OWNER_TAG: ELSEWHERE})
    failed = store.left(**{JOB_TAG: "other", "error": "ValueError"})
    parent = store.left(**{CELL_TAG: "cell"})
    by_hand = store.left(note="mine")
    store.tidy()
    assert store.state(complete) == ("FINISHED", "active")
    assert store.state(failed) == ("FAILED", "active")
    assert store.state(parent) == ("FINISHED", "active")
    assert store.state(by_hand) == ("RUNNING", "active")


@pytest.mark.parametrize("owner", [KILLED, "", this_process()], ids=["killed", "earlier version", "this process"])
def test_what_was_abandoned_is_deleted_and_does_not_run_for_ever(store, owner):
    run = store.left(**{PARTIAL_TAG: "job", OWNER_TAG: owner})
    store.tidy()
    assert store.state(run) == ("KILLED", "deleted")


def test_a_run_in_flight_elsewhere_stays_however_long_it_takes(store):
    run = store.client.create_run(store.experiment, start_time=0, tags={PARTIAL_TAG: "job", OWNER_TAG: ELSEWHERE})
    store.tidy()
    assert store.state(run.info.run_id) == ("RUNNING", "active")


def test_of_doubles_the_first_stays(store):
    runs = [store.client.create_run(store.experiment, start_time=t, tags={JOB_TAG: "job"}) for t in (5, 3, 4)]
    store.tidy()
    assert store.active(JOB_TAG) == [runs[1].info.run_id]


def test_runs_below_doubles_of_a_parent_move_to_the_first(store):
    first, second = (
        store.client.create_run(store.experiment, start_time=t, tags={CELL_TAG: "cell"}).info.run_id
        for t in (1, 2)
    )
    elsewhere = store.left(**{CELL_TAG: "cell", OWNER_TAG: ELSEWHERE})
    child = store.left(**{JOB_TAG: "job", PARENT_TAG: second})
    store.tidy()
    assert set(store.active(CELL_TAG)) == {first, elsewhere}
    assert store.client.get_run(child).data.tags[PARENT_TAG] == first


def test_a_command_that_comes_second_keeps_what_the_first_has_sent(store):
    """Both have looked for runs before either sends one."""
    first, second = (Tracker("paper", store.folder, pytest.fail) for _ in range(2))
    first.tidy()
    second.tidy()
    assert first.send(CELL, record(0), curve(0), {})
    (parent,), (job,) = store.active(CELL_TAG), store.active(JOB_TAG)
    for tag, run in ((OWNER_TAG, parent), (OWNER_TAG, job)):
        store.client.set_tag(run, tag, ELSEWHERE)
    second.send(CELL, record(0), curve(0), {})
    second.send_rest()
    assert store.active(CELL_TAG) == [parent]
    assert len(store.active(JOB_TAG)) == 1
    runs = store.client.search_runs([store.experiment], run_view_type=ViewType.ALL)
    assert {run.info.status for run in runs} == {"FINISHED"}


def test_of_many_parents_that_two_commands_make_those_of_the_first_stay(store):
    cells = [CELL, CELL._replace(row="it's"), CELL._replace(row="100 %_`x`")]
    first, second = (Experiment(store.client, "paper", None) for _ in range(2))
    first.make_parents(cells)
    parents = store.active(CELL_TAG)
    for run in parents:
        store.client.set_tag(run, OWNER_TAG, ELSEWHERE)
    second.make_parents(cells)
    assert len(parents) == 3 and sorted(store.active(CELL_TAG)) == sorted(parents)
    second.add(cells[1], record(0), curve(0), {})
    (job,) = store.active(JOB_TAG)
    assert store.client.get_run(job).data.tags[PARENT_TAG] in parents


def test_all_runs_stay_deleted_that_a_user_deleted_but_records_are_sent_again(store):
    Tracker("paper", store.folder, pytest.fail).send(CELL, record(0), [], {})
    (run,) = store.active(JOB_TAG)
    store.client.delete_run(run)
    assert Tracker("paper", store.folder, pytest.fail).send(CELL, record(0), [], {})
    assert store.state(run) == ("FINISHED", "deleted")

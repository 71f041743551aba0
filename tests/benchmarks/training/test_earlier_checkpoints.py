"""Work of code that has changed since is continued where the code is known to compute the same, and else named."""

import errno
import os
from contextlib import closing
from dataclasses import replace

import pytest
from rich.console import Console

from benchmarks.cli.progress import RunReport
from benchmarks.evidence.history import in_history
from benchmarks.evidence.recheck import doubts
from benchmarks.evidence.rechecks import Outcome, Recheck, Rechecks, outside_ledger, write
from benchmarks.jobs import Job, Options
from benchmarks.reproduce import reproduce
from benchmarks.runners.places import run_here
from benchmarks.table import load_table
from benchmarks.training import checkpoints
from benchmarks.training.earlier_checkpoints import adopt, as_records, waiting
from benchmarks.training.job import train
from data_pipelines.dataset import LeftOut
from data_pipelines.whole_files import content_of
from results.records import Digests, RecordFiles, RunRecord
from tests.support.checkpoint_files import changed
from tests.support.work import tiny

NOT_EQUAL = (Outcome.UNEQUAL, Outcome.ACCEPTED, Outcome.FAILED)
OLD, OTHER = Digests("0" * 12, "", ""), Digests("1" * 12, "", "")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RETABLE_HOME", str(tmp_path / "home"))


@pytest.fixture
def job():
    """Return a job of today's code."""
    options = Options(3, lookalike=True, checkpoint_after=0.0)
    table = load_table("starter")
    (planned,) = table.plan(table.cells("1", "LeNet-style", "digits"), options)
    return Job(
        planned.key(0, 0, "tensorflow"),
        replace(planned.recipe, build=tiny),
        options,
        planned.code,
        records="starter-0",
    )


def left_by(job, code, epochs=1):
    """Train a job by some code for some epochs, stop it, and return its checkpoint and the epochs."""
    one = replace(job, code=code)
    with closing(train(one)) as events:
        points = [next(events) for _ in range(epochs)]
    return checkpoints.path_of(one), points


def probes(job, outcome=Outcome.EQUAL, code=OLD):
    """Return what is known when a probe has compared some code with today's."""
    return Rechecks([Recheck(code, job.code, *job.key[:4], "tensorflow", "then", "now", "look-alike", outcome)])


@pytest.fixture
def equal(job):
    return probes(job)


def of_commit(path, commit):
    return checkpoints.about(path)["job"] | {"commit": commit}


def test_a_job_continues_from_a_checkpoint_of_equal_code(job, equal):
    path, points = left_by(job, OLD, epochs=2)
    assert adopt([job], equal) == []
    assert not path.exists()
    assert checkpoints.path_of(job).exists()
    *epochs, record = train(job)
    assert epochs[:2] == points and len(epochs) == 3
    assert record.code == job.code and not record.error
    assert waiting(checkpoints.folder_of("starter-0")) == []


def test_the_numbers_are_those_of_an_unbroken_job(job, equal):
    left_by(job, OLD)
    adopt([job], equal)
    continued, unbroken = (last(train(one)) for one in (job, replace(job, records="starter-1")))
    assert (continued.metrics, continued.predictions) == (unbroken.metrics, unbroken.predictions)


def last(events):
    *_, record = events
    assert isinstance(record, RunRecord)
    return record


def epochs_in(path):
    return len(checkpoints.about(path)["curve"])


def test_of_two_equal_ones_that_of_more_work_is_taken(job):
    for code, epochs in ((OLD, 1), (OTHER, 2)):
        path, _ = left_by(job, code, epochs)
        changed(path, spent_seconds=100.0 * epochs)
    adopt([job], Rechecks([*probes(job).probes, *probes(job, code=OTHER).probes]))
    assert epochs_in(checkpoints.path_of(job)) == 2


def test_an_own_checkpoint_of_a_minute_hides_none_of_hours(job, equal):
    """As after a run that began again, was stopped, and then a recheck."""
    path, _ = left_by(job, OLD, epochs=2)
    changed(path, spent_seconds=18000.0)
    own, _ = left_by(job, job.code)
    assert adopt([job], equal) == []
    assert epochs_in(own) == 2 and not path.exists()


def test_an_own_checkpoint_of_more_work_stays(job, equal):
    path, _ = left_by(job, OLD)
    own, _ = left_by(job, job.code, epochs=2)
    changed(own, spent_seconds=18000.0)
    content = own.read_bytes()
    assert adopt([job], equal) == []
    assert own.read_bytes() == content


@pytest.mark.parametrize(
    ("known", "is_comparable"),
    [
        (lambda job: Rechecks([]), True),
        *((lambda job, o=o: probes(job, o, OTHER), o == "failed") for o in NOT_EQUAL),
    ],
)
def test_code_that_is_not_known_to_be_equal_is_named_with_its_work(job, known, is_comparable, capsys):
    path, _ = left_by(job, OTHER)
    changed(path, spent_seconds=5400.0, job=of_commit(path, "abc"))
    (left,) = adopt([replace(job, options=Options())], known(job))
    assert (left.path, left.code, left.seconds) == (path, OTHER, 5400.0)
    assert path.exists() and not checkpoints.path_of(job).exists()
    with RunReport(Console(width=150)) as report:
        report.left([left])
    said = capsys.readouterr().err
    assert f"1 job(s) leave checkpoints of other code: 90 min by {left.commit}." in said
    assert ("`retable recheck` first" in said) == left.is_comparable == is_comparable


def test_a_recheck_compares_commits(job):
    path, _ = left_by(job, OTHER)
    changed(path, job=of_commit(path, "abc+"))
    assert [one.is_comparable for one in adopt([replace(job, options=Options())], Rechecks([]))] == [False]
    assert as_records("starter") == []


def test_commits_of_other_checkouts_are_not_compared():
    assert in_history("HEAD") and not in_history("0" * 12)


def test_a_recheck_helps_no_trial(job):
    path, _ = left_by(job, OTHER)
    changed(path, job=of_commit(path, "abc"))
    assert job.options.is_trial
    assert [one.is_comparable for one in adopt([job], Rechecks([]))] == [False]


def test_cells_that_share_a_training_share_its_checkpoint(job, equal):
    left_by(job, OLD)
    other_cell = replace(job, key=job.key._replace(table="2", row="another"))
    assert adopt([other_cell], equal) == []
    assert checkpoints.path_of(other_cell).exists()


@pytest.mark.parametrize("other", [{"key": "seed"}, {"mode": "deterministic"}, {"records": "starter-1"}])
def test_another_job_leaves_it_alone(job, other, equal):
    path, _ = left_by(job, OLD)
    if "key" in other:
        mine = replace(job, key=job.key._replace(seed=1))
    elif "mode" in other:
        mine = replace(job, options=replace(job.options, deterministic=True))
    else:
        mine = replace(job, **other)
    assert adopt([mine], equal) == []
    assert path.exists() and not checkpoints.path_of(mine).exists()


def test_weights_in_another_order_are_not_mixed_up(job, equal):
    path, _ = left_by(job, OLD)
    changed(path, names=["reversed"])
    adopt([job], equal)
    with pytest.warns(LeftOut, match="names the weights otherwise.*; the work is done again"):
        assert last(train(job)).error == ""


def test_a_damaged_one_is_set_aside_and_not_used(job, equal):
    path, _ = left_by(job, OLD)
    content = bytearray(path.read_bytes())
    content[len(content_of(path)) // 2] ^= 1
    path.write_bytes(content)
    with pytest.warns(LeftOut, match=rf"{path} .*; the work is done again"):
        adopt([job], equal)
    assert not checkpoints.path_of(job).exists()


def test_a_full_disk_ends_no_run(job, equal, monkeypatch):
    path, _ = left_by(job, OLD)

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (left,) = adopt([job], equal)
    assert left.path == path and path.exists()


@pytest.mark.parametrize("facts", [{"versions": "older"}, {"form": 0}, {"job": None}, {"spent_seconds": "long"}])
def test_one_that_cannot_be_used_is_neither_named_nor_compared(job, equal, facts):
    path, _ = left_by(job, OLD)
    changed(path, **facts)
    assert adopt([job], equal) == [] == waiting(path.parent)
    assert path.exists() and not checkpoints.path_of(job).exists()


def test_what_zip_files_do_not_know_ends_no_run(job, equal):
    path, _ = left_by(job, OLD)
    content = path.read_bytes()
    for flag in (1, 0x20):  # encrypted; patched
        at = content.rindex(b"PK\1\2") + 8
        path.write_bytes(content[:at] + bytes([flag]) + content[at + 1 :])
        assert adopt([job], equal) == []


def test_a_recheck_compares_the_code_of_checkpoints_of_every_records_file(job):
    planned = load_table("starter").plan(load_table("starter").cells("1", "LeNet-style", "digits"))
    for number, code in enumerate((OLD, OTHER)):
        name = f"starter-{number:012x}"
        path, _ = left_by(replace(job, records=name, key=planned[0].key(0, 0, "tensorflow")), code)
        changed(path, job=of_commit(path, "abc"))
    assert {doubt.code for doubt in doubts(planned, as_records("starter"), Rechecks([]))} == {OLD, OTHER}
    assert as_records("other") == []


def test_a_run_continues_what_equal_code_began(job, tmp_path):
    table, files = load_table("starter"), RecordFiles("starter", tmp_path)
    (planned,) = table.plan(table.cells("1", "LeNet-style", "digits"), job.options)
    planned = replace(planned, recipe=job.recipe)
    mine = replace(job, records=checkpoints.name_of(files), code=planned.code)
    files.record_ledger.append([])  # without records its checkpoints would be those of an earlier file
    path, points = left_by(mine, OLD, epochs=2)
    write(list(probes(mine).probes), outside_ledger())
    reproduce([planned], run_here, tmp_path, seeds=1)
    (curve,) = files.curves().values()
    assert len(curve) == 3 and not path.exists()
    assert [point.seconds for point in curve[:2]] == pytest.approx([point.seconds for point in points], rel=1e-4)

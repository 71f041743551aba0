"""Jobs that were never run: a few training steps tell their length."""

import pytest

from benchmarks.nights import timing
from benchmarks.nights.forecast import BY_STEPS, forecasts, forecasts_to_next_look, totals
from benchmarks.nights.lengths import Length, add
from benchmarks.nights.lengths import lengths as kept
from benchmarks.nights.timing import measured
from benchmarks.training.backends import processor
from data_pipelines.dataset import DataError
from results.ledger import ResultsError
from results.records import EpochEnd, RunRecord
from tests.support.plans import planned_of

NEVER_RUN = Length("mark", "tensorflow", processor(), "commit", "real", 3, 0.5, 7200)


def a_job_on(device, planned):
    key = planned.key(0, 0, "tensorflow")
    return RunRecord(key, {"test accuracy": 90.0}, 1, seconds=60.0, code=planned.code, device=device)


def test_steps_are_timed_and_the_job_is_never_ended(here, starter):
    found = measured(starter)
    assert found[:5] == (starter.fingerprint, "tensorflow", processor(), found.commit, "real")
    assert found.steps == 10 * 26  # epochs of 26 batches
    assert found.timed == starter.recipe.compiled_steps
    assert found.step > 0
    (job,) = here
    assert job.key.fingerprint != starter.fingerprint  # whose checkpoints and records it must not touch


def test_data_are_generated_where_the_files_are_not_here(home, monkeypatch):
    jobs = []

    def run(job, threads):
        jobs.append(job)
        yield from (EpochEnd(job.key, epoch, 1.0, None, 20.0 / epoch) for epoch in range(1, 9))

    monkeypatch.setattr(timing, "run_apart", run)
    monkeypatch.setattr(timing, "device_of", lambda backend: processor())
    found = measured(planned_of("zhang2015", "4", "Sm. Conv.", "AG"))
    assert [job.options.lookalike for job in jobs] == [True]
    assert (found.data, found.timed, found.step, found.steps) == ("look-alike", 1, 10.0, 30 * 5000)


def test_a_step_that_fails_and_a_cell_without_steps_are_said(monkeypatch, starter):
    def fail(job, threads):
        yield RunRecord(job.key, {}, error="out of memory.")

    monkeypatch.setattr(timing, "run_apart", fail)
    with pytest.raises(DataError, match=r"A training step failed: out of memory\."):
        measured(starter)
    with pytest.raises(DataError, match="no training steps"):
        measured(planned_of("kim2014", "2", "MNB", "MR"))


def test_a_length_is_kept_and_tells_the_time_until_a_job_was_recorded(tmp_path, starter):
    mine = NEVER_RUN._replace(fingerprint=starter.fingerprint)
    for length in (mine._replace(device="a GPU", step=0.1), mine, mine._replace(backend="jax", step=9.0)):
        add(length, tmp_path)
    found = kept(tmp_path)
    assert found[starter.fingerprint][1] == mine
    (one,) = forecasts([starter], [], backend="tensorflow", lengths=found)
    assert one.duration == (3600.0, f"3 training step(s) on {processor()}", BY_STEPS, processor())
    assert totals([one]) == "5 job(s), about 5.0 hours by timed steps; one job at a time."
    done = a_job_on(processor(), starter)
    (one,) = forecasts([starter], [done], backend="tensorflow", lengths=found)
    assert one.duration.seconds == 60.0


def test_steps_on_this_device_go_before_jobs_elsewhere_and_those_before_steps_elsewhere(starter):
    done = a_job_on("a GPU", starter)
    timed = {starter.fingerprint: [NEVER_RUN._replace(fingerprint=starter.fingerprint)]}
    (one,) = forecasts([starter], [done], backend="tensorflow", lengths=timed)
    assert (one.duration.doubt, one.duration.device) == (BY_STEPS, processor())
    for device in ("a GPU", "another GPU"):
        (one,) = forecasts([starter], [done], backend="tensorflow", lengths=timed, device=device)
        assert one.duration == (60.0, "1 job(s) on a GPU", "", "a GPU")


def test_an_open_cell_has_its_length(tmp_path):
    open_cell = planned_of("cifar10", "cuda-convnet", "layers-80sec", "CIFAR-10")
    timed = {open_cell.fingerprint: [NEVER_RUN._replace(fingerprint=open_cell.fingerprint)]}
    (one,) = forecasts_to_next_look([open_cell], [], backend="tensorflow", lengths=timed)
    assert one.hours == 5.0


def test_steps_beside_other_programs_are_called_so_and_have_no_device(tmp_path, starter):
    add(NEVER_RUN._replace(fingerprint=starter.fingerprint, load=0.5), tmp_path)
    (one,) = forecasts([starter], [], backend="tensorflow", lengths=kept(tmp_path))
    basis = f"3 training step(s) on {processor()} beside other programs"
    assert one.duration == (3600.0, basis, BY_STEPS, "")  # so that they are timed again


def test_a_file_of_the_version_without_loads_is_read_and_gets_the_column(tmp_path):
    columns = "fingerprint,backend,device,commit,data,timed,step,steps"
    (tmp_path / "lengths.csv").write_text(f"{columns}\n{','.join(map(str, NEVER_RUN[:-1]))}\n")
    assert kept(tmp_path) == {"mark": [NEVER_RUN]}
    add(NEVER_RUN._replace(load=0.1), tmp_path)
    assert kept(tmp_path) == {"mark": [NEVER_RUN, NEVER_RUN._replace(load=0.1)]}


def test_generated_data_are_named(starter):
    timed = {starter.fingerprint: [NEVER_RUN._replace(data="look-alike", device="a GPU")]}
    (one,) = forecasts([starter], [], backend="tensorflow", lengths=timed)
    assert one.duration.basis == "3 training step(s) on look-alike data on a GPU"


TORN = ["0,0.5,9,", "3,nan,9,", "3,0.5,-1,", "3,0.5", f"3,0.5,{10**400},", "3,1e308,9,"]
LOADS = ["3,0.5,9,much", "3,0.5,9,nan", "3,0.5,9,2"]


@pytest.mark.parametrize("text", TORN + LOADS)
def test_a_torn_line_is_left_out_and_another_file_is_refused(tmp_path, text):
    add(NEVER_RUN, tmp_path)
    path = tmp_path / "lengths.csv"
    path.write_text(f"{path.read_text()}mark,tensorflow,here,commit,real,{text}\n")
    assert kept(tmp_path) == {"mark": [NEVER_RUN]}
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ResultsError, match="columns"):
        kept(tmp_path)

"""Jobs on Ray: a real cluster of two nodes, one of them killed, gives the records of this process."""

import os
import subprocess
import sys
import time
from collections import Counter
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.jobs import Job, Options, missing_jobs
from benchmarks.recipe import Measurement
from benchmarks.runners import ray_cluster, worker
from benchmarks.runners.places import run_here
from benchmarks.runners.ray_cluster import Cluster, environment, run_on_ray
from benchmarks.table import UnknownName, load_table
from data_pipelines.dataset import DataError
from results.records import EpochEnd, JobKey, RecordFiles, RunRecord
from tests.support import work

STARTER = ("--row", "LeNet-style", "--column", "digits", "--lookalike")


def starter_jobs(seeds: int, epochs: int) -> list[Job]:
    table = load_table("starter")
    cells = table.cells(None, "LeNet-style", "digits")
    options = Options(epochs=epochs, lookalike=True)
    return missing_jobs(table.plan(cells, options), [], backend="tensorflow", seeds=seeds)


@pytest.fixture(scope="module")
def nodes():
    """Start a cluster of one node with a core, to which a test may add another."""
    pytest.importorskip("ray", reason="needs Ray: pip install 'retable[ray]'")
    from ray.cluster_utils import Cluster as Nodes

    nodes = Nodes(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    yield nodes
    nodes.shutdown()


def killed_while_two_work(nodes, jobs: list[Job]) -> list[EpochEnd | RunRecord]:
    """Return the events of three jobs on two nodes, of which one is killed once both are at work."""
    second = nodes.add_node(num_cpus=1)
    lost: list[str] = []
    events, seen = [], set()
    for event in run_on_ray(jobs, Cluster(nodes.address, gpus_per_job=0), lost.append):
        events.append(event)
        seen.add(event.key)
        if len(seen) == 2 and second:
            nodes.remove_node(second, allow_graceful=False)
            second = None
    records = [event for event in events if isinstance(event, RunRecord)]
    assert len(lost) == 1 and "starts again" in lost[0], lost
    assert Counter(record.key for record in records) == dict.fromkeys((job.key for job in jobs), 1)
    assert {record.error for record in records} == {""}
    repeated = Counter(event.key for event in events if isinstance(event, EpochEnd) and event.epoch == 1)
    assert sorted(repeated.values()) == [1, 1, 2]
    return events


@pytest.mark.slow
def test_a_killed_node_costs_a_retry_and_no_record(nodes, monkeypatch):
    def slow_epochs(job, key, commit, variables):
        import time

        for epoch in range(1, 31):
            time.sleep(0.1)
            yield EpochEnd(key, epoch, 1 / epoch, None, 0.1)
        yield RunRecord(key, {"test accuracy": float(key.seed)})

    monkeypatch.setattr(ray_cluster, "train_elsewhere", slow_epochs)
    events = killed_while_two_work(nodes, starter_jobs(seeds=3, epochs=30))
    assert {e.key.seed: e.metrics["test accuracy"] for e in events if isinstance(e, RunRecord)} == {
        0: 0,
        1: 1,
        2: 2,
    }


@pytest.mark.slow
def test_a_network_on_a_killed_node_ends_with_the_numbers_of_this_process(nodes):
    jobs = starter_jobs(seeds=3, epochs=20)
    events = killed_while_two_work(nodes, jobs)
    repeated = Counter(event.key for event in events if isinstance(event, EpochEnd) and event.epoch == 1)
    ((again, _),) = repeated.most_common(1)
    (*_, here) = run_here([job for job in jobs if job.key == again])
    records = [event for event in events if isinstance(event, RunRecord)]
    assert [record.metrics for record in records if record.key == again] == [here.metrics]


def test_every_job_has_a_process_of_its_own_with_its_environment(nodes, monkeypatch):
    def tell(job, key, commit, variables):
        import os

        was_early = "keras" in sys.modules
        seen = (was_early, "planted" in str(os.environ), variables["RETABLE_MIRROR"])
        yield RunRecord(key, {}, versions=" ".join(map(str, (os.getpid(), os.environ["KERAS_BACKEND"], *seen))))

    address = "http://planted-user:planted-password@mirror"
    monkeypatch.setenv("RETABLE_MIRROR", address)
    monkeypatch.setattr(ray_cluster, "train_elsewhere", tell)
    found = [event.versions.split() for event in run_on_ray(starter_jobs(2, 1), Cluster(nodes.address))]
    assert len({process for process, *_ in found}) == 2
    assert {tuple(rest) for _, *rest in found} == {("tensorflow", "False", "False", address)}


def test_an_address_in_the_environment_is_a_cluster(monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", "head:6379")
    lines: list[str] = []
    ray = SimpleNamespace(cluster_resources=lambda: {"CPU": 8})
    assert ray_cluster.share_of_gpus(ray, Cluster(gpus_per_job=0.5), lines.append) == 0.5
    assert ray_cluster.share_of_gpus(ray, Cluster(), lines.append) == 0
    assert "waiting for it to grow" in lines[0] and "no GPU now" in lines[1]


@pytest.mark.slow
def test_run_on_ray_from_the_command_line(tmp_path, monkeypatch):
    pytest.importorskip("ray", reason="needs Ray: pip install 'retable[ray]'")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    arguments = ["run", "starter", "--row", "word2vec", "--lookalike", "--seeds", "2", "--on", "ray"]
    result = CliRunner().invoke(app, [*arguments, "--results", str(tmp_path)])
    assert result.exit_code == 0, result.output
    files = RecordFiles("starter", tmp_path / "trial")
    assert sorted(record.key.seed for record in files.records()) == [0, 1]
    assert {record.error for record in files.records()} == {""}


def test_run_on_a_cluster_from_the_command_line(nodes, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    arguments = ["run", "lectures", "--row", "convolution formula", "--on", "ray", "--address", nodes.address]
    result = CliRunner().invoke(app, [*arguments, "--results", str(tmp_path)])
    assert result.exit_code == 0, result.output
    folder = next(tmp_path.rglob("reproduced")).parent  # that of trials, where code is not committed
    assert [record.error for record in RecordFiles("lectures", folder).records()] == [""]


class FakeRay:
    """Ray without processes: streams are lists, and an exception in one is raised when its turn comes."""

    class exceptions:
        class RayError(Exception): ...

        class RayTaskError(RayError):
            cause = ImportError("no module named keras")

    @staticmethod
    def wait(streams, num_returns, timeout):
        return streams[:1], streams[1:]

    @staticmethod
    def get(event):
        if isinstance(event, Exception):
            raise event
        return event


def test_a_lost_job_waits_before_it_starts_again(monkeypatch):
    monkeypatch.setattr(ray_cluster, "WAITS", (0.1, 0.2, 0.3))
    times: list[float] = []

    def start(job):
        times.append(time.monotonic())
        return iter([FakeRay.exceptions.RayError("the node died")])

    list(ray_cluster.collect(FakeRay, starter_jobs(seeds=1, epochs=1), start, lambda text: None))
    for first, second, wait in zip(times, times[1:], ray_cluster.WAITS, strict=False):
        assert second - first >= wait


def test_a_lost_job_costs_a_line_and_has_one_record(monkeypatch):
    monkeypatch.setattr(ray_cluster, "WAITS", (0, 0, 0))
    jobs, lines = starter_jobs(seeds=2, epochs=2), []
    first, other = (job.key for job in jobs)
    kept = {key: [EpochEnd(key, 1, 0.5, None, 0.1), RunRecord(key, {"value": 1.0})] for key in (first, other)}
    lost = [kept[first][0], FakeRay.exceptions.RayError("the node died")]
    streams = {first: iter([iter(lost), iter(kept[first])]), other: iter([iter(kept[other])])}
    events = list(ray_cluster.collect(FakeRay, jobs, lambda job: next(streams[job.key]), lines.append))
    records = [event for event in events if isinstance(event, RunRecord)]
    assert sorted(record.key.seed for record in records) == [0, 1]
    assert Counter(event.key for event in events if isinstance(event, EpochEnd)) == {first: 2, other: 1}
    assert len(lines) == 1 and "starts again" in lines[0]


@pytest.mark.slow
def test_a_dead_raylet_costs_a_line_and_the_jobs_start_again_on_another(tmp_path, monkeypatch):
    jobs, lines, records = work.jobs(work.noted, 4, folder=tmp_path, seconds=4), [], []
    for event in ray_cluster.run_on_ray(jobs, warn=lines.append):
        if not records:
            subprocess.run(["pkill", "-KILL", "-P", str(os.getpid()), "-f", "raylet/raylet"], check=True)
        records.append(event)
    assert {record.key.seed: record.error for record in records} == dict.fromkeys(range(4), "")
    assert [line for line in lines if "is dead" in line] == [
        "Ray's node on this machine is dead; 3 job(s) start again on another."
    ]


@pytest.mark.parametrize(
    "error, outcome, starts",
    [
        (FakeRay.exceptions.RayError("the node died"), "lost 4 times; RayError: the node died", 4),
        (FakeRay.exceptions.RayTaskError(), "ImportError: no module named keras", 1),
    ],
    ids=["always lost", "broken node"],
)
def test_what_cannot_be_mended_becomes_a_failed_record(error, outcome, starts, monkeypatch):
    monkeypatch.setattr(ray_cluster, "WAITS", (0, 0, 0))
    jobs = starter_jobs(seeds=1, epochs=1)
    streams: list = []

    def start(job):
        streams.append(iter([error]))
        return streams[-1]

    events = list(ray_cluster.collect(FakeRay, jobs, start, lambda text: None))
    assert [(event.key, event.error) for event in events] == [(jobs[0].key, outcome)]
    assert len(streams) == starts


def test_a_node_with_other_code_gets_its_variables_and_trains_nothing(monkeypatch):
    monkeypatch.setenv("RETABLE_MIRROR", "of before")
    sent = {"RETABLE_MIRROR": "sent"}
    event = next(iter(worker.train_elsewhere(b"", starter_jobs(1, 1)[0].key, "another commit", sent)))
    assert os.environ["RETABLE_MIRROR"] == "sent"
    assert "the writing process at another commit" in event.error


def test_the_environment_of_a_job_is_set_before_keras_and_has_no_address(monkeypatch):
    monkeypatch.setenv("RETABLE_MIRROR", "http://planted-user:planted-password@mirror")
    key = JobKey("p", "1", "r", "c", 0, 0, "jax", "f", 1)
    nothing = Measurement(measure=lambda fold, seed: {}, metrics=())
    found = environment(Job(key, nothing, Options(deterministic=True)), 0.5)
    assert found["KERAS_BACKEND"] == "jax"
    assert "--xla_gpu_deterministic_ops=true" in found["XLA_FLAGS"]
    assert "planted" not in str(found)
    assert (found["TF_FORCE_GPU_ALLOW_GROWTH"], found["XLA_PYTHON_CLIENT_MEM_FRACTION"]) == ("true", "0.450")
    assert "XLA_PYTHON_CLIENT_MEM_FRACTION" not in environment(Job(key, nothing), 1)


@pytest.mark.parametrize(
    "there, cluster, text",
    [
        ({"CPU": 2}, Cluster(gpus_per_job=1), "A job wants 1 GPUs, the cluster has 0"),
        ({"CPU": 2}, Cluster(cpus_per_job=4), "A job wants 4 CPUs, the cluster has 2"),
        ({"CPU": 2, "GPU": 4}, Cluster(gpus_per_job=1.5), "Expected a fraction below 1, or a whole number"),
    ],
)
def test_shares_that_nothing_can_give(there, cluster, text):
    ray = SimpleNamespace(cluster_resources=lambda: there)
    with pytest.raises(DataError, match=text):
        ray_cluster.share_of_gpus(ray, cluster, lambda line: None)


def test_shares_by_default_and_on_a_cluster_that_may_grow():
    with_gpus = SimpleNamespace(cluster_resources=lambda: {"CPU": 8, "GPU": 2})
    assert ray_cluster.share_of_gpus(with_gpus, Cluster(), print) == 1
    without = SimpleNamespace(cluster_resources=lambda: {"CPU": 8})
    assert ray_cluster.share_of_gpus(without, Cluster(), print) == 0
    lines: list[str] = []
    assert ray_cluster.share_of_gpus(without, Cluster("head:6379", gpus_per_job=0.5), lines.append) == 0.5
    assert lines == ["A job wants 0.5 GPUs, the cluster has 0: waiting for it to grow."]


@pytest.mark.parametrize("address", ["127.0.0.1:9", "ray://head:10001"])
def test_a_cluster_that_does_not_answer(address, monkeypatch):
    pytest.importorskip("ray", reason="needs Ray: pip install 'retable[ray]'")
    with pytest.raises(DataError, match=f"{address}|Ray Client"):
        list(run_on_ray(starter_jobs(1, 1), Cluster(address)))


@pytest.mark.parametrize(
    ("wrong", "error", "text"),
    [
        (("--address", "auto"), DataError, "go with --on ray"),
        (("--on", "mars"), UnknownName, "There is no place to run 'mars'"),
        (("--on", "ray", "--gpus-per-job", "-1"), DataError, "--gpus-per-job is -1.0. Expected 0 or more"),
    ],
)
@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_wrong_places(wrong, error, text, dry, tmp_path):
    result = CliRunner().invoke(app, ["run", "starter", *STARTER, *wrong, *dry, "--results", str(tmp_path)])
    with pytest.raises(error, match=text):
        raise result.exception
    assert not (tmp_path / "trial").exists()

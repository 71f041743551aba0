"""Jobs on Ray. The only door to ray."""

import os
import signal
import socket
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from benchmarks.jobs import Job
from benchmarks.runners.variables import FOLDERS, carried, of_libraries
from benchmarks.runners.worker import submission, train_elsewhere
from benchmarks.training.backends import backend_environment
from data_pipelines.dataset import DataError
from results.records import EpochEnd, RunRecord

RETRIES = 3  # of a job whose worker or node died
WAITS = (2, 10, 30)  # seconds before each
KNOCK_SECONDS = 10
LOCAL = "local"
MEMORY_SHARE = 0.9  # of a job's part of a device, for JAX, which takes its memory beforehand
Events = Generator[EpochEnd | RunRecord, None, None]


@dataclass(frozen=True)
class Cluster:
    """Where Ray runs and what it gives to each job."""

    address: str | None = None  # None: RAY_ADDRESS, or an instance of our own
    gpus_per_job: float | None = None  # a fraction shares a device; None: one where there are any
    cpus_per_job: float = 1.0


def run_on_ray(jobs: Iterable[Job], cluster: Cluster = Cluster(), warn: Callable[[str], None] = print) -> Events:
    """Run the jobs on Ray, each in a fresh process; a job whose worker or node dies starts again.

    Its epochs are then yielded again from the first one. Raises DataError without Ray or a cluster.
    """
    waiting = {job.key: job for job in jobs}
    for retries in reversed(range(RETRIES + 1)):
        if not waiting:
            return
        try:
            for event in _run_once_connected(list(waiting.values()), cluster, warn):
                if isinstance(event, RunRecord):
                    del waiting[event.key]
                yield event
        except NodeLost as error:
            if not retries:
                raise DataError(f"{error}, {RETRIES + 1} times. The records so far are safe.") from error
            warn(f"{error}; {len(waiting)} job(s) start again on another.")


class NodeLost(Exception):
    """The node of the cluster that this process speaks to is dead."""


def _run_once_connected(jobs: list[Job], cluster: Cluster, warn: Callable[[str], None]) -> Events:
    ray = _connect(cluster)
    try:
        here = ray.get_runtime_context().get_node_id()
        gpus = share_of_gpus(ray, cluster, warn)
        remote = ray.remote(max_calls=1, max_retries=0, num_cpus=cluster.cpus_per_job, num_gpus=gpus)(
            train_elsewhere
        )

        def start(job: Job) -> Any:
            sent = carried(variables(job))  # apart from the environment: Ray shows that, an address has a password
            return remote.options(runtime_env={"env_vars": environment(job, gpus)}).remote(*submission(job), sent)

        def check() -> None:
            if not any(node["Alive"] and node["NodeID"] == here for node in ray.nodes()):
                raise NodeLost("Ray's node on this machine is dead")

        yield from collect(ray, jobs, start, warn, check)
    finally:
        ray.shutdown()  # ends what still runs


def environment(job: Job, gpus: float) -> dict[str, str]:
    """Return the environment variables that a job's process needs before Keras is imported.

    They are those of this process, but on a part of a device the job takes its part of the memory. Ray shows them.
    """
    shared = {}
    if 0 < gpus < 1:  # several jobs on one device: none may take all of its memory
        shared = {
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",
            "XLA_PYTHON_CLIENT_MEM_FRACTION": f"{MEMORY_SHARE * gpus:.3f}",
        }
    return of_libraries() | backend_environment(job.key.backend, job.options.deterministic) | shared


class _Lost(NamedTuple):
    """A job that starts again at a time, and how often it may after that."""

    due: float
    job: Job
    retries: int


def collect(
    ray: Any,
    jobs: list[Job],
    start: Callable[[Job], Any],
    warn: Callable[[str], None],
    check: Callable[[], None] = lambda: None,
) -> Iterator[EpochEnd | RunRecord]:
    """Yield events as they come, from whichever job.

    A lost job starts again after a while, longer each time, because a cluster does not know at once that a node is
    dead. `check` is called before, and may raise.
    """
    running = {start(job): (job, RETRIES) for job in jobs}
    lost: list[_Lost] = []
    while running or lost:
        for again in [one for one in lost if one.due <= time.monotonic()]:
            check()
            lost.remove(again)
            running[start(again.job)] = again.job, again.retries
        if (stream := _ready(ray, list(running), lost)) is None:
            continue
        job, retries = running[stream]
        event = _next_event(ray, stream, job)
        if isinstance(event, EpochEnd):
            yield event
            continue
        del running[stream]
        if isinstance(event, RunRecord):
            yield event
        elif retries:
            warn(f"{job.key}: lost ({event}); it starts again.")
            lost.append(_Lost(time.monotonic() + WAITS[-retries], job, retries - 1))
        else:
            yield RunRecord(job.key, {}, error=f"lost {RETRIES + 1} times; {event}")


def _ready(ray: Any, streams: list[Any], lost: Sequence[_Lost]) -> Any:
    """Wait for an event of a job, or until a lost one is due; return the stream of the event, or None."""
    pause = max(0.0, min(one.due for one in lost) - time.monotonic()) if lost else None
    if not streams:
        time.sleep(pause or 0)
        return None
    return next(iter(ray.wait(streams, num_returns=1, timeout=pause)[0]), None)


def _next_event(ray: Any, stream: Any, job: Job) -> EpochEnd | RunRecord | str:
    """Return the next event of a job, or why it is lost."""
    try:
        return ray.get(next(stream))
    except ray.exceptions.RayTaskError as error:
        return RunRecord(job.key, {}, error=f"{type(error.cause).__name__}: {error.cause}")
    except ray.exceptions.RayError as error:  # worker or node died, or was out of memory
        return f"{type(error).__name__}: {str(error).partition('. ')[0]}"


def _connect(cluster: Cluster) -> Any:
    """Return the module ray, connected. Raises DataError without Ray, or where no cluster answers."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise DataError("Ray is not installed. Install it with: pip install 'retable[ray]'") from error
    address = _address(cluster)
    if address.startswith("ray://"):
        raise DataError(f"{address} is a Ray Client address, which does not stream epochs. Expected HOST:PORT.")
    local = {"include_dashboard": False} if address == LOCAL else {}
    on_terminate = signal.getsignal(signal.SIGTERM)
    try:
        _knock(address)
        ray.init(address, log_to_driver=False, logging_level="ERROR", **local)
    except (OSError, ValueError, RuntimeError) as error:
        raise DataError(f"There is no Ray cluster at {address}: {(str(error).splitlines() or [''])[0]}") from error
    signal.signal(signal.SIGTERM, on_terminate)  # Ray puts its own handler there
    return ray


def _address(cluster: Cluster) -> str:
    return cluster.address or os.environ.get("RAY_ADDRESS") or LOCAL


def _knock(address: str) -> None:
    """Raise OSError when nobody listens at HOST:PORT; Ray itself would try for minutes."""
    host, colon, port = address.rpartition(":")
    if colon and port.isdigit():
        socket.create_connection((host, int(port)), KNOCK_SECONDS).close()


def share_of_gpus(ray: Any, cluster: Cluster, warn: Callable[[str], None]) -> float:
    """Return the share of a job. Too little is an error, or a warning where a cluster may grow."""
    there = ray.cluster_resources()
    is_ours = _address(cluster) == LOCAL
    gpus = (1.0 if there.get("GPU") else 0.0) if cluster.gpus_per_job is None else cluster.gpus_per_job
    if cluster.gpus_per_job is None and not gpus and not is_ours:
        warn("The cluster has no GPU now: the jobs run on CPUs. With --gpus-per-job they wait for one.")
    if gpus > 1 and gpus != int(gpus):
        raise DataError(f"--gpus-per-job is {gpus}. Expected a fraction below 1, or a whole number.")
    for name, wanted in (("GPU", gpus), ("CPU", cluster.cpus_per_job)):
        if wanted > there.get(name, 0.0):
            text = f"A job wants {wanted:g} {name}s, the cluster has {there.get(name, 0.0):g}"
            if is_ours:
                raise DataError(f"{text}.")
            warn(f"{text}: waiting for it to grow.")
    return gpus


def gpus_of_job(cluster: Cluster) -> float:
    """Return the GPUs of a job: those asked for, or one where the cluster has any. It needs a connection."""
    if cluster.gpus_per_job is not None:
        return cluster.gpus_per_job
    import ray

    return 1.0 if ray.is_initialized() and ray.cluster_resources().get("GPU") else 0.0


def variables(job: Job) -> list[str]:
    """Return the names of the variables that a job needs: folders of the suite, and copies of its data."""
    named = (getattr(file, "variable", "") for file in job.recipe.dataset.files)
    return [*FOLDERS, *filter(None, named)]

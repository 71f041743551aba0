"""What a run would do: the jobs that are missing, the time that they take, the data that they lack."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.backends import processor
from benchmarks.evidence.standing import current
from benchmarks.jobs import Job, Planned, missing_jobs, wanted_runs
from benchmarks.nights.settle import next_look
from benchmarks.recipe import NotAttempted
from benchmarks.reproduce import verdicts
from data_pipelines.dataset import RemoteFile
from results.records import RunRecord
from results.verdicts import Answer, Verdict, power_at


@dataclass(frozen=True)
class Forecast:
    """The missing jobs of a recipe; cells that share it share them."""

    planned: Planned  # the first cell of the recipe
    done: int  # whole passes of the protocol with a record
    wanted: int  # whole passes
    jobs: int  # without a record
    files: tuple[RemoteFile, ...]  # to be fetched
    seconds: float | None  # of one job; None where nothing like it was recorded
    basis: str  # what the seconds are taken from
    power: float | None  # at the next look, if the true mean is ours; None where there is nothing to compute

    @property
    def hours(self) -> float | None:
        return None if self.seconds is None else self.seconds * self.jobs / 3600


def forecasts(
    planned: Sequence[Planned], records: Sequence[RunRecord], *, backend: str, seeds: int | None = None
) -> list[Forecast]:
    """Return one forecast for each recipe that lacks jobs and can run on this machine."""
    done = current(planned, records)
    missing: dict[str, list[Job]] = {}
    for job in missing_jobs(planned, done, backend=backend, seeds=seeds):
        missing.setdefault(job.key.fingerprint, []).append(job)
    pairs = zip(planned, verdicts(planned, done, backend=backend), strict=True)
    first = {one.fingerprint: (one, verdict) for one, verdict in reversed(list(pairs))}
    same_backend = [record for record in records if record.key.backend == backend and record.metrics]
    return [_forecast(*first[mark], jobs, same_backend, seeds) for mark, jobs in missing.items()]


def forecasts_to_next_look(
    planned: Sequence[Planned], records: Sequence[RunRecord], *, backend: str
) -> list[Forecast]:
    """Return the forecasts of the open cells, up to the next look at each."""
    cells: dict[int, list[Planned]] = {}
    for one, verdict in zip(planned, verdicts(planned, records, backend=backend), strict=True):
        look = next_look(one, verdict)
        if look is not None and look > 1:  # one run is a system without randomness
            cells.setdefault(look, []).append(one)
    found = [one for look in sorted(cells) for one in forecasts(cells[look], records, backend=backend, seeds=look)]
    return list({one.planned.fingerprint: one for one in found}.values())


def obstacles(
    planned: Sequence[Planned], records: Sequence[RunRecord], *, backend: str, seeds: int | None = None
) -> dict[str, int]:
    """Return why cells that lack jobs, or a recipe, cannot run here, with the number of cells."""
    done = current(planned, records)
    jobs = missing_jobs(planned, done, backend=backend, seeds=seeds, anywhere=True)
    lacking = {"", *(job.key.fingerprint for job in jobs)}  # no fingerprint without a recipe
    reasons = [one.obstacle for one in planned if one.fingerprint in lacking]
    return {reason: reasons.count(reason) for reason in dict.fromkeys(reasons) if reason}


def _forecast(
    planned: Planned, verdict: Verdict, jobs: Sequence[Job], records: Sequence[RunRecord], seeds: int | None
) -> Forecast:
    seconds, basis = _seconds(planned, records)
    wanted = wanted_runs(jobs[0].recipe, seeds)
    look = None if verdict.answer == Answer.NEAR else next_look(planned, verdict)  # already within the margin
    return Forecast(
        planned,
        done=wanted - len({job.key.seed for job in jobs}),
        wanted=wanted,
        jobs=len(jobs),
        files=_files_to_fetch(planned),
        seconds=seconds,
        basis=basis,
        power=power_at(verdict, look) if look else None,
    )


def _seconds(planned: Planned, records: Sequence[RunRecord]) -> tuple[float | None, str]:
    """Return the median time of a job, and of which records: of this recipe, or as a guess of this row."""
    here, key = processor(), planned.cell
    same = [record for record in records if record.key.fingerprint == planned.fingerprint]
    row = [record for record in records if record.key.row == key.row]
    for group, guess in ((same, ""), (row, "a guess from other cells of the row, ")):
        of_device = [record for record in group if record.device == here] or group
        if of_device:
            devices = " or ".join(sorted({record.device for record in of_device}))
            return median(record.seconds for record in of_device), f"{guess}{len(of_device)} job(s) on {devices}"
    return None, "nothing recorded"


def _files_to_fetch(planned: Planned) -> tuple[RemoteFile, ...]:
    from data_pipelines.download import cached_path

    files = () if isinstance(planned.recipe, NotAttempted) else planned.recipe.dataset.files
    return tuple(file for file in files if isinstance(file, RemoteFile) and not cached_path(file).exists())

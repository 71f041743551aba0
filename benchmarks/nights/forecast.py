"""What a run would do: the jobs that are missing, the time that they take, the data that they lack."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.backends import processor
from benchmarks.evidence.standing import current
from benchmarks.jobs import Planned, missing_jobs
from benchmarks.recipe import NotAttempted
from benchmarks.reproduce import verdicts
from data_pipelines.dataset import RemoteFile
from results.records import RunRecord
from results.verdicts import looks, power_at


@dataclass(frozen=True)
class Forecast:
    """The missing jobs of a recipe; cells that share it share them."""

    planned: Planned  # the first cell of the recipe
    done: int  # jobs with a record
    jobs: int  # jobs without
    bytes: int  # of files to be fetched
    seconds: float | None  # of one job; None where nothing like it was recorded
    basis: str  # what the seconds are taken from
    power: float | None  # chance of "reproduced" at the next look, if the true mean is ours; None without runs

    @property
    def hours(self) -> float | None:
        return None if self.seconds is None else self.seconds * self.jobs / 3600


def forecasts(
    planned: Sequence[Planned], records: Sequence[RunRecord], *, backend: str, seeds: int | None = None
) -> list[Forecast]:
    """Return one forecast for each recipe that lacks jobs and can run on this machine."""
    done = current(planned, records)
    jobs = missing_jobs(planned, done, backend=backend, seeds=seeds)
    judged = verdicts(planned, records, backend=backend)
    found = []
    for mark in dict.fromkeys(job.key.fingerprint for job in jobs):
        one, verdict = next(pair for pair in zip(planned, judged, strict=True) if pair[0].fingerprint == mark)
        seconds, basis = _seconds(one, records)
        finished = sum(r.key.fingerprint == mark and r.key.backend == backend and bool(r.metrics) for r in done)
        missing = sum(job.key.fingerprint == mark for job in jobs)
        recipe = one.recipe
        assert not isinstance(recipe, NotAttempted)  # it has jobs
        following = next((look for look in looks(recipe.runs) if look > len(verdict.units)), None)
        chance = power_at(verdict, following) if following else None
        found.append(Forecast(one, finished, missing, _bytes_to_fetch(one), seconds, basis, chance))
    return found


def obstacles(planned: Iterable[Planned]) -> dict[str, int]:
    """Return why cells cannot run here, with the number of cells."""
    reasons = [one.obstacle for one in planned]
    return {reason: reasons.count(reason) for reason in dict.fromkeys(reasons) if reason}


def _seconds(planned: Planned, records: Sequence[RunRecord]) -> tuple[float | None, str]:
    """Return the median time of a job, and of which records: of this recipe, or as a guess of this row."""
    here, key = processor(), planned.cell
    finished = [record for record in records if record.metrics]
    same = [record for record in finished if record.key.fingerprint == planned.fingerprint]
    row = [record for record in finished if record.key.row == key.row]
    for group, guess in ((same, ""), (row, "a guess from other cells of the row, ")):
        of_device = [record for record in group if record.device == here] or group
        if of_device:
            devices = " or ".join(sorted({record.device for record in of_device}))
            return median(record.seconds for record in of_device), f"{guess}{len(of_device)} job(s) on {devices}"
    return None, "nothing recorded"


def _bytes_to_fetch(planned: Planned) -> int:
    from data_pipelines.download import cached_path

    recipe = planned.recipe
    files = () if isinstance(recipe, NotAttempted) else recipe.dataset.files
    remote = [file for file in files if isinstance(file, RemoteFile)]
    return sum(file.size for file in remote if not cached_path(file).exists())

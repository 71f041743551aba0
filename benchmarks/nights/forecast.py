"""What a run would do: the jobs that are missing, the time that they take, the data that they lack."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from types import MappingProxyType
from typing import Any, NamedTuple

from benchmarks.evidence.standing import current
from benchmarks.jobs import Job, Planned, missing_jobs, wanted_runs
from benchmarks.machine import processor
from benchmarks.nights.lengths import Length, of_device
from benchmarks.nights.series.load import is_quiet
from benchmarks.nights.settle import next_look
from benchmarks.recipe import NotAttempted, Recipe
from benchmarks.reproduce import verdicts
from data_pipelines.dataset import DataError, LocalFile, RemoteFile
from data_pipelines.local_files import check_pinned
from results.records import RunRecord
from results.verdicts import Answer, Verdict, power_at

Lengths = Mapping[str, Sequence[Length]]  # by the recipe's fingerprint
NO_LENGTHS: Lengths = MappingProxyType({})
BY_STEPS = "by timed steps"
GUESS = "a guess"  # from another recipe of the cell, or from columns whose data are of another size


class Duration(NamedTuple):
    """The time of one job, and the records that it is taken from."""

    seconds: float | None = None  # None where nothing like it was recorded
    basis: str = "nothing recorded"  # records of one device alone
    doubt: str = ""  # BY_STEPS or GUESS, where no job like it was recorded
    device: str = ""  # of jobs of this recipe, or of its steps where nothing else ran beside them


@dataclass(frozen=True)
class Forecast:
    """The missing jobs of a recipe; cells that share it share them."""

    planned: Planned  # the first cell of the recipe
    done: int  # whole passes of the protocol with a record
    wanted: int  # whole passes
    jobs: int  # without a record
    files: tuple[RemoteFile, ...]  # to be fetched
    duration: Duration
    power: float | None  # at the next look, if the true mean is ours; None where there is nothing to compute

    @property
    def hours(self) -> float | None:
        """Return the hours of all jobs, one at a time; None where nothing like them was recorded."""
        return None if self.duration.seconds is None else self.duration.seconds * self.jobs / 3600


def forecasts(
    planned: Sequence[Planned],
    records: Sequence[RunRecord],
    *,
    backend: str,
    seeds: int | None = None,
    lengths: Lengths = NO_LENGTHS,
    device: str = "",
) -> list[Forecast]:
    """Return one forecast for each recipe that lacks jobs and can run on this machine.

    `lengths` are those of timed steps. Times on `device`, or else on this processor, go before those elsewhere.
    """
    done = current(planned, records)
    missing: dict[str, list[Job]] = {}
    for job in missing_jobs(planned, done, backend=backend, seeds=seeds):
        missing.setdefault(job.key.fingerprint, []).append(job)
    pairs = zip(planned, verdicts(planned, done, backend=backend), strict=True)
    first = {one.fingerprint: (one, verdict) for one, verdict in reversed(list(pairs))}
    same_backend = [record for record in records if record.key.backend == backend and record.metrics]
    timed = {mark: [one for one in found if one.backend == backend] for mark, found in lengths.items()}
    durations = {
        mark: _duration(first[mark][0], same_backend, timed.get(mark, ()), device or processor())
        for mark in missing
    }
    return [_forecast(*first[mark], jobs, durations[mark], seeds) for mark, jobs in missing.items()]


def forecasts_to_next_look(
    planned: Sequence[Planned], records: Sequence[RunRecord], *, backend: str, lengths: Lengths = NO_LENGTHS
) -> list[Forecast]:
    """Return the forecasts of the open cells, up to the next look at each."""
    cells: dict[int, list[Planned]] = {}
    for one, verdict in zip(planned, verdicts(planned, records, backend=backend), strict=True):
        look = next_look(one, verdict)
        if look is not None and look > 1:  # one run is a system without randomness
            cells.setdefault(look, []).append(one)
    settings: dict[str, Any] = {"backend": backend, "lengths": lengths}
    found = [one for look in sorted(cells) for one in forecasts(cells[look], records, seeds=look, **settings)]
    return list({one.planned.fingerprint: one for one in found}.values())


def obstacles(
    planned: Sequence[Planned], records: Sequence[RunRecord], *, backend: str, seeds: int | None = None
) -> dict[str, int]:
    """Return why cells that lack jobs, or a recipe, cannot run here, with the number of cells."""
    done = current(planned, records)
    jobs = missing_jobs(planned, done, backend=backend, seeds=seeds, anywhere=True)
    lacking = {"", *(job.key.fingerprint for job in jobs)}  # no fingerprint without a recipe
    reasons = [one.obstacle or _changed_file(one) for one in planned if one.fingerprint in lacking]
    return {reason: reasons.count(reason) for reason in dict.fromkeys(reasons) if reason}


def _changed_file(planned: Planned) -> str:
    """Say which file of one's own is missing or has changed; nothing where none."""
    if isinstance(planned.recipe, NotAttempted):
        return ""
    try:
        for file in planned.recipe.dataset.files:
            if isinstance(file, LocalFile):
                check_pinned(file)
    except DataError as error:
        return str(error).removesuffix(".")
    return ""


def totals(found: Sequence[Forecast]) -> str:
    """Return the jobs and hours of forecasts in words; hours that were never recorded are added up apart."""
    if not found:
        return "No job to run."
    parts = []
    for doubt, text in (("", ""), (BY_STEPS, f" {BY_STEPS}"), (GUESS, " by guess")):
        hours = [one.hours for one in found if one.hours is not None and one.duration.doubt == doubt]
        parts += [f", about {sum(hours):.1f} hours{text}"] if hours else []
    unknown = sum(one.jobs for one in found if one.hours is None)
    parts += [f", {unknown} job(s) of unknown length"] if unknown else []
    return f"{sum(one.jobs for one in found)} job(s){''.join(parts)}; one job at a time."


def _forecast(
    planned: Planned, verdict: Verdict, jobs: Sequence[Job], duration: Duration, seeds: int | None
) -> Forecast:
    wanted = wanted_runs(jobs[0].recipe, seeds)
    look = None if verdict.answer == Answer.NEAR else next_look(planned, verdict)  # already within the margin
    return Forecast(
        planned,
        done=wanted - len({job.key.seed for job in jobs}),
        wanted=wanted,
        jobs=len(jobs),
        files=_files_to_fetch(planned),
        duration=duration,
        power=power_at(verdict, look) if look else None,
    )


def _duration(planned: Planned, records: Sequence[RunRecord], timed: Sequence[Length], device: str) -> Duration:
    """Return the median time of a job of this recipe, or that by timed steps, or as a guess of its row."""
    same = _by_device(record for record in records if record.key.fingerprint == planned.fingerprint)
    length = of_device(timed, device)
    if length and (not same or device not in same and length.device == device):
        data = "" if length.data == "real" else f" on {length.data} data"
        basis = f"{length.timed} training step(s){data} on {length.device}"
        if is_quiet(length.load):
            return Duration(length.seconds, basis, BY_STEPS, length.device)
        return Duration(length.seconds, f"{basis} beside other programs", BY_STEPS)
    if same:
        return Duration(*_median_of(same, device))
    trains = isinstance(planned.recipe, Recipe)  # counting the weights of its network takes no time
    return _guess(planned, [record for record in records if trains == (record.epochs > 0)], device)


def _guess(planned: Planned, records: Sequence[RunRecord], device: str) -> Duration:
    """Return the time of another recipe of the cell, or that of its row on the data of other columns."""
    row = [record for record in records if record.key[1:3] == planned.cell[1:3]]
    if earlier := [record for record in row if record.key.column == planned.cell.column]:
        seconds, basis, *_ = _median_of(_by_device(earlier), device)
        return Duration(seconds, f"{GUESS} from another recipe: {basis}", GUESS)
    if not row:
        return Duration()
    data = "" if isinstance(planned.recipe, NotAttempted) else planned.recipe.dataset.data_hash
    examples = [found for record in records if record.data_hash == data and (found := _examples(record))]
    known = [record for record in row if _examples(record)] if examples else []
    source = "other columns, by examples" if known else "other columns"
    seconds, basis, *_ = _median_of(_by_device(known or row, median(examples) if known else 0.0), device)
    return Duration(seconds, f"{GUESS} from {source}: {basis}", GUESS)


def _examples(record: RunRecord) -> float:
    """Return the number of examples that a job trained on in all its epochs; 0 where unknown."""
    return record.seconds * record.examples_per_second


def _by_device(records: Iterable[RunRecord], examples: float = 0.0) -> dict[str, list[float]]:
    """Return the seconds of jobs by the device that they ran on, or those for so many examples."""
    found: dict[str, list[float]] = defaultdict(list)
    for record in records:
        found[record.device].append(examples / record.examples_per_second if examples else record.seconds)
    return found


def _median_of(seconds: Mapping[str, list[float]], device: str) -> tuple[float, str, str, str]:
    """Return the median on a device, or else on that with most jobs, its basis, no doubt, and the device."""
    best = max(seconds, key=lambda name: (name == device, len(seconds[name])))
    return median(seconds[best]), f"{len(seconds[best])} job(s) on {best}", "", best


def _files_to_fetch(planned: Planned) -> tuple[RemoteFile, ...]:
    from data_pipelines.download import cached_path

    files = () if isinstance(planned.recipe, NotAttempted) else planned.recipe.dataset.files
    return tuple(file for file in files if isinstance(file, RemoteFile) and not cached_path(file).exists())

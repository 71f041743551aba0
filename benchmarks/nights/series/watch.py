"""One night beside those before it: notes its runs, runs some again, and says what has changed."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import provenance
from benchmarks.jobs import Planned
from benchmarks.nights.plan import Plan
from benchmarks.nights.series import steps
from benchmarks.nights.series.baseline import Baseline, baseline_of, known, turned, turned_bad
from benchmarks.nights.series.findings import Night
from benchmarks.nights.series.journal import Entry, Journal, Kind, unseen
from benchmarks.nights.series.kept import KeptNights, Summary
from benchmarks.nights.series.load import LoadMeter, is_quiet
from benchmarks.nights.series.reruns import Apart, rerun
from benchmarks.nights.series.sample import candidates, fitting
from benchmarks.nights.series.settings import Gate
from benchmarks.nights.series.states import States, Today
from benchmarks.nights.series.surroundings import surroundings, versions_today
from benchmarks.nights.series.worse import Tested, judge_pairs, lasting_of, milestones_of
from benchmarks.table import load_table
from results.records import RecordFiles
from results.verdicts import Verdict

ABOUT = ("night", "date", "commit")


@dataclass(frozen=True)
class Watch:
    """Made before a night trains; the caller holds the plan's lock."""

    plan: Plan
    kept: KeptNights
    folder: Path  # of the records of this night
    run: Apart  # how a job runs again
    since: datetime | None = None  # when a night began that others have worked in, if this one closes it

    def begin(self) -> None:
        """Read what earlier nights left, and note the records that are there, and that a night begins.

        Raises DataError for a baseline that no night has, and ResultsError where nothing can be written.
        """
        _ = self.baseline, self.today, self.clock, self.unended  # all of before the night
        self.journal.repair()
        self.note(Kind.FOUND)
        self.kept.begin(self.started)

    def note(self, kind: Kind, load: float | None = None) -> None:
        """Write down the records that the journal lacks."""
        entries = self.journal.entries()
        for paper, planned in self.by_paper.items():
            files = RecordFiles(paper, self.folder, warn=lambda text: None)  # training has warned already
            new = unseen(files, {one.fingerprint for one in planned if one.fingerprint}, entries)
            about = None if kind == Kind.FOUND else self.today.surroundings
            self.journal.append(
                replace(e, night=self.number, kind=kind, load=load, surroundings=about) for e in new
            )

    def trained(self) -> None:
        """Note what the night has trained; called twice, it does nothing."""
        self.note(Kind.NEW, self.clock.meter.others())

    def rerun(self, problems: list[str], tell: Callable[[str], None]) -> None:
        """Run recorded jobs again for the time of the plan; what fails is added to `problems`."""
        seconds = self.plan.recheck
        if seconds is None:
            return
        found = candidates(self.planned, self.journal.entries(), self.today, self.plan.backend)
        chosen, too_long = fitting(found, seconds)
        if too_long:
            tell(f"{too_long} recorded job(s) take longer than the time for reruns, and never run again.")
        if chosen:
            hours = sum(one.seconds for one in chosen) / 3600
            tell(f"{len(chosen)} of {len(found)} recorded job(s) to run again, {hours:.2f} hours by forecast.")
        for entry in rerun(chosen, seconds, self.run, self.number, self.today.surroundings):
            self.journal.append([entry])
            if entry.record.error:
                problems.append(f"failed: rerun of {entry.record.key}: {entry.record.error}")

    def conclude(self, judged: Sequence[Verdict]) -> Summary:
        """Return what the summary says about this night beside earlier ones."""
        entries, states = self.journal.entries(), self.today.states
        counts, findings = Night(entries, self.number, self.planned, states, self.plan.deterministic).findings()
        tested = self._tested(entries)
        dates = {one["night"]: one["date"] for one in self.before} | {self.number: self.clock.date}
        found = steps.steps(self.planned, entries, states, self.number, dates)
        slower = self._slower(found, entries)
        mine = [entry for entry in entries if entry.night == self.number and entry.kind != Kind.FOUND]
        return {
            "night": self.number,
            "date": self.clock.date,
            "commit": provenance.commit(),
            "versions": self.today.versions,
            "surroundings": self.today.surroundings,
            "devices": sorted({entry.record.device for entry in mine if entry.record.device}),
            "baseline": self.baseline.summary and {name: self.baseline.summary[name] for name in ABOUT},
            "turned": turned(judged, known(self.before)),
            "regressed": turned_bad(judged, self.baseline.verdicts)
            + (tested.texts if self._accepted != self.number else []),
            "worse": tested.worse,
            "better": tested.better,
            "accepted": self._accepted,
            "slower": [steps.in_words(one) for one in slower],
            "lasting": [one._asdict() for one in slower],
            "findings": [one.text for one in findings],
            "unexplained": sum(one.weight == 0 for one in findings),
            "reruns": vars(counts),
            "steps": [one._asdict() for one in found if self._is_new(one)],
            "costs": _costs(self.planned, mine),
            "unended": self.unended,
        }

    def _tested(self, entries: Sequence[Entry]) -> Tested:
        """Return what pairs of runs say; nothing in the first night."""
        if not self.before:
            return Tested({}, [])
        known = milestones_of(self.before, self.baseline), lasting_of(self.before, self.baseline)
        return judge_pairs(self.planned, entries, *known, self.today, night=self.number)

    def _slower(self, found: Sequence[steps.Step], entries: Sequence[Entry]) -> list[steps.Step]:
        """Return the steps to a slower level that this night names, and those of the last night that last."""
        if self.baseline.summary is None:
            return []
        accepted = self.baseline.night if self.baseline.is_named else -1
        before = [steps.Step(**one) for one in self.before[-1]["lasting"]] if self.before else []
        lasting = [one for one in before if steps.lasts(one, self.planned, entries)]
        new = [one for one in found if one.is_slower and self._is_new(one)]
        return [one for one in [*lasting, *new] if one.night > accepted]

    def _is_new(self, step: steps.Step) -> bool:
        return not any(step.is_as(earlier) for one in self.before for earlier in one["steps"])

    @property
    def _accepted(self) -> int | None:
        """Return the night that the plan names, which may be this one."""
        if not self.baseline.is_named:
            return None
        return self.number if self.baseline.summary is None else self.baseline.night

    @cached_property
    def planned(self) -> list[Planned]:
        """Return the cells of all runs of the plan, each once."""
        return [one for planned in self.by_paper.values() for one in planned]

    @cached_property
    def by_paper(self) -> dict[str, list[Planned]]:
        found: dict[str, dict[tuple, Planned]] = {}
        for run in self.plan.run:
            table = load_table(run.paper)
            planned = table.plan(table.cells(run.table, run.row, run.column), self.plan.options)
            found.setdefault(table.paper, {}).update(
                {(*one.cell[:4], one.cell.metric.name): one for one in planned}
            )
        return {paper: list(cells.values()) for paper, cells in found.items()}

    @cached_property
    def before(self) -> list[Summary]:
        """Return the summaries of earlier nights."""
        return self.kept.summaries()

    @cached_property
    def started(self) -> str:
        """Return when the night began, UTC."""
        return (self.since or self.clock.started).isoformat(timespec="seconds")

    @cached_property
    def unended(self) -> str:
        """Return when the nights before began that have no summary, with commas between."""
        mine = self.started if self.since else ""  # noted by a closing that was killed
        return ", ".join(one for one in self.kept.unended() if one != mine)

    @cached_property
    def number(self) -> int:
        """Return the number of this night; one that was killed has one, if it left a run."""
        nights = [one["night"] for one in self.before] + [entry.night for entry in self.journal.entries()]
        return 1 + max(nights, default=0)

    @cached_property
    def journal(self) -> Journal:
        return Journal(self.kept.folder)

    @cached_property
    def clock(self) -> "Clock":
        return Clock()

    @cached_property
    def today(self) -> Today:
        return Today(States.read(), versions_today(), surroundings())

    @cached_property
    def baseline(self) -> Baseline:
        closing = ["regressed", *(["slower"] if Gate.SLOWER in self.plan.gate else [])]
        return baseline_of(self.before, self.plan.baseline, (self.clock.date, provenance.commit()), closing)


class Clock:
    """When a night began, and how long it takes whatever is done to the system's clock."""

    def __init__(self) -> None:
        self.started = datetime.now(UTC)
        self.meter = LoadMeter()
        self._begun = time.monotonic()

    @property
    def date(self) -> str:
        """Return the date of its beginning, UTC."""
        return self.started.date().isoformat()

    @property
    def seconds(self) -> float:
        """Return the seconds since then."""
        return time.monotonic() - self._begun


def _costs(planned: Sequence[Planned], entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return the medians of seconds, speed and memory of each recipe's runs, but for those beside other load."""
    groups: dict[tuple[str, Kind], list[Entry]] = {}
    for entry in entries:
        if entry.record.metrics:
            groups.setdefault((entry.record.key.fingerprint, entry.kind), []).append(entry)
    cells = {one.fingerprint: one.cell.name for one in reversed(planned)}
    found = []
    for (mark, kind), group in groups.items():
        quiet = [entry for entry in group if is_quiet(entry.load)]
        medians = {name: median(map(value, quiet)) if quiet else None for name, value in steps.QUANTITIES.items()}
        beside = len(group) - len(quiet)
        found.append(
            {"cell": cells[mark], "kind": kind, "jobs": len(quiet), "beside other load": beside, **medians}
        )
    return found

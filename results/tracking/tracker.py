"""Sending to MLflow: a failure is one line, and never stops a run.

The CSV files are the source of truth: what MLflow lacks is added, and sending a record twice changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from results.published import Cell
from results.records import EpochEnd, RunRecord
from results.tracking.about import CellAbout, JobAbout, PaperAbout
from results.tracking.experiment import Experiment
from results.tracking.failures import in_one_line, track_command
from results.tracking.store import Store
from results.verdicts import Answer, Verdict


class Tracker:
    """Sends records of one paper to MLflow; after the first failure it sends nothing more.

    Records of a trial with other settings can't be sent later: `retable track` does not know their recipes.
    Several papers may share a `store`. Every method that sends has a name that begins with "send".
    """

    def __init__(
        self,
        paper: str,
        folder: Path,
        warn: Callable[[str], None],
        *,
        sent_later: bool = True,
        about: PaperAbout = PaperAbout(),
        store: Store | None = None,
    ) -> None:
        self.paper, self.folder, self.warn, self.sent_later = paper, folder, warn, sent_later
        self.about, self.store = about, store or Store(folder)
        self.is_down = False
        self._has_warned_of_files = False

    @property
    def has_all(self) -> bool:
        """Return whether the store took all that was sent, files included."""
        return not self.is_down and not self._has_warned_of_files

    def tidy(self) -> None:
        """End or delete the runs that stopped commands of this machine left."""
        self._guarded(lambda: self._experiment)

    @contextmanager
    def many(self) -> Iterator[None]:
        """Send many records faster; a power cut meanwhile can cost the database, which is then made again."""
        with self.store.many():
            yield
            self.send_rest()

    def send(
        self,
        cell: Cell,
        record: RunRecord,
        curve: Sequence[EpochEnd],
        settings: Mapping[str, str],
        about: JobAbout = JobAbout(),
    ) -> bool:
        """Add the run of a record unless it exists; return whether it was added."""
        return bool(self._guarded(lambda: self._experiment.add(cell, record, curve, settings, about)))

    def lacks(self, record: RunRecord) -> bool:
        """Return whether MLflow has no run of a record, or one without all that belongs to it."""
        return bool(self._guarded(lambda: self._experiment.lacks(record)))

    def send_missing(self, record: RunRecord, curve: Sequence[EpochEnd], about: JobAbout) -> bool:
        """Add to the run of a record what an earlier version did not send; return whether anything was added."""
        return bool(self._guarded(lambda: self._experiment.complete(record, curve, about)))

    def send_cells(self, cells: Sequence[Cell]) -> None:
        """Make the parent runs of cells at once, before their records are sent."""
        self._guarded(lambda: self._experiment.make_parents(cells))

    def send_rest(self) -> None:
        """Finish what was sent: of a record that two commands have sent at once, one run stays."""
        if "_experiment" in vars(self):
            self._guarded(lambda: self._experiment.settle())

    def send_files(self, record: RunRecord, paths: Sequence[Path]) -> None:
        """Add files to the run of a record if it exists, replacing files of the same name."""
        self._guarded(lambda: self._experiment.add_files(record, paths))

    def send_verdicts(
        self, verdicts: Sequence[Verdict], about: Mapping[str, CellAbout] = MappingProxyType({})
    ) -> None:
        """Write verdicts and their numbers to the parent runs of cells; `about` is by the cell's page name."""
        known = [verdict for verdict in verdicts if verdict.answer != Answer.NOT_ATTEMPTED]
        if known:
            self._guarded(lambda: self._experiment.write_verdicts(known, about))

    def _guarded(self, action: Callable[[], Any]) -> Any:
        if self.is_down:
            return None
        try:
            done = action()
        except Exception as error:
            self.is_down = True
            self.warn(
                f"MLflow failed: {in_one_line(error, self.store.uri)}. The results are safe. "
                f"{self._later('When this is mended, ', 'them')}"
            )
            return None
        self._warn_of_files()
        return done

    def _warn_of_files(self) -> None:
        """Say once that the store takes no files; everything else is sent."""
        if (refusal := self._experiment.refusal) and not self._has_warned_of_files:
            self._has_warned_of_files = True
            reason = in_one_line(refusal, self.store.uri)
            self.warn(f"MLflow takes no files: {reason}. {self._later('When this is mended, ', 'them')}")

    @cached_property
    def _experiment(self) -> Experiment:
        """Open the experiment; with our own database, artifacts go to the results folder."""
        client = self.store.open(
            lambda text: self.warn(f"{text} {self._later('', 'all records of the paper again')}")
        )
        return Experiment(client, self.paper, self.store.artifacts_of(self.paper), self.about)

    def _later(self, when: str, what: str) -> str:
        if not self.sent_later:
            return "Trials can't be sent later."
        return f"{when}{track_command(self.paper, self.folder)} sends {what}."

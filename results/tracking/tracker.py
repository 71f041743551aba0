"""Sending to MLflow: a failure is one line, and never stops a run.

The CSV files are the source of truth: what MLflow lacks is added, and sending a record twice changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from results.published import Cell
from results.records import EpochEnd, RunRecord
from results.tracking.client import connect, own_database, set_up, tracking_uri
from results.tracking.database import prepare
from results.tracking.experiment import Experiment
from results.tracking.failures import in_one_line, track_command
from results.verdicts import Answer, Verdict


class Tracker:
    """Sends records of one paper to MLflow; after the first failure it sends nothing more.

    Records of a trial with other settings can't be sent later: `retable track` does not know their recipes.
    """

    def __init__(self, paper: str, folder: Path, warn: Callable[[str], None], *, sent_later: bool = True) -> None:
        self.paper, self.folder, self.warn, self.sent_later = paper, folder, warn, sent_later
        self.is_down = False

    def tidy(self) -> None:
        """End or delete the runs that stopped commands of this machine left."""
        self._guarded(lambda: self._experiment)

    def send(self, cell: Cell, record: RunRecord, curve: Sequence[EpochEnd], settings: Mapping[str, str]) -> bool:
        """Add the run of a record unless it exists; return whether it was added."""
        return bool(self._guarded(lambda: self._experiment.add(cell, record, curve, settings)))

    def send_files(self, record: RunRecord, paths: Sequence[Path]) -> None:
        """Add files to the run of a record if it exists, replacing files of the same name."""
        self._guarded(lambda: self._experiment.add_files(record, paths))

    def send_verdict(self, verdict: Verdict) -> None:
        """Write the verdict, our mean and the published value to the parent run of a cell."""
        if verdict.answer != Answer.NOT_ATTEMPTED:
            self._guarded(lambda: self._experiment.write_verdict(verdict))

    def _guarded(self, action: Callable[[], Any]) -> Any:
        if self.is_down:
            return None
        try:
            return action()
        except Exception as error:
            self.is_down = True
            reason = in_one_line(error, tracking_uri(self.folder))
            self.warn(
                f"MLflow failed: {reason}. The results are safe. {self._later('When this is mended, ', 'them')}"
            )
            return None

    @cached_property
    def _experiment(self) -> Experiment:
        """Open the experiment; with our own database, artifacts go to the results folder."""
        set_up()
        artifacts = None
        if path := own_database(self.folder):
            prepare(path, lambda text: self.warn(f"{text} {self._later('', 'all records of the paper again')}"))
            artifacts = (path.parent / "mlartifacts" / self.paper).as_uri()
        return Experiment(connect(tracking_uri(self.folder)), self.paper, artifacts)

    def _later(self, when: str, what: str) -> str:
        if not self.sent_later:
            return "Trials can't be sent later."
        return f"{when}{track_command(self.paper, self.folder)} sends {what}."

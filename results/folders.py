"""Where records are: the user's own, and those that came with an installed suite."""

import os
from pathlib import Path

from platformdirs import user_data_path

from results.records import EpochEnd, JobKey, RecordFiles, RunRecord

HERE = Path(__file__).parent  # the project's records


def is_checkout() -> bool:
    """Return whether the suite runs from its source tree, whose records are the user's own."""
    return (HERE.parent / "pyproject.toml").exists()


def results_folder() -> Path:
    """Return `RETABLE_RESULTS`, or else results/ in the checkout, or a folder among the user's data."""
    own = HERE if is_checkout() else user_data_path("retable") / "results"
    return Path(os.environ.get("RETABLE_RESULTS") or own)


def lends(folder: Path) -> bool:
    """Return whether recipes without records in a folder are judged by the project's records."""
    return not is_checkout() and folder == results_folder()


class KnownRecords:
    """What is known of a paper: the user's records, and the project's of recipes that the user has not run.

    The project's count only in the user's usual folder of an installed suite.
    """

    def __init__(self, paper: str, folder: Path) -> None:
        own = RecordFiles(paper, folder)
        self._files = [own, RecordFiles(paper, HERE)] if lends(folder) else [own]

    def records(self) -> list[RunRecord]:
        """Return the records in the order written, failed ones included."""
        own, *projects = [files.records() for files in self._files]
        tried = {record.key.fingerprint for record in own if not record.error}
        return [*own, *(r for records in projects for r in records if r.key.fingerprint not in tried)]

    def curves(self) -> dict[JobKey, list[EpochEnd]]:
        """Return the learning curve of every job; of two, the user's."""
        return {key: curve for files in reversed(self._files) for key, curve in files.curves().items()}

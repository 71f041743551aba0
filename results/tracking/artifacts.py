"""The files of a job's run: its recipe, learning curve, predictions, confusion matrix and weights."""

import csv
import json
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from results.records import EpochEnd, RunRecord
from results.tracking.about import JobAbout

LARGEST_WEIGHTS = 2**24  # bytes; larger ones stay where they are


def upload(artifact_uri: str, tracking_uri: str, folder: Path) -> None:
    """Copy the files of a folder to the artifacts of a run. Raises whatever the store of artifacts raises."""
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    get_artifact_repository(artifact_uri, tracking_uri=tracking_uri).log_artifacts(str(folder))


def send_files_of(
    run: Any, tracking_uri: str, record: RunRecord, curve: Sequence[EpochEnd], about: JobAbout
) -> None:
    """Write the files of a job and copy them to its run. Raises whatever the store of artifacts raises."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder, record, curve, about)
        if any(folder.iterdir()):
            upload(run.info.artifact_uri, tracking_uri, folder)


def write_files(folder: Path, record: RunRecord, curve: Sequence[EpochEnd], about: JobAbout) -> None:
    """Write what there is of a job to a folder."""
    if about.recipe is not None:
        text = json.dumps(about.recipe, indent=1, ensure_ascii=False, default=str)
        (folder / "recipe.json").write_text(text + "\n", "utf-8")
    if curve:
        lines = [(point.epoch, point.loss, point.valid, point.seconds) for point in curve]
        _table(folder / "curve.csv", ("epoch", "loss", "valid", "seconds"), lines)
    if about.predictions is not None:
        _table(folder / "predictions.csv", ("example", "predicted class"), enumerate(about.predictions.tolist()))
    if matrix := record.observed.confusion:
        _table(
            folder / "confusion.csv",
            ("true / predicted", *range(len(matrix))),
            ((number, *line) for number, line in enumerate(matrix)),
        )
    if about.weights and about.weights.is_file() and about.weights.stat().st_size <= LARGEST_WEIGHTS:
        shutil.copyfile(about.weights, folder / "model.weights.h5")


def _table(path: Path, heading: Sequence[Any], lines: Iterable[Sequence[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(lines)

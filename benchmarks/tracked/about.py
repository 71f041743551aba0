"""What MLflow is to know of papers, cells and jobs, besides records and verdicts."""

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from benchmarks.jobs import LEADING, Planned
from benchmarks.recipe import Measurement, NotAttempted, Recipe, describe
from benchmarks.table import PaperTable
from benchmarks.training.checkpoints import weights_path
from data_pipelines.dataset import DataFile, Dataset
from data_pipelines.whole_files import intact
from results.folders import results_folder
from results.predictions import decode
from results.published import Cell
from results.records import RunRecord
from results.report.pages import CellPage
from results.secrets import without_secrets
from results.tracking.about import CellAbout, JobAbout, PaperAbout, UsedData, page_name
from results.verdicts import Answer, Verdict

PARTS = {2: ("train", "test"), 3: ("train", "validation", "test")}


def of_paper(table: PaperTable) -> PaperAbout:
    """Return what the experiment of a paper says."""
    where = f"[{table.address}]({table.address})\n\n" if table.address else ""
    text = (
        "A parent run per cell of its tables has our mean, the published value, the verdict and the distance in "
        "margins; below it is a run per job. To see the worst first, sort by `distance in margins`. "
        f"To train more: `retable plan {table.paper}`."
    )
    return PaperAbout(table.title, table.address, f"**{table.title}**\n\n{where}{text}")


def of_cells(planned: Iterable[Planned], folder: Path) -> dict[str, CellAbout]:
    """Return what the parent runs of cells say, by page name; `folder` has the records."""
    return {page_name(one.cell): _of_cell(one, folder) for one in planned}


def _of_cell(planned: Planned, folder: Path) -> CellAbout:
    cell, trains = planned.cell, command(planned, folder)
    printed = f"Published: {cell.value:g}, margin {cell.margin:g}." if cell.value is not None else "Not published."
    text = f"Table {cell.table}, row {cell.row}, column {cell.column}: {cell.metric.name}. {printed}"
    return CellAbout(trains, report_page(cell), f"{text}\n\n    {trains}")


def report_page(cell: Cell) -> str:
    """Return the page of a cell inside the folder of a report."""
    page = CellPage(Verdict(cell, Answer.INCOMPLETE), {}, (), (), "", {})
    return f"{cell.paper}/{page.file}"


def command(planned: Planned, folder: Path, backend: str = "") -> str:
    """Return the command that trains and judges a cell, with its records in a folder."""
    cell, options = planned.cell, planned.options
    words = [word for name in ("table", "row", "column") for word in (f"--{name}", getattr(cell, name))]
    words += [word for name, value in options.changes for word in ("--set", f"{name}={value}")]
    words += [] if options.epochs is None else ["--epochs", str(options.epochs)]
    words += ["--lookalike"] if options.lookalike else []
    words += ["--backend", backend] if backend and backend != LEADING else []
    results = folder.parent if folder.name == "trial" else folder
    words += [] if results == results_folder() else ["--results", str(results)]
    return shlex.join(["retable", "run", cell.paper, *words])


def of_job(planned: Planned, record: RunRecord, folder: Path, predictions: np.ndarray | None = None) -> JobAbout:
    """Return what the run of a job has, besides its record; `predictions` are those kept with older records."""
    recipe, key = planned.recipe, record.key
    if isinstance(recipe, NotAttempted):
        return JobAbout()
    trains = command(planned, folder, key.backend)
    text = f"Seed {key.seed}, fold {key.fold} of {planned.cell.name}, on {key.backend}.\n\n    {trains}"
    if predictions is None and record.predictions:
        predictions = decode(record.predictions)
    data = of_data(recipe.dataset, dict(record.observed.sizes))
    return JobAbout(describe(recipe), data, trains, text, predictions, _weights(recipe, record))


def of_data(dataset: Dataset, sizes: Mapping[str, int]) -> UsedData | None:
    """Return what is known of a data set; `sizes` are those of a fold, by part, where one was read."""
    if dataset.examples == 0:
        return None
    stated = dataset.examples
    if isinstance(stated, tuple):
        sizes = sizes or dict(zip(PARTS.get(len(stated), ()), stated, strict=False))
    sources = tuple(dict.fromkeys(map(_source, dataset.files)))
    whole = sum(stated) if isinstance(stated, tuple) else stated
    return UsedData(dataset.name, dataset.data_hash, sources, dataset.source, sizes, whole)


def _source(file: DataFile) -> str:
    """Return the address of a file, or the package or the name of one that has none."""
    address = getattr(file, "address", "")
    if address:
        return without_secrets(address)
    package = getattr(file, "package", "")
    return f"the package {package}" if package else file.name


def _weights(recipe: Recipe | Measurement, record: RunRecord) -> Path | None:
    """Return the weights of a job that are kept on this machine."""
    if not (isinstance(recipe, Recipe) and recipe.keep_weights) or record.error:
        return None
    path = weights_path(record.key, record.commit)
    return path if path.exists() and intact(path) else None

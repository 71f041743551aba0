"""A table of one's own as a data set: texts or numbers, and a label in each row."""

import csv
import gzip
import io
import json
import lzma
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from data_pipelines.dataset import DataError, DataFile, Dataset, Fold
from data_pipelines.datasets.generated import VOCABULARY
from data_pipelines.datasets.own_files import splits
from data_pipelines.datasets.own_files.splits import Classes, DrawnSplit, PartColumn, PartFiles
from data_pipelines.datasets.own_files.table_files import (
    DELIMITERS,
    Table,
    labels,
    numbers,
    read_table,
    suffix,
    texts,
)

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".xz": lzma.compress}
LONGEST = 12  # words of a generated text


def table_data(
    name: str,
    files: DataFile | PartFiles,
    *,
    label: str,
    classes: int | Sequence[str],
    text: str = "",
    inputs: Sequence[str] = (),
    split: DrawnSplit | PartColumn | None = None,
    source: str = "",
) -> Dataset:
    """Return a data set from CSV, TSV, JSON lines (.jsonl) or Parquet, the first three also with .gz or .xz.

    `label` is the column of labels, of which `classes` gives the number or the names; they are numbered from 0 in
    sorted order. x is the column `text`, object (examples,), or the columns `inputs`, float32 (examples, columns).
    The first line of a CSV file names its columns. Raises ValueError unless there is one input and one split.
    """
    if bool(text) == bool(inputs):
        raise ValueError(f"{name} needs one of `text`, a column, and `inputs`, a tuple of columns.")
    for file in splits.files_of(files):
        suffix(file.name)
    columns: dict[str, Any] = {"label": label, "text": text, "inputs": tuple(inputs), "split": split}
    return splits.own_dataset(
        name,
        files,
        split,
        classes=classes,
        load=partial(load_table, classes=splits.sorted_names(classes), **columns),
        lookalike=partial(
            write_tables, names=splits.lookalike_names(files), classes=splits.sorted_names(classes), **columns
        ),
        source=source,
    )


def load_table(
    paths: Sequence[Path],
    fold: int,
    seed: int,
    *,
    label: str,
    classes: Classes,
    text: str,
    inputs: Sequence[str],
    split: DrawnSplit | PartColumn | None,
) -> Fold:
    """Return the fold of a table, or of a table for each part. Raises DataError, with the line."""
    by_part = [split.column] if isinstance(split, PartColumn) else []
    wanted = list(dict.fromkeys([label, *([text] if text else inputs), *by_part]))
    tables = [read_table(path, wanted) for path in paths]
    x = [texts(table, text) if text else _matrix(table, inputs) for table in tables]
    found = splits.labelled([labels(table, label) for table in tables], classes, paths)
    if isinstance(split, PartColumn):
        return splits.fold_of(found, x, _named_rows(tables[0], split))
    return splits.fold_of(found, x, splits.drawn_rows(found.y[0], split, fold, seed))


def _matrix(table: Table, columns: Sequence[str]) -> np.ndarray:
    return np.stack([numbers(table, column) for column in columns], axis=1)


def _named_rows(table: Table, split: PartColumn) -> list[np.ndarray]:
    names = _part_names(split)
    found = labels(table, split.column)
    if unknown := [row for row, name in enumerate(found) if name not in names]:
        raise DataError(
            f"{table.at(unknown[0], split.column)} Expected the name of a part, here one of {', '.join(names)}."
        )
    return [np.flatnonzero(np.array(found) == name) for name in names]


def _part_names(split: PartColumn) -> list[str]:
    return [name for name in (split.train, split.valid, split.test) if name]


def write_tables(
    folder: Path,
    *,
    names: Sequence[str],
    label: str,
    classes: Classes,
    text: str,
    inputs: Sequence[str],
    split: DrawnSplit | PartColumn | None,
) -> list[Path]:
    """Write a generated file for each name, with the same columns and classes; its inputs give a label away."""
    paths = [folder / name for name in names]
    for number, path in enumerate(paths):
        rng = np.random.default_rng(number)
        rows = []
        for turn in range(splits.fewest(split)):
            for index, of_class in enumerate(splits.generated_names(classes)):
                row = {text: _sentence(index, rng)} if text else _point(inputs, index, rng)
                part = _part(split, turn) if isinstance(split, PartColumn) else {}
                rows.append(row | part | {label: of_class})
        path.write_bytes(_written(path, rows))
    return paths


def _sentence(index: int, rng: np.random.Generator) -> str:
    return " ".join([*rng.choice(VOCABULARY, rng.integers(1, LONGEST)), f"sign{index}"])


def _point(inputs: Sequence[str], index: int, rng: np.random.Generator) -> dict[str, Any]:
    return {
        name: round(float(value), 4) for name, value in zip(inputs, rng.normal(index, 1, len(inputs)), strict=True)
    }


def _part(split: PartColumn, turn: int) -> dict[str, str]:
    names = _part_names(split)
    return {split.column: names[turn % len(names)]}


def _written(path: Path, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return rows in the format and the compression of a file name."""
    form = suffix(path.name)
    if form == ".parquet":
        import pyarrow
        from pyarrow import parquet

        content = io.BytesIO()
        parquet.write_table(pyarrow.Table.from_pylist(list(rows)), content)
        return content.getvalue()
    text = io.StringIO()
    if form in DELIMITERS:
        writer = csv.DictWriter(text, list(rows[0]), delimiter=DELIMITERS[form], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        text.writelines(json.dumps(row) + "\n" for row in rows)
    return COMPRESSORS.get(path.suffix.lower(), bytes)(text.getvalue().encode())

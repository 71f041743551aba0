"""How examples are split into training, validation and test part, and labels numbered."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from data_pipelines.dataset import DataError, DataFile, Dataset, Fold, Split
from data_pipelines.folds import stratified_folds, stratified_parts

WHOLE = re.compile(r"-?[0-9]{1,18}")
SHOWN = 10  # labels that a message names


@dataclass(frozen=True)
class PartFiles:
    """A file, or a folder, for each part; the split is given."""

    train: DataFile
    test: DataFile
    valid: DataFile | None = None


@dataclass(frozen=True)
class PartColumn:
    """A column that names the part of each row, and its names of the parts; without `valid` there is none."""

    column: str
    train: str = "train"
    test: str = "test"
    valid: str = ""


@dataclass(frozen=True)
class RandomSplit:
    """Shares of each class, drawn once: the split is the same for every seed; another `draw` is another split."""

    train: float
    valid: float
    test: float
    draw: int = 0

    def __post_init__(self) -> None:
        shares = self.train, self.valid, self.test
        if min(self.train, self.test) <= 0 or self.valid < 0 or not math.isclose(sum(shares), 1):
            raise ValueError(f"The shares are {shares}. Expected 1 in sum, and more than 0 for training and test.")


@dataclass(frozen=True)
class CrossValidation:
    """Stratified folds, drawn from the seed: each is the test part once.

    With `valid` the next fold is the validation part; otherwise there is none.
    """

    folds: int
    valid: bool = False

    def __post_init__(self) -> None:
        if self.folds < 2 + self.valid:
            raise ValueError(f"The cross-validation has {self.folds} folds. Expected at least {2 + self.valid}.")


DrawnSplit = RandomSplit | CrossValidation
Classes = int | tuple[str, ...]


class Labelled(NamedTuple):
    """The classes of all examples."""

    y: list[np.ndarray]  # of each file, int32 (examples,)
    names: list[str]  # of the classes, by their numbers
    where: str  # the files, for messages


def own_dataset(
    name: str,
    files: DataFile | PartFiles,
    split: DrawnSplit | PartColumn | None,
    *,
    classes: int | Sequence[str],
    load: Callable[..., Fold],
    lookalike: Callable[[Path], Sequence[Path]],
    source: str,
    **needs: str,
) -> Dataset:
    """Return a data set. Raises ValueError for fewer than two classes, and unless there is one split."""
    if isinstance(files, PartFiles) == (split is not None):
        raise ValueError(f"{name} needs one split: PartFiles instead of a file, or else `split`.")
    number = classes if isinstance(classes, int) else len(set(classes))
    if number < 2:
        raise ValueError(f"{name} has {number} class(es). Expected two or more.")
    return Dataset(
        name=name,
        source=source or "files of one's own",
        classes=number,
        files=files_of(files),
        load=load,
        lookalike=lookalike,
        folds=split.folds if isinstance(split, CrossValidation) else 1,
        test_to_train=1 / (split.folds - 2) if isinstance(split, CrossValidation) and split.valid else None,
        **needs,  # type: ignore[arg-type]
    )


def files_of(files: DataFile | PartFiles) -> tuple[DataFile, ...]:
    """Return the files in the order of the parts."""
    if not isinstance(files, PartFiles):
        return (files,)
    return tuple(file for file in (files.train, files.valid, files.test) if file is not None)


def lookalike_names(files: DataFile | PartFiles) -> list[str]:
    """Return a name for each generated file, which differ and end as the real ones do."""
    return [f"{number}-{Path(file.name).name}" for number, file in enumerate(files_of(files))]


def sorted_names(classes: int | Sequence[str]) -> Classes:
    """Return the names of classes in the order of their numbers, or their number alone."""
    return classes if isinstance(classes, int) else tuple(in_order(classes))


def in_order(labels: Sequence[str]) -> list[str]:
    """Return the distinct labels sorted: whole numbers by value, anything else as text."""
    found = sorted(set(labels))
    return sorted(found, key=int) if all(map(WHOLE.fullmatch, found)) else found


def generated_names(classes: Classes) -> list[str]:
    """Return the names of classes, or numbers where only their number is known."""
    return [str(number) for number in range(classes)] if isinstance(classes, int) else list(classes)


def fewest(split: Any) -> int:
    """Return how many generated examples a class needs so that every part has some."""
    if isinstance(split, CrossValidation):
        return 2 * split.folds
    if isinstance(split, RandomSplit):
        return math.ceil(2 / min(share for share in (split.train, split.valid, split.test) if share))
    return 6


def labelled(labels: Sequence[Sequence[str]], classes: Classes, paths: Sequence[Path]) -> Labelled:
    """Number the labels of each file from 0, in the order of all distinct ones.

    Raises DataError unless all classes are there, and no other.
    """
    where = " and ".join(str(path) for path in paths)
    found = in_order([label for file in labels for label in file])
    if len(found) != classes if isinstance(classes, int) else tuple(found) != classes:
        expected = f"{classes}" if isinstance(classes, int) else f"{len(classes)}: {_listed(classes)}"
        raise DataError(f"{where} has {len(found)} class(es): {_listed(found)}. Expected {expected}.")
    numbers = {label: number for number, label in enumerate(found)}
    y = [np.array([numbers[label] for label in file], "int32") for file in labels]
    return Labelled(y, found, where)


def drawn_rows(labels: np.ndarray, split: DrawnSplit | None, fold: int, seed: int) -> list[np.ndarray] | None:
    """Return the rows of training, perhaps validation, and test part; None where each part has a file."""
    if split is None:
        return None
    if isinstance(split, RandomSplit):
        shares = [share for share in (split.train, split.valid, split.test) if share]
        parts = stratified_parts(labels, shares, split.draw)
        return [np.flatnonzero(parts == part) for part in range(len(shares))]
    turns = (stratified_folds(labels, split.folds, seed) - fold) % split.folds
    held_out = [1, 0] if split.valid else [0]
    return [np.flatnonzero(~np.isin(turns, held_out)), *(np.flatnonzero(turns == turn) for turn in held_out)]


def fold_of(found: Labelled, x: Sequence[Any], rows: Sequence[np.ndarray] | None) -> Fold:
    """Return the fold of one file, given the rows of training, perhaps validation, and test part.

    Without rows, there is a file for each part. Raises DataError for a part without examples, and for a class that
    the training part lacks.
    """
    if rows is None:
        examples = [Split(*both) for both in zip(x, found.y, strict=True)]
    else:
        examples = [Split(x[0][chosen], found.y[0][chosen]) for chosen in rows]
    train, *valid, test = examples
    for part, name in ((train, "training"), *((part, "validation") for part in valid), (test, "test")):
        _check_part(name, part, train, found)
    return Fold(train, valid[0] if valid else None, test)


def _check_part(name: str, part: Split, train: Split, found: Labelled) -> None:
    if not len(part.y):
        raise DataError(f"{found.where}: the {name} part has no examples.")
    if len(missing := np.setdiff1d(part.y, train.y)):
        raise DataError(
            f"{found.where}: the {name} part has the class {found.names[missing[0]]!r}, which the training part "
            "lacks. Expected each class in training."
        )


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(map(repr, labels[:SHOWN])) + (", ..." if len(labels) > SHOWN else "")

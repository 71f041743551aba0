"""The types of a data set: its files, and the folds that a model sees."""

import hashlib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

GENERATED = "GENERATED.txt"  # marks a generated folder that has the form of one on request


class DataError(Exception):
    """Data that is missing, damaged or malformed; the text says what to do."""


class LeftOut(UserWarning):
    """A few malformed examples, or a file of ours that can't be kept or read; the work goes on without."""


class Split(NamedTuple):
    """Examples and their labels, equally long."""

    x: Any
    y: np.ndarray


class Fold(NamedTuple):
    """What one model sees. `valid` is None where the data set brings no validation part."""

    train: Split
    valid: Split | None
    test: Split
    vocabulary: tuple[str, ...] = ()  # symbol i + 1 is vocabulary[i]; symbol 0 is padding
    vectors: np.ndarray | None = None  # float32 (words of the vocabulary, width); NaN for words without one


@dataclass(frozen=True)
class RemoteFile:
    """A file, or one member of an archive, at its official address."""

    name: str  # "<dataset>/<file>": its place in the cache and in a mirror
    address: str  # or words that say what it is, where only a mirror can have it
    hash: str  # SHA-256, or "md5:...", of the file or the member; "unpacked:..." of what a file holds uncompressed
    size: int  # bytes, of the same
    member: str | None = None
    archive_sha256: str | None = None
    terms: str = ""
    contents: str = ""  # a pattern of an archive's members; a hash "contents:..." is of these alone
    variable: str = ""  # the environment variable that may name a copy of one's own: the archive, or its folder
    on_request: bool = False  # never fetched without being named


@dataclass(frozen=True)
class PackagedFile:
    """A file that an installed package brings along."""

    name: str
    package: str
    path: str  # inside the package
    hash: str  # SHA-256
    on_request: bool = False


@dataclass(frozen=True)
class FolderOnRequest:
    """A folder that its owners give to those who ask for it."""

    name: str  # its place in the cache, unless the variable names another
    variable: str  # the environment variable that names it
    address: str
    holds: str  # a pattern of files in it
    files: int  # that match the pattern
    terms: str = ""
    on_request: bool = True
    gap: Callable[[Path], str] | None = None  # says what a folder lacks; nothing if it is whole

    @property
    def hash(self) -> str:
        """Return what distinguishes one release from another, as far as is known without its files."""
        return f"{self.files} of {self.holds}"


@dataclass(frozen=True)
class LocalFile:
    """A file or a folder of one's own; `retable data pin` writes its hash and size.

    Its path is part of no fingerprint and no record.
    """

    path: Path
    hash: str  # SHA-256; of a folder "folder:...", over the names and contents of its files
    size: int  # bytes
    terms: str = ""
    on_request: bool = False

    @property
    def name(self) -> str:
        """Return the name without the folders above it."""
        return self.path.name


DataFile = RemoteFile | PackagedFile | FolderOnRequest | LocalFile


@dataclass(frozen=True)
class Dataset:
    """One row of a paper's data table.

    `load(paths, fold, seed)` returns a `Fold`; `paths` stand in the order of `files`.
    `lookalike(folder)` writes small generated files of the same format and returns their paths.
    A fixed split is one fold; the folds of a cross-validation depend on the seed alone.
    """

    name: str
    source: str
    classes: int
    files: tuple[DataFile, ...]
    load: Callable[[Sequence[Path], int, int], Fold]
    lookalike: Callable[[Path], Sequence[Path]]
    folds: int = 1
    test_to_train: float | None = None  # sizes of the parts of a fold, where it is not 1 to folds - 1
    examples: int | tuple[int, ...] | None = None  # in all parts of a fold, or in each; None: any number will do
    left_out: float = 0.0  # of the examples, at most, because they are malformed
    of_class: tuple[int, ...] = ()  # examples of each class in all parts of a fold; none: any numbers will do
    package: str = ""  # that it needs besides our own requirements, and the extra of ours that brings it
    extra: str = ""
    on_request: str = ""  # why some of its files are fetched only when named, and how to get them
    hashed_as: str = ""  # the hash of the archive that stood for the files before they were its members

    @property
    def fold_ratio(self) -> float:
        """Return the number of test examples for each training example of a fold; 0 for a fixed split."""
        if self.folds == 1:
            return 0.0
        return 1 / (self.folds - 1) if self.test_to_train is None else self.test_to_train

    def check(self, fold: Fold) -> None:
        """Raise DataError unless a fold has the examples that the source states, less what may be left out.

        Warns LeftOut where some are, also when arrays were kept that once were read without them.
        """
        labels = [part.y for part in (fold.train, fold.valid, fold.test) if part is not None]
        self._check_number([len(part) for part in labels])
        if self.of_class and (counts := tuple(np.bincount(np.concatenate(labels)).tolist())) != self.of_class:
            raise DataError(
                f"{self.name} has {counts} examples a class. Expected {self.of_class} ({self.source})."
            )

    def _check_number(self, parts: list[int]) -> None:
        found = tuple(parts) if isinstance(self.examples, tuple) else sum(parts)
        if self.examples is None or found == self.examples:
            return
        message = f"{self.name} has {found} examples. Expected {self.examples} ({self.source})."
        missing = np.subtract(self.examples, found) if np.shape(found) == np.shape(self.examples) else np.array(-1)
        if np.any(missing < 0) or np.any(missing > np.multiply(self.left_out, self.examples)):
            raise DataError(message)
        warnings.warn(message, LeftOut, stacklevel=3)

    @property
    def data_hash(self) -> str:
        """Twelve hexadecimal digits over the hashes of all files; "generated" without any, empty without data."""
        if self.examples == 0:
            return ""
        if not self.files:
            return "generated"
        hashes = self.hashed_as or "".join(f.hash for f in self.files)
        return hashlib.sha256(hashes.encode()).hexdigest()[:12]


def no_examples(paths: Sequence[Path], fold: int, seed: int) -> Fold:
    """Return a fold without examples."""
    nothing = Split((), np.zeros(0, "int32"))
    return Fold(nothing, None, nothing)


def no_files(folder: Path) -> Sequence[Path]:
    """Write nothing."""
    return ()


NO_DATA = Dataset("no data", "nothing is read", 0, (), no_examples, no_files, examples=0)

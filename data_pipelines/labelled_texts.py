"""Labelled rows as folds: their characters or words as numbers, memory-mapped, with synonyms where asked for."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from data_pipelines.cache import digest, kept, kept_blocks
from data_pipelines.dataset import Fold, Split
from data_pipelines.download import file_hash
from data_pipelines.labelled_rows import Joined, Rows, last_first, stream
from data_pipelines.quantized import LENGTH, alphabet, quantize
from data_pipelines.rewritten import KeptTexts, Rewritten
from data_pipelines.thesaurus import read_thesaurus
from data_pipelines.word_rows import most_frequent, number_words, word_lists
from data_pipelines.word_vectors import own_vectors

VERSION = 1  # of how texts are read, and of what a character and a word is; kept arrays depend on it


class Part(NamedTuple):
    """Rows of a CSV file, or of a member of an archive, and how texts are made of their fields."""

    path: Path
    member: str
    classes: int
    fields: int
    join: Joined

    def rows(self) -> Iterator[Rows]:
        """Stream the sound rows."""
        return stream(self.path, self.classes, self.fields, self.member, self.join)

    def texts(self) -> Iterator[Any]:
        """Stream the texts, in Arrow arrays."""
        return (rows.texts for rows in self.rows())

    def source(self) -> dict[str, Any]:
        """Name what computed arrays depend on."""
        return {**self._asdict(), "path": file_hash(self.path), "join": self.join.__name__, "version": VERSION}


class Sentences:
    """The words of a part, a list a text, streamed anew by every pass."""

    def __init__(self, part: Part) -> None:
        self.part = part

    def __iter__(self) -> Iterator[list[str]]:
        return word_lists(self.part.texts())


def load_characters(
    paths: Sequence[Path],
    fold: int,
    seed: int,
    *,
    classes: int,
    fields: int,
    full: bool = False,
    synonyms: bool = False,
) -> Fold:
    """Return texts as `quantize` gives them, uint8 (rows, 1014), memory-mapped, and classes.

    Each part is read and written once, as a stream. With `synonyms` the last path is a thesaurus, and training
    texts are encoded when they are asked for. Raises DataError for files of another form.
    """
    train, test = parts(paths[: len(paths) - synonyms], classes, fields, last_first)
    channels = alphabet(full)
    encode = partial(quantize, channels=channels)
    source = {"channels": channels}
    found = Fold(_encoded(train, source, encode), None, _encoded(test, source, encode))
    return _with_synonyms(found, train, encode, paths[-1]) if synonyms else found


def load_words(
    paths: Sequence[Path],
    fold: int,
    seed: int,
    *,
    classes: int,
    fields: int,
    join: Joined,
    most: int,
    vectors: dict[str, Any] | None = None,
    synonyms: bool = False,
) -> Fold:
    """Return texts as numbers of their first 1,014 words, uint16 (rows, 1014), memory-mapped, and classes.

    `join` makes texts of the fields of rows. The vocabulary is that of the training part, `most` words at most.
    `vectors`: settings of `train_vectors`, for vectors of the training part. Otherwise as `load_characters`.
    """
    train, test = parts(paths[: len(paths) - synonyms], classes, fields, join)
    vocabulary = _vocabulary(train, most)
    encode = partial(number_words, vocabulary=vocabulary, length=LENGTH)
    source = {"words": digest(*vocabulary)}
    found = Fold(_encoded(train, source, encode), None, _encoded(test, source, encode), vocabulary)
    if vectors is not None:
        found = found._replace(vectors=_vectors(train, vocabulary, seed, vectors))
    return _with_synonyms(found, train, encode, paths[-1]) if synonyms else found


def parts(paths: Sequence[Path], classes: int, fields: int, join: Joined) -> tuple[Part, Part]:
    """Return the training and the test part, of two files or of one archive."""
    members = ("train.csv", "test.csv") if len(paths) == 1 else ("", "")
    train, test = (
        Part(path, member, classes, fields, join)
        for path, member in zip((paths[0], paths[-1]), members, strict=True)
    )
    return train, test


def _encoded(part: Part, source: dict[str, Any], encode: Callable[[Any], np.ndarray]) -> Split:
    """Return a part; the class stands behind the numbers of its text, so that one pass writes both."""
    rows = kept_blocks("labelled_texts", part.source() | source, lambda: _blocks(part, encode))
    return Split(rows[:, :-1], rows[:, -1].astype("int32"))


def _blocks(part: Part, encode: Callable[[Any], np.ndarray]) -> Iterator[np.ndarray]:
    for rows in part.rows():
        encoded = encode(rows.texts)
        yield np.column_stack([encoded, rows.y.astype(encoded.dtype)])


def _vocabulary(part: Part, most: int) -> tuple[str, ...]:
    """Return the most frequent words of a part, counted once."""
    return kept_words(part.source() | {"most": most}, lambda: most_frequent(part.texts(), most))


def kept_words(source: dict[str, Any], compute: Callable[[], Sequence[str]]) -> tuple[str, ...]:
    """Return words that `compute` finds, once, in `source`."""
    words = kept("vocabularies", source, lambda: np.frombuffer("\n".join(compute()).encode(), "uint8"))
    return tuple(words.tobytes().decode().split("\n"))


def _vectors(part: Part, vocabulary: Sequence[str], seed: int, settings: dict[str, Any]) -> np.ndarray:
    text = digest(str(part.source()), *vocabulary)
    return own_vectors(text, Sentences(part), vocabulary, seed, **settings)


def _with_synonyms(fold: Fold, train: Part, encode: Callable[[Any], np.ndarray], thesaurus: Path) -> Fold:
    texts = KeptTexts(train.source(), train.texts)
    return fold._replace(train=Split(Rewritten(texts, encode, read_thesaurus(thesaurus)), fold.train.y))

"""Labelled rows as folds: their characters or words as numbers, memory-mapped, with synonyms where asked for."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from data_pipelines.cache import digest, kept_blocks
from data_pipelines.dataset import Fold, Split
from data_pipelines.text.character_ids import LENGTH, alphabet, quantize
from data_pipelines.text.corpus import read_corpus
from data_pipelines.text.csv_rows import Joined, Part, last_first, parts
from data_pipelines.text.rewritten import KeptTexts, Rewritten
from data_pipelines.text.synonyms import read_thesaurus
from data_pipelines.text.word2vec import own_vectors
from data_pipelines.text.word_rows import WORDS, WordRows, frequent_words, number_words


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

    Each part is read and written once, as a stream, and kept. With `synonyms` the last path is a thesaurus;
    training texts are kept as they are, and encoded when they are asked for.
    Raises DataError for files of another form.
    """
    train, test = parts(paths[: len(paths) - synonyms], classes, fields, last_first)
    channels = alphabet(full)
    encode = partial(quantize, channels=channels)
    first = _rewritten(train, encode, paths[-1]) if synonyms else _encoded(train, channels)
    return Fold(first, None, _encoded(test, channels))


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
    """Return texts as `WordRows`, uint16 (rows, 1014), whose numbers are memory-mapped, and classes.

    `join` makes texts of the fields of rows. The vocabulary is that of the training part, `most` words at most.
    `vectors`: settings of `train_vectors`, for vectors of the training part. With `synonyms` training texts are
    read once more, as they are. Otherwise as `load_characters`.
    """
    train, test = parts(paths[: len(paths) - synonyms], classes, fields, join)
    corpora = [read_corpus(part, WORDS) for part in (train, test)]
    vocabulary = frequent_words(corpora[0], most)
    first, last = (Split(WordRows(texts, vocabulary, LENGTH), texts.classes()) for texts in corpora)
    if synonyms:
        from data_pipelines.text.word_numbering import WordTable

        known = WordTable(WORDS.letters, vocabulary)
        first = _rewritten(train, partial(number_words, vocabulary=known, length=LENGTH), paths[-1])
    found = Fold(first, None, last, vocabulary)
    if vectors is None:
        return found
    text = digest(str(corpora[0].source), *vocabulary)
    return found._replace(vectors=own_vectors(text, corpora[0], vocabulary, seed, **vectors))


def _encoded(part: Part, channels: str) -> Split:
    """Return a part; the class stands behind the numbers of its text, so that one pass writes both."""
    source = part.source() | {"channels": channels}
    rows = kept_blocks("labelled_texts", source, lambda: _blocks(part, channels))
    return Split(rows[:, :-1], rows[:, -1].astype("int32"))


def _blocks(part: Part, channels: str) -> Iterator[np.ndarray]:
    for rows in part.rows():
        encoded = quantize(rows.texts, channels)
        yield np.column_stack([encoded, rows.y.astype(encoded.dtype)])


def _rewritten(part: Part, encode: Callable[[Any], np.ndarray], thesaurus: Path) -> Split:
    texts = KeptTexts(part.source(), part.rows)
    return Split(Rewritten(texts, encode, read_thesaurus(thesaurus)), texts.y)

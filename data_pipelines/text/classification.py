"""Labelled texts as folds: as characters, words or counts, kept on disk, with synonyms if asked for."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data_pipelines.cache import Blocks, digest, kept, kept_blocks
from data_pipelines.dataset import DataError, Fold, Split
from data_pipelines.text.character_ids import LENGTH, channels, quantize
from data_pipelines.text.corpus import ALPHANUMERIC, Corpus, read_corpus
from data_pipelines.text.csv_rows import CsvTexts, Joined, last_first, train_and_test
from data_pipelines.text.ngrams import counts, frequent_ngrams
from data_pipelines.text.ragged import PaddedRows, Ragged, kept_ragged
from data_pipelines.text.synonyms import SynonymTexts, read_thesaurus
from data_pipelines.text.word2vec import own_vectors

if TYPE_CHECKING:
    from data_pipelines.text.word_numbering import WordIndex


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
    """Return texts as `quantize` encodes them, uint8 (texts, 1014), memory-mapped, and classes.

    Each part is read and written once, as a stream. With `synonyms` the last path is a thesaurus; training texts
    are then kept as text, and encoded when they are asked for. Raises DataError for files of another form.
    """
    train, test = train_and_test(paths[: len(paths) - synonyms], classes, fields, last_first)
    alphabet = channels(full)
    if synonyms:
        first = _with_synonyms(train, partial(quantize, alphabet=alphabet), paths[-1])
    else:
        first = _characters(train, alphabet)
    return Fold(first, None, _characters(test, alphabet))


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
    """Return texts as padded word numbers, uint16 (texts, 1014), made on access, and classes.

    `join` makes a text of the fields of a row. The vocabulary is the training part's `most` most frequent words;
    word i is i + 1, other words and padding are 0. `vectors` are settings of `train_vectors`, for vectors of the
    training part. `synonyms` as in `load_characters`.
    """
    train, test = train_and_test(paths[: len(paths) - synonyms], classes, fields, join)
    corpora = [read_corpus(texts, ALPHANUMERIC) for texts in (train, test)]
    vocabulary = corpora[0].frequent_words(most)
    first, last = (
        Split(PaddedRows(corpus.texts, corpus.positions(vocabulary), LENGTH), np.array(corpus.texts.labels))
        for corpus in corpora
    )
    if synonyms:
        from data_pipelines.text.word_numbering import WordIndex

        index = WordIndex(ALPHANUMERIC.letters, vocabulary)
        first = _with_synonyms(train, partial(word_rows, index=index, length=LENGTH), paths[-1])
    found = Fold(first, None, last, vocabulary)
    return found if vectors is None else found._replace(vectors=_vectors(corpora[0], vocabulary, seed, vectors))


def load_counts(
    paths: Sequence[Path],
    fold: int,
    seed: int,
    *,
    classes: int,
    fields: int,
    join: Joined,
    most: int,
    longest: int,
) -> Fold:
    """Return how often each text has the training part's `most` most frequent n-grams, up to `longest` words.

    Sparse float32 (texts, n-grams), and classes. `join` makes a text of the fields of a row. Raises DataError for
    files of another form, and for a training part without words.
    """
    train, test = (read_corpus(texts, ALPHANUMERIC) for texts in train_and_test(paths, classes, fields, join))
    source = {"corpus": train.source, "most": most, "longest": longest}
    known = kept("ngrams", source, lambda: frequent_ngrams(train, longest, most))
    if not len(known):
        raise DataError(f"{paths[0]} has no words to count.")
    return Fold(_counted(train, known, longest), None, _counted(test, known, longest))


def load_word_counts(
    paths: Sequence[Path],
    fold: int,
    seed: int,
    *,
    classes: int,
    fields: int,
    join: Joined,
    vectors: dict[str, Any],
) -> Fold:
    """Return how often each text has each word with a vector, and the vectors, trained on the training part.

    Sparse float32 (texts, words), and classes. `vectors` are settings of `train_vectors`; their `min_count` says
    which words have a vector. Otherwise as `load_counts`.
    """
    train, test = (read_corpus(texts, ALPHANUMERIC) for texts in train_and_test(paths, classes, fields, join))
    frequent = np.flatnonzero(train.frequencies() >= vectors["min_count"])
    hashes = train.hashes[frequent]
    words = train.strings().take(frequent).to_pylist()
    order = np.argsort(hashes)
    found = np.asarray(_vectors(train, words, seed, vectors))[order]
    parts = (_counted(corpus, hashes[order], 1) for corpus in (train, test))
    return Fold(next(parts), None, next(parts), tuple(words[index] for index in order), found)


def word_rows(texts: Ragged, index: "WordIndex", length: int) -> np.ndarray:
    """Return texts, given as bytes, as padded word numbers: uint16 (texts, length)."""
    table = np.append(np.arange(1, len(index) + 1), 0).astype("uint16")  # the last is for unknown words
    return index.number(texts, is_open=False).padded(slice(None), table, length)


def _characters(texts: CsvTexts, alphabet: str) -> Split:
    def blocks() -> Iterator[Blocks]:
        for y, strings in texts.rows():
            yield {"x": quantize(Ragged.of_texts(strings, y), alphabet), "y": y}

    found = kept_blocks("characters", texts.source() | {"channels": alphabet}, ("x", "y"), blocks)
    return Split(found["x"], np.array(found["y"]))


def _with_synonyms(texts: CsvTexts, encode: Callable[[Ragged], np.ndarray], thesaurus: Path) -> Split:
    def blocks() -> Iterator[Ragged]:
        return (Ragged.of_texts(strings, y) for y, strings in texts.rows())

    found = kept_ragged("texts", texts.source(), blocks)
    return Split(SynonymTexts(found, encode, read_thesaurus(thesaurus)), np.array(found.labels))


def _counted(corpus: Corpus, known: np.ndarray, longest: int) -> Split:
    return Split(counts(corpus, known, longest), np.array(corpus.texts.labels))


def _vectors(corpus: Corpus, words: Sequence[str], seed: int, settings: dict[str, Any]) -> np.ndarray:
    return own_vectors(digest(str(corpus.source), *words), corpus, words, seed, **settings)

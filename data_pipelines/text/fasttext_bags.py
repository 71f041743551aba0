"""Texts as bags of words and hashed n-grams, as fastText takes them.

Source: Joulin, Grave, Bojanowski & Mikolov, "Bag of Tricks for Efficient Text Classification", EACL 2017, section
2.2; the published code (classification-results.sh) for what a word is, and for the mark at the end of a text.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from data_pipelines.cache import kept_blocks
from data_pipelines.dataset import Fold, Split
from data_pipelines.text.batching import coarse
from data_pipelines.text.corpus import Block, Corpus, WordRule, read_corpus
from data_pipelines.text.csv_rows import parts
from data_pipelines.text.ngrams import hashed, ngrams

END = "</s>"  # of a text, a word as others are
LINE_BREAK = "<br />"  # a blank, as all of BLANKS are
BLANKS = b" \t\n\v\f\r;:"
APART = r"(['.,()!?])"  # words of their own
BEGIN = -1  # of a text, among numbers


class Bags:
    """The numbers of each text's words and n-grams, from 1, on disk; only numbers that a fold has are given."""

    def __init__(self, content: np.ndarray, places: np.ndarray) -> None:
        self._content, self._places = content, places
        self._starts = np.flatnonzero(content == BEGIN) + 1
        self._sizes = np.diff(self._starts, append=len(content) + 1) - 1
        self._order = np.arange(len(self._starts))
        self.most = int(places[-1])  # the largest number there can be

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, rows: slice | Sequence[int] | np.ndarray) -> np.ndarray:
        """Return int32 (texts, longest), 0 behind the last one, in one of few widths."""
        texts = self._order[rows]
        sizes = self._sizes[texts]
        found = np.zeros((len(texts), coarse(int(sizes.max(initial=1)))), "int32")
        for row, (size, start) in enumerate(zip(sizes, self._starts[texts], strict=True)):
            found[row, :size] = self._places[self._content[start : start + size]]
        return found

    def in_order(self, order: np.ndarray) -> "Bags":
        """Return the same texts, text `order[i]` in place i."""
        other = Bags(self._content, self._places)
        other._order = self._order[order]
        return other


def load_bags(
    paths: Sequence[Path], fold: int, seed: int, *, classes: int, fields: int, longest: int, buckets: int
) -> Fold:
    """Return texts as bags of the training part's words and of n-grams up to `longest`, which share `buckets`.

    A number that no text of the fold has is left out, so that a table of vectors needs no row for it.
    Raises DataError for files of another form.
    """
    corpora = [read_corpus(part, WORDS) for part in parts(paths, classes, fields, in_file_order)]
    words = np.unique(corpora[0].hashes)
    settings = {"words": corpora[0].source, "longest": longest, "buckets": buckets}
    encode = partial(_numbers, words=words, longest=longest, buckets=buckets)
    contents = [_encoded(texts, encode, settings | {"corpus": texts.source}) for texts in corpora]
    is_needed = np.zeros(len(words) + buckets + 1, bool)
    for content in contents:
        is_needed[content] = True  # of BEGIN the last one, which is no number
    places = np.cumsum(is_needed[:-1], dtype="int32")
    first, test = (
        Split(Bags(content, places), texts.classes()) for content, texts in zip(contents, corpora, strict=True)
    )
    return Fold(first, None, test)


def in_file_order(fields: Sequence[Any]) -> Any:
    """Return the fields as the published code leaves them of a line of CSV: a comma before each."""
    from pyarrow import compute

    return compute.binary_join_element_wise("", *fields, ",")


def _with_marks(texts: Any) -> Any:
    """Return Arrow's strings with blanks around what are words of their own, and the mark at the end."""
    from pyarrow import compute

    found = compute.replace_substring(compute.ascii_lower(texts), '"', "")
    found = compute.replace_substring(found, LINE_BREAK, " ")
    found = compute.replace_substring_regex(found, APART, r" \1 ")
    return compute.binary_join_element_wise(found, END, " ")


WORDS = WordRule("words and marks of fastText", BLANKS, _with_marks)


def _encoded(texts: Corpus, encode: Callable[[Block], np.ndarray], source: dict[str, Any]) -> np.ndarray:
    return kept_blocks("bags", source, lambda: map(encode, hashed(texts)))


def _numbers(block: Block, words: np.ndarray, longest: int, buckets: int) -> np.ndarray:
    """Return the numbers of a block's texts, one behind the other, each after a BEGIN; int32."""
    import pandas

    known = pandas.Index(words).get_indexer(block.words)
    hashes, texts = ngrams(block.words, block.texts, longest)
    longer = slice(len(block.words), None)
    in_buckets = len(words) + (hashes[longer] % np.uint64(buckets)).astype("int64")
    numbers = np.concatenate([known, in_buckets])
    is_known = numbers >= 0  # words that training lacks are left out, the longer n-grams that have them are not
    begins = np.arange(len(block.y))
    order = np.argsort(np.concatenate([begins, texts[is_known]]), kind="stable")
    return np.concatenate([np.full(len(begins), BEGIN), numbers[is_known]])[order].astype("int32")

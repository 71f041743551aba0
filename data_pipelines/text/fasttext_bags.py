"""Texts as bags of words and hashed n-grams, the input of fastText.

Source: Joulin, Grave, Bojanowski & Mikolov, "Bag of Tricks for Efficient Text Classification", EACL 2017, section
2.2; the published code (classification-results.sh) for what a word is and for the symbol at the end of a text.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data_pipelines.dataset import Fold, Split
from data_pipelines.text.corpus import Corpus, WordRule, read_corpus
from data_pipelines.text.csv_rows import train_and_test
from data_pipelines.text.ngrams import hashed, ngrams
from data_pipelines.text.ragged import PaddedRows, Ragged, kept_ragged

END = "</s>"  # of a text, a word like others
LINE_BREAK = "<br />"  # a separator too
SEPARATORS = b" \t\n\v\f\r;:"
PUNCTUATION = r"(['.,()!?])"  # words of their own


def load_bags(
    paths: Sequence[Path], fold: int, seed: int, *, classes: int, fields: int, longest: int, buckets: int
) -> Fold:
    """Return texts as padded bags of the training part's words and of n-grams up to `longest` in `buckets`.

    Numbers run from 1; those that no text of the fold has are dropped, so that a table of vectors has no row for
    them. Raises DataError for files of another form.
    """
    parts = [read_corpus(texts, FASTTEXT_WORDS) for texts in train_and_test(paths, classes, fields, in_file_order)]
    words = np.unique(parts[0].hashes)
    settings = {"words": parts[0].source, "longest": longest, "buckets": buckets}
    bags = [_kept_bags(corpus, words, settings) for corpus in parts]
    is_needed = np.zeros(len(words) + buckets, bool)
    for ragged in bags:
        for block in ragged.blocks():
            is_needed[block.values] = True
    numbers = np.cumsum(is_needed, dtype="int32")
    train, test = (Split(PaddedRows(ragged, numbers), np.array(ragged.labels)) for ragged in bags)
    return Fold(train, None, test)


def in_file_order(fields: Sequence[Any]) -> Any:
    """Return the fields as the published code leaves those of a CSV line: a comma before each."""
    from pyarrow import compute

    return compute.binary_join_element_wise("", *fields, ",")


def _prepared(texts: Any) -> Any:
    """Return Arrow strings with blanks around punctuation, and the end symbol."""
    from pyarrow import compute

    found = compute.replace_substring(compute.ascii_lower(texts), '"', "")
    found = compute.replace_substring(found, LINE_BREAK, " ")
    found = compute.replace_substring_regex(found, PUNCTUATION, r" \1 ")
    return compute.binary_join_element_wise(found, END, " ")


FASTTEXT_WORDS = WordRule("words and marks of fastText", SEPARATORS, _prepared)


def _kept_bags(corpus: Corpus, words: np.ndarray, settings: dict[str, Any]) -> Ragged:
    longest, buckets = settings["longest"], settings["buckets"]
    source = settings | {"corpus": corpus.source}
    return kept_ragged("bags", source, lambda: _bags(corpus, words, longest, buckets))


def _bags(corpus: Corpus, words: np.ndarray, longest: int, buckets: int) -> Iterator[Ragged]:
    """Yield the numbers, int32, of the words and n-grams of texts by the block, from 0.

    Words that training lacks are left out; longer n-grams that contain them are not.
    """
    import pandas

    index = pandas.Index(words)
    for block in hashed(corpus):
        hashes, owners = ngrams(block, longest)
        in_buckets = hashes[len(block.values) :] % np.uint64(buckets)
        numbers = np.concatenate([index.get_indexer(block.values), len(words) + in_buckets.astype("int64")])
        is_known = numbers >= 0
        order = np.argsort(owners[is_known], kind="stable")
        offsets = np.cumsum([0, *np.bincount(owners[is_known], minlength=len(block))], dtype="int64")
        yield Ragged(numbers[is_known][order].astype("int32"), offsets, block.labels)

"""N-grams of texts by their hashes, against plain counting."""

from collections import Counter
from functools import cache

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from data_pipelines.text import ngrams, ragged
from data_pipelines.text.corpus import Corpus, hash_words
from data_pipelines.text.ragged import Ragged
from tests.support.corpora import corpus_of


def sentences_of(texts: int, words: int = 12) -> list[list[str]]:
    rng = np.random.default_rng(0)
    return [[f"w{word}" for word in rng.zipf(1.5, rng.integers(0, words)) % 40] for _ in range(texts)]


def corpus_of_sentences(sentences: list[list[str]]) -> Corpus:
    """Return sentences as a corpus of two blocks, with classes in turn."""
    texts = [" ".join(sentence) for sentence in sentences]
    middle = len(texts) // 2
    return corpus_of(texts[:middle], texts[middle:], y=[text % 3 for text in range(len(texts))])


def ngrams_of(sentence: list[str], longest: int) -> list[str]:
    sizes = range(1, longest + 1)
    return [" ".join(sentence[at : at + n]) for n in sizes for at in range(len(sentence) - n + 1)]


def hash_of(ngram: str) -> int:
    words = hash_words(ngram.split())
    text = Ragged(words, np.array([0, len(words)]), np.zeros(1, "int32"))
    return int(ngrams.ngrams(text, len(words))[0][-1])


@pytest.fixture(params=[50, 1 << 21], ids=["many blocks", "one block"])
def block(request, monkeypatch) -> int:
    """Set how many values are held at a time."""
    monkeypatch.setattr(ragged, "BLOCK", request.param)
    return request.param


def test_blocks_hold_the_hashes_of_whole_texts_and_their_classes(block):
    sentences = sentences_of(200)
    found: list[list[int]] = []
    labels: list[int] = []
    for texts in ngrams.hashed(corpus_of_sentences(sentences)):
        found += [values.tolist() for values in texts.rows(slice(None))]
        labels += texts.labels.tolist()
    assert found == [hash_words(sentence).tolist() if sentence else [] for sentence in sentences]
    assert labels == [text % 3 for text in range(200)]


@pytest.mark.parametrize("longest", [1, 2, 5])
@pytest.mark.parametrize("most", [10, 300, 10**6])
@pytest.mark.parametrize("bits", [3, 8, 16])
def test_the_most_frequent_are_those_of_plain_counting(longest, most, bits, block, monkeypatch):
    monkeypatch.setattr(ngrams, "FEWEST_BITS", bits)  # so few buckets that all are shared
    monkeypatch.setattr(ngrams, "MOST_BITS", bits)
    monkeypatch.setattr(ngrams, "MOST_PENDING", 100)
    found = ngrams.frequent_ngrams(corpus_of_sentences(sentences_of(300)), longest, most)
    assert found.tolist() == sorted(ranked_ngrams(longest)[:most])


@cache
def ranked_ngrams(longest: int) -> list[int]:
    """Return the hashes of the n-grams of 300 texts, the most frequent first, by plain counting."""
    plain = Counter(ngram for sentence in sentences_of(300) for ngram in ngrams_of(sentence, longest))
    by_hash = {hash_of(ngram): count for ngram, count in plain.items()}
    return sorted(by_hash, key=lambda found: (-by_hash[found], found))


def test_among_equally_frequent_ngrams_words_are_taken_as_often_as_longer_ones():
    sentences = [[f"w{100 * text + word}" for word in range(10)] for text in range(300)]  # all seen once
    words = hash_words([word for sentence in sentences for word in sentence])
    found = ngrams.frequent_ngrams(corpus_of_sentences(sentences), 2, 2850)  # half of 3,000 words and 2,700 pairs
    assert np.isin(words, found).mean() == pytest.approx(0.5, abs=0.05)


def test_counts_are_those_of_scikit_learn(block):
    sentences = sentences_of(100)
    corpus = corpus_of_sentences(sentences)
    known = ngrams.frequent_ngrams(corpus, 3, 10**6)
    theirs = CountVectorizer(analyzer=lambda sentence: ngrams_of(sentence, 3))
    expected = theirs.fit_transform(sentences)
    columns = np.searchsorted(known, [hash_of(ngram) for ngram in theirs.get_feature_names_out()])
    np.testing.assert_array_equal(ngrams.counts(corpus, known, 3).toarray()[:, columns], expected.toarray())

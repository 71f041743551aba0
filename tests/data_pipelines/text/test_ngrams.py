"""N-grams of texts, counted by their hashes, against plain counting."""

from collections import Counter

import numpy as np
import pyarrow
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from data_pipelines.dataset import DataError
from data_pipelines.text import corpus, ngrams
from data_pipelines.text.corpus import Corpus, WordRule, hash_words, numbered
from data_pipelines.text.counted_texts import load_counts, load_word_counts
from data_pipelines.text.csv_rows import Rows, first_last, last_first

PLAIN = WordRule("what blanks part", b" \n")
FORM = {"classes": 2, "fields": 2, "join": first_last}


def sentences_of(texts: int, words: int = 12) -> list[list[str]]:
    rng = np.random.default_rng(0)
    return [[f"w{word}" for word in rng.zipf(1.5, rng.integers(0, words)) % 40] for _ in range(texts)]


def corpus_of(sentences: list[list[str]]) -> Corpus:
    """Return sentences, in two blocks, as they are kept, with classes in turn."""
    y = np.arange(len(sentences), dtype="int32") % 3
    texts = pyarrow.array([" ".join(sentence) for sentence in sentences])
    middle = len(sentences) // 2
    rows = [Rows(y[:middle], texts[:middle]), Rows(y[middle:], texts[middle:])]
    return Corpus(np.concatenate(list(numbered(rows, PLAIN))), {})


def ngrams_of(sentence: list[str], longest: int) -> list[str]:
    sizes = range(1, longest + 1)
    return [" ".join(sentence[at : at + n]) for n in sizes for at in range(len(sentence) - n + 1)]


def hash_of(ngram: str) -> int:
    words = hash_words(ngram.split())
    return int(ngrams.ngrams(words, np.zeros(len(words), int), len(words))[0][-1])


@pytest.fixture(params=[50, 1 << 21], ids=["many blocks", "one block"])
def block(request, monkeypatch) -> int:
    """Set how many numbers are held at a time."""
    monkeypatch.setattr(corpus, "BLOCK", request.param)
    return request.param


def test_blocks_hold_whole_texts_and_their_classes(block):
    sentences = sentences_of(200)
    corpus = corpus_of(sentences)
    found: list[list[int]] = []
    labels: list[int] = []
    for block in ngrams.hashed(corpus):
        found += [block.words[block.texts == text].tolist() for text in range(len(block.y))]
        labels += block.y.tolist()
    assert found == [hash_words(sentence).tolist() if sentence else [] for sentence in sentences]
    assert labels == corpus.classes().tolist() == [text % 3 for text in range(200)]
    assert list(corpus) == sentences


@pytest.mark.parametrize("longest", [1, 2, 5])
@pytest.mark.parametrize("most", [10, 300, 10**6])
@pytest.mark.parametrize("bits", [3, 8, 16])
def test_the_most_frequent_are_those_of_plain_counting(longest, most, bits, block, monkeypatch):
    monkeypatch.setattr(ngrams, "FEWEST_BITS", bits)  # so few buckets that all are shared
    monkeypatch.setattr(ngrams, "MOST_BITS", bits)
    monkeypatch.setattr(ngrams, "MOST_PENDING", 100)
    sentences = sentences_of(300)
    plain = Counter(ngram for sentence in sentences for ngram in ngrams_of(sentence, longest))
    by_hash = {hash_of(ngram): count for ngram, count in plain.items()}
    ranked = sorted(by_hash, key=lambda found: (-by_hash[found], found))
    found = ngrams.frequent_ngrams(corpus_of(sentences), longest, most)
    assert found.tolist() == sorted(ranked[:most])


def test_of_equally_frequent_ngrams_words_are_taken_as_often_as_longer_ones():
    sentences = [[f"w{100 * text + word}" for word in range(10)] for text in range(300)]  # all seen once
    words = hash_words([word for sentence in sentences for word in sentence])
    found = ngrams.frequent_ngrams(corpus_of(sentences), 2, 2850)  # half of 3,000 words and 2,700 pairs
    assert np.isin(words, found).mean() == pytest.approx(0.5, abs=0.05)


def test_counts_are_those_of_scikit_learn(block):
    sentences = sentences_of(100)
    corpus = corpus_of(sentences)
    known = ngrams.frequent_ngrams(corpus, 3, 10**6)
    found, labels = ngrams.counts(corpus, known, 3)
    theirs = CountVectorizer(analyzer=lambda sentence: ngrams_of(sentence, 3))
    expected = theirs.fit_transform(sentences)
    columns = np.searchsorted(known, [hash_of(ngram) for ngram in theirs.get_feature_names_out()])
    np.testing.assert_array_equal(found.toarray()[:, columns], expected.toarray())
    np.testing.assert_array_equal(labels, np.arange(100) % 3)


def test_bytes_that_are_no_text_break_no_count_of_words(tmp_path, home):
    path = tmp_path / "rows.csv"
    path.write_bytes(b'"1","caf\xe9 a"\n"2","a b"\n' * 6)
    settings = {"width": 4, "min_count": 6, "epochs": 1}
    fold = load_word_counts([path, path], 0, 0, classes=2, fields=1, join=first_last, vectors=settings)
    assert set(fold.vocabulary) == {"a", "b", "caf\ufffd"}
    assert fold.train.x.sum() == 6 * 4


def test_a_training_part_without_words_is_told(tmp_path, home):
    path = written(tmp_path, (1, ""), (2, "..."))
    with pytest.raises(DataError, match="2.csv has no words to count"):
        load_counts([path, path], 0, 0, classes=2, fields=1, join=first_last, most=10, longest=2)


def written(folder, *rows: tuple[int, str]):
    path = folder / f"{len(rows)}.csv"
    path.write_text("".join(f'"{y}","{text}"\n' for y, text in rows))
    return path


def test_the_test_part_is_counted_by_what_training_has(tmp_path, home):
    train = written(tmp_path, (1, "A cat sat."), (2, "a dog, a cat"), (2, "dog"))
    test = written(tmp_path, (2, "the dog the cat a dog"), (1, ""))
    fold = load_counts([train, test], 0, 0, classes=2, fields=1, join=first_last, most=100, longest=2)
    assert fold.train.x.shape == (3, 8)  # 4 words, and a cat, cat sat, a dog, dog a
    assert fold.test.x.toarray().sum(axis=1).tolist() == [5, 0]
    assert fold.test.y.tolist() == [1, 0]


def test_fields_are_joined_as_asked_though_arrays_are_kept(tmp_path, home):
    path = tmp_path / "rows.csv"
    path.write_text('"1","a","b"\n"2","c","c"\n')
    found = [
        load_counts([path, path], 0, 0, **FORM | {"join": join}, most=100, longest=2).train.x
        for join in (first_last, last_first)
    ]
    assert [part.shape for part in found] == [(2, 5)] * 2
    assert (found[0] != found[1]).nnz  # ab is no ba


def test_words_with_vectors_are_those_of_the_training_part(tmp_path, home):
    train = written(tmp_path, *[(1, "a b c"), (2, "b c"), (2, "c")] * 3)
    test = written(tmp_path, (1, "a c d c"))
    settings = {"width": 4, "min_count": 6, "epochs": 1}
    fold = load_word_counts([train, test], 0, 0, classes=2, fields=1, join=first_last, vectors=settings)
    assert sorted(fold.vocabulary) == ["b", "c"]
    assert fold.vectors is not None and np.isfinite(fold.vectors).all() and fold.vectors.shape == (2, 4)
    assert fold.test.x.toarray()[0, list(fold.vocabulary).index("c")] == 2

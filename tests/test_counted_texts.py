"""Counting systems: n-grams of texts by their hashes, against plain counting; weights; clusters of words."""

from collections import Counter

import numpy as np
import pyarrow
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from benchmarks.claims import judge_claims
from benchmarks.papers import zhang2015
from benchmarks.recipe import Measurement
from benchmarks.table import load_table
from data_pipelines import ngrams
from data_pipelines.counted_texts import load_counts, load_word_counts
from data_pipelines.hashed_words import blocks, hash_texts, hash_words
from models.bag_of_words import inverse_frequencies, logistic_predictions, nearest_means


def sentences_of(texts: int, words: int = 12) -> list[list[str]]:
    rng = np.random.default_rng(0)
    return [[f"w{word}" for word in rng.zipf(1.5, rng.integers(0, words)) % 40] for _ in range(texts)]


def corpus_of(sentences: list[list[str]]) -> np.ndarray:
    lists = pyarrow.array(sentences, pyarrow.list_(pyarrow.string()))
    return hash_texts(np.arange(len(sentences)) % 3, lists)


def ngrams_of(sentence: list[str], longest: int) -> list[str]:
    sizes = range(1, longest + 1)
    return [" ".join(sentence[at : at + n]) for n in sizes for at in range(len(sentence) - n + 1)]


def hash_of(ngram: str) -> int:
    words = hash_words(ngram.split())
    return int(ngrams.ngrams(words, np.zeros(len(words), int), len(words))[0][-1])


@pytest.mark.parametrize("size", [50, 1 << 21])
def test_blocks_hold_whole_texts_and_their_classes(size):
    sentences = sentences_of(200)
    found: list[list[int]] = []
    labels: list[int] = []
    for block in blocks(corpus_of(sentences), size):
        found += [block.words[block.texts == text].tolist() for text in range(len(block.y))]
        labels += block.y.tolist()
    assert found == [hash_words(sentence).tolist() if sentence else [] for sentence in sentences]
    assert labels == [text % 3 for text in range(200)]


def test_a_text_longer_than_a_block_is_told():
    with pytest.raises(ValueError, match="A text has more than 20 words"):
        list(blocks(corpus_of([["a"] * 30, ["b"]]), 20))


def test_empty_words_and_bytes_that_are_no_text_are_counted_as_they_are():
    lists = pyarrow.array([[b""], [b"\xff", b"a", b""], []], pyarrow.list_(pyarrow.binary()))
    (block,) = blocks(hash_texts(np.array([2, 0, 1]), lists))
    assert block.texts.tolist() == [1, 1]
    assert block.y.tolist() == [2, 0, 1]
    assert block.words[1] == hash_words(["a"])[0]


@pytest.mark.parametrize("longest", [1, 2, 5])
@pytest.mark.parametrize("most", [10, 300, 10**6])
@pytest.mark.parametrize("bits", [3, 8, 16])
def test_the_most_frequent_are_those_of_plain_counting(longest, most, bits, monkeypatch):
    monkeypatch.setattr(ngrams, "FEWEST_BITS", bits)  # so few buckets that all are shared
    monkeypatch.setattr(ngrams, "MOST_BITS", bits)
    monkeypatch.setattr(ngrams, "MOST_PENDING", 100)
    sentences = sentences_of(300)
    plain = Counter(ngram for sentence in sentences for ngram in ngrams_of(sentence, longest))
    by_hash = {hash_of(ngram): count for ngram, count in plain.items()}
    ranked = sorted(by_hash, key=lambda found: (-by_hash[found], found))
    found = ngrams.most_frequent(corpus_of(sentences), longest, most)
    assert found.tolist() == sorted(ranked[:most])


def test_counts_are_those_of_scikit_learn():
    sentences = sentences_of(100)
    corpus = corpus_of(sentences)
    known = ngrams.most_frequent(corpus, 3, 10**6)
    found, labels = ngrams.counts(corpus, known, 3)
    theirs = CountVectorizer(analyzer=lambda sentence: ngrams_of(sentence, 3))
    expected = theirs.fit_transform(sentences)
    columns = np.searchsorted(known, [hash_of(ngram) for ngram in theirs.get_feature_names_out()])
    np.testing.assert_array_equal(found.toarray()[:, columns], expected.toarray())
    np.testing.assert_array_equal(labels, np.arange(100) % 3)


def written(folder, *rows: tuple[int, str]):
    path = folder / f"{len(rows)}.csv"
    path.write_text("".join(f'"{y}","{text}"\n' for y, text in rows))
    return path


def test_the_test_part_is_counted_by_what_training_has(tmp_path, home):
    train = written(tmp_path, (1, "A cat sat."), (2, "a dog, a cat"), (2, "dog"))
    test = written(tmp_path, (2, "the dog the cat a dog"), (1, ""))
    fold = load_counts([train, test], 0, 0, classes=2, fields=1, most=100, longest=2)
    assert fold.train.x.shape == (3, 8)  # 4 words, and a cat, cat sat, a dog, dog a
    assert fold.test.x.toarray().sum(axis=1).tolist() == [5, 0]
    assert fold.test.y.tolist() == [1, 0]


def test_words_with_vectors_are_those_of_the_training_part(tmp_path, home):
    train = written(tmp_path, *[(1, "a b c"), (2, "b c"), (2, "c")] * 3)
    test = written(tmp_path, (1, "a c d c"))
    settings = {"width": 4, "min_count": 6, "epochs": 1}
    fold = load_word_counts([train, test], 0, 0, classes=2, fields=1, vectors=settings)
    assert sorted(fold.vocabulary) == ["b", "c"]
    assert fold.vectors is not None and np.isfinite(fold.vectors).all() and fold.vectors.shape == (2, 4)
    assert fold.test.x.toarray()[0, list(fold.vocabulary).index("c")] == 2


def test_weights_are_logarithms_of_texts_to_texts_with_a_feature():
    counts = sparse.csr_matrix([[3, 1, 0], [0, 1, 0], [0, 2, 0], [1, 5, 0]], dtype="float32")
    np.testing.assert_allclose(inverse_frequencies(counts), [np.log(4 / 2), 0, 0], rtol=1e-6)


def test_a_scale_of_all_features_changes_no_prediction():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 60)
    counts = sparse.csr_matrix(rng.poisson(1 + np.eye(3)[labels] * 2).astype("float32"))
    found = logistic_predictions(counts[:40], labels[:40], counts[40:], inverse=10.0)
    other = logistic_predictions(counts[:40] * 7, labels[:40], counts[40:] * 7, inverse=10.0)
    np.testing.assert_array_equal(found, other)
    assert np.mean(found == labels[40:]) > 0.5


def test_means_are_those_of_the_seed():
    vectors = np.random.default_rng(0).normal(0, 1, (50, 4)).astype("float32")
    first, again, other = (nearest_means(vectors, 5, seed).toarray() for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert first.sum(axis=1).tolist() == [1] * 50 and (first.sum(axis=0) > 0).all()
    np.testing.assert_array_equal(nearest_means(vectors, 60, 0).toarray(), np.eye(50, 60))


@pytest.mark.parametrize(
    ("row", "most", "longest"),
    [("BoW", 50_000, 1), ("BoW TFIDF", 50_000, 1), ("ngrams", 500_000, 5), ("ngrams TFIDF", 500_000, 5)],
)
def test_counting_systems_are_those_of_the_paper(row, most, longest):
    recipe = zhang2015.recipe(load_table("zhang2015").cells("4", row, "Amz. P")[0])
    assert isinstance(recipe, Measurement) and recipe.dataset is not None
    assert recipe.dataset.load.keywords == {"classes": 2, "fields": 2, "most": most, "longest": longest}
    assert recipe.measure.keywords["tfidf"] == ("TFIDF" in row)


def test_the_best_and_the_worst_of_each_column_are_those_that_the_lecture_colours():
    claims = load_table("zhang2015").claims
    best = {claim.columns[0]: claim.better for claim in claims if "best" in claim.text}
    worst = {claim.columns[0]: claim.worse for claim in claims if "worst" in claim.text}
    assert best == {
        **dict.fromkeys(("AG", "Sogou", "DBP"), "ngrams TFIDF"),
        "Yelp P": "ngrams",
        "Yelp F": "Sm. Full Conv. Th.",
        "Yah. A": "Lg. Conv. Th.",
        "Amz. F": "Sm. Conv. Th.",
        "Amz. P": "Lg. Conv. Th.",
    }
    assert worst == dict.fromkeys(best, "Bag-of-means")


def test_a_claim_of_one_column_is_judged_there_alone():
    judged = judge_claims(load_table("zhang2015"), [])
    assert len(judged) == 16
    published = {(verdict.claim.text, verdict.column): verdict.published for verdict in judged}
    assert published["the best of its column", "AG"] == pytest.approx(7.64 - 7.96)
    assert published["the worst of its column", "AG"] == pytest.approx(15.65 - 16.91)

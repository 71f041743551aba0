"""Counting systems: n-grams of texts by their hashes, against plain counting; weights; clusters of words."""

from collections import Counter

import numpy as np
import pyarrow
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.claims import judge_claims
from benchmarks.papers import zhang2015
from benchmarks.recipe import Measurement
from benchmarks.table import load_table
from data_pipelines.dataset import DataError
from data_pipelines.text import corpus, ngrams
from data_pipelines.text.corpus import Corpus, WordRule, hash_words, numbered
from data_pipelines.text.counted_texts import load_counts, load_word_counts
from data_pipelines.text.csv_rows import Rows, first_last, last_first
from models.ngram_logistic import cluster_assignments, features, inverse_frequencies, logistic_predictions

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


def test_weights_are_logarithms_of_texts_to_texts_with_a_feature():
    counts = sparse.csr_matrix([[3, 1, 0], [0, 1, 0], [0, 2, 0], [1, 5, 0]], dtype="float32")
    np.testing.assert_allclose(inverse_frequencies(counts), [np.log(4 / 2), 0, 0], rtol=1e-6)


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@pytest.mark.parametrize("tfidf", [True, False])
def test_the_classifier_is_logistic_regression_over_weighted_counts(tfidf):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 60)
    counts = rng.poisson(0.5 + np.eye(3, 8)[labels] * 2).astype("float32")
    counts[50] = 0  # a text without any known word
    train, test = counts[:40], counts[40:]
    weights = np.log(40 / (train > 0).sum(axis=0)) if tfidf else np.ones(8)
    scaled = [
        part * weights / np.maximum((part * weights).max(axis=1, keepdims=True), 1e-9) for part in (train, test)
    ]
    expected = LogisticRegression(C=1.0, tol=1e-6, max_iter=1000).fit(scaled[0], labels[:40])
    given = [sparse.csr_matrix(part) for part in (train, test)]
    settings = {"tfidf": tfidf, "inverse": 1.0, "tolerance": 1e-6, "iterations": 1000}
    found = logistic_predictions(given[0], labels[:40], given[1], **settings)
    np.testing.assert_array_equal(found, expected.predict(scaled[1]))
    weighted = features(given[1], weights.astype("float32"))
    np.testing.assert_allclose(weighted.toarray(), scaled[1], rtol=1e-5)
    assert weighted.dtype == "float32"
    np.testing.assert_array_equal(given[1].toarray(), test)  # what is given stays as it is
    with pytest.raises(ArithmeticError, match="has not converged in 2 iterations"):
        logistic_predictions(given[0], labels[:40], given[1], **settings | {"iterations": 2})


def test_one_long_text_decides_no_scale():
    counts = sparse.csr_matrix([[1, 2, 0], [0, 1, 1]], dtype="float32")
    longer = sparse.csr_matrix([[1, 2, 0], [0, 1, 1], [900, 0, 0]], dtype="float32")
    ones = np.ones(3, "float32")
    np.testing.assert_array_equal(features(longer, ones).toarray()[:2], features(counts, ones).toarray())


def test_means_are_those_of_the_seed():
    vectors = np.random.default_rng(0).normal(0, 1, (50, 4)).astype("float32")
    first, again, other = (cluster_assignments(vectors, 5, seed).toarray() for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert first.sum(axis=1).tolist() == [1] * 50 and (first.sum(axis=0) > 0).all()
    np.testing.assert_array_equal(cluster_assignments(vectors, 60, 0).toarray(), np.eye(50, 60))


@pytest.mark.parametrize(
    ("row", "most", "longest"),
    [("BoW", 50_000, 1), ("BoW TFIDF", 50_000, 1), ("ngrams", 500_000, 5), ("ngrams TFIDF", 500_000, 5)],
)
def test_counting_systems_are_those_of_the_paper(row, most, longest):
    recipe = zhang2015.recipe(load_table("zhang2015").cells("4", row, "Amz. P")[0])
    assert isinstance(recipe, Measurement) and recipe.dataset is not None
    assert recipe.dataset.load.keywords == {**FORM, "most": most, "longest": longest}
    assert recipe.measure.keywords["tfidf"] == ("TFIDF" in row)


def test_the_best_and_the_worst_of_each_column_are_those_that_the_lecture_colours():
    table = load_table("zhang2015")
    best = {claim.columns[0]: claim.better for claim in table.claims if "best" in claim.text}
    worst = {claim.columns[0]: claim.worse for claim in table.claims if "worst" in claim.text}
    assert best == {
        **dict.fromkeys(("AG", "Sogou", "DBP"), "ngrams TFIDF"),
        "Yelp P": "ngrams",
        "Yelp F": "Sm. Full Conv. Th.",
        "Yah. A": "Lg. Conv. Th.",
        "Amz. F": "Sm. Conv. Th.",
        "Amz. P": "Lg. Conv. Th.",
    }
    assert worst == dict.fromkeys(best, "Bag-of-means")
    for claim in table.claims:  # against the row next to it, by the published values
        cells = table.cells("4", None, claim.columns[0])
        ranked = sorted((cell.value, cell.row) for cell in cells if cell.value is not None)
        ends = ranked[:2] if "best" in claim.text else ranked[-2:]
        values = {row: value for value, row in ranked}
        assert [values[claim.better], values[claim.worse]] == [value for value, _ in ends]


def test_a_claim_of_one_column_is_judged_there_alone():
    judged = judge_claims(load_table("zhang2015"), [])
    assert len(judged) == 16
    published = {verdict.claim.text: verdict.published for verdict in judged if verdict.column == "AG"}
    assert published["ngrams TFIDF, best of the column, beats ngrams, the next"] == pytest.approx(7.64 - 7.96)
    assert published["Sm. Conv. beats Bag-of-means, the worst of the column"] == pytest.approx(15.65 - 16.91)

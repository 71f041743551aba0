"""Logistic regression over counts, against scikit-learn on weighted counts; clusters of word vectors."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from models.ngram_logistic import cluster_assignments, inverse_frequencies, logistic_predictions, weighted_counts


def test_weights_are_log_inverse_document_frequencies():
    counts = sparse.csr_matrix([[3, 1, 0], [0, 1, 0], [0, 2, 0], [1, 5, 0]], dtype="float32")
    np.testing.assert_allclose(inverse_frequencies(counts), [np.log(4 / 2), 0, 0], rtol=1e-6)


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@pytest.mark.parametrize("tfidf", [True, False])
def test_predictions_are_those_of_logistic_regression_over_weighted_counts(tfidf):
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
    weighted = weighted_counts(given[1], weights.astype("float32"))
    np.testing.assert_allclose(weighted.toarray(), scaled[1], rtol=1e-5)
    assert weighted.dtype == "float32"
    np.testing.assert_array_equal(given[1].toarray(), test)  # the input does not change
    with pytest.raises(ArithmeticError, match="has not converged in 2 iterations"):
        logistic_predictions(given[0], labels[:40], given[1], **settings | {"iterations": 2})


def test_each_text_is_scaled_by_its_own_largest_count():
    counts = sparse.csr_matrix([[1, 2, 0], [0, 1, 1]], dtype="float32")
    longer = sparse.csr_matrix([[1, 2, 0], [0, 1, 1], [900, 0, 0]], dtype="float32")
    alone, beside = (weighted_counts(part, np.ones(3, "float32")).toarray() for part in (counts, longer))
    np.testing.assert_array_equal(beside[:2], alone)


def test_clusters_depend_on_the_seed_alone():
    vectors = np.random.default_rng(0).normal(0, 1, (50, 4)).astype("float32")
    first, again, other = (cluster_assignments(vectors, 5, seed).toarray() for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert first.sum(axis=1).tolist() == [1] * 50 and (first.sum(axis=0) > 0).all()
    np.testing.assert_array_equal(cluster_assignments(vectors, 60, 0).toarray(), np.eye(50, 60))

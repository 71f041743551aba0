"""Logistic regression over counts of n-grams, or of clusters of words.

Source: Zhang, Zhao & LeCun (2015), sections 3.1 and 4.
"""

from typing import Any

import numpy as np


def logistic_predictions(
    train: Any,
    labels: np.ndarray,
    test: Any,
    *,
    tfidf: bool,
    inverse: float,
    tolerance: float,
    iterations: int,
) -> np.ndarray:
    """Fit multinomial logistic regression by L-BFGS and return the classes of test texts, (texts,).

    `train` and `test` are counts, sparse float32 (texts, features). With `tfidf` they are weighted by the
    `inverse_frequencies` of the training part. Each text is divided by its largest value. `inverse` is the inverse
    of the L2 penalty's strength, `tolerance` the largest derivative at which to stop.
    Raises ArithmeticError if that takes more than `iterations`.
    """
    from sklearn.linear_model import LogisticRegression

    weights = inverse_frequencies(train) if tfidf else np.ones(train.shape[1], "float32")
    model = LogisticRegression(C=inverse, tol=tolerance, max_iter=iterations)
    model.fit(weighted_counts(train, weights), labels)
    if model.n_iter_.max() >= iterations:
        raise ArithmeticError(f"Logistic regression has not converged in {iterations} iterations.")
    return model.predict(weighted_counts(test, weights))


def inverse_frequencies(counts: Any) -> np.ndarray:
    """Return log(texts / texts with the feature), float32 (features,); 0 for a feature that occurs in no text."""
    having = np.bincount(counts.indices[counts.data > 0], minlength=counts.shape[1])
    return np.log(counts.shape[0] / np.maximum(having, 1), dtype="float32") * (having > 0)


def weighted_counts(counts: Any, weights: np.ndarray) -> Any:
    """Return weighted counts, sparse float32 (texts, features), each text divided by its largest value."""
    from scipy import sparse
    from sklearn.preprocessing import normalize

    values = counts.data * weights[counts.indices]
    weighted = sparse.csr_matrix((values, counts.indices, counts.indptr), counts.shape)
    return normalize(weighted, norm="max", copy=False)


def cluster_assignments(vectors: np.ndarray, clusters: int, seed: int) -> Any:
    """Return the cluster of each vector by mini-batch k-means: sparse float32 (vectors, clusters), one 1 per row.

    With fewer vectors than clusters, each vector is a cluster of its own.
    """
    from scipy import sparse
    from sklearn.cluster import MiniBatchKMeans

    number = len(vectors)
    owners = np.arange(number)
    if number > clusters:
        owners = MiniBatchKMeans(clusters, random_state=seed).fit(vectors).labels_
    return sparse.csr_matrix((np.ones(number, "float32"), (np.arange(number), owners)), (number, clusters))

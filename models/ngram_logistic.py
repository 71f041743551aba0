"""Linear classifiers of counted n-grams, and of counted clusters of words.

Source: Zhang, Zhao & LeCun (2015), sections 3.1 and 4.
"""

from typing import Any

import numpy as np

TINY = np.finfo("float32").tiny


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
    """Return the classes of test texts by multinomial logistic regression over counts.

    Counts: sparse float32 (texts, features), weighted by the training part's `inverse_frequencies` where `tfidf`
    is set, and divided by the largest one of each text. `inverse`: of the L2 penalty's strength. L-BFGS ends when
    no derivative is above `tolerance`. Raises ArithmeticError after `iterations` without that.
    """
    from sklearn.linear_model import LogisticRegression

    weights = inverse_frequencies(train) if tfidf else np.ones(train.shape[1], "float32")
    model = LogisticRegression(C=inverse, tol=tolerance, max_iter=iterations)
    model.fit(features(train, weights), labels)
    if model.n_iter_.max() >= iterations:
        raise ArithmeticError(f"Logistic regression has not converged in {iterations} iterations.")
    return model.predict(features(test, weights))


def inverse_frequencies(counts: Any) -> np.ndarray:
    """Return log(texts / texts with a feature), float32 (features,); 0 for a feature that no text has."""
    having = np.bincount(counts.indices[counts.data > 0], minlength=counts.shape[1])
    return np.log(counts.shape[0] / np.maximum(having, 1), dtype="float32") * (having > 0)


def features(counts: Any, weights: np.ndarray) -> Any:
    """Return weighted counts, sparse float32 (texts, features), each text divided by its largest one."""
    from scipy import sparse

    values = counts.data * weights[counts.indices]
    sizes = np.diff(counts.indptr)
    has_any = sizes > 0
    if has_any.any():
        largest = np.maximum.reduceat(values, counts.indptr[:-1][has_any])
        values /= np.repeat(np.maximum(largest, TINY), sizes[has_any])
    return sparse.csr_matrix((values, counts.indices, counts.indptr), counts.shape)


def cluster_assignments(vectors: np.ndarray, clusters: int, seed: int) -> Any:
    """Return which cluster each vector belongs to: sparse float32 (vectors, clusters), a one in each row.

    Mini-batch k-means; of fewer vectors than clusters each is its own mean.
    """
    from scipy import sparse
    from sklearn.cluster import MiniBatchKMeans

    number = len(vectors)
    owners = np.arange(number)
    if number > clusters:
        owners = MiniBatchKMeans(clusters, random_state=seed).fit(vectors).labels_
    return sparse.csr_matrix((np.ones(number, "float32"), (np.arange(number), owners)), (number, clusters))

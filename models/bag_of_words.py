"""Linear classifiers of counted n-grams, and of counted clusters of words.

Source: Zhang, Zhao & LeCun (2015), sections 3.1 and 4.
"""

from typing import Any

import numpy as np


def logistic_predictions(
    train: Any, labels: np.ndarray, test: Any, *, inverse: float, tfidf: bool = False
) -> np.ndarray:
    """Return the classes of test texts by multinomial logistic regression over counts.

    Counts: sparse (texts, features). They are divided by the largest one of the training part, after they are
    weighted with log(texts / texts with the feature) where `tfidf` is set. `inverse`: of the L2 penalty's weight.
    """
    from sklearn.linear_model import LogisticRegression

    if tfidf:
        weights = inverse_frequencies(train)
        train, test = (counts.multiply(weights).tocsr() for counts in (train, test))
    largest = train.max()
    model = LogisticRegression(C=inverse, max_iter=1000).fit(train / largest, labels)
    return model.predict(test / largest)


def inverse_frequencies(counts: Any) -> np.ndarray:
    """Return log(texts / texts with a feature), float32 (features,); 0 for a feature that no text has."""
    having = np.bincount(counts.indices[counts.data > 0], minlength=counts.shape[1])
    return np.log(counts.shape[0] / np.maximum(having, 1), dtype="float32") * (having > 0)


def nearest_means(vectors: np.ndarray, clusters: int, seed: int) -> Any:
    """Return which of the means each vector belongs to: sparse float32 (vectors, clusters), a one in each row.

    Mini-batch k-means; of fewer vectors than clusters each is its own mean.
    """
    from scipy import sparse
    from sklearn.cluster import MiniBatchKMeans

    number = len(vectors)
    owners = np.arange(number)
    if number > clusters:
        owners = MiniBatchKMeans(clusters, random_state=seed).fit(vectors).labels_
    return sparse.csr_matrix((np.ones(number, "float32"), (np.arange(number), owners)), (number, clusters))

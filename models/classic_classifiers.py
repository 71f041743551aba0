"""Classifiers other than neural networks, on flat features: fit to (x, y), return labels for `test`.

Source: LeCun et al. (1998), sections III.C.1 to III.C.4; `gaussians` is our own control.
"""

import numpy as np


def nearest_neighbours(x: np.ndarray, y: np.ndarray, test: np.ndarray, *, neighbours: int) -> np.ndarray:
    """Predict the majority label of the nearest training examples by Euclidean distance: int (tests,)."""
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(neighbours, algorithm="brute").fit(x, y).predict(test)


def pairwise_linear(x: np.ndarray, y: np.ndarray, test: np.ndarray, *, decay: float) -> np.ndarray:
    """Predict by a vote of linear units, one for each pair of classes, fit by ridge regression: int (tests,)."""
    from sklearn.linear_model import RidgeClassifier
    from sklearn.multiclass import OneVsOneClassifier

    return OneVsOneClassifier(RidgeClassifier(alpha=decay)).fit(x, y).predict(test)


def quadratic(x: np.ndarray, y: np.ndarray, test: np.ndarray, *, components: int, decay: float) -> np.ndarray:
    """Predict by ridge regression on all terms up to degree 2 of the principal components: int (tests,)."""
    from sklearn.decomposition import PCA
    from sklearn.linear_model import RidgeClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures

    reduced = PCA(components, svd_solver="full")
    return make_pipeline(reduced, PolynomialFeatures(2), RidgeClassifier(alpha=decay)).fit(x, y).predict(test)


def gaussians(x: np.ndarray, y: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Predict the class whose normal distribution is likeliest, under equal priors: int (tests,)."""
    from sklearn.naive_bayes import GaussianNB

    classes = len(np.unique(y))
    return GaussianNB(priors=np.full(classes, 1 / classes)).fit(x, y).predict(test)

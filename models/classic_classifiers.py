"""Classifiers that are no networks, on flat features: each is fitted and returns labels for the test part.

Source: LeCun et al. (1998), sections III.C.1 to III.C.4; `gaussians` is a control of ours.
"""

import numpy as np


def nearest_neighbours(x: np.ndarray, y: np.ndarray, test: np.ndarray, *, neighbours: int) -> np.ndarray:
    """Take the majority among the nearest by Euclidean distance: int (tests,)."""
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(neighbours, algorithm="brute").fit(x, y).predict(test)


def pairwise_linear(x: np.ndarray, y: np.ndarray, test: np.ndarray, *, decay: float) -> np.ndarray:
    """Let a linear unit for each pair of classes vote, fitted by least squares: int (tests,)."""
    from sklearn.linear_model import RidgeClassifier
    from sklearn.multiclass import OneVsOneClassifier

    return OneVsOneClassifier(RidgeClassifier(alpha=decay)).fit(x, y).predict(test)


def quadratic(x: np.ndarray, y: np.ndarray, test: np.ndarray, *, components: int, decay: float) -> np.ndarray:
    """Fit a polynomial of degree 2 of the principal components by least squares: int (tests,)."""
    from sklearn.decomposition import PCA
    from sklearn.linear_model import RidgeClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures

    reduced = PCA(components, svd_solver="full")
    return make_pipeline(reduced, PolynomialFeatures(2), RidgeClassifier(alpha=decay)).fit(x, y).predict(test)


def gaussians(x: np.ndarray, y: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Take the class whose normal distribution is likeliest, all classes equally frequent: int (tests,)."""
    from sklearn.naive_bayes import GaussianNB

    classes = len(np.unique(y))
    return GaussianNB(priors=np.full(classes, 1 / classes)).fit(x, y).predict(test)

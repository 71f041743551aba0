"""Multinomial naive Bayes and NBSVM over word unigrams and bigrams.

Source: S. Wang & C. Manning, "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification", ACL 2012,
section 2. Counts are binary and alpha is 1. The beginning and the end of a document count as words of bigrams; the
paper does not say so, the authors' dictionaries do (github.com/sidaw/nbsvm, makeDictCR.m and others).
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

BEGINNING, END = "\x02", "\x03"  # no words
Document = Sequence[str]
Classifier = Callable[[Any], np.ndarray]  # rows of features -> labels


def multinomial(features: Any, labels: np.ndarray) -> Classifier:
    """Fit multinomial naive Bayes to 0/1 features, sparse (documents, n-grams)."""
    from sklearn.naive_bayes import MultinomialNB

    return MultinomialNB(alpha=1.0).fit(features, labels).predict


def ratio_machine(
    features: Any, labels: np.ndarray, *, penalty: float = 1.0, interpolation: float = 0.25
) -> Classifier:
    """Fit NBSVM for labels 0 and 1: a linear SVM on features scaled by the log-count ratio r.

    Its weights and bias are interpolated with those of naive Bayes, scaled to the mean magnitude of the weights:
    w' = (1 - beta) mean|w| + beta w, b' = (1 - beta) mean|w| log(N1 / N0) + beta b.
    """
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.svm import LinearSVC

    bayes = MultinomialNB(alpha=1.0).fit(features, labels)
    ratio = bayes.feature_log_prob_[1] - bayes.feature_log_prob_[0]
    machine = LinearSVC(C=penalty, random_state=0).fit(features.multiply(ratio).tocsr(), labels)
    weights, share = machine.coef_[0], (1 - interpolation) * np.abs(machine.coef_[0]).mean()
    mixed = ratio * (share + interpolation * weights)
    threshold = share * np.subtract(*bayes.class_log_prior_[::-1]) + interpolation * machine.intercept_[0]
    return lambda rows: (rows @ mixed + threshold > 0).astype(int)


def predicted(
    fit: Callable[[Any, np.ndarray], Classifier],
    train: Sequence[Document],
    labels: np.ndarray,
    test: Sequence[Document],
) -> np.ndarray:
    """Fit to training documents and return the labels of test documents; unknown n-grams are ignored."""
    from sklearn.feature_extraction.text import CountVectorizer

    count = CountVectorizer(analyzer=n_grams, binary=True)
    return fit(count.fit_transform(train), labels)(count.transform(test))


def n_grams(document: Document) -> list[str]:
    """Return the words of a document, and its pairs of neighbours with a mark at each end."""
    return [*document, *map(" ".join, pairwise((BEGINNING, *document, END)))]

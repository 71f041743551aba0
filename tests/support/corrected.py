"""The paired test for folds by its formula: the suite must give its numbers."""

import numpy as np
from scipy import stats


def corrected_test(differences, test_to_train):
    """Return the two-sided p-value of no difference, and its 90 % interval. Source: Nadeau & Bengio (2003)."""
    free, mean = len(differences) - 1, np.mean(differences)
    error = np.sqrt((1 / len(differences) + test_to_train) * np.var(differences, ddof=1))
    return 2 * stats.t.sf(abs(mean) / error, free), stats.t.interval(0.9, free, mean, error)

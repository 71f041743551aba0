"""Intervals and tests against scipy.stats, and against the formula for folds."""

import numpy as np
import pytest
from scipy import stats

from results.comparison import welch
from results.groups.estimate import of_groups, of_mean, of_pairs
from tests.support.corrected import corrected_test

RANDOM = np.random.default_rng(7)
FIRST = list(RANDOM.normal(0.8, 0.02, 6))
SECOND = list(RANDOM.normal(0.82, 0.03, 6))
OTHER = list(RANDOM.normal(0.81, 0.05, 9))


def test_the_interval_of_a_mean_is_that_of_student():
    expected = stats.t.interval(0.95, len(OTHER) - 1, np.mean(OTHER), stats.sem(OTHER))
    assert of_mean(OTHER).interval(0.95) == pytest.approx(expected)


def test_pairs_are_the_paired_t_test():
    expected = stats.ttest_rel(SECOND, FIRST)
    found = of_pairs(FIRST, SECOND)
    assert found.p_value() == pytest.approx(expected.pvalue)
    assert found.interval(0.95) == pytest.approx(tuple(expected.confidence_interval(0.95)))


def test_groups_are_the_test_of_welch():
    expected = stats.ttest_ind(OTHER, FIRST, equal_var=False)
    found = of_groups(FIRST, OTHER)
    assert found.p_value() == pytest.approx(expected.pvalue) == pytest.approx(welch(FIRST, OTHER))
    assert found.interval(0.9) == pytest.approx(tuple(expected.confidence_interval(0.9)))


def test_equivalence_is_the_larger_of_two_one_sided_tests():
    margin = 0.04
    shifted = [stats.ttest_rel(np.add(SECOND, -sign * margin), FIRST) for sign in (1, -1)]
    sides = [
        stats.t.cdf(shifted[0].statistic, len(FIRST) - 1),
        stats.t.sf(shifted[1].statistic, len(FIRST) - 1),
    ]
    found = of_pairs(FIRST, SECOND)
    assert found.p_equivalence(margin) == pytest.approx(max(sides))
    low, high = found.interval(0.9)
    edge = max(-low, high)
    assert found.p_equivalence(edge) == pytest.approx(0.05)


@pytest.mark.parametrize("margin", [0.0, 0.01, 0.04])
def test_values_beyond_a_margin_are_as_rare_as_the_test_says(margin):
    """At its edge; at a margin of zero this is the test of no difference."""
    values = np.random.default_rng(1).normal(margin, 0.05, (4000, 6))
    found = [of_mean(list(row)).p_beyond(margin) for row in values]
    assert np.mean(np.array(found) < 0.05) == pytest.approx(0.05, abs=0.01)
    estimate = of_pairs(FIRST, SECOND)
    assert estimate.p_beyond(0.0) == pytest.approx(estimate.p_value())


def test_folds_have_the_correction_of_the_suite():
    differences = [other - one for one, other in zip(FIRST, SECOND, strict=True)]
    p_value, interval = corrected_test(differences, 0.25)
    found = of_pairs(FIRST, SECOND, 0.25)
    assert (found.p_value(), *found.interval(0.9)) == pytest.approx((p_value, *interval))
    spread = np.sqrt((1 / 9 + 0.25) * np.var(OTHER, ddof=1))
    assert of_mean(OTHER, 0.25).error == pytest.approx(spread)


def test_values_without_spread_have_no_estimate():
    assert of_mean([0.3]) is None
    assert of_mean([0.1 + 0.2, 0.3, 0.3]) is None
    assert of_pairs([0.1, 0.2, 0.3], [0.2, 0.3, 0.4]) is None
    assert of_groups([0.5, 0.5], [0.6, 0.6]) is None
    assert of_groups([0.5], [0.6, 0.7]) is None
    assert of_groups([0.5, 0.5], [0.6, 0.7]) is not None

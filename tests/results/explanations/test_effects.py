"""Designs, effects and their intervals."""

import numpy as np
import pytest
from scipy import stats

from results.explanations.design import screening
from results.explanations.effects import corrected, paired, screened, shares


@pytest.mark.parametrize("factors", [1, 2, 3, 4, 7, 8, 13, 15, 16, 20])
def test_each_factor_is_changed_in_half_of_the_runs_and_with_each_other_in_a_quarter(factors):
    design = screening(factors)
    assert design.shape[1] == factors and factors < len(design) <= max(4, 2 * factors)
    assert not design[0].any()
    together = design.astype(int).T @ design
    assert set(np.diag(together)) == {len(design) / 2}
    assert set(together[~np.eye(factors, dtype=bool)]) <= {len(design) / 4}


def test_what_two_factors_do_together_is_not_taken_for_a_third_ones_effect():
    design = screening(8)
    signs = np.where(design, 1, -1)
    products = [signs[:, i] * signs[:, j] for i in range(8) for j in range(i)]
    assert not np.any(np.array(products) @ signs)


def test_effects_are_found_whatever_the_seeds_add():
    design = np.vstack([screening(5)] * 2)
    seeds = np.repeat([3, 4], len(design) // 2)
    rng = np.random.default_rng(0)
    values = design @ [3.0, 0, -1, 0, 0] + np.where(seeds == 3, 10, -10) + rng.normal(0, 0.3, len(design))
    first, second, third, *_ = screened(design, seeds, values)
    assert first.low < 3 < first.high and third.low < -1 < third.high
    assert first.p_value < 0.001 < second.p_value


def test_effects_without_enough_runs_are_unknown():
    design = screening(3)
    assert screened(design, [0] * 4, [1.0, 2, 3, 4]) == [None] * 3
    assert screened(design[:2], [0] * 2, [1.0, 2]) == [None] * 3


def test_shares_add_up_to_one_where_there_is_no_chance():
    design = np.vstack([screening(3)] * 2)
    found = shares(design, [0] * 8, design @ [2.0, 1, 0])
    assert found == pytest.approx([0.8, 0.2, 0])
    assert shares(design, [0] * 8, [1.0] * 8) == [0, 0, 0]


def test_pairs_have_the_interval_of_the_t_test():
    base, other = [1.0, 2, 3, 5], [2.0, 2.5, 4, 7]
    found, expected = paired(base, other), stats.ttest_rel(other, base)
    assert (found.mean, found.p_value) == pytest.approx((1.125, expected.pvalue))
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval(0.95)))
    assert paired([1.0], [2.0]) is None
    assert paired([1.0, 2], [1.0, 2]).p_value == 1


def test_equal_differences_are_as_rare_as_equal_signs():
    assert [paired([1.0] * n, [2.0] * n).p_value for n in (3, 5, 8)] == [0.25, 0.0625, 0.0078125]
    assert paired([1.0] * 3, [1.0] * 3).p_value == 1
    assert paired([90.0, 90.2, 90.4], [90.2, 90.4, 90.6]).p_value == 0.25  # equal but for rounding
    assert paired([0.1 + 0.2] * 6, [0.3] * 6).p_value == 1


def test_factors_that_change_nothing_are_none_in_a_screening_without_noise():
    changed = np.random.default_rng(0).random((24, 5)) < 0.5
    for effect in (0.0, 0.7):
        first, *others = screened(changed, [0] * 24, 90.1 + effect * changed[:, 0])
        assert [one.p_value for one in others] == [1.0] * 4
        assert first.mean == pytest.approx(effect) and (first.p_value < 0.01) == bool(effect)


def test_holm_keeps_the_order_of_the_effects():
    effects = [paired([0.0] * 5, values) for values in ([1, 2, 1, 2, 1.0], [0.1, -1, 1, 0, 0.2])]
    small, large = corrected(effects)
    assert (small, large) == pytest.approx((2 * effects[0].p_value, effects[1].p_value))

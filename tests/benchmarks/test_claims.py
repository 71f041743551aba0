"""Order claims: which row is better, by paired runs of equal seed and fold."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from benchmarks.claims import ClaimVerdict, Order, as_row, judge_claims
from benchmarks.evidence.rechecks import Outcome, Recheck, Rechecks
from benchmarks.jobs import Options
from benchmarks.recipe import fingerprint
from benchmarks.table import Claim, load_table, paper_names
from results.comparison import LEVEL, holm, over_looks
from results.records import Digests, JobKey, RunRecord

KIM = load_table("kim2014")


def records(
    row: str, column: str, values, backend: str = "tensorflow", folds: int = 1, options: Options = Options()
) -> list[RunRecord]:
    """Return runs of a row of the table "own vectors", the folds of a seed one after the other."""
    (one,) = KIM.plan(KIM.cells("own vectors", row, column), options)
    mark = one.fingerprint
    return [
        RunRecord(
            JobKey("kim2014", "own vectors", row, column, number % folds, number // folds, backend, mark, 1),
            {"test accuracy": value},
        )
        for number, value in enumerate(values)
    ]


def tuning(runs: list[RunRecord], column: str = "TREC", options: Options = Options()):
    return next(
        verdict
        for verdict in judge_claims(KIM, runs, options)
        if (verdict.claim.text, verdict.claim.table, verdict.column)
        == ("tuning beats static vectors", "own vectors", column)
    )


@pytest.mark.parametrize(
    ("tuned", "order"),
    [
        ([91.0, 92.1, 91.9, 93.0, 92.2], Order.HOLDS),
        ([87.0, 88.1, 87.9, 89.0, 88.2], Order.REVERSED),
        ([92.0, 87.1, 91.9, 88.0, 91.2], Order.OPEN),
        ([92.0, 92.1], Order.INCOMPLETE),
        ([], Order.INCOMPLETE),
    ],
)
def test_an_order_is_what_paired_runs_show(tuned, order):
    static = records("CNN-static", "TREC", [89.0, 90.0, 90.1, 91.0, 90.2])
    assert tuning(static + records("CNN-non-static", "TREC", tuned)).order == order


def test_a_trial_is_judged_by_its_own_runs():
    trial = Options(changes=(("batch_size", "25"),))
    runs = [
        run
        for row, values in (
            ("CNN-static", [89.0, 90.0, 90.1, 91.0, 90.2]),
            ("CNN-non-static", [91.0, 92.1, 91.9, 93.0, 92.2]),
        )
        for run in records(row, "TREC", values, options=trial)
    ]
    assert tuning(runs, options=trial).order == Order.HOLDS
    assert tuning(runs).order == Order.INCOMPLETE


def test_an_order_that_rests_on_one_of_many_tests_is_open():
    """The family is what the table declares, so that no p-value grows when another claim has its runs."""
    static = records("CNN-static", "TREC", [89.0, 90.0, 90.1, 91.0, 90.2])
    tuned = records("CNN-non-static", "TREC", [89.9, 90.2, 90.8, 91.1, 90.9])
    alone = tuning(static + tuned)
    declared = [one for one in judge_claims(KIM, []) if one.claim.table == "own vectors"]
    assert alone.alone < 0.05 and alone.order == Order.OPEN
    assert alone.p_value == pytest.approx(min(1.0, 3 * len(declared) * alone.alone))
    others = records("CNN-multichannel", "TREC", [89.0, 91.3, 90.1, 91.9, 90.5])
    others += records("CNN-rand", "TREC", [89.5, 89.6, 90.5, 90.4, 90.8])
    assert tuning(static + tuned + others).p_value == alone.p_value


def test_runs_that_wait_for_a_look_decide_no_order():
    static = [89.0, 90.0, 90.1, 91.0, 90.2, 90.4, 89.9, 90.3, 90.8, 90.1]
    tuned = [value + 2 + 0.1 * (number % 3) for number, value in enumerate(static)]
    for count, pairs in ((5, 5), (8, 5), (10, 10)):
        found = tuning(records("CNN-static", "TREC", static) + records("CNN-non-static", "TREC", tuned[:count]))
        assert (found.order, found.comparison.pairs) == (Order.HOLDS, pairs)


def test_three_looks_and_a_family_find_something_in_at_most_five_of_a_hundred_tables():
    rng, tables, claims = np.random.default_rng(3), 4000, 5
    for looks in ((3, 6, 12), (5, 10, 20)):
        differences, is_found = rng.normal(0, 1, (tables, claims, looks[-1])), np.zeros(tables, bool)
        for look in looks:
            found = stats.ttest_1samp(differences[:, :, :look], 0, axis=2).pvalue
            is_found |= [min(holm(list(map(over_looks, p_values)))) < LEVEL for p_values in found]
        assert 0.02 < is_found.mean() < 0.05 + 3 * (0.05 * 0.95 / tables) ** 0.5


@pytest.mark.parametrize(("p_value", "text"), [(0.0495, "0.0495"), (0.0504, "0.0504"), (5e-6, "5e-06")])
def test_a_p_value_shows_on_which_side_of_five_in_a_hundred_it_is(p_value, text):
    claim = Claim("", "", "", "")
    assert as_row(ClaimVerdict(claim, "", None, Order.OPEN, p_value=p_value))["p corrected"] == text


def test_a_cross_validation_that_is_not_whole_waits():
    static = [78.0 + number % 7 for number in range(36)]
    tuned = [value + (0.5 if number % 2 else 0.3) for number, value in enumerate(static)]
    verdict = tuning(
        records("CNN-static", "CR", static, folds=10) + records("CNN-non-static", "CR", tuned, folds=10), "CR"
    )
    assert verdict.comparison.pairs == 30


def test_runs_are_paired_by_seed_and_fold_and_folds_are_corrected():
    static = [78.0 + number % 7 for number in range(30)]
    tuned = [value + (0.5 if number % 2 else 0.3) for number, value in enumerate(static)]
    verdict = tuning(
        records("CNN-static", "CR", static, folds=10) + records("CNN-non-static", "CR", tuned, folds=10), "CR"
    )
    assert (verdict.order, verdict.comparison.pairs) == (Order.HOLDS, 30)
    assert verdict.comparison.difference == pytest.approx(0.4)
    deviation, correction = 0.1 * (30 / 29) ** 0.5, 1 / 30 + 1 / 9
    from scipy.stats import t

    assert verdict.comparison.p_value == pytest.approx(2 * t.sf(0.4 / (deviation * correction**0.5), 29))


@pytest.mark.parametrize(
    ("errors", "order"),
    [
        ([9.6, 9.5, 9.7, 9.6, 9.4], Order.HOLDS),
        ([1.0, 1.1, 0.9, 1.0, 1.2], Order.REVERSED),
        ([3.3, 9.0, 2.0, 3.5, 1.0], Order.OPEN),
        ([9.6, 9.5], Order.INCOMPLETE),
    ],
)
def test_a_system_without_randomness_meets_every_run_of_one_that_has_it(errors, order):
    zhang = load_table("zhang2015")

    def runs(row: str, values) -> list[RunRecord]:
        mark = fingerprint(zhang.recipe(zhang.cells("4", row, "DBP")[0]))
        keys = [
            JobKey("zhang2015", "4", row, "DBP", 0, seed, "tensorflow", mark, 1) for seed in range(len(values))
        ]
        return [RunRecord(key, {"test error": value}) for key, value in zip(keys, values, strict=True)]

    for claim in (Claim("", "4", "BoW", "Bag-of-means"), Claim("", "4", "Bag-of-means", "BoW")):
        asked = replace(zhang, claims=(claim._replace(columns=("DBP",)),))
        (verdict,) = judge_claims(asked, runs("BoW", [3.4]) + runs("Bag-of-means", errors))
        swapped = {Order.HOLDS: Order.REVERSED, Order.REVERSED: Order.HOLDS}
        assert verdict.order == (order if claim.better == "BoW" else swapped.get(order, order))
        assert verdict.comparison.pairs == len(errors)


@pytest.mark.parametrize(
    ("differences", "order"),
    [
        ([0.1, -0.2, 0.2, -0.1, 0.1], Order.HOLDS),
        ([0.4, -0.3, 0.6, -0.5, 0.1], Order.OPEN),  # the 90 % interval is within, but there are six columns
        ([0.0] * 5, Order.OPEN),  # of five equal pairs a sign test says too little
        ([2.1, 2.4, 1.9, 2.2, 2.0], Order.APART),
        ([-2.1, -2.4, -1.9, -2.2, -2.0], Order.APART),
        ([3.0, -3.0, 2.0, -2.0, 1.0], Order.OPEN),
    ],
)
def test_nearness_is_an_interval_within_the_margin(differences, order):
    claim = Claim("near", "own vectors", "CNN-non-static", "CNN-static", within=1.0)
    static = records("CNN-static", "TREC", [90.0] * 5)
    tuned = records("CNN-non-static", "TREC", [90 + difference for difference in differences])
    found = judge_claims(replace(KIM, claims=(claim,)), static + tuned)
    (verdict,) = (verdict for verdict in found if verdict.column == "TREC")
    assert verdict.order == order
    low, high = stats.t.interval(0.9, 4, *(f(differences) for f in (np.mean, stats.sem)))
    is_within, is_apart = low >= -1 and high <= 1, low > 1 or high < -1
    assert (verdict.alone < 0.05) == (is_within or is_apart) or not any(differences)
    assert " to " in as_row(verdict)["ours"]


def test_backends_are_not_mixed():
    runs = records("CNN-static", "TREC", [89.0, 90.0, 90.1], "jax")
    runs += records("CNN-non-static", "TREC", [91.0, 92.0, 92.2])
    assert tuning(runs).order == Order.INCOMPLETE
    runs += records("CNN-non-static", "TREC", [92.0, 92.9, 93.2], "jax")
    assert [as_row(tuning(runs))[name] for name in ("pairs", "back end")] == ["3", "jax"]
    runs += records("CNN-static", "TREC", [90.0])
    row = as_row(tuning(runs))  # as a verdict, on the back end that leads
    assert (row["pairs"], row["back end"]) == ("1", "")


def test_an_order_rests_on_the_runs_that_verdicts_take(monkeypatch):
    (planned,) = KIM.plan(KIM.cells("own vectors", "CNN-non-static", "TREC"))
    old, today = Digests("old", "old", "old"), planned.code
    static = [replace(r, code=today) for r in records("CNN-static", "TREC", [89.0, 90.0, 90.1, 91.0, 90.2])]
    before = [replace(r, code=old) for r in records("CNN-non-static", "TREC", [80.0] * 5)]
    now = [replace(r, code=today) for r in records("CNN-non-static", "TREC", [91.0, 92.1, 91.9, 93.0, 92.2])]
    found = tuning(static + before)
    assert (found.order, found.stale.partition(":")[0]) == (Order.REVERSED, "code changed since ")
    found = tuning(static + now + before)
    assert (found.order, found.stale) == (Order.HOLDS, "")
    probe = Recheck(old, today, *"ptrc", "tensorflow", "c0ffee", "decade", "real", Outcome.UNEQUAL)
    monkeypatch.setattr(Rechecks, "read", classmethod(lambda cls: cls([probe])))
    assert tuning(static + before).order == Order.INCOMPLETE


def test_a_fold_that_was_run_twice_makes_no_cross_validation_less_whole():
    static = records("CNN-static", "CR", [78.0 + number % 7 for number in range(30)], folds=10)
    tuned = records("CNN-non-static", "CR", [79.0 + number % 5 for number in range(30)], folds=10)
    assert tuning(static + tuned[:3] + tuned, "CR").comparison.pairs == 30


def test_what_was_printed_stands_beside_ours():
    verdicts = {(v.claim.text, v.claim.table, v.column): v for v in judge_claims(KIM, [])}
    row = as_row(verdicts["trained vectors beat random ones", "2", "TREC"])
    assert (row["theirs"], row["ours"], row["order"]) == ("+1.6", "", "not attempted")
    assert as_row(verdicts["NBSVM beats MNB", "2", "Subj"])["theirs"] == "-0.4"
    assert as_row(verdicts["tuning beats static vectors", "own vectors", "TREC"])["theirs"] == ""


@pytest.mark.parametrize("paper", paper_names())
def test_claims_name_rows_that_exist(paper):
    table = load_table(paper)
    for claim in table.claims:
        columns = [{cell.column for cell in table.cells(claim.table, row)} for row in (claim.better, claim.worse)]
        assert columns[0] & columns[1]

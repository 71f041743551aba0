"""Groups of runs: their numbers, their pairs, and what is refused."""

import numpy as np
import pytest
from scipy import stats

from results.groups.compared import compare_runs
from results.groups.question import asked
from results.groups.tagging import answers
from results.groups.wording import Numbers, as_data, group_rows, lines, names, notes, pair_rows, pairs_left_out
from results.ledger import ResultsError
from tests.results.groups.samples import ADAM, SGD, folded, run, seeded
from tests.support.corrected import corrected_test

BOTH = [*seeded("adam", ADAM), *seeded("sgd", SGD)]
BY = ["params.optimizer"]


def compared(runs, by=BY, pairs=(), **options):
    return compare_runs(runs, asked("acc", by, pairs, **options))


def refusal(runs, *arguments, **options) -> str:
    with pytest.raises(ResultsError) as refused:
        compared(runs, *arguments, **options)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_groups_and_their_pair():
    found = compared(BOTH)
    adam, sgd = found.summaries
    assert (adam.group.label, len(adam.values), adam.mean) == ("adam", 5, pytest.approx(np.mean(ADAM)))
    assert adam.interval == pytest.approx(stats.t.interval(0.95, 4, np.mean(ADAM), stats.sem(ADAM)))
    assert sgd.deviation == pytest.approx(np.std(SGD, ddof=1))
    (pair,) = found.pairs
    expected = stats.ttest_ind(SGD, ADAM, equal_var=False)
    assert (pair.answer, pair.p_holm) == ("lower", pytest.approx(expected.pvalue))
    assert compared(BOTH, better="higher").pairs[0].answer == "worse"
    assert compared(BOTH, better="lower").pairs[0].answer == "worse"  # the better group is first


def test_pairs_are_runs_of_equal_values_whatever_their_spelling():
    runs = [*seeded("adam", ADAM), *seeded("sgd", SGD[:4])]
    runs[1] = run(ADAM[1], {"optimizer": "adam", "seed": "1.0"})
    runs[2] = run(ADAM[2], {"optimizer": "adam", "seed": " 2e0"})
    (pair,) = compared(runs, pairs=["params.seed"]).pairs
    assert (pair.count, pair.p_value) == (4, pytest.approx(stats.ttest_rel(SGD[:4], ADAM[:4]).pvalue))


def test_several_keys_make_a_group_of_each_combination():
    runs = [run(0.8, {"optimizer": name, "batch": batch}) for name in "ab" for batch in (8, 16)]
    found = compared(runs, by=["params.optimizer", "params.batch"])
    assert [one.group.label for one in found.summaries] == ["a / 8", "a / 16", "b / 8", "b / 16"]


def test_holm_corrects_for_all_pairs():
    runs = [*BOTH, *seeded("rmsprop", (0.912, 0.918, 0.903, 0.931, 0.907))]
    found = compared(runs, pairs=["params.seed"], margin=0.01)
    p_values = sorted(pair.p_value for pair in found.pairs)
    assert sorted(pair.p_holm for pair in found.pairs) == pytest.approx(
        [min(1, 3 * p_values[0]), min(1, max(3 * p_values[0], 2 * p_values[1])), max(p_values[2], 2 * p_values[1])]
    )
    assert {(pair.first, pair.second): pair.answer for pair in found.pairs} == {
        ("adam", "rmsprop"): "equivalent",
        ("adam", "sgd"): "lower",
        ("rmsprop", "sgd"): "lower",
    }


FOLDS = ([0.8, 0.82, 0.79], [0.81, 0.83, 0.78]), ([0.83, 0.84, 0.80], [0.85, 0.84, 0.82])


def test_folds_of_repeated_cross_validations():
    runs = [*folded("adam", FOLDS[0]), *folded("sgd", FOLDS[1])]
    found = compared(runs, pairs=["params.seed"], unit="params.fold")
    assert [one.values for one in found.summaries] == [pytest.approx(np.mean(lines, axis=1)) for lines in FOLDS]
    differences = list(np.subtract(FOLDS[1], FOLDS[0]).ravel())
    (pair,) = found.pairs
    assert (pair.count, pair.p_value) == (6, pytest.approx(corrected_test(differences, 1 / 2)[0]))
    apart = compared(runs, unit="params.fold")  # the seeds make cross-validations
    assert apart.pairs[0].p_value == pytest.approx(
        stats.ttest_ind(*(np.mean(lines, axis=1) for lines in FOLDS), equal_var=False).pvalue
    )


def test_one_cross_validation_each_is_corrected():
    runs = [*folded("adam", FOLDS[0][:1]), *folded("sgd", FOLDS[1][:1])]
    found = compared(runs, pairs=["params.fold"], unit="params.fold")
    differences = list(np.subtract(FOLDS[1][0], FOLDS[0][0]))
    assert found.pairs[0].p_value == pytest.approx(corrected_test(differences, 1 / 2)[0])
    first = found.summaries[0]
    assert len(first.values) == 3
    half = stats.t.ppf(0.975, 2) * np.sqrt((1 / 3 + 1 / 2) * np.var(FOLDS[0][0], ddof=1))
    assert first.interval == pytest.approx((first.mean - half, first.mean + half))
    assert "fold of one cross-validation" in notes(found)[0]


def test_an_incomplete_cross_validation_is_left_out():
    runs = [*folded("adam", FOLDS[0]), *folded("sgd", FOLDS[1])][:-1]
    found = compared(runs, unit="params.fold", pairs=["params.seed"])
    assert [len(group.samples) for group in found.groups.every] == [2, 1]
    assert found.groups.reasons == {"incomplete by params.fold, of 3 values": 1}


def test_repeated_seeds_are_refused():
    again = [*BOTH, *seeded("adam", (0.95, 0.96))]
    text = refusal(again, pairs=["params.seed"])
    assert text.startswith("4 runs of 'adam' have 2 values of params.seed: they are not 4 independent samples.")
    assert "Their parameters are equal: --repeats latest" in text
    assert "params.seed" in refusal(again)
    assert "--unit params.fold is for folds" in refusal(folded("adam", FOLDS[0]))
    found = compared(again, repeats="latest")
    latest = found.summaries[0]
    assert "Of runs that repeat a seed, the latest counts." in notes(found)[0]
    assert latest.values == [0.95, 0.96, *ADAM[2:]]
    assert compared(again, repeats="mean").summaries[0].values[0] == pytest.approx((0.91 + 0.95) / 2)


def test_seeds_and_folds_may_be_tags():
    folds = [run(0.8, {"optimizer": "adam"}, tags={"seed": "0", "fold": str(fold)}) for fold in range(3)]
    assert "1 value of tags.seed" in refusal(folds)
    assert "They differ in tags.fold: --unit tags.fold is for folds" in refusal(folds)


def test_runs_without_a_seed_are_samples_of_their_own():
    runs = [run(value, {"optimizer": "adam", "random_state": "None"}) for value in ADAM]
    assert len(compared(runs).summaries[0].values) == 5


def test_a_parent_and_its_children_do_not_count_both():
    parents = [run(0.8, {"optimizer": "adam"}, id="p", name="all folds")]
    children = folded("adam", FOLDS[0][:1], parent="p")
    assert "1 of the 4 runs have others nested in them" in refusal([*parents, *children])
    assert len(compared([*parents, *children], level="top").summaries[0].values) == 1
    nested = compared([*parents, *children], level="nested", unit="params.fold")
    assert len(nested.summaries[0].values) == 3


def test_what_does_not_count_is_said():
    runs = [
        *BOTH,
        run(None, {"optimizer": "adam"}),
        run(0.5, {"seed": 9}),
        run(0.5, {"optimizer": "adam"}, status="FAILED"),
        run(0.5, {"optimizer": "adam"}, status="RUNNING"),
        run(float("nan"), {"optimizer": "sgd", "seed": 7}),
        run(float("inf"), {"optimizer": "sgd", "seed": 8}),
        run(-1.7976931348623157e308, {"optimizer": "sgd", "seed": 9}),  # minus infinity in a database
    ]
    found = compared(runs)
    assert found.groups.reasons == {
        "whose acc is infinite": 2,
        "without acc": 1,
        "without params.optimizer": 1,
        "failed": 1,
        "running": 1,
        "whose acc is NaN": 1,
    }
    assert any("its mean is without 2 run(s) whose acc is infinite" in note for note in notes(found))
    assert "None of the 1 runs counts: 1 running." in refusal([run(0.5, {"optimizer": "a"}, status="RUNNING")])
    assert refusal([]) == "No run matches."


def test_unknown_names_have_the_nearest():
    assert "Did you mean optimizer?" in refusal(BOTH, by=["params.optimiser"])
    assert "have no tag 'optimizer', but params.optimizer." in refusal(BOTH, by=["tags.optimizer"])
    assert "such as params.optimizer." in refusal(BOTH, by=["optimizer"])
    assert "Did you mean run_name?" in refusal(BOTH, by=["attributes.runname"])
    with pytest.raises(ResultsError, match="There is no metric 'ac' in these runs. Did you mean acc?"):
        compare_runs(BOTH, asked("ac", BY))


@pytest.mark.parametrize("margin", [0, -1, float("nan"), float("inf")])
def test_a_margin_is_above_zero(margin):
    assert "Expected a number above 0" in refusal(BOTH, margin=margin)


def test_groups_without_evidence():
    one = compared([run(0.5, {"optimizer": "a"}), run(0.6, {"optimizer": "b"})])
    assert [pair.answer for pair in one.pairs] == ["too few runs"]
    two = compared([*seeded("a", ADAM[:2]), *seeded("b", SGD[:2])], pairs=["params.seed"])
    assert [pair.answer for pair in two.pairs] == ["too few pairs"]
    equal = compared([*seeded("a", [0.5] * 3), *seeded("b", [0.5] * 3), *seeded("c", [0.6] * 3)])
    assert [pair.answer for pair in equal.pairs] == ["equal", "no spread", "no spread"]
    assert any("all 3 values are equal" in note for note in notes(equal))


def test_copies_are_suspicious():
    runs = [run(0.5, {"optimizer": "a"}), run(0.5, {"optimizer": "a"}), run(0.6, {"optimizer": "a"})]
    assert any("1 runs repeat the parameters and all metrics" in note for note in notes(compared(runs)))


def test_hundreds_of_groups_are_cut_in_tables_and_whole_in_data():
    runs = [line for group in range(60) for line in seeded(f"{group:03}", (group, group + 0.5, group + 1.1))]
    found = compared(runs)
    assert len(found.pairs) == len(as_data(found)["pairs"]) == 1770
    assert len(pair_rows(found)) == 40
    assert pairs_left_out(found).startswith("1730 more pairs")
    assert len(lines(found)) == 1830


def test_long_names_stay_different_and_numbers_keep_two_digits_of_the_spread():
    long = "x" * 500
    found = compared([*seeded(f"{long}a", ADAM), *seeded(f"{long[:250]}y{long}a", SGD)])
    assert len(set(names(found).values())) == 2
    assert all(len(name) <= 36 for name in names(found).values())
    assert group_rows(found)[0]["mean"] == "0.914"
    tiny = compared([*seeded("a", [1e-12, 2e-12, 3e-12]), *seeded("b", [5e-12, 6e-12, 7.5e-12])])
    assert Numbers(tiny).text(2e-12) == "2e-12"


def test_tags_say_what_a_group_is_beside_the_others():
    found = answers(compared(BOTH, better="higher"))
    assert found["adam"].startswith("adam: n 5, mean 0.914, 95 % interval 0.900 to 0.928; better than sgd (p ")
    assert "worse than adam" in found["sgd"]

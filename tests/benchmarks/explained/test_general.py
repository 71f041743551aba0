"""The factors of every recipe, as recipes."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.evidence.digests import todays_digests
from benchmarks.explained import data
from benchmarks.explained.factors import CannotChange, changed, possible
from benchmarks.explained.general import general_factors
from benchmarks.jobs import Planned
from benchmarks.recipe import any_order, constant_order, fingerprint
from benchmarks.table import load_table
from data_pipelines.dataset import Fold, Split

FACTORS = {one.name: one for one in general_factors("tensorflow")}


def planned(paper, row, column) -> Planned:
    return load_table(paper).plan(load_table(paper).cells(None, row, column))[0]


KIM, DIGITS = planned("kim2014", "CNN-rand", "MR"), planned("starter", "LeNet-style", "digits")


def rng():
    return np.random.default_rng(0)


def as_is(fold, rng):
    return fold


@pytest.mark.parametrize(
    "one", [KIM, DIGITS, planned("lecun1989", "network", "test")], ids=lambda one: one.cell.paper
)
def test_each_change_is_another_recipe_that_a_process_can_be_sent(one):
    found, reasons = possible(one, FACTORS.values())
    others = [changed(one, [factor]) for factor in found if not factor.backend]
    assert len({one.fingerprint, *(other.fingerprint for other in others)}) == len(others) + 1
    assert len(others) > 8 and all(reasons.values())
    for other in others:
        again = pickle.loads(pickle.dumps(other.recipe))
        assert fingerprint(again) == other.fingerprint
        assert any(todays_digests(again))


def test_changes_add_up():
    wanted = [
        FACTORS[name] for name in ("stop rule", "kept epoch", "batch order", "batch size", "dropout", "split")
    ]
    recipe = changed(KIM, wanted).recipe
    assert (recipe.epochs, recipe.keep, recipe.order, recipe.batch_size) == (12, None, constant_order, 100)
    assert recipe.prepare.keywords == {"batch_size": 100, "valid_share": 0.2}
    assert recipe.build.keywords["dropout"] == 0


def test_an_order_that_is_constant_becomes_random():
    assert changed(planned("lecun1989", "network", "test"), [FACTORS["batch order"]]).recipe.order is any_order


def test_why_a_recipe_cannot_be_changed():
    reasons = possible(DIGITS, FACTORS.values())[1]
    assert reasons == {"split": "the split is fixed", "dropout": "no setting is a dropout"}
    once = replace(DIGITS, recipe=replace(DIGITS.recipe, epochs=1, keep=None))
    assert {"stop rule", "kept epoch"} <= possible(once, FACTORS.values())[1].keys()
    measured = planned("kim2014", "MNB", "MR")
    assert set(possible(measured, general_factors("none"))[1].values()) == {"the system is not a network"}


def test_words_of_one_spelling_have_one_symbol():
    parts = [Split(np.array([[1, 2, 0], [3, 4, 0]], "int32"), np.array([0, 1]))] * 2
    fold = Fold(parts[0], None, parts[1], ("What", "what", "is", "IS"))
    found = data.in_lower_case(fold, rng(), prepare=as_is)
    assert found.train.x.tolist() == [[1, 1, 0], [3, 3, 0]]
    with pytest.raises(CannotChange, match="no two words differ"):
        data.in_lower_case(fold._replace(vocabulary=("a", "b", "c", "d")), rng(), prepare=as_is)


def test_inputs_are_normalised_by_the_training_part():
    train = Split(np.array([[1.0, 3.0]], "float32"), np.array([0]))
    test = Split(np.array([[5.0, 5.0]], "float32"), np.array([0]))
    fold = Fold(train, train, test)
    found = data.normalised(fold, rng(), prepare=as_is)
    assert found.train.x.tolist() == [[-1, 1]] and found.test.x.tolist() == [[3, 3]]
    for strange in (found, fold._replace(train=Split(np.array([[1, 2]]), np.array([0])))):
        with pytest.raises(CannotChange, match="the inputs"):
            data.normalised(strange, rng(), prepare=as_is)


def test_other_folds_are_those_of_another_seed():
    assert data.other_folds((), 2, 5, load=lambda paths, fold, seed: (fold, seed)) == (2, 5 + data.OTHER_SEEDS)

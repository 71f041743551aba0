"""Stores that the autologging of Keras and of scikit-learn makes."""

import os
from contextlib import chdir

import numpy as np
import pytest
from scipy import stats

from results.groups.compared import compare_runs
from results.groups.question import asked
from results.groups.store import address_of, opened, read
from results.groups.wording import notes
from results.ledger import ResultsError
from results.tracking.client import set_up
from results.tracking.database import prepare
from tests.support.corrected import corrected_test

pytestmark = pytest.mark.slow
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(300, 8)).astype("float32")
Y = (X[:, 0] + X[:, 1] * X[:, 2] > 0).astype("int32")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    set_up()
    path = tmp_path_factory.mktemp("store") / "mlflow.db"
    prepare(path, pytest.fail)
    import mlflow

    mlflow.set_tracking_uri(address_of(str(path), path.parent))
    with chdir(path.parent):  # artifacts go to a folder below the current one
        with_keras(mlflow)
        with_sklearn(mlflow)
    yield address_of(str(path), path.parent)
    mlflow.set_tracking_uri(None)
    os.environ.pop("MLFLOW_TRACKING_URI", None)


def with_keras(mlflow) -> None:
    """Train a small network by three optimizers, five seeds each."""
    import keras

    mlflow.set_experiment("keras")
    mlflow.keras.autolog(log_models=False)
    for optimizer in (keras.optimizers.Adam, keras.optimizers.SGD, keras.optimizers.RMSprop):
        for seed in range(5):
            keras.utils.set_random_seed(seed)
            layers = [keras.Input((8,)), keras.layers.Dense(4, "relu"), keras.layers.Dense(1, "sigmoid")]
            model = keras.Sequential(layers)
            model.compile(optimizer(0.01), "binary_crossentropy", metrics=["accuracy"])
            with mlflow.start_run():
                mlflow.log_param("seed", seed)
                model.fit(X[:200], Y[:200], validation_data=(X[200:], Y[200:]), epochs=2, verbose=0)
    mlflow.keras.autolog(disable=True)


def with_sklearn(mlflow) -> None:
    """Cross-validate two trees with runs nested in a run each, and search a grid."""
    from sklearn.model_selection import GridSearchCV, KFold
    from sklearn.tree import DecisionTreeClassifier

    mlflow.sklearn.autolog(log_models=False)
    mlflow.set_experiment("cv")
    for depth in (1, 5):
        for seed in range(2):
            with mlflow.start_run():
                mlflow.log_params({"depth": depth, "seed": seed})
                scores = []
                for fold, (train, test) in enumerate(KFold(3, shuffle=True, random_state=seed).split(X)):
                    with mlflow.start_run(nested=True):
                        mlflow.log_params({"depth": depth, "seed": seed, "fold": fold})
                        tree = DecisionTreeClassifier(max_depth=depth, random_state=seed).fit(X[train], Y[train])
                        scores.append(tree.score(X[test], Y[test]))
                        mlflow.log_metric("val_accuracy", scores[-1])
                mlflow.log_metric("val_accuracy", np.mean(scores))
    mlflow.set_experiment("grid")
    grid = {"max_depth": [2, 5], "criterion": ["gini", "entropy"]}
    GridSearchCV(DecisionTreeClassifier(random_state=0), grid, cv=3).fit(X, Y)
    mlflow.sklearn.autolog(disable=True)


def compared(address, experiment, *question, **options):
    return compare_runs(read(opened(address), [experiment]), asked(*question, **options))


def test_keras_optimizers_are_compared_over_seeds(address):
    found = compared(address, "keras", "val_accuracy", ["params.optimizer_name"], ["params.seed"])
    assert [one.group.label for one in found.summaries] == ["adam", "rm_sprop", "sgd"]
    assert all(len(one.values) == 5 for one in found.summaries)
    runs = read(opened(address), ["keras"])
    values = {
        name: [
            r.metrics["val_accuracy"]
            for r in sorted(runs, key=lambda r: r.params["seed"])
            if name in r.params["optimizer_name"]
        ]
        for name in ("adam", "sgd")
    }
    pair = next(pair for pair in found.pairs if (pair.first, pair.second) == ("adam", "sgd"))
    assert pair.p_value == pytest.approx(stats.ttest_rel(values["sgd"], values["adam"]).pvalue)
    assert all(factor.is_partly_lacking for factor in found.factors)  # parameters of one optimizer
    assert found.unknown == ["the code"] or not found.unknown
    assert any("Keras numbers" in note for note in notes(found))


def test_folds_nested_in_a_run_are_cross_validations(address):
    question = ("val_accuracy", ["params.depth"], ["params.seed"])
    with pytest.raises(ResultsError, match="4 of the 16 runs have others nested in them"):
        compared(address, "cv", *question)
    with pytest.raises(ResultsError, match="6 runs of '1' have 2 values of params.seed"):
        compared(address, "cv", *question, level="nested")
    found = compared(address, "cv", *question, unit="params.fold")
    top = compared(address, "cv", *question, level="top")
    assert [one.values for one in found.summaries] == [pytest.approx(one.values) for one in top.summaries]
    runs = {
        (r.params["depth"], r.params["seed"], r.params["fold"]): r.metrics["val_accuracy"]
        for r in read(opened(address), ["cv"])
        if r.parent
    }
    differences = [runs["5", s, f] - runs["1", s, f] for s in "01" for f in "012"]
    assert found.pairs[0].p_value == pytest.approx(corrected_test(differences, 1 / 2)[0])


def test_a_grid_search_has_its_candidates_as_nested_runs(address):
    with pytest.raises(ResultsError, match="1 value of params.random_state: .* They differ in params.criterion"):
        compared(address, "grid", "mean_test_score", ["params.max_depth"])
    found = compared(address, "grid", "mean_test_score", ["params.max_depth"], ["params.criterion"])
    assert [(one.group.label, len(one.values)) for one in found.summaries] == [("2", 2), ("5", 2)]
    assert (found.pairs[0].answer, found.groups.reasons) == ("too few pairs", {"without mean_test_score": 1})

"""Settings of a recipe that a trial changes."""

import pickle
from dataclasses import dataclass
from functools import partial

import pytest

from benchmarks.jobs import Options, missing_jobs
from benchmarks.recipe import Measurement, NotAttempted, fingerprint, settings
from benchmarks.settings import changeable, changed, why_fixed
from benchmarks.table import load_table, paper_names
from data_pipelines.dataset import DataError
from results.metrics import ACCURACY


def recipes(paper: str, *place: str | None):
    table = load_table(paper)
    found = [table.recipe(cell) for cell in table.cells(*place)]
    return [recipe for recipe in found if not isinstance(recipe, NotAttempted)]


@pytest.fixture
def recipe():
    return recipes("kim2014", "2", "CNN-rand", "TREC")[0]


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("epochs", "3", "3"),
        ("batch_size", "51", "51"),
        ("optimizer.learning_rate", "2", "2.0"),
        ("optimizer.rho", "1e-2", "0.01"),
        ("build.filters", "[2, 9]", "[2, 9]"),
        ("build.channels", "(('random', False),)", "[['random', False]]"),
        ("build.channels", '[["word2vec", true], ["random", true]]', "[['word2vec', True], ['random', True]]"),
        ("loss.from_logits", "false", "False"),
        ("loss.kind", "losses.Poisson", "losses.Poisson"),
        ("loss.kind", "'losses.Poisson'", "losses.Poisson"),
        ("prepare.valid_share", "0.2", "0.2"),
    ],
)
def test_one_setting_changes_and_no_other(recipe, name, text, shown):
    before, after = settings(recipe), settings(changed(recipe, ((name, text),)))
    assert after == {**before, name: shown}
    assert fingerprint(changed(recipe, ((name, text),))) != fingerprint(recipe)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("epochs", "2.5", "a whole number; the recipe has 25"),
        ("epochs", "true", "a whole number"),
        ("epochs", "0", "1 or more"),
        ("epochs", "-1", "1 or more"),
        ("batch_size", "1" + "0" * 30, "1 or more, up to 1000000"),
        ("batch_size", "9" * 5000, "a whole number"),
        ("optimizer.rho", "much", "a number; the recipe has 0.95"),
        ("optimizer.rho", "nan", "a number"),
        ("optimizer.rho", "NaN", "a number"),
        ("optimizer.rho", "1e999", "a number"),
        ("optimizer.rho", "1" + "0" * 400, "a number"),
        ("optimizer.rho", "None", "a number"),
        ("build.filters", "3", r"values like \(3, 4, 5\)"),
        ("build.filters", "[3.5]", "values like"),
        ("build.filters", "[" * 5000, "values like"),
        ("loss.from_logits", "0", "true or false"),
    ],
)
def test_a_value_of_another_type_is_refused(recipe, name, text, expected):
    with pytest.raises(DataError, match=f"^{name} is .*Expected {expected}"):
        changed(recipe, ((name, text),))


def measure(first, fold, seed, *, inner):
    return {"test accuracy": first + inner("x")}


def inner(text, *, factor, limit):
    return factor


@dataclass(frozen=True)
class Layer:
    """Settings inside settings."""

    width: int
    names: list[str]


def test_settings_are_replaced_at_any_depth():
    nested = partial(inner, factor=2.0, limit=None)
    recipe = Measurement(
        measure=partial(measure, 1, inner=nested, layers={"a.b": Layer(3, ["x"])}), metrics=(ACCURACY,)
    )
    new = changed(
        recipe,
        (
            *(("measure.0", "7"), ("measure.inner.factor", "4"), ("measure.inner.limit", "0.5")),
            *(("measure.layers.a.b.width", "5"), ("measure.layers.a.b.names", '["y", "z"]')),
        ),
    )
    assert new.measure.args == (7,)
    assert new.measure.keywords["inner"].keywords == {"factor": 4.0, "limit": 0.5}
    assert new.measure.keywords["layers"] == {"a.b": Layer(5, ["y", "z"])}
    assert (recipe.measure.args, nested.keywords["factor"]) == ((1,), 2.0)  # the old ones are as they were


def test_what_no_trial_may_change(recipe):
    fixed = settings(recipe).keys() - changeable(recipe).keys()
    assert {"dataset.data", "metrics", "build.call", "order"} <= fixed
    assert "revision" not in changeable(recipes("zhang2015")[0])
    assert why_fixed("dataset.name").startswith("the data are the paper's")
    assert why_fixed("order") == "it is code, neither a number nor a text"


@pytest.mark.parametrize("paper", paper_names())
def test_settings_have_the_names_and_values_of_mlflow(paper):
    for recipe in {fingerprint(recipe): recipe for recipe in recipes(paper)}.values():
        shown, found = settings(recipe), changeable(recipe)
        assert found.keys() <= shown.keys()
        simple = {name: str(value) for name, value in found.items() if not isinstance(value, list | tuple)}
        assert simple == {name: shown[name] for name in simple}


def test_a_changed_job_is_another_one_and_travels_to_other_processes():
    table = load_table("kim2014")
    cells = table.cells("2", "CNN-rand", "TREC")
    options = Options(changes=(("epochs", "3"), ("optimizer.rho", "0.9")))
    (planned,), (plain,) = table.plan(cells, options), table.plan(cells)
    assert (options.is_trial, options.difference) == (True, "epochs=3, optimizer.rho=0.9")
    assert planned.fingerprint != plain.fingerprint
    assert table.plan(cells, Options(epochs=3))[0].fingerprint == (
        table.plan(cells, Options(changes=(("epochs", "3"),)))[0].fingerprint
    )
    (job,) = missing_jobs([planned], [], backend="tensorflow", seeds=1)
    there = pickle.loads(pickle.dumps(job))
    assert (there.options, there.key) == (options, job.key)
    assert (fingerprint(there.recipe), there.recipe.epochs) == (job.key.fingerprint, 3)


def test_a_cell_without_the_setting_is_not_trained():
    table = load_table("kim2014")
    (planned,) = table.plan(table.cells("2", "MNB", "CR"), Options(changes=(("epochs", "3"),)))
    assert planned.recipe == NotAttempted("its recipe has no setting epochs")

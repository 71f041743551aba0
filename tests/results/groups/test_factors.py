"""What differs between groups beside their keys."""

from dataclasses import replace

import pytest

from results.groups.compared import compare_runs
from results.groups.question import asked
from results.groups.runs import Key, canonical, in_order
from results.groups.wording import notes
from results.ledger import ResultsError
from tests.results.groups.samples import ADAM, SGD, run, seeded

QUESTION = asked("acc", ["params.optimizer"])
COMMIT = "mlflow.source.git.commit"


def groups(adam: dict, sgd: dict):
    """Return the runs of both groups, each with parameters of its own."""
    return [*seeded("adam", ADAM, **adam), *seeded("sgd", SGD, **sgd)]


def found(runs):
    compared = compare_runs(runs, QUESTION)
    return {factor.name: factor for factor in compared.factors}


def text(factor) -> str:
    return factor.text({label: label for label in factor.values})


def test_a_parameter_that_parts_the_groups():
    (factor,) = found(groups({"batch": 32, "epochs": 3}, {"batch": 64, "epochs": 3})).values()
    assert (text(factor), factor.is_parted) == ("params.batch: 32 in adam; 64 in sgd", True)


def test_equal_shares_and_other_spellings_are_no_difference():
    assert not found(groups({"batch": "32"}, {"batch": "3.2e1"}))
    runs = [run(0.1 * i, {"optimizer": name, "rate": i % 2}) for i, name in enumerate("aabb")]
    assert not found(runs)


def test_a_parameter_that_differs_in_part():
    runs = [run(0.1 * i, {"optimizer": "ab"[i > 3], "rate": int(i in (0, 4, 5))}) for i in range(8)]
    (factor,) = found(runs).values()
    assert (text(factor), factor.is_parted) == ("params.rate: 0 (3), 1 (1) in a; 0 (2), 1 (2) in b", False)


def test_code_and_data_come_first():
    runs = [
        run(value, {"optimizer": name, "batch": batch, "seed": seed}, tags={COMMIT: commit * 40}, data=(data,))
        for name, commit, data, batch in (("a", "a", "d 1", 1), ("b", "b", "d 2", 2))
        for seed, value in enumerate(ADAM)
    ]
    factors = list(found(runs).values())
    assert [text(factor).partition(":")[0] for factor in factors] == [
        "code (git commit)",
        "data (mlflow.data)",
        "params.batch",
    ]
    assert text(factors[0]).endswith(": aaaaaaaa in a; bbbbbbbb in b")
    assert not compare_runs(runs, QUESTION).unknown
    assert compare_runs(groups({}, {}), QUESTION).unknown == ["the code", "the data"]


def test_what_follows_from_the_settings_of_a_run_of_the_suite_is_left_out():
    def tagged(**more):
        tags = [{"command": f"run --set {name}", **dict.fromkeys(more, name)} for name in "aabb"]
        return [run(0.1 * i, {"optimizer": tag["command"][-1]}, tags=tag) for i, tag in enumerate(tags)]

    assert list(found(tagged())) == ["tags.command"]
    assert not found(tagged(fingerprint=""))


def test_what_differs_in_every_run_is_named_once():
    runs = [run(value, {"optimizer": "ab"[i > 2], "folder": f"out/{i}"}) for i, value in enumerate(ADAM)]
    compared = compare_runs(runs, QUESTION)
    assert (list(compared.factors), list(compared.always)) == ([], ["params.folder"])
    assert "Different in every run: params.folder." in notes(compared)


def test_many_values_are_a_range_and_long_lists_are_cut():
    rates = [run(0.1 * i, {"optimizer": "ab"[i > 4], "rate": 0.001 * (i % 9)}) for i in range(10)]
    assert text(found(rates)["params.rate"]) == (
        "params.rate: 0 to 0.004 (5 values) in a; 0 to 0.008 (5 values) in b"
    )
    many = {f"p{i:02}": i for i in range(12)}
    written = notes(compare_runs(groups(many, dict.fromkeys(many, -1)), QUESTION))
    assert "  and 4 more; --format json has all" in written


def test_groups_are_named_in_the_order_of_the_table():
    compared = compare_runs(groups({"batch": 32}, {"batch": 64}), replace(QUESTION, better="lower"))
    assert "  params.batch: 64 in 1; 32 in 2" in notes(compared, numbered=True)
    assert "  params.batch: 64 in sgd; 32 in adam" in notes(compared)


def test_strict_refuses_them():
    runs = groups({"batch": 32}, {"batch": 64})
    with pytest.raises(ResultsError, match="differ in more than params.optimizer: params.batch."):
        compare_runs(runs, QUESTION, strict=True)
    compare_runs(groups({}, {}), QUESTION, strict=True)


def test_the_numbers_that_keras_adds_are_ignored():
    runs = [run(value, {"optimizer_name": f"adam_{i}" if i else "adam"}) for i, value in enumerate(ADAM)]
    compared = compare_runs(runs, asked("acc", ["params.optimizer_name"]))
    assert [one.group.label for one in compared.summaries] == ["adam"]
    assert "Keras numbers optimizers in a process: adam_4 counts without its number." in notes(compared)


@pytest.mark.parametrize("text", ["1", "1.0", "1e0", " 1 ", '"1"', "'1.00'", "+1", "10e-1"])
def test_spellings_of_one(text):
    assert canonical(text) == canonical("1")


@pytest.mark.parametrize("text", ["None", "True", "nan", "inf", "1_0", "0x1", "1e9999", "", "v1", "1.10.0"])
def test_other_texts_are_themselves(text):
    assert canonical(text) == text
    assert Key("tags", "version").value(run(1, {}, tags={"version": "1.10"})) == "1.10"


def test_the_order_of_groups_is_that_of_people():
    texts = ["g10", "g2", "10", "9", "1e-3", "None", "G1", ""]
    assert sorted(texts, key=in_order) == ["1e-3", "9", "10", "", "G1", "g2", "g10", "None"]


def test_long_seeds_are_not_one_number():
    entropy = "243799254704924441050048792905230269161"  # of numpy.random.SeedSequence
    assert canonical(entropy) == canonical(f"{entropy}.0")
    assert canonical(entropy) != canonical(f"{entropy[:-1]}2")

"""The steps of an explanation, on recipes whose numbers are computed instead of trained."""

from dataclasses import replace
from functools import partial
from statistics import fmean

import numpy as np
import pytest

from benchmarks.explained.explanation import asked, explain, looks_at_validation, sizes_for
from benchmarks.explained.factors import CannotChange, Factor, NoEvidence, Origin
from benchmarks.explained.laboratory import NOTHING, Laboratory, kept_score
from benchmarks.explained.sizes import Sizes, fitting, least_runs
from benchmarks.jobs import Options, Planned
from benchmarks.recipe import CROSS_ENTROPY, Recipe, fingerprint, from_keras, last_best
from data_pipelines.dataset import NO_DATA
from results.metrics import ACCURACY
from results.published import Cell
from results.records import EpochEnd, JobKey, RecordFiles, RunRecord
from results.verdicts import judge

EFFECTS = {"a": -4.0, "b": -3.0, "c": 1.0, "d": 0.0, "e": 0.2}
NOISE = 0.3
NOISIER = {"w": 5}  # times
SIZES = Sizes(2, 4, 5, 2)


def build(fold, rng, *, on=()):
    """Stand for a network; the test's runner reads `on`."""


RECIPE = Recipe(
    dataset=replace(NO_DATA, name="none", examples=None),
    build=partial(build, on=()),
    optimizer=from_keras("optimizers.SGD"),
    loss=CROSS_ENTROPY,
    metrics=(ACCURACY,),
    batch_size=1,
    epochs=2,
    keep=last_best,
)


def switched(recipe: Recipe, *, name: str) -> Recipe:
    on = (*recipe.build.keywords["on"], name)
    if name == "impossible":
        raise CannotChange("the recipe has nothing of that kind")
    if {"a", "alone"} <= set(on):
        raise CannotChange("one of the two is enough")
    return replace(recipe, build=partial(build, on=on))


def factors(names):
    return [Factor(name, f"change {name}", Origin.ASSUMED, partial(switched, name=name)) for name in names]


def computed(jobs, *, effects):
    """Run jobs: the number is a sum of effects, and chance that the job decides."""
    for job in jobs:
        on = job.recipe.build.keywords["on"]
        if "broken" in on:
            yield RunRecord(job.key, {}, error="CannotChange: not on this back end")
            continue
        rng = np.random.default_rng([job.key.seed, *map(ord, "".join(on))])
        value = 80 + sum(effects.get(name, 0.0) for name in on)
        value += rng.normal(0, NOISE * max([NOISIER.get(name, 1) for name in on], default=1))
        if not on and job.key.seed == 0:
            value += effects.get("first run", 0.0)
        if on == ("d",):
            value = 80 + np.random.default_rng([job.key.seed]).normal(0, NOISE)  # changes nothing
        printed = value - 4 * ("t" in on)  # a change of the test part alone
        yield EpochEnd(job.key, 1, 1.0, value - 9, 0.1)
        yield EpochEnd(job.key, 2, 1.0 / (1 + value), value + 5, 0.1)
        yield RunRecord(
            job.key, {ACCURACY.name: float(printed)}, seconds=10.0, epochs=2, finished="2026", code=job.code
        )


def planned(theirs):
    cell = Cell("test", "1", "row", "column", ACCURACY, theirs, 1.0, half_digit=0.05)
    return Planned(cell, RECIPE, fingerprint(RECIPE), Options())


def ours(one, values=(80.1, 79.8, 80.3, 79.9, 80.0)):
    records = [
        RunRecord(
            JobKey("test", "1", "row", "column", 0, i, "tensorflow", "x", 1), {ACCURACY.name: v}, seconds=10.0
        )
        for i, v in enumerate(values)
    ]
    return judge(one.cell, records, folds=1, runs=5)


@pytest.fixture
def answered(tmp_path):
    def answer(theirs, names="abcde", effects=EFFECTS, sizes=SIZES):
        one = planned(theirs)
        question = asked(one, ours(one), factors(names), "none", wanted=tuple(names))
        runner = lambda backend: partial(computed, effects=effects)  # noqa: E731
        (tmp_path / "study").mkdir(exist_ok=True)
        lab = Laboratory(
            one,
            question.factors,
            tmp_path / "study",
            "tensorflow",
            runner,
            on_validation=looks_at_validation(one, None),
        )
        return explain(lab, question, sizes, lambda text: None)

    return answer


def test_the_factor_that_made_the_difference_is_named(answered):
    found = answered(76.0)
    assert (found.outcome, found.named, found.part) == ("explained", ("a",), "validation")
    by_name = {one.name: one for one in found.factors}
    assert by_name["a"].effect.low < -4 < by_name["a"].effect.high
    assert by_name["a"].share > by_name["b"].share > by_name["c"].share
    assert by_name["d"].reason == "the numbers are equal with it and without it"
    assert by_name["a"].once == pytest.approx(-4, abs=5 * NOISE)


def test_first_runs_choose_by_the_validation_part(answered):
    """A factor whose number moves on the test part alone is not run again because of it."""
    found = answered(76.0, effects=EFFECTS, sizes=Sizes(0, 3, 5, 0), names=("b", "c", "e", "t"))
    by_name = {one.name: one for one in found.factors}
    assert by_name["t"].once == pytest.approx(-4, abs=5 * NOISE)
    assert by_name["t"].effect is None and by_name["b"].effect is not None


def test_of_two_that_are_enough_the_likelier_is_first(answered):
    """A wide interval reaches theirs from afar, but makes it unlikely."""
    found = answered(75.8, names=("a", "b", "c", "w"), effects=EFFECTS | {"w": -4.2})
    assert [(one.names, one.holds) for one in found.sets[:2]] == [(("a",), True), (("w",), True)]


def test_two_factors_together(answered):
    found = answered(73.0)
    assert found.named == ("a", "b") or set(found.named) == {"a", "b"}
    assert [one.names for one in found.sets if len(one.names) == 1 and one.holds] == []


def test_no_factor_explains_what_is_beyond_all(answered):
    found = answered(86.0)
    assert (found.outcome, found.named) == ("none of the declared factors", ())
    assert 1 < found.at_most < 3


def test_there_is_nothing_to_explain_where_theirs_may_be_ours(answered):
    found = answered(80.1)
    assert (found.outcome, found.sets) == ("nothing to explain", ())


def test_runs_are_kept_apart_and_never_trained_twice(answered, tmp_path):
    first = answered(76.0)
    files = RecordFiles("test", tmp_path / "study")
    count = len(files.records())
    assert count == first.trained
    again = answered(76.0)
    assert len(files.records()) == count
    assert again.factors == first.factors


def test_a_factor_that_fails_goes_no_further(answered):
    effects = EFFECTS
    found = answered(76.0, names=("a", "c", "broken"), effects=effects)
    broken = next(one for one in found.factors if one.name == "broken")
    assert (broken.reason, broken.screened) == ("not on this back end", None)
    assert found.named == ("a",)


def test_changes_that_exclude_each_other_are_not_run_together(answered, tmp_path):
    found = answered(76.0, names=("a", "b", "alone"))
    assert found.named == ("a",) and all(one.effect for one in found.factors)
    assert found.trained == len(RecordFiles("test", tmp_path / "study").records())


def test_nothing_follows_where_no_factor_changes_a_number(answered):
    found = answered(76.0, names=("d",))
    assert (found.outcome, found.trained, found.at_most) == ("none of the declared factors", 2, None)


def test_the_bound_is_of_the_printed_number_where_factors_are_chosen_by_another_part(answered):
    found = answered(86.0, names=("a", "b", "c", "e", "t", "u"), sizes=Sizes(2, 2, 5, 0))
    (test_only,) = [one for one in found.factors if one.name == "t"]
    assert abs(test_only.screened.mean) < 1 and test_only.screened_printed.mean == pytest.approx(-4, abs=1)
    assert answered(86.0, names=("a",)).factors[0].best.runs == 5


def test_where_each_factor_fails_there_is_no_answer(answered):
    with pytest.raises(NoEvidence, match="No factor can be changed here: broken .not on this back end"):
        answered(76.0, names=("broken",))


def test_a_factor_that_moves_the_number_far_more_than_the_difference_hides_no_other(answered):
    found = answered(76.0, effects=EFFECTS | {"e": -60.0})
    (huge,) = [one for one in found.factors if one.name == "e"]
    assert huge.reason.startswith("alone it moves the number by -60.")
    assert found.named == ("a",)


def test_an_unchanged_run_that_fails_to_learn_sets_no_factor_aside(answered):
    found = answered(76.0, effects=EFFECTS | {"first run": -60.0})
    assert found.named == ("a",)
    assert not [one for one in found.factors if one.reason.startswith("alone it moves")]


def test_false_alarms_are_rare(answered):
    """Clean copies: theirs is one of ours."""
    rng = np.random.default_rng(1)
    outcomes = [answered(80.02 + rng.normal(0, 0.2)).outcome for _ in range(6)]
    assert outcomes.count("explained") == 0


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"value": None}, "has no printed value"),
        ({"runs": ()}, "has no runs. Needed: retable run test --table 1 --row row --column column --results here"),
        ({"runs": (80.0,)}, "has one run, and so no spread"),
        ({"names": ("impossible",)}, "The factor impossible can't be changed here: the recipe has nothing"),
    ],
)
def test_what_is_lacking_is_said(change, text):
    one = planned(change.get("value", 76.0))
    names = change.get("names", ("a",))
    with pytest.raises(NoEvidence, match=text.replace("(", r"\(")):
        asked(
            *(one, ours(one, change.get("runs", (80.0, 80.1, 80.2))), factors(names), "none", names),
            place=("--results", "here"),
        )


def test_too_few_hours_say_what_is_needed():
    one = planned(76.0)
    question = asked(one, ours(one), factors("abcde"), "none", "abcde")
    runs = least_runs(5, 5)
    with pytest.raises(NoEvidence, match=rf"--hours 0.001 are too few for 5 factors. Needed: about .*{runs} runs"):
        sizes_for(question, 5, 0.001, 1)
    assert sizes_for(question, 5, None, 1) == Sizes(2, 6, 5, 2)
    assert sizes_for(question, 5, runs * 10 / 3600 / 2 + 1e-9, 2).runs(5) == runs


def test_seeds_are_the_last_to_go():
    assert fitting(12, 5, 28) == Sizes(0, 2, 5, 0) and fitting(12, 5, 27) == Sizes(0, 2, 4, 0)
    assert fitting(12, 100, 90) == Sizes(2, 6, 5, 2)  # as many as asked for don't fit
    assert least_runs(12, 5) == least_runs(12, 100) == 22


@pytest.mark.parametrize("seeds", [3, 5, 6, 30])
@pytest.mark.parametrize("factors", [1, 6, 20])
def test_more_room_never_has_fewer_runs(factors, seeds):
    found = [fitting(factors, seeds, room) for room in range(1, 300)]
    runs = [0 if one is None else one.runs(factors) for one in found]
    assert runs == sorted(runs) and all(count <= room for count, room in zip(runs, range(1, 300), strict=True))


def test_the_kept_epochs_score():
    curve = [EpochEnd(None, i, 0.0, valid, 1.0) for i, valid in enumerate((1.0, 3.0, 2.0), start=1)]
    assert kept_score(RECIPE, curve) == 3
    assert kept_score(replace(RECIPE, keep=None), curve) == 2
    assert kept_score(RECIPE, []) is None


def test_a_part_that_is_not_there_is_refused():
    one = planned(76.0)
    assert looks_at_validation(one, None) and not looks_at_validation(one, "test")
    without = replace(one, recipe=replace(RECIPE, keep=None))
    assert not looks_at_validation(without, None)
    with pytest.raises(NoEvidence, match="Choose --part test"):
        looks_at_validation(without, "validation")


def test_a_cross_validation_has_one_fold_a_seed(tmp_path):
    one = planned(76.0)
    recipe = replace(RECIPE, dataset=replace(RECIPE.dataset, folds=3))
    one = replace(one, recipe=recipe, fingerprint=fingerprint(recipe))
    lab = Laboratory(one, {}, tmp_path, "tensorflow", lambda backend: partial(computed, effects={}))
    (tmp_path / "reproduced").mkdir()
    found = lab.run([(NOTHING, seed) for seed in (1, 5)])
    assert [run.record.key.fold for run in found.values()] == [1, 2]
    assert fmean(run.printed for run in found.values()) == pytest.approx(80, abs=1)

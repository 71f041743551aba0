"""How many steps a job has that was never run, on what data a few of them are timed, and what goes wrong."""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.nights import timing
from benchmarks.nights.lengths import Length
from benchmarks.nights.lengths import lengths as kept
from benchmarks.recipe import as_is
from benchmarks.training.backends import processor
from benchmarks.training.job import loaded_fold
from data_pipelines.dataset import DataError, Fold, Split
from data_pipelines.datasets.usps import USPS
from data_pipelines.text.ragged import PaddedRows, Ragged
from data_pipelines.text.synonyms import SynonymTexts
from results.records import EpochEnd
from tests.support.plans import planned_of


@pytest.mark.slow
def test_the_device_is_that_of_a_process_with_the_back_end():
    assert timing.device_of("jax") == timing.device_of("tensorflow") == processor()


def first_half(fold, rng):
    x, y = fold.train
    return fold._replace(train=Split(x[: len(y) // 2], y[: len(y) // 2]))


def fail(fold, rng):
    raise ValueError("no batch is left")


def test_steps_are_those_of_what_a_recipe_prepares(here, starter):
    recipe = replace(starter.recipe, prepare=first_half)
    assert timing.measured(replace(starter, recipe=recipe)).steps == 10 * 13


def test_steps_of_a_language_model_are_windows(home):
    planned = planned_of("kim2016", "3", "LSTM-Char-Small", None)
    job = timing.on_generated_data(timing.timed_job(planned, planned.recipe))
    words, streams, window = 929589, 20, 35
    steps = timing.steps_of(planned.recipe, job, (words, 0, 0))
    assert steps == words // streams // window


def test_generated_data_stand_for_as_many_examples_as_the_data_set_says(home, here, starter):
    recipe = replace(starter.recipe, dataset=replace(starter.recipe.dataset, files=USPS.files), compiled_steps=20)
    found = timing.measured(replace(starter, recipe=recipe))
    assert (found.data, found.steps) == ("look-alike", 10 * 26)
    assert found.timed % 20 == 0  # though the look-alike has too few examples for them
    (job,) = here
    with loaded_fold(job) as fold:
        assert len(fold.train.y) < 20 * recipe.batch_size


def test_nothing_is_downloaded(home, monkeypatch, starter):
    monkeypatch.setattr("data_pipelines.download.fetch", lambda file: pytest.fail(f"{file.name} was fetched"))
    monkeypatch.setattr(timing, "epoch_seconds", lambda job: [1.0])
    assert timing.measured(planned_of("zhang2015", "4", "Sm. Conv.", "AG")).steps == 30 * 5000


def test_a_file_is_near_in_the_cache_and_in_a_mirror_that_is_a_folder(home, tmp_path, monkeypatch):
    (file, *_) = USPS.files
    assert not timing.needs_no_network(file)
    monkeypatch.setenv("RETABLE_MIRROR", "https://mirror.example")
    assert not timing.needs_no_network(file)
    monkeypatch.setenv("RETABLE_MIRROR", str(tmp_path))
    (tmp_path / file.name).parent.mkdir(parents=True)
    (tmp_path / file.name).write_text("")
    assert timing.needs_no_network(file)


def test_data_of_unknown_number_are_not_guessed(home):
    planned = planned_of("lecun1989", "text", "network", "training")
    unknown = replace(planned.recipe, dataset=replace(USPS, examples=None))
    with pytest.raises(DataError, match="USPS is not here, and nothing says how many"):
        timing.measured(replace(planned, recipe=unknown))


@pytest.mark.parametrize("x", [np.arange(6).reshape(3, 2), ["a", "b", "c"]])
def test_a_training_part_is_enlarged_and_repeated(x):
    fold = Fold(Split(x, np.arange(3)), None, Split(x, np.arange(3)))
    for examples in (8, (4, 3)):
        large = timing.enlarged(fold, examples).train
        assert len(large.x) == 4 and large.y.tolist() == [0, 1, 2, 0]
    many = timing.with_rows(fold, None, prepare=as_is, rows=4).train
    assert len(many.x) == 4 and np.array_equal(many.x[3], x[0]) and many.y.tolist() == [0, 1, 2, 0]
    assert timing.with_rows(fold, None, prepare=as_is, rows=2) == fold


def test_rows_that_are_made_when_they_are_asked_for_are_enlarged_and_repeated():
    texts = Ragged.of_strings(["ab", "c"])
    padded, drawn = PaddedRows(texts, np.arange(256)), SynonymTexts(texts, lambda rows: rows.sizes(), {})
    for x, length in ((padded, 5), (drawn, 2)):  # what draws its rows has no others
        fold = Fold(Split(x, np.arange(2)), None, Split(x, np.arange(2)))
        large = timing.enlarged(fold, (5, 2)).train
        assert (len(large.x), len(large.y)) == (length, 5)
        many = timing.with_rows(fold, None, prepare=as_is, rows=3).train
        assert np.array_equal(many.x[np.array([2])], x[np.array([0])]) and many.y.tolist() == [0, 1, 0]


def test_what_comes_before_each_epoch_comes_once():
    seen = []
    begin = timing.only_once(None, begin=lambda model: lambda x, rng, epoch: seen.append(epoch))
    for epoch in (1, 2, 3):
        begin(None, None, epoch)
    assert seen == [1]


def test_epochs_of_a_process_that_died_are_forgotten(monkeypatch, starter):
    job = timing.timed_job(starter, starter.recipe)
    points = [EpochEnd(job.key, epoch, 1.0, None, seconds) for epoch, seconds in ((1, 9.0), (1, 8.0), (2, 10.0))]
    monkeypatch.setattr(timing, "run_apart", lambda job, threads: (point for point in points))
    assert timing.epoch_seconds(job) == [10.0]


def test_a_row_that_fails_costs_a_line_and_the_others_are_timed(tmp_path, monkeypatch):
    def measured(planned):
        if planned.cell.column == "digits":
            return timing.steps_of(
                replace(planned.recipe, prepare=fail), timing.timed_job(planned, planned.recipe)
            )
        return Length(planned.fingerprint, planned.backend, "here", "commit", "real", 3, 0.5, 7200)

    monkeypatch.setattr(timing, "measured", measured)
    monkeypatch.setattr(timing, "device_of", lambda backend: "here")
    words = ["plan", "starter", "--row", "LeNet-style", "--measure", "--format", "csv", "--results", str(tmp_path)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0 and result.stdout.startswith("paper,table")
    assert "Not timed: Its data can't be prepared: ValueError: no batch is left." in result.stderr
    assert len(kept(tmp_path)) == 1


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_timed(tmp_path, monkeypatch):
    monkeypatch.setattr(timing, "measured", partial(pytest.fail, "it was timed"))
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(app, ["plan", "starter", "--measure", "--results", str(tmp_path / "file")])
    assert result.exit_code != 0 and "lengths.csv" in str(result.exception)


def test_a_back_end_that_is_missing_is_said_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.training.backends.find_spec", lambda name: None)
    words = ["plan", "starter", "--measure", "--backend", "torch", "--results", str(tmp_path)]
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, DataError) and "torch is not installed" in str(result.exception)


def test_what_was_timed_on_this_device_is_not_timed_again_and_elsewhere_it_is(tmp_path, monkeypatch):
    device, load = "here", None

    def measured(planned):
        return Length(planned.fingerprint, planned.backend, device, "commit", "real", 3, 0.5, 7200, load)

    monkeypatch.setattr(timing, "measured", measured)
    monkeypatch.setattr(timing, "device_of", lambda backend: device)
    words = ["plan", "starter", "--column", "digits", "--measure", "--format", "json", "--results", str(tmp_path)]
    for device, load in (("here", 0.6), ("here", 0.0), ("here", None), ("a GPU", None), ("a GPU", None)):  # noqa: B007 - read by the functions above
        result = CliRunner().invoke(app, words)
        (one,) = json.loads(result.stdout)
        beside = " beside other programs" if load else ""
        assert one["basis"] == f"3 training step(s) on {device}{beside}"
        assert (one["guess"], one["timed_steps"]) == (False, True)
        assert ("took 60% of this machine" in result.stderr) == bool(load)
    assert [length.device for length in next(iter(kept(tmp_path).values()))] == ["here", "here", "a GPU"]

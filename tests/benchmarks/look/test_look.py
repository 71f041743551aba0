"""retable look: the pictures' numbers, and the command with its weights and its pictures in MLflow."""

import shutil
from functools import partial

import keras
import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks import provenance
from benchmarks.cli.app import app
from benchmarks.jobs import Job, Options
from benchmarks.look.attention import attention
from benchmarks.look.images import confusion, filters, look_at_images, responses, worst
from benchmarks.look.subject import Trained
from benchmarks.look.trained import trained
from benchmarks.papers.lecun1998.invariance import DIGITS, STUDIED, invariance
from benchmarks.papers.neumann_vu2017 import LOOKED_AT, POOL, STRIDE
from benchmarks.table import UnknownName, load_table
from benchmarks.training import checkpoints
from benchmarks.training.fitting import predict, prepare
from data_pipelines.dataset import DataError, Fold, LeftOut, Split
from data_pipelines.whole_files import intact
from models.lenet import lenet1
from results.metrics import VALUE
from results.records import EpochEnd, JobKey, RunRecord
from results.verdicts import Answer, Verdict


def test_filters_are_those_of_the_first_layer():
    model = lenet1()
    found = filters(model, "C1")
    assert [image.shape for image in found] == [(5, 5)] * 4
    np.testing.assert_array_equal(found[2].ravel(), np.asarray(model.get_layer("C1").kernel)[2])
    colours = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(2, 5, name="conv1")])
    kernel = colours.get_layer("conv1").get_weights()[0]
    np.testing.assert_array_equal(filters(colours, "conv1")[1], kernel[..., 1])


def subject(model, x: np.ndarray, y: np.ndarray) -> Trained:
    recipe = load_table("lecun1998").recipe(load_table("lecun1998").cells("MNIST", "LeNet-1")[0])
    return Trained(recipe, model, Fold(Split(x, y), None, Split(x, y)), 2 * x, partial(predict, model, recipe))


def test_responses_follow_their_image_as_it_was():
    x = np.random.default_rng(0).uniform(size=(6, 28, 28, 1)).astype("float32")
    shown = responses(subject(lenet1(), x, np.array([3, 1, 0, 2, 1, 0])), "C1")
    assert [image.shape for image in shown[:3]] == [(28, 28), (24, 24), (24, 24)]
    np.testing.assert_array_equal(shown[0], 2 * x[2, ..., 0])  # the first of label 0
    assert len(shown) == 4 * (1 + 4)


def test_confusion_and_the_worst_mistakes():
    right, scores = np.array([0, 1, 1, 2]), np.array([[3.0, 1, 0], [5, 1, 0], [2, 1, 0], [0, 0, 9]])
    assert confusion(right, scores.argmax(axis=1), 3).tolist() == [[1, 0, 0], [2, 0, 0], [0, 0, 1]]
    images, titles = worst(np.arange(4.0).reshape(4, 1, 1, 1), right, scores, "abc")
    assert [image.item() for image in images] == [1, 2]
    assert titles == ["b > a", "b > a"]


def test_a_network_of_other_layers_and_without_mistakes(tmp_path):
    y = np.arange(10)
    x = np.zeros((10, 28, 28, 1), "float32")
    x[y, y] = 1  # a bar at the label's row
    model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10)])
    model.set_weights([np.repeat(np.eye(28, 10), 28, axis=0), np.zeros(10)])
    paths = look_at_images(subject(model, x, y), [], tmp_path, "png", layers=("C1",), names=DIGITS)
    assert [path.name for path in paths] == ["confusion.png"]


def test_weights_have_their_name_only_when_whole_and_a_full_disk_is_told(home):
    key = JobKey("paper", "1", "row", "column", 0, 3, "tensorflow", "abc", 1)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    checkpoints.save_weights(model, key)
    place = checkpoints.weights_path(key, provenance.commit())
    before = place.read_bytes()

    class Torn:
        def save_weights(self, path):
            path.write_bytes(b"half")
            raise OSError("disk full")

    with pytest.warns(LeftOut, match="could not be written: .*disk full"):
        checkpoints.save_weights(Torn(), key)
    assert place.read_bytes() == before


def failing(job):
    yield EpochEnd(job.key, 1, 0.5, None, 0.1)
    yield RunRecord(job.key, {}, error="MemoryError")


def test_a_run_keeps_its_weights_and_gets_its_pictures_in_mlflow(tmp_path, home, sound, monkeypatch):
    (tmp_path / "trial").mkdir()
    shutil.copy(sound, tmp_path / "trial/mlflow.db")
    row = ("lecun1998", "--row", "LeNet-1", "--column", "subsampled 16x16", "--lookalike", "--epochs", "1")
    monkeypatch.setenv("RETABLE_RESULTS", str(tmp_path))
    assert CliRunner().invoke(app, ["run", *row, "--seeds", "1"]).exit_code == 0
    folders = ("--output", str(tmp_path / "look"), "--results", str(tmp_path / "trial"))
    done = CliRunner().invoke(app, ["look", *row, *folders])
    assert done.exit_code == 0, done.output
    assert "epoch" not in done.output
    names = {"filters.png", "confusion.png", "errors.png", "maps-C1.png", "maps-C3.png"}
    place = tmp_path / "look/lecun1998/LeNet-1-subsampled-16x16-seed-0"
    assert {path.name for path in place.iterdir()} == names
    assert {path.name for path in (tmp_path / "trial/mlartifacts").rglob("*.png")} == names
    monkeypatch.setattr("benchmarks.look.trained.train", failing)
    other = CliRunner().invoke(app, ["look", *row, "--seed", "1", *folders])
    assert other.output.startswith("epoch 1: loss 0.5000 ")
    assert str(other.exception) == "Training failed: MemoryError"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("kim2014",),
            "There is nothing to look at in kim2014. Known: cifar10, kim2016, krizhevsky2012, lecun1989, ",
        ),
        (("lecun1998", "--format", "gif"), "--format is 'gif'. Expected png or svg."),
        (("lecun1998", "--row", "K-NN Euclidean"), "has no network to look at."),
    ],
)
def test_what_cannot_be_looked_at(arguments, message):
    done = CliRunner().invoke(app, ["look", *arguments])
    assert done.exit_code == 1
    assert isinstance(done.exception, DataError | UnknownName) and message in str(done.exception)


def test_invariance_has_the_unchanged_digits_in_every_panel():
    cells = [c for c in load_table("lecun1998").cells() if c.row == STUDIED[0] and c.metric != VALUE]
    judged = [
        Verdict(cell, Answer.MEASURED, mean=float(i), interval=(i - 0.5, i + 0.5)) for i, cell in enumerate(cells)
    ]
    panels = {panel: systems[STUDIED[0]] for panel, systems in invariance(judged).items()}
    unchanged = {"shift (pixels)": 0, "rotation (degrees)": 0, "scale": 1}
    assert panels.keys() == unchanged.keys()
    for panel, place in unchanged.items():
        assert len(panels[panel]) == 6
        assert (place, 0.0, -0.5, 0.5) in panels[panel]
    assert invariance([]) == {}


def subject_of(*arguments):
    """Return a trained network after its files are gone."""
    with trained(*arguments) as found:
        return found


def test_weights_that_could_not_be_kept_are_told(home, monkeypatch):
    table = load_table("lecun1998")
    cells = table.cells("MNIST", "linear classifier (1-layer)", "none")
    planned = table.plan(cells, Options(epochs=1, lookalike=True))[0]
    job = Job(planned.key(0, 0, "tensorflow"), planned.recipe, planned.options)
    monkeypatch.setattr(
        "benchmarks.look.trained.train", lambda job: iter([RunRecord(job.key, {"test error": 1.0})])
    )
    with pytest.raises(DataError, match="The weights could not be written"):
        subject_of(job, planned.recipe, [], lambda point: None)


def test_damaged_weights_are_told_and_trained_again(home):
    table = load_table("lecun1998")
    cells = table.cells("MNIST", "linear classifier (1-layer)", "none")
    planned = table.plan(cells, Options(epochs=1, lookalike=True))[0]
    keys = [planned.key(0, seed, "tensorflow") for seed in (0, 1)]
    job = Job(keys[0], planned.recipe, planned.options)
    epochs = []
    first = subject_of(job, planned.recipe, [], epochs.append)
    path, another = (checkpoints.weights_path(key, provenance.commit()) for key in keys)
    checkpoints.save_weights(first.model, keys[1])
    path.write_bytes(another.read_bytes())
    with pytest.warns(LeftOut, match="the work is done again"):
        assert not intact(path)
    path.write_bytes(another.read_bytes()[:5000])
    with pytest.warns(LeftOut, match="the work is done again"):
        again = subject_of(job, planned.recipe, [provenance.commit()], epochs.append)
    assert len(epochs) == 2
    for one, two in zip(first.model.get_weights(), again.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_attention_lies_under_the_utterance_that_it_is_of(tmp_path):
    table = load_table("neumann_vu2017")
    recipe = table.recipe(table.cells("Emo-DB", LOOKED_AT)[0])
    most = 4 * STRIDE * POOL
    x = np.random.default_rng(0).uniform(size=(12, most, 6)).astype("float32")
    x[..., -1] = np.arange(most) < np.linspace(most / 3, most, 12, dtype=int)[:, None]
    fold = Fold(*[Split(x, np.arange(12) % 4)] * 3)
    model, prepared, _ = prepare(recipe, fold, 0)
    subject = Trained(recipe, model, prepared, fold.test.x, partial(predict, model, recipe))
    paths = table.look.show(subject, [], tmp_path / "pictures", "svg")
    assert [path.name for path in paths] == ["confusion.svg", "attention.svg"]
    assert all(path.stat().st_size > 1000 for path in paths)
    weights = attention(subject, fold.test.x[:3])
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
    lengths = fold.test.x[:3, :, -1].sum(axis=1)
    assert [np.count_nonzero(row > 1e-9) for row in weights] == np.ceil(lengths / (STRIDE * POOL)).tolist()

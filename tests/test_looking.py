"""retable look: the pictures' numbers, and the command with its weights and its pictures in MLflow."""

import keras
import numpy as np
import pytest

from benchmarks import weights
from benchmarks.looking import confusion, filters, maps, worst
from benchmarks.papers.lecun1998 import STUDIED, invariance
from benchmarks.table import load_table
from data_pipelines.dataset import Fold, Split
from models.lenet import lenet1
from results.metrics import VALUE
from results.pictures import bands, grid
from results.records import JobKey
from results.verdicts import Answer, Verdict
from tests.test_cli import retable


def test_filters_are_those_of_the_first_layer():
    model = lenet1()
    found = filters(model, "C1")
    assert [image.shape for image in found] == [(5, 5)] * 4
    np.testing.assert_array_equal(found[2].ravel(), np.asarray(model.get_layer("C1").kernel)[2])
    colours = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(2, 5, name="conv1")])
    kernel = colours.get_layer("conv1").get_weights()[0]
    np.testing.assert_array_equal(filters(colours, "conv1")[1], kernel[..., 1])


def test_maps_follow_their_image():
    x = np.random.default_rng(0).uniform(size=(3, 28, 28, 1)).astype("float32")
    shown = maps(lenet1(), "C1", x)
    assert [image.shape for image in shown[:3]] == [(28, 28), (24, 24), (24, 24)]
    np.testing.assert_array_equal(shown[5], x[1, ..., 0])
    assert len(shown) == 3 * (1 + 4)


def test_confusion_and_the_worst_mistakes():
    right, scores = np.array([0, 1, 1, 2]), np.array([[3.0, 1, 0], [5, 1, 0], [2, 1, 0], [0, 0, 9]])
    assert confusion(right, scores.argmax(axis=1), 3).tolist() == [[1, 0, 0], [2, 0, 0], [0, 0, 1]]
    x = np.arange(4.0).reshape(4, 1, 1, 1)
    fold = Fold(Split(x, right), None, Split(x, right))
    images, titles = worst(fold, scores, "abc")
    assert [image.item() for image in images] == [1, 2]
    assert titles == ["b > a", "b > a"]


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_equal_pictures_give_equal_files(ending, tmp_path):
    image = np.random.default_rng(0).uniform(size=(4, 4))
    for name in ("one", "two"):
        grid([image, image[:2]], ["a", "b"], tmp_path / f"{name}.{ending}")
        bands(
            {"shift": {"net": [(1, 2.0, 1.5, 2.5), (0, 1.0, 0.5, 1.5)]}}, tmp_path / f"b-{name}.{ending}", "error"
        )
    for kind in ("", "b-"):
        first, second = ((tmp_path / f"{kind}{name}.{ending}").read_bytes() for name in ("one", "two"))
        assert first == second
        assert len(first) > 2000


def test_weights_have_their_name_only_when_whole(home, monkeypatch):
    key = JobKey("paper", "1", "row", "column", 0, 3, "tensorflow", "abc", 1)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    weights.keep(model, key)
    before = weights.place(key).read_bytes()

    class Torn:
        def save_weights(self, path):
            path.write_bytes(b"half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        weights.keep(Torn(), key)
    assert weights.place(key).read_bytes() == before


def test_the_command_trains_once_and_then_uses_the_weights(tmp_path):
    arguments = ("look", "lecun1998", "--lookalike", "--epochs", "1", "--output", str(tmp_path / "look"))
    environment = {"RETABLE_HOME": str(tmp_path / "home"), "RETABLE_RESULTS": str(tmp_path / "results")}
    first = retable(*arguments, **environment)
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("epoch 1: loss ")
    names = {path.name for path in (tmp_path / "look/lecun1998").iterdir()}
    assert names == {"filters.png", "confusion.png", "errors.png", "maps-C1.png", "maps-C3.png"}
    again = retable(*arguments, **environment)
    assert "epoch" not in again.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("kim2014",), "There is nothing to look at in kim2014. Known: cifar10, lecun1989, lecun1998."),
        (("lecun1998", "--format", "gif"), "--format is 'gif'. Expected png or svg."),
        (("lecun1998", "--row", "K-NN Euclidean"), "has no network to look at."),
    ],
)
def test_what_cannot_be_looked_at(arguments, message):
    done = retable("look", *arguments)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert message in done.stderr


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

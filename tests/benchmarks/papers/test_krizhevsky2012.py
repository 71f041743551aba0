"""Patches, colours, rates and averages of Krizhevsky et al. (2012)."""

from copy import deepcopy
from functools import partial

import numpy as np
import pytest
from PIL import Image

from benchmarks.look.subject import Trained
from benchmarks.papers import krizhevsky2012
from benchmarks.papers.krizhevsky2012 import averaged, divided_at_rest, patches
from benchmarks.recipe import any_order, fingerprint
from data_pipelines.dataset import Fold, Split
from data_pipelines.datasets.ilsvrc import PROBABILITIES
from data_pipelines.photographs import Photographs

SIDE, PATCH = 12, 9


@pytest.fixture
def x(tmp_path):
    """Return images whose pixels tell their place: red has the row, green the column, blue the image."""
    row, column = np.mgrid[:SIDE, :SIDE]
    files = []
    for number in range(4):
        pixels = np.stack([row, column, np.full_like(row, number)], axis=-1)
        Image.fromarray(pixels.astype("uint8")).save(tmp_path / f"{number}.png")
        files.append(str(tmp_path / f"{number}.png"))
    return Photographs(np.array(files, object), SIDE, np.zeros((SIDE, SIDE, 3), "float32"), np.zeros((3, 3)))


def test_random_patches_begin_at_as_many_places_as_the_paper_counts_mirrored_or_not(x):
    rows = np.tile(np.arange(4), 60)
    found = patches.random_patches(x[rows], np.random.default_rng(0), side=PATCH, colour=0.1)
    assert found.shape == (240, PATCH, PATCH, 3) and found.dtype == np.float32
    assert found[:, 0, 0, 2].tolist() == rows.tolist()
    starts = np.minimum(found[:, 0, 0, 1], found[:, 0, -1, 1])
    assert set(found[:, 0, 0, 0]) == set(starts) == {0, 1, 2}  # 224 of 256: 32 x 32 x 2 = 2048
    assert np.unique(found[:, 0, 1, 1] - found[:, 0, 0, 1]).tolist() == [-1, 1]


def test_the_mean_is_that_of_the_place_and_the_colour_is_one_for_an_image(x):
    x.mean = x[[0]].pixels()[0].astype("float32")
    x.colours = np.array([[0, 0, 0], [0, 0, 0], [0, 30, 40]], "float32")
    found = patches.random_patches(x[np.full(2000, 3)], np.random.default_rng(0), side=PATCH, colour=0.1)
    assert np.ptp(found, axis=(1, 2)).max() < 1e-4
    red, green, blue = found[:, 0, 0].T
    np.testing.assert_allclose(red, 0, atol=1e-5)
    np.testing.assert_allclose(green / 3, (blue - 3) / 4, atol=1e-4)
    assert np.std(green) == pytest.approx(0.1 * 30, rel=0.1)


def test_ten_patches_are_the_corners_the_middle_and_their_mirror_images(x):
    found = patches.ten_patches(x.pixels(), PATCH)
    assert found.shape == (10, 4, PATCH, PATCH, 3)
    places = [(int(one[2, 0, 0, 0]), int(one[2, 0, 0, 1])) for one in found[:5]]
    assert places == [(0, 0), (0, 3), (3, 0), (3, 3), (1, 1)]
    np.testing.assert_array_equal(found[5:], found[:5, :, :, ::-1])


def test_probabilities_are_averaged_over_patches_of_images_minus_the_mean(x):
    x.mean = np.full((SIDE, SIDE, 3), 0.5, "float32")

    class FirstPixel:
        def predict_on_batch(self, found):
            return np.log(found[:, 0, 0] + 1)

    found = patches.over_ten_patches(FirstPixel(), x, side=PATCH)
    first = patches.ten_patches(x.pixels() - x.mean, PATCH)[:, :, 0, 0] + 1
    np.testing.assert_allclose(found, (first / first.sum(axis=-1, keepdims=True)).mean(axis=0), rtol=1e-5)


def test_what_is_decoded_ahead_is_the_order_that_comes(x, monkeypatch):
    expected = []
    monkeypatch.setattr(Photographs, "expect", lambda self, rows: expected.append(rows.tolist()))
    rng = np.random.default_rng(3)
    patches.decoding_ahead(None)(x, rng, 1)
    assert rng.bit_generator.state == np.random.default_rng(3).bit_generator.state
    assert expected == [any_order(np.arange(4), 128, deepcopy(rng)).tolist()]
    patches.decoding_ahead(None)(x.pixels(), rng, 1)  # which are decoded already


def test_the_rate_falls_after_epochs_without_a_lower_error_three_times_at_most():
    rate = partial(divided_at_rest, first=0.01, by=10.0, patience=2, most=3)
    assert [rate(scores, 9.0) for scores in ([], [50], [50, 50], [50, 50, 49])] == [0.01] * 4
    assert rate([50, 50, 51], 9.0) == pytest.approx(0.001)
    assert rate([50, 50, 51, 49, 50], 9.0) == pytest.approx(0.001)
    assert rate([50, 50, 51, 49, 50, 49], 9.0) == pytest.approx(0.0001)
    assert rate([50] * 30, 9.0) == pytest.approx(1e-5)


def test_networks_are_averaged():
    arrays = [np.array([[0.6, 0.4]]), np.array([[0.1, 0.9]])]
    fold = Fold(Split([], np.zeros(0)), None, Split(arrays, np.zeros(1)))
    np.testing.assert_allclose(averaged(fold, 0), [[0.35, 0.65]])


def test_one_run_serves_both_errors():
    table = krizhevsky2012.TABLE
    first, second = (table.recipe(cell) for cell in table.cells("2", "1 CNN"))
    assert fingerprint(first) == fingerprint(second)
    assert [metric.name for metric in first.metrics] == ["test error", "top-5 test error"]
    assert (
        first.dataset.name == "ILSVRC-2012"
        and table.recipe(table.cells("1", "CNN")[0]).dataset.name == "ILSVRC-2010"
    )


def test_a_look_writes_the_filters_and_what_networks_are_averaged_from(x, tmp_path):
    import keras

    model = keras.Sequential([keras.Input((PATCH, PATCH, 3)), keras.layers.Conv2D(12, 5, name="conv1")])
    test = Split(x, np.zeros(4, "int32"))
    scores = np.random.default_rng(0).random((4, 3))
    subject = Trained(None, model, Fold(test, None, test), x, lambda images: scores[: len(images)])
    picture, numbers = krizhevsky2012.look(subject, [], tmp_path / "seed-0", "png")
    assert picture.stat().st_size > 1000
    np.testing.assert_array_equal(np.load(numbers), scores.astype("float32"))
    assert list(tmp_path.glob(PROBABILITIES.holds)) == [numbers]

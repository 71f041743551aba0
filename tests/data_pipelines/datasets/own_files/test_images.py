"""Folders of images of one's own."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data_pipelines.dataset import DataError, LocalFile
from data_pipelines.datasets.own_files import CrossValidation, PartFiles, RandomSplit, image_folder

FOLDER = LocalFile(Path("/nowhere/leaves"), "folder:" + "0" * 64, 1)
HALVES = RandomSplit(0.5, 0, 0.5)


def leaves(**settings):
    return image_folder(
        "leaves", FOLDER, **{"classes": ("oak", "ash"), "size": (4, 6), "split": HALVES} | settings
    )


@pytest.fixture
def folder(home, tmp_path) -> Path:
    """Return two classes of two images: grey ones of the wanted size, and colours of another size and format."""
    for name, levels in (("oak", (0, 51)), ("ash", (255, 102))):
        (tmp_path / "leaves" / name / "deep").mkdir(parents=True)
        Image.new("L", (6, 4), levels[0]).save(tmp_path / "leaves" / name / "1.png")
        Image.new("RGB", (60, 40), (levels[1],) * 3).save(tmp_path / "leaves" / name / "deep" / "2.bmp")
    return tmp_path / "leaves"


def test_images_are_resized_and_classes_sorted(folder):
    fold = leaves(mode="L").load([folder], 0, 0)
    assert fold.train.x.shape == (2, 4, 6, 1) and fold.train.x.dtype == "float32" and fold.valid is None
    found = {
        (int(y), round(float(x.max()), 3)) for part in (fold.train, fold.test) for x, y in zip(*part, strict=True)
    }
    assert found == {(0, 1.0), (0, 0.4), (1, 0.0), (1, 0.2)}
    colours = leaves(pixels="uint8").load([folder], 0, 0)
    assert colours.test.x.shape == (2, 4, 6, 3) and colours.test.x.dtype == "uint8"


def test_images_that_changed_are_decoded_again(folder):
    leaves(mode="L").load([folder], 0, 0)
    for path in folder.rglob("*.png"):
        Image.new("L", (6, 4), 128).save(path)
    fold = leaves(mode="L", pixels="uint8").load([folder], 0, 0)
    assert 128 in np.concatenate([fold.train.x, fold.test.x])


def test_a_photograph_is_turned_upright(folder):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned
    photo = Image.new("L", (4, 6), 0)
    photo.paste(255, (0, 0, 4, 2))
    for path in folder.glob("*/1.png"):
        photo.save(path, exif=exif)
    fold = leaves(mode="L", pixels="uint8").load([folder], 0, 0)
    upright = next(x for part in (fold.train, fold.test) for x in part.x if x.max() == 255 and x.min() == 0)
    assert upright[:, -1].min() == 255 and upright[:, 0].max() == 0


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_lookalikes_have_the_form_that_was_described(mode, home, tmp_path):
    data = leaves(mode=mode, classes=3, split=CrossValidation(3))
    (path,) = data.lookalike(tmp_path)
    fold = data.load([path], 2, 0)
    data.check(fold)
    assert fold.test.x.shape == (6, 4, 6, len(mode)) and set(fold.train.y) == {0, 1, 2}


def test_a_folder_for_each_part(home, tmp_path):
    data = image_folder("leaves", PartFiles(train=FOLDER, test=FOLDER), classes=2, size=(3, 3), pixels="uint8")
    fold = data.load(data.lookalike(tmp_path), 0, 0)
    assert len(fold.train.y) == len(fold.test.y) == 12
    assert (fold.train.x != fold.test.x).any()


def test_unreadable_images_are_named(folder):
    (folder / "oak" / "torn.png").write_bytes((folder / "oak" / "1.png").read_bytes()[:-20])
    (folder / "ash" / "note.txt").write_text("no image", "utf-8")
    Image.fromarray(np.full((4, 6), 40000, "uint16")).save(folder / "ash" / "deep.png")
    with pytest.raises(DataError, match="3 of 7 images in .*can't be used") as caught:
        leaves().load([folder], 0, 0)
    for text in (
        "oak/torn.png can't be decoded",
        "ash/note.txt can't be decoded",
        "ash/deep.png has pixels of mode I",
    ):
        assert text in str(caught.value)


def test_classes_that_are_missing_empty_or_unknown(folder):
    with pytest.raises(DataError, match="has 2 class\\(es\\): 'ash', 'oak'. Expected 3: 'ash', 'elm', 'oak'"):
        leaves(classes=("oak", "ash", "elm")).load([folder], 0, 0)
    (folder / "elm").mkdir()
    with pytest.raises(DataError, match="The class folder .*elm has no files"):
        leaves().load([folder], 0, 0)
    with pytest.raises(DataError, match="has 1 class\\(es\\): 'deep'"):
        leaves().load([folder / "oak"], 0, 0)
    with pytest.raises(DataError, match="has no folders. Expected a folder for each class"):
        leaves().load([folder / "oak" / "deep"], 0, 0)
    with pytest.raises(DataError, match="There is no folder"):
        leaves().load([folder / "none"], 0, 0)


@pytest.mark.parametrize("settings", [{"mode": "CMYK"}, {"size": (0, 3)}, {"size": (3,)}])
def test_an_unknown_mode_or_size(settings):
    with pytest.raises(ValueError, match="Expected L, RGB, RGBA; \\(height, width\\)"):
        leaves(**settings)

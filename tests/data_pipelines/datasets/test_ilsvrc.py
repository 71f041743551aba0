"""Folders in the form of ILSVRC: parts, classes and lists, and what is refused."""

import shutil

import numpy as np
import pytest

from data_pipelines.dataset import DataError, LeftOut
from data_pipelines.datasets.ilsvrc import AVERAGED, ILSVRC_2010, ILSVRC_2012, load_ilsvrc
from data_pipelines.datasets.ilsvrc.lookalike import NAMES, TRAINING, write_lookalike
from data_pipelines.download import check

SIDE = 16
LIST = "ILSVRC2012_validation_ground_truth.txt"


@pytest.fixture
def folder(tmp_path, home):
    return write_lookalike(tmp_path, year=2012)[0]


def loaded(folder, year=2012, held_out=2):
    return load_ilsvrc([folder], 0, 0, year=year, side=SIDE, held_out=held_out)


def brightest_row(fold):
    return fold.test.x.pixels().astype(int).sum(axis=(2, 3)).argmax(axis=1)


def test_every_so_many_training_image_of_a_class_is_held_out(folder):
    fold = loaded(folder)
    names = [[file.rpartition("/")[2] for file in part.x.files[:2]] for part in fold[:3]]
    first = NAMES[0]
    assert names == [
        [f"{first}_1.JPEG", f"{first}_3.JPEG"],
        [f"{first}_0.JPEG", f"{first}_2.JPEG"],
        ["ILSVRC2012_val_00000001.JPEG", "ILSVRC2012_val_00000002.JPEG"],
    ]
    assert [np.bincount(part.y).tolist() for part in fold[:3]] == [[2] * 6, [2] * 6, [1] * 6]
    assert fold.train.y.dtype == np.int32
    assert fold.test.x.mean is fold.train.x.mean
    assert len(loaded(folder, held_out=128).train.y) == 6 * (TRAINING - 1)


def test_classes_of_a_list_are_those_of_the_folders(folder):
    fold = loaded(folder)
    assert fold.test.y.tolist() == [0, 1, 2, 3, 4, 5]  # the list and its kit count backwards
    assert (np.diff(brightest_row(fold)) > 0).all()


def test_the_year_2010_has_parts_of_its_own(tmp_path, home):
    place = write_lookalike(tmp_path, year=2010)[0]
    fold = load_ilsvrc([place], 0, 0, year=2010, side=SIDE, held_out=0)
    assert [len(part.y) for part in fold[:3]] == [6 * TRAINING, 6, 6]
    assert "/val/" in fold.valid.x.files[0] and "/test/" in fold.test.x.files[0]


def test_the_lists_may_lie_in_the_unpacked_kit(folder):
    kit = folder / "ILSVRC2012_devkit_t12/data"
    kit.mkdir(parents=True)
    for name in (LIST, "meta.mat"):
        shutil.move(folder / name, kit / name)
    assert loaded(folder).test.y.tolist() == [0, 1, 2, 3, 4, 5]


def test_validation_images_may_lie_in_folders_of_classes(folder):
    expected = loaded(folder).test.x.pixels()
    for name, file in zip(NAMES, sorted((folder / "val").iterdir()), strict=True):
        (folder / "val" / name).mkdir()
        file.rename(folder / "val" / name / file.name)
    (folder / LIST).unlink()
    fold = loaded(folder)
    assert fold.test.y.tolist() == [0, 1, 2, 3, 4, 5]
    np.testing.assert_array_equal(fold.test.x.pixels(), expected)


def without_list(folder):
    (folder / LIST).unlink()


def without_validation_images(folder):
    shutil.rmtree(folder / "val")
    (folder / "val").mkdir()
    (folder / LIST).write_text("")


def with_a_shorter_list(folder):
    (folder / LIST).write_text("1\n2\n")


def with_a_class_of_no_folder(folder):
    (folder / LIST).write_text("1\n2\n3\n4\n5\n1001\n")


def with_another_name(folder):
    (folder / "val/ILSVRC2012_val_00000003.JPEG").rename(folder / "val/cat.JPEG")


def with_an_image_less(folder):
    (folder / "val/ILSVRC2012_val_00000003.JPEG").unlink()


def with_a_folder_of_another_name(folder):
    (folder / "train/cats").mkdir()


def with_an_empty_class(folder):
    (folder / "train/n99999999").mkdir()


def with_another_kit(folder):
    (folder / "meta.mat").write_text("not of Matlab")


def with_a_class_too_many(folder):
    (folder / "val/n99999999").mkdir()


def with_a_corrupt_image(folder):
    (folder / f"train/{NAMES[2]}/{NAMES[2]}_1.JPEG").write_bytes(b"no image")


def with_a_corrupt_test_image(folder):
    (folder / "val/ILSVRC2012_val_00000003.JPEG").write_bytes(b"no image")


def without_training(folder):
    shutil.rmtree(folder / "train")


BAD = {
    without_list: f"val has no folders of classes, and {LIST} is neither in .* Unpack the development kit",
    without_validation_images: "val has no images",
    with_a_shorter_list: f"{LIST} has 2 lines, but there are 6 images",
    with_a_class_of_no_folder: f"{LIST}, line 6: '1001' is the number of no class of train",
    with_another_name: f"_val_00000004.JPEG has no line in {LIST} by its name. Expected .*_00000003.JPEG",
    with_an_image_less: f"_00000004.JPEG has no line in {LIST} by its name",
    with_a_folder_of_another_name: "train/cats is not a class. Expected a name such as n01440764",
    with_an_empty_class: "The class folder .*n99999999 has no images",
    with_another_kit: r"meta.mat can't be read as that of ILSVRC-2012 \(\w+\)",
    with_a_class_too_many: "val/.* Expected the 6 classes of train",
    with_a_corrupt_image: "1 of 12 images can't be used: .*can't be decoded .* At most 0.1% may be unusable",
    with_a_corrupt_test_image: "1 of 6 images can't be used: .*_00000003.JPEG can't be decoded .* Repair them",
    without_training: "There is no folder .*train",
}


@pytest.mark.parametrize("spoil", BAD, ids=lambda spoil: spoil.__name__)
def test_bad_folders_are_told_in_one_line(folder, spoil):
    spoil(folder)
    with pytest.raises(DataError, match=BAD[spoil]) as error:
        loaded(folder)
    assert "\n" not in str(error.value)


def test_a_training_image_that_is_left_out_is_named(folder, monkeypatch):
    monkeypatch.setattr("data_pipelines.datasets.ilsvrc.UNREADABLE_SHARE", 0.1)
    with_a_corrupt_image(folder)
    with pytest.warns(LeftOut, match=f"1 of 12 training images .* such as .*{NAMES[2]}_1.JPEG; left out"):
        fold = loaded(folder)
    assert np.bincount(fold.train.y).tolist() == [2, 2, 1, 2, 2, 2]
    assert not any("_1.JPEG" in file for file in fold.train.x.files if NAMES[2] in file)


def test_a_class_too_many_is_told_before_anything_is_read(folder):
    with pytest.raises(DataError, match=r"has 6 files train/n\*\. Expected 1000 for ILSVRC2012"):
        check(folder, ILSVRC_2012.files[0])


def test_networks_to_average_must_differ_and_fit_the_images(tmp_path, home):
    paths = AVERAGED.lookalike(tmp_path)
    fold = AVERAGED.load(paths, 0, 0)
    assert [array.shape for array in fold.test.x] == [(6, 6)] * 5
    assert fold.test.y.tolist() == [0, 1, 2, 3, 4, 5]
    np.save(paths[1] / "3/probabilities.npy", fold.test.x[0])
    with pytest.raises(DataError, match=r"3/probabilities.npy holds the same numbers as another"):
        AVERAGED.load(paths, 0, 0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (np.zeros((6, 5)), r"has an array of \(6, 5\)\. Expected \(6, 6\)"),
        (np.full((6, 6), np.nan), "has rows whose sum is not 1. Expected class probabilities"),
        (np.full((6, 6), "1"), "has rows whose sum is not 1"),
        (b"", "can't be read as an array"),
        (b"no array", "can't be read as an array"),
    ],
)
def test_what_is_no_array_of_probabilities_is_named(tmp_path, content, said):
    paths = AVERAGED.lookalike(tmp_path)
    file = paths[1] / "3/probabilities.npy"
    file.write_bytes(content) if isinstance(content, bytes) else np.save(file, content)
    with pytest.raises(DataError, match=f"3/probabilities.npy {said}"):
        AVERAGED.load(paths, 0, 0)


def test_the_numbers_of_images_are_those_of_the_challenges():
    assert ILSVRC_2010.examples == (1_261_406, 50_000, 150_000)
    assert ILSVRC_2012.examples == 1_281_167 + 50_000

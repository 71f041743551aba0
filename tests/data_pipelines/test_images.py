"""Images: their transformations, and folders of them."""

import numpy as np
import pytest
from PIL import Image

from data_pipelines.dataset import DataError, LeftOut
from data_pipelines.images import (
    all_transformed,
    deskewed,
    distorted,
    linear_map,
    read_folder,
    transformed,
)


def dot(row: int, column: int) -> np.ndarray:
    image = np.zeros((1, 9, 9, 1), "float32")
    image[0, row, column] = 1
    return image


def brightest(images: np.ndarray) -> tuple[int, ...]:
    return tuple(int(place) for place in np.unravel_index(images[0, ..., 0].argmax(), images.shape[1:3]))


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"shift": (1, -2)}, (3, 4)),
        ({"rotation": 90}, (2, 2)),  # against the clock: upper right to upper left
        ({"scale": 1.5}, (1, 7)),
        ({"scale": 0.5}, (3, 5)),
        ({"shear": 0.5}, (2, 7)),  # to the right above the centre
    ],
)
def test_where_a_dot_goes(settings, place):
    assert brightest(all_transformed(dot(2, 6), **settings)) == place


def test_squeezing_narrows_and_lengthens():
    rows, columns = linear_map(squeeze=1.25) @ [1, 1]
    assert (rows, columns) == pytest.approx((1.25, 0.8))


def test_paper_comes_in_from_the_edge():
    full = np.ones((1, 5, 5, 1), "float32")
    np.testing.assert_array_equal(all_transformed(full, shift=(0, 2))[0, 0, :, 0], [0, 0, 1, 1, 1])


def test_distortions_follow_the_generator_and_leave_the_source_alone():
    images = np.random.default_rng(0).uniform(size=(4, 9, 9, 1)).astype("float32")
    before = images.copy()
    amounts = {"shift": 1.0, "scale": 0.1, "squeeze": 0.1, "shear": 0.2}
    first, again = (distorted(images, np.random.default_rng(3), **amounts) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - distorted(images, np.random.default_rng(4), **amounts)).max() > 0
    np.testing.assert_array_equal(images, before)
    still = distorted(images, np.random.default_rng(3), shift=0, scale=0, squeeze=0, shear=0)
    np.testing.assert_allclose(still, images, atol=1e-6)


def test_deskewing_uprights_a_slanted_bar_and_spares_an_empty_image():
    bar = np.zeros((1, 28, 28, 1), "float32")
    bar[0, 6:22, 13:15] = 1
    slanted = transformed(bar, [linear_map(shear=0.5)], [(2, -3)])
    right = deskewed(np.concatenate([slanted, np.zeros_like(bar)]), side=20)
    assert right.shape == (2, 20, 20, 1)
    upright, before = bar[0, 4:24, 4:24], slanted[0, 4:24, 4:24]
    assert np.abs(right[0] - upright).mean() < 0.35 * np.abs(before - upright).mean()
    assert not right[1].any()


def write(path, size: int = 4) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((size, size, 3), 9, "u1")).save(path)


def write_many(folder, count: int) -> None:
    """Write images of one pixel with equal content and numbers for names."""
    write(folder / "0000.png", 1)
    content = (folder / "0000.png").read_bytes()
    for number in range(1, count):
        (folder / f"{number:04d}.png").write_bytes(content)


def test_a_folder_is_read_in_the_order_of_classes_and_names(tmp_path):
    for name in ("b/2.png", "b/1.png", "a/1.png"):
        write(tmp_path / name)
    images, labels = read_folder(tmp_path, ("b", "a"), 4)
    assert images.shape == (3, 4, 4, 3)
    assert labels.tolist() == [0, 0, 1]


def test_a_class_without_images_and_a_wrong_size_are_refused(tmp_path):
    write(tmp_path / "a/1.png")
    (tmp_path / "b").mkdir()
    with pytest.raises(DataError, match="b has no images"):
        read_folder(tmp_path, ("a", "b"), 4)
    with pytest.raises(DataError, match="1.png has 4x4 pixels, not 5x5"):
        read_folder(tmp_path, ("a",), 5)


def test_damaged_images_are_named_counted_and_refused_above_a_thousandth(tmp_path):
    write_many(tmp_path / "a", 1000)
    (tmp_path / "a/0007.png").write_bytes(b"no image")
    (tmp_path / "a/.hidden").write_bytes(b"no image either")
    with pytest.warns(LeftOut, match=r"1 of 1000 images .* can't be read: .*0007\.png"):
        images, labels = read_folder(tmp_path, ("a",), 1)
    assert len(images) == len(labels) == 999
    (tmp_path / "a/0008.png").write_bytes((tmp_path / "a/0009.png").read_bytes()[:40])
    with pytest.raises(DataError, match=r"2 of 1000 .*0007\.png .*, a/0008\.png .*0\.1%"):
        read_folder(tmp_path, ("a",), 1)


def test_an_image_that_is_no_such_image_costs_itself_alone(tmp_path):
    write_many(tmp_path / "a", 1001)
    Image.new("1", (20_000, 20_000)).save(tmp_path / "huge.png")  # 50 kB that would decode to 1.2 GB
    contents = {
        "huge": (tmp_path / "huge.png").read_bytes(),
        "text": b"no image\n" * 100,
        "empty": b"",
        "cut": (tmp_path / "a/0000.png").read_bytes()[:40],
        "folder of zeros": bytes(10_000),
    }
    for content in contents.values():
        (tmp_path / "a/0500.png").write_bytes(content)
        with pytest.warns(LeftOut, match=r"1 of 1001 images .* can't be read: a/0500\.png (has 20000x|can't be)"):
            assert len(read_folder(tmp_path, ("a",), 1)[0]) == 1000


def test_a_page_of_postscript_is_no_image(tmp_path):
    write(tmp_path / "a/1.png")
    (tmp_path / "a/2.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 4 4\n%%EndComments\n")
    with pytest.raises(DataError, match="2.png can't be decoded .UnidentifiedImageError"):
        read_folder(tmp_path, ("a",), 4)

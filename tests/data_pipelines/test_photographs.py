"""Image files as a lazy array: what is decoded, in which order, and which files are refused."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from data_pipelines import photographs
from data_pipelines.dataset import DataError
from data_pipelines.photographs import Photographs, decoded, principal_colours, surveyed


def saved(path, pixels, mode="RGB", **settings):
    """Write an image, and return its path."""
    Image.fromarray(np.asarray(pixels)).convert(mode).save(path, **settings)
    return str(path)


def plain(height, width, colour=(200, 100, 50)):
    return np.tile(np.array(colour, "uint8"), (height, width, 1))


def numbered(folder, count):
    """Write images whose grey level is their number."""
    paths = [saved(folder / f"{number:04d}.png", plain(4, 6, (number,) * 3)) for number in range(count)]
    return np.array(paths, object)


@pytest.mark.parametrize("size", [(30, 50), (50, 30), (8, 8)])
def test_the_middle_is_cut_out_of_a_rescaled_image(tmp_path, size):
    pixels = plain(*size)
    height, width = size
    short = min(size)
    top, left = (height - short) // 2, (width - short) // 2
    pixels[top : top + short, left : left + short] = (10, 20, 30)
    found = decoded(saved(tmp_path / "a.png", pixels), 16)
    assert found.shape == (16, 16, 3) and found.dtype == np.uint8
    assert found[8, 8].tolist() == [10, 20, 30]
    assert np.abs(found.astype(int) - [10, 20, 30]).max() < 100  # the edge may see a pixel beyond


def test_grey_images_and_those_for_printers_become_coloured(tmp_path):
    assert decoded(saved(tmp_path / "grey.jpg", plain(9, 9), "L"), 4)[0, 0].std() == 0
    printed = decoded(saved(tmp_path / "cmyk.jpg", plain(9, 9), "CMYK", quality=95), 4)
    assert np.abs(printed.astype(int) - [200, 100, 50]).max() < 12
    bytes_of = io.BytesIO()
    Image.fromarray(plain(9, 9)).save(bytes_of, "PNG")
    (tmp_path / "named.JPEG").write_bytes(bytes_of.getvalue())  # one of ImageNet's is a PNG
    assert decoded(str(tmp_path / "named.JPEG"), 4)[0, 0].tolist() == [200, 100, 50]


def truncated(path):
    whole = saved(path, np.random.default_rng(0).integers(0, 256, (40, 40, 3), "uint8"), format="JPEG")
    path.write_bytes(path.read_bytes()[:700])
    return whole


def corrupt(path):
    path.write_bytes(b"\xff\xd8 this is not an image")
    return str(path)


def of_16_bits(path):
    Image.fromarray(np.full((9, 9), 40_000, "uint16")).save(path, "PNG")
    return str(path)


def colours_of_16_bits(path):
    """Write a PNG file, chunk by chunk, because Pillow writes no colours of 16 bits."""
    rows = zlib.compress((b"\0" + bytes(6 * 9)) * 9)
    chunks = {b"IHDR": struct.pack(">IIBBBBB", 9, 9, 16, 2, 0, 0, 0), b"IDAT": rows, b"IEND": b""}
    written = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks.items()
    ]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(written))
    return str(path)


def colours_up_to_1023(path):
    path.write_bytes(b"P6 9 9 1023\n" + bytes(6 * 81))
    return str(path)


def animated(path):
    frames = [Image.fromarray(plain(9, 9, (level,) * 3)) for level in (0, 200)]
    frames[0].save(path, "GIF", save_all=True, append_images=frames[1:])
    return str(path)


def of_one_pixel(path):
    return saved(path, plain(1, 1), format="JPEG")


BAD = {
    truncated: r"can't be decoded \(OSError\)",
    corrupt: r"can't be decoded \(UnidentifiedImageError\)",
    of_16_bits: "has pixels of mode I;16, not of 8 bits a channel",
    colours_of_16_bits: r"has more than 8 bits a channel \(PNG\)",
    colours_up_to_1023: r"has more than 8 bits a channel \(PPM\)",
    animated: "has 2 frames, not one",
    of_one_pixel: "has 1x1 pixels. Expected sides of two or more",
}


@pytest.mark.parametrize("write", BAD, ids=lambda write: write.__name__)
def test_what_cannot_be_used_is_refused_in_one_line(tmp_path, write):
    with pytest.raises(DataError, match=BAD[write]) as error:
        decoded(write(tmp_path / "bad.JPEG"), 16)
    assert "\n" not in str(error.value)
    assert "bad.JPEG" in str(error.value)


def test_indexing_chooses_files_and_decodes_nothing(tmp_path):
    x = Photographs(np.array(["missing", "too"], object), 4, np.zeros(0), np.zeros(0))
    assert (len(x), x.shape, x[[1]].files.tolist(), len(x[:1])) == (2, (2, 4, 4, 3), ["too"], 1)
    with pytest.raises(DataError, match="missing can't be decoded"):
        x.pixels()


@pytest.mark.parametrize("expected", [[3, 0, 2, 1, 4], [0, 1, 2, 3, 4], [2, 2], []])
def test_images_are_the_asked_for_ones_whatever_was_expected(tmp_path, monkeypatch, expected):
    monkeypatch.setattr(photographs, "AHEAD", 2)
    x = Photographs(numbered(tmp_path, 5), 4, np.zeros(0), np.zeros(0))
    x.expect(np.array(expected, int))
    for rows in ([3, 0], [2], [1, 4], [4, 0]):
        assert x[rows].pixels()[:, 0, 0, 0].tolist() == rows


def test_what_was_expected_is_decoded_once(tmp_path, monkeypatch):
    seen = []

    def noted(file, side):
        seen.append(file)
        return decoded(file, side)

    monkeypatch.setattr(photographs, "decoded", noted)
    x = Photographs(numbered(tmp_path, 6), 4, np.zeros(0), np.zeros(0))
    order = np.array([5, 1, 0, 2, 4, 3])
    x.expect(order)
    assert [x[order[part]].pixels()[0, 0, 0, 0] for part in (slice(0, 3), slice(3, 6))] == [5, 2]
    assert sorted(seen) == sorted(x.files)


def test_a_survey_has_the_mean_and_the_colours_of_all_usable_images(tmp_path, home):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (5, 6, 6, 3), "uint8")
    files = [saved(tmp_path / f"{number}.png", image) for number, image in enumerate(images)]
    files.append(corrupt(tmp_path / "bad.png"))
    found = surveyed(np.array(files, object), 6, share=0.2)
    assert found.usable.tolist() == [True] * 5 + [False]
    np.testing.assert_allclose(found.mean, images.mean(axis=0), rtol=1e-5)
    covariance = np.cov(images.reshape(-1, 3).T, bias=True)
    np.testing.assert_allclose(found.colours.T @ found.colours, covariance, rtol=1e-4, atol=1e-2)
    np.testing.assert_allclose(
        np.linalg.norm(found.colours, axis=1) ** 2, np.linalg.eigvalsh(covariance), rtol=1e-4
    )
    with pytest.raises(DataError, match=r"1 of 6 images can't be used: .*bad.png .*\. At most 0\.1% may be"):
        surveyed(np.array(files, object), 6, share=0.001)
    with pytest.raises(DataError, match="Repair them"):
        surveyed(np.array(files, object), 7, share=0.0)


def test_a_survey_is_made_again_only_when_a_file_changes(tmp_path, home, monkeypatch):
    files = numbered(tmp_path, 3)
    surveyed(files, 4, share=0.0)
    saved(files[0], plain(5, 5))
    assert surveyed(files, 4, share=0.0).mean[0, 0].tolist() == pytest.approx([203 / 3, 103 / 3, 53 / 3])
    monkeypatch.setattr(photographs, "decoded", None)
    assert surveyed(files, 4, share=0.0).usable.all()


def test_colours_of_one_colour_have_no_length():
    pixels = np.tile([10.0, 20, 30, 1], (5, 1))
    np.testing.assert_allclose(principal_colours(pixels.T @ pixels), 0, atol=1e-4)

"""Spoken digits: the project's split, both views, shifts in time, and sounds of another rate."""

import zipfile

import numpy as np
import pytest

from data_pipelines.dataset import DataError
from data_pipelines.datasets import spoken_digits
from data_pipelines.datasets.generated import voice
from data_pipelines.datasets.spoken_digits import (
    BANDS,
    FILE,
    FRAMES,
    RATE,
    SILENCE,
    SPOKEN_DIGITS,
    SPOKEN_SAMPLES,
    shifted,
    with_shifted,
)
from data_pipelines.download import check


def archive_of(folder, sounds: dict[str, bytes]):
    path = folder / "sounds.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in sounds.items():
            archive.writestr(name, content)
    return [path]


def test_the_first_five_recordings_are_the_test_part_and_the_last_five_validate(tmp_path, home, monkeypatch):
    monkeypatch.setattr(spoken_digits, "kept", lambda kind, source, compute: np.arange(len(source["sounds"])))
    names = sorted(f"{digit}_her_{number}.wav" for digit in (0, 7) for number in range(50))
    fold = SPOKEN_SAMPLES.load(archive_of(tmp_path, dict.fromkeys(names, b"")), 0, 0)
    numbers = [{int(names[row][6:-4]) for row in part.x} for part in fold[:3]]
    assert numbers == [set(range(5, 45)), set(range(45, 50)), set(range(5))]
    assert all(int(names[row][0]) == y for part in fold[:3] for row, y in zip(part.x, part.y, strict=True))


def test_both_views_have_the_middle_between_silence(tmp_path, home):
    paths = archive_of(tmp_path, {f"3_him_{n}.wav": voice(3, n, rate=RATE) for n in (0, 5, 45)})
    frames, samples = (dataset.load(paths, 0, 0).train.x for dataset in (SPOKEN_DIGITS, SPOKEN_SAMPLES))
    assert frames.shape == (1, FRAMES, BANDS) and samples.shape == (1, RATE, 1)
    assert frames.dtype == samples.dtype == np.float32
    np.testing.assert_allclose(frames[0, [0, -1]], SILENCE)  # a voice lasts half a second at most
    assert frames[0, FRAMES // 2].min() > SILENCE + 1
    assert np.abs(samples).max() == 1
    sound = np.flatnonzero(samples[0, :, 0])
    assert sound[0] + sound[-1] == pytest.approx(RATE, abs=20)


def test_shifts_go_later_and_earlier_in_turn():
    x = np.arange(1, 11, dtype="float32").reshape(2, 5, 1)
    moved = shifted(x, steps=2, silence=-1.0)
    assert moved[..., 0].tolist() == [[-1, -1, 1, 2, 3], [8, 9, 10, -1, -1]]
    np.testing.assert_array_equal(with_shifted(x, steps=2, silence=-1.0), np.concatenate([x, moved]))


def test_a_sound_of_another_rate_is_refused(tmp_path, home):
    paths = archive_of(tmp_path, {"3_him_0.wav": voice(3, 0, rate=16000)})
    with pytest.raises(DataError, match=r"3_him_0.wav has 16000 samples a second\. Expected 8000"):
        SPOKEN_DIGITS.load(paths, 0, 0)


@pytest.mark.slow
def test_the_set_has_its_recordings_and_every_speaker_in_each_part(mirror, monkeypatch, home):
    monkeypatch.setattr(spoken_digits, "kept", lambda kind, source, compute: np.zeros((3000, 1), "float32"))
    path = mirror / FILE.name
    check(path, FILE)
    fold = SPOKEN_DIGITS.load([path], 0, 0)
    SPOKEN_DIGITS.check(fold)
    assert [np.bincount(part.y).tolist() for part in fold[:3]] == [[n] * 10 for n in (240, 30, 30)]

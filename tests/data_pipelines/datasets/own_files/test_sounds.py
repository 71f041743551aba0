"""Folders of sounds of one's own."""

from pathlib import Path

import numpy as np
import pytest

from data_pipelines.dataset import DataError, LocalFile
from data_pipelines.datasets.own_files import RandomSplit, sound_folder
from tests.support.sounds import save, tone

FOLDER = LocalFile(Path("/nowhere/calls"), "folder:" + "0" * 64, 1)


def calls(**settings):
    given = {"classes": ("low", "high"), "rate": 16000, "seconds": 0.5, "split": RandomSplit(0.5, 0, 0.5)}
    return sound_folder("calls", FOLDER, **given | settings)


@pytest.fixture
def folder(home, tmp_path) -> Path:
    for name, pitch in (("low", 200.0), ("high", 900.0)):
        (tmp_path / "calls" / name).mkdir(parents=True)
        for number in range(2):
            save(tmp_path / "calls" / name / f"{number}.wav", tone(pitch + number))
        (tmp_path / "calls" / name / "transcript.txt").write_text("hello", "utf-8")
    return tmp_path / "calls"


def test_sounds_are_frames_and_a_mask(folder):
    fold = calls().load([folder], 0, 0)
    assert fold.train.x.shape == (2, 50, 27) and fold.train.x.dtype == "float32" and fold.valid is None
    assert set(np.unique(fold.train.x[..., -1])) <= {0, 1}
    assert sorted(fold.train.y) == sorted(fold.test.y) == [0, 1]


def test_lookalikes_have_the_form_that_was_described(home, tmp_path):
    data = calls(classes=3, rate=8000, kind="mfcc")
    (path,) = data.lookalike(tmp_path)
    fold = data.load([path], 0, 0)
    assert fold.test.x.shape == (6, 50, 14) and set(fold.test.y) == {0, 1, 2}
    with pytest.raises(DataError, match="0000.wav has 8000 samples a second. Expected 16000"):
        calls(classes=3).load([path], 0, 0)


def test_what_is_not_sound_is_named(folder):
    (folder / "low" / "bad.flac").write_bytes(b"no sound")
    with pytest.raises(DataError, match="bad.flac can't be read as sound"):
        calls().load([folder], 0, 0)


def test_a_class_without_sounds(folder):
    for path in (folder / "low").glob("*.wav"):
        path.unlink()
    with pytest.raises(DataError, match=r"low has no files \(.wav"):
        calls().load([folder], 0, 0)


@pytest.mark.parametrize("settings", [{"kind": "smell"}, {"seconds": 0}])
def test_an_unknown_kind_or_length(settings):
    with pytest.raises(ValueError, match="Expected log_mel, mfcc, prosody, egemaps; more than 0"):
        calls(**settings)

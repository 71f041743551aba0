"""Frames of sound files: of any form of sound, kept by content, computed by several processes, stacked."""

import numpy as np
import pytest

from data_pipelines.dataset import DataError
from data_pipelines.speech.features import log_mel
from data_pipelines.speech.frames import cut_to_longest, each, frames_of, stacked
from data_pipelines.speech.sound_files import read_sound
from tests.support.sounds import RATE, save, tone


def test_sound_of_other_forms_is_converted(tmp_path, home):
    signal = tone(220.0, 1.0)
    plain = frames_of(save(tmp_path / "plain.wav", signal), "log_mel")
    stereo = np.stack([2 * signal, np.zeros_like(signal)], axis=1)
    np.testing.assert_allclose(frames_of(save(tmp_path / "stereo.wav", stereo), "log_mel"), plain, atol=0.02)
    eight = frames_of(save(tmp_path / "eight.wav", signal, subtype="PCM_U8"), "log_mel")
    flac = frames_of(save(tmp_path / "sound.flac", signal), "log_mel")
    fast = frames_of(save(tmp_path / "fast.wav", tone(220.0, 1.0, 44100), 44100), "log_mel")
    band = plain.mean(axis=0).argmax()
    for frames in (eight, flac, fast):
        assert frames.shape == plain.shape
        np.testing.assert_allclose(frames[:, band], plain[:, band], atol=0.02)


BAD = {
    "silent.wav": (0, "A signal of 0 samples"),
    "one.wav": (1, "A signal of 1 samples. Expected at least one window of 400"),
}


@pytest.mark.parametrize("kind", ["log_mel", "mfcc", "prosody"])
@pytest.mark.parametrize("name", BAD)
def test_too_short_a_sound_is_refused_by_name(name, kind, tmp_path, home):
    samples, message = BAD[name]
    with pytest.raises(DataError, match=f"{name}.*{message}"):
        frames_of(save(tmp_path / name, np.ones(samples)), kind)


def test_features_are_kept_by_content_and_settings(tmp_path, home, monkeypatch):
    first = frames_of(save(tmp_path / "a.wav", tone(220.0)), "log_mel")
    assert isinstance(first, np.memmap)
    monkeypatch.setattr("data_pipelines.speech.frames.read_sound", None)  # nothing is computed again
    (tmp_path / "b.wav").write_bytes((tmp_path / "a.wav").read_bytes())
    np.testing.assert_array_equal(frames_of(tmp_path / "b.wav", "log_mel"), first)
    with pytest.raises(TypeError):
        frames_of(tmp_path / "b.wav", "mfcc")


def test_processes_come_to_the_same_as_one(tmp_path, home, monkeypatch):
    paths = [save(tmp_path / f"{number}.wav", tone(100.0 + number)) for number in range(6)]
    (tmp_path / "3.wav").write_bytes(b"")
    outcomes = list(each(paths, "log_mel", workers=2))
    assert [path for path, _ in outcomes] == paths
    assert [path.name for path, failure in outcomes if failure] == ["3.wav"]
    expected = log_mel(read_sound(paths[5])[0], RATE)
    np.testing.assert_array_equal(frames_of(paths[5], "log_mel"), expected)


def test_utterances_are_cut_and_marked_where_they_are(tmp_path, home):
    paths = [save(tmp_path / f"{seconds}.wav", tone(220.0, seconds)) for seconds in (0.3, 0.9)]
    x = stacked(paths, "mfcc", 0.5)
    assert x.shape == (2, 50, 14)
    assert x[..., -1].sum(axis=1).tolist() == [28, 50]
    assert not x[0, 28:].any()
    np.testing.assert_array_equal(x[1, :, :-1], frames_of(paths[1], "mfcc")[:50])


def test_an_utterance_does_not_depend_on_its_company(tmp_path, home):
    loud, quiet = (save(tmp_path / f"{gain}.wav", gain * tone(220.0)) for gain in (3.0, 0.01))
    np.testing.assert_array_equal(stacked([quiet], "log_mel", 1.0)[0], stacked([loud, quiet], "log_mel", 1.0)[1])


def test_shared_padding_is_dropped_to_a_multiple():
    x = np.zeros((2, 50, 3), "float32")
    x[0, :21], x[1, :13] = 1, 1
    assert cut_to_longest(x, multiple=9).shape == (2, 27, 3)
    assert cut_to_longest(x, multiple=9, room=lambda count: count + 2).shape == (2, 45, 3)
    np.testing.assert_array_equal(cut_to_longest(x, multiple=30), x[:, :30])
    wider = cut_to_longest(x, multiple=80)
    assert wider.shape == (2, 80, 3) and not wider[:, 50:].any()

"""Sound to features: against the formulas, on tones and silence, and for bad files."""

import os
import wave

import numpy as np
import pytest
import soundfile
from scipy.fft import dct
from scipy.signal import ShortTimeFFT, get_window

from data_pipelines.dataset import DataError
from data_pipelines.speech.features import KINDS, PROSODY, egemaps, log_mel, mfcc, prosody, resampled
from data_pipelines.speech.frames import cut_to_longest, each, frames_of, stacked
from data_pipelines.speech.sound_files import read_sound, sounds_in
from tests.benchmarks.cli.test_cli import retable

RATE = 16000
PITCH, VOICE, LOUDNESS, CROSSINGS = (PROSODY.index(name) for name in ("F0", "voice", "loudness", "zero crossings"))


def tone(hertz: float, seconds: float = 0.7, rate: int = RATE) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype("float32")


def speech() -> np.ndarray:
    """Return something with voice, noise and silence."""
    rng = np.random.default_rng(0)
    buzz = sum(tone(130.0 * harmonic) / harmonic for harmonic in range(1, 20))
    return np.concatenate([buzz, rng.normal(0, 0.1, 3000), np.zeros(2000)]).astype("float32")


def mels(hertz):
    """Return mel by Slaney's formula: linear up to 1000 Hz, logarithmic above."""
    above = 15 + 27 * np.log(np.maximum(hertz, 1000) / 1000) / np.log(6.4)
    return np.where(hertz < 1000, 3 * hertz / 200, above)


def triangles(bands: int, rate: int, size: int) -> np.ndarray:
    """Return the filters, (bands, bins): triangles of equal area, their corners equally far apart in mel."""
    grid = np.linspace(0, rate / 2, 400001)
    corners = np.interp(np.linspace(0, mels(rate / 2), bands + 2), mels(grid), grid)
    low, middle, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    bins = np.arange(size // 2 + 1) * rate / size
    return np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)).clip(0) * 2 / (high - low)


def by_formula(signal: np.ndarray, rate: int, taper: str) -> np.ndarray:
    """Return 26 log mel energies, (frames, bands), by SciPy's short-time Fourier transform."""
    window, shift = round(0.025 * rate), round(0.010 * rate)
    transform = ShortTimeFFT(get_window(taper, window), shift, rate)
    frames = 1 + (len(signal) - window) // shift
    spectra = transform.stft(signal.astype(float), p0=0, p1=frames, k_offset=window // 2)
    return np.log(np.abs(spectra.T) ** 2 @ triangles(26, rate, window).T + 1e-6)


@pytest.mark.parametrize("rate", [8000, 16000, 22050])
def test_log_mel_is_what_its_formula_says(rate):
    ours = log_mel(speech(), rate)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, by_formula(speech(), rate, "hann"), atol=1e-4)


def test_mfcc_is_what_its_formula_says():
    signal = speech()
    emphasised = signal - 0.97 * np.concatenate([[0], signal[:-1]])  # the first sample is a matter of taste
    theirs = dct(by_formula(emphasised, RATE, "hamming"), type=2, norm="ortho")[:, :13]
    np.testing.assert_allclose(mfcc(signal, RATE)[1:], theirs[1:], atol=1e-4)


@pytest.mark.parametrize("hertz", [103.0, 220.0, 407.0])
def test_a_tone_has_its_pitch_and_lights_its_band(hertz):
    found = prosody(tone(hertz), RATE)[5:-5]
    assert np.abs(found[:, PITCH] - 12 * np.log2(hertz / 27.5)).max() < 0.3
    assert found[:, VOICE].min() > 0.95
    np.testing.assert_allclose(found[:, LOUDNESS], (0.3**2 / 2 / 1e-6) ** 0.3, rtol=0.05)
    assert found[:, CROSSINGS].mean() * RATE == pytest.approx(2 * hertz, rel=0.05)
    lit = log_mel(tone(hertz), RATE).argmax(axis=1)
    assert set(lit) == {triangles(26, RATE, 400)[:, round(hertz / 40)].argmax()}


def test_noise_and_silence_have_no_voice():
    noise = np.random.default_rng(0).normal(0, 0.1, 8000).astype("float32")
    assert prosody(noise, RATE)[:, VOICE].max() < 0.5
    assert not prosody(np.zeros(8000, "float32"), RATE)[:, [PITCH, VOICE, LOUDNESS]].any()


def test_voice_does_not_follow_an_offset():
    noise = np.random.default_rng(0).normal(0, 0.1, 8000)
    np.testing.assert_allclose(
        prosody((noise + 0.5).astype("float32"), RATE)[3:-3, VOICE],  # an offset begins and ends
        prosody(noise.astype("float32"), RATE)[3:-3, VOICE],
        atol=1e-3,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_silence_and_noise_have_features_and_equal_frames(kind):
    if kind == "egemaps":
        pytest.importorskip("opensmile", reason="needs openSMILE")
    for signal in (np.zeros(8000, "float32"), np.random.default_rng(0).normal(0, 0.1, 8000).astype("float32")):
        frames = KINDS[kind].compute(signal, RATE)
        assert np.isfinite(frames).all()
        assert frames.shape[1] == len(KINDS[kind].names)
        assert len(frames) == 1 + (8000 - 400) // 160 or kind == "egemaps"
    assert np.ptp(log_mel(np.zeros(8000, "float32"), RATE)) == 0


def test_egemaps_says_what_it_needs(monkeypatch):
    monkeypatch.setattr("data_pipelines.speech.features.find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"pip install 'retable\[egemaps\]'"):
        egemaps(speech(), RATE)


def save(path, samples: np.ndarray, rate: int = RATE, **settings):
    soundfile.write(path, samples, rate, **settings)
    return path


def test_sound_of_other_forms_is_converted(tmp_path, home):
    signal = tone(220.0, 1.0)
    plain = frames_of(save(tmp_path / "plain.wav", signal), "log_mel")
    stereo = np.stack([2 * signal, np.zeros_like(signal)], axis=1)
    np.testing.assert_allclose(frames_of(save(tmp_path / "stereo.wav", stereo), "log_mel"), plain, atol=0.02)
    eight = frames_of(save(tmp_path / "eight.wav", signal, subtype="PCM_U8"), "log_mel")
    flac = frames_of(save(tmp_path / "sound.flac", signal), "log_mel")
    other_rate = save(tmp_path / "fast.wav", tone(220.0, 1.0, 44100), 44100)
    fast = frames_of(other_rate, "log_mel")
    band = triangles(26, RATE, 400)[:, round(220 / 40)].argmax()
    for frames in (eight, flac, fast):
        assert frames.shape == plain.shape
        np.testing.assert_allclose(frames[:, band], plain[:, band], atol=0.02)
    assert resampled(*read_sound(other_rate)).shape == (RATE,)


def cut_in_the_middle(path):
    save(path, tone(220.0))
    path.write_bytes(path.read_bytes()[:5000])


def cut_aiff(path):
    save(path, tone(220.0))
    path.write_bytes(path.read_bytes()[:9000])


def with_no_number(path):
    save(path, np.where(np.arange(RATE) == 9000, np.nan, 0.1), subtype="FLOAT")


BAD = {
    "empty.wav": (lambda path: path.write_bytes(b""), "can't be read as sound"),
    "text.wav": (lambda path: path.write_text("no sound"), "can't be read as sound"),
    "silent.wav": (lambda path: save(path, np.zeros(0)), "A signal of 0 samples"),
    "one.wav": (lambda path: save(path, np.ones(1)), "A signal of 1 samples. Expected at least one window of 400"),
    "cut.wav": (cut_in_the_middle, "is cut: 5000 bytes. Expected 22444"),
    "cut.aiff": (cut_aiff, "is cut: 9000 bytes"),
    "nan.wav": (with_no_number, "sample 9000 is no number"),
}


@pytest.mark.parametrize("kind", ["log_mel", "mfcc", "prosody"])
@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_by_name(name, kind, tmp_path, home):
    make, message = BAD[name]
    make(tmp_path / name)
    with pytest.raises(DataError, match=f"{name}.*{message}"):
        frames_of(tmp_path / name, kind)


def test_a_header_without_a_length_is_no_cut(tmp_path):
    """What a program writes that streams its sound."""
    path = save(tmp_path / "streamed.wav", tone(220.0))
    content = bytearray(path.read_bytes())
    content[4:8] = b"\xff" * 4
    path.write_bytes(content)
    assert len(read_sound(path)[0]) == round(0.7 * RATE)


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


def test_a_name_that_is_no_text_can_be_read(tmp_path):
    path = tmp_path / os.fsdecode(b"b\xff.wav")
    save(tmp_path / "plain.wav", tone(220.0)).rename(path)
    assert len(read_sound(path)[0]) == round(0.7 * RATE)


def test_sounds_are_found_by_their_endings(tmp_path):
    (tmp_path / "deep").mkdir()
    for name in ("b.WAV", "deep/a.flac", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in sounds_in(tmp_path)] == ["b.WAV", "a.flac"]
    with pytest.raises(DataError, match="no folder"):
        sounds_in(tmp_path / "nowhere")


def test_the_command_writes_arrays_and_pictures_and_names_bad_files(tmp_path, home):
    sounds, output = tmp_path / "sounds", tmp_path / "out"
    (sounds / "deep").mkdir(parents=True)
    save(sounds / "deep" / "good.wav", tone(220.0))
    save(sounds / "empty.wav", np.zeros(0))
    environment = {"RETABLE_HOME": str(home)}
    done = retable("features", sounds, "--plot", "--output", output, "--kind", "mfcc", **environment)
    assert done.returncode == 0, done.stderr
    assert "mfcc of 1 files, 1 left out" in done.stdout
    assert "empty.wav" in done.stderr
    assert np.load(output / "deep" / "good.wav.npy").shape == (68, 13)
    assert (output / "deep" / "good.wav.png").read_bytes().startswith(b"\x89PNG")
    (sounds / "deep" / "good.wav").unlink()
    done = retable("features", sounds, "--output", output, **environment)
    assert done.returncode == 1
    assert "None of the 1 sound files" in done.stderr and "Traceback" not in done.stderr


def test_eight_bits_of_the_standard_library_can_be_read(tmp_path):
    with wave.open(str(tmp_path / "old.wav"), "wb") as sound:
        sound.setparams((1, 1, 8000, 0, "NONE", ""))
        sound.writeframes(bytes([128, 255, 0] * 100))
    signal, rate = read_sound(tmp_path / "old.wav")
    assert rate == 8000
    np.testing.assert_allclose(signal[:3], [0, 127 / 128, -1])

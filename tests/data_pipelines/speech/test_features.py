"""Features, against their formulas, on tones and silence."""

import os
import subprocess
import sys

import numpy as np
import pytest
from scipy.fft import dct
from scipy.signal import ShortTimeFFT, get_window

from data_pipelines.dataset import DataError
from data_pipelines.speech.features import KINDS, PROSODY, egemaps, log_mel, mfcc, prosody, resampled
from tests.support.sounds import RATE, tone

PITCH, VOICE, LOUDNESS, CROSSINGS = (PROSODY.index(name) for name in ("F0", "voice", "loudness", "zero crossings"))


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


def test_another_rate_has_as_many_seconds():
    assert resampled(tone(220.0, 1.0, 44100), 44100).shape == (RATE,)


@pytest.mark.slow
def test_processes_that_compile_at_the_same_time_leave_sound_files(tmp_path):
    code = (
        "import numpy as np\nfrom data_pipelines.speech.features import prosody\n"
        "print(prosody(np.random.default_rng(0).normal(size=16000), 16000).shape)"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}

    def start() -> subprocess.Popen:
        return subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)

    for together in (2, 1):  # the later one reads what they wrote
        processes = [start() for _ in range(together)]
        assert [one.communicate()[0] for one in processes] == ["(98, 7)\n"] * together

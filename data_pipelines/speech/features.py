"""Sound to feature frames; the only door to librosa.

Features are computed from one utterance alone, in windows of 25 ms every 10 ms that stay within the signal; pitch,
voice and openSMILE's descriptors have longer windows.

Source: Slaney, "Auditory Toolbox" (1998), for mel; Mauch & Dixon, "pYIN" (ICASSP 2014); Eyben et al., "The Geneva
Minimalistic Acoustic Parameter Set" (IEEE Transactions on Affective Computing, 2016).

Where Neumann & Vu (2017) are silent, we assume:
- log mel: 26 bands by Slaney's formula up to half the rate, power spectrum, logarithm of energy + 1e-6;
- MFCC: 13 with the zeroth, pre-emphasis 0.97, Hamming window, orthonormal cosine transform of 26 log mel bands;
- prosody, seven features: F0 in semitones above 27.5 Hz by pYIN (0 without voice), and voice, the largest
  autocorrelation at a period, both from 60 to 500 Hz in windows of 64 ms about the same centres; loudness, the
  mean square over 1e-6 to the power of 0.3; the slopes of these three over nine windows; zero crossings;
- eGeMAPS: the 25 low-level descriptors of version 02, by openSMILE.
"""

import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import gettempdir
from typing import Any, NamedTuple

import numpy as np
from filelock import FileLock

from data_pipelines.dataset import DataError

RATE = 16000  # hertz, to which all speech is resampled
WINDOW_SECONDS, SHIFT_SECONDS = 0.025, 0.010
INCOMPATIBLE = {"tensorflow", "jax", "torch"}  # with openSMILE in one process
LOWEST_HERTZ, HIGHEST_HERTZ, PITCH_SECONDS = 60.0, 500.0, 0.064


class Kind(NamedTuple):
    """A kind of features: the function of a signal and its rate, and their names."""

    compute: Callable[[np.ndarray, int], np.ndarray]
    names: tuple[str, ...]
    revision: int = 1  # to be raised when a change of code changes numbers


def log_mel(
    signal: np.ndarray,
    rate: int,
    *,
    bands: int = 26,
    window_seconds: float = WINDOW_SECONDS,
    shift_seconds: float = SHIFT_SECONDS,
) -> np.ndarray:
    """Return log mel energies, float32 (frames, bands), of a mono signal, float (samples,).

    Frames are not padded at the edges: `1 + (samples - window) // shift` of them.
    Raises ValueError if the signal is shorter than one window.
    """
    energies = _log_energies(signal, rate, "hann", bands, seconds=(window_seconds, shift_seconds))
    return energies.astype("float32")


def mfcc(signal: np.ndarray, rate: int) -> np.ndarray:
    """Return 13 mel-frequency cepstral coefficients from the zeroth on, float32 (frames, 13).

    Raises ValueError if the signal is shorter than one window.
    """
    librosa = _librosa()
    emphasised = librosa.effects.preemphasis(signal, coef=0.97) if len(signal) > 1 else signal
    energies = _log_energies(emphasised, rate, "hamming", 26, seconds=(WINDOW_SECONDS, SHIFT_SECONDS))
    return librosa.feature.mfcc(S=energies.T, n_mfcc=13).T.astype("float32")


def prosody(signal: np.ndarray, rate: int) -> np.ndarray:
    """Return pitch, voice, loudness, their slopes and zero crossings, float32 (frames, 7).

    Raises ValueError if the signal is shorter than one window.
    """
    librosa = _librosa()
    window, shift = _window(signal, rate, WINDOW_SECONDS, SHIFT_SECONDS)
    longer = round(PITCH_SECONDS * rate)
    wide = np.pad(signal, ((longer - window) // 2, longer - window - (longer - window) // 2))
    hertz, _, _ = librosa.pyin(
        wide,
        fmin=LOWEST_HERTZ,
        fmax=HIGHEST_HERTZ,
        sr=rate,
        frame_length=longer,
        hop_length=shift,
        center=False,
        resolution=0.25,
    )
    voice = _periodicity(librosa.util.frame(wide, frame_length=longer, hop_length=shift), rate)
    frames = librosa.util.frame(signal, frame_length=window, hop_length=shift)
    loudness = (np.mean(frames**2, axis=0) / 1e-6) ** 0.3
    crossings = librosa.zero_crossings(frames, axis=0, pad=False).mean(axis=0)
    curves = np.stack([12 * np.log2(np.nan_to_num(hertz, nan=27.5) / 27.5), voice, loudness])
    slopes = librosa.feature.delta(curves, width=9, mode="nearest")
    return np.vstack([curves, slopes, crossings]).T.astype("float32")


def _periodicity(frames: np.ndarray, rate: int) -> np.ndarray:
    """Return the largest autocorrelation at periods of a voice, 0 to 1 (frames,), of frames (samples, frames)."""
    librosa = _librosa()
    lags = np.arange(round(rate / HIGHEST_HERTZ), round(rate / LOWEST_HERTZ))
    correlation = librosa.autocorrelate(frames - frames.mean(axis=0), axis=0, max_size=lags[-1] + 1)
    shares = len(frames) / (len(frames) - lags)[:, None]  # a longer lag leaves fewer samples to compare
    return (shares * correlation[lags] / np.maximum(correlation[0], 1e-9)).max(axis=0).clip(0, 1)


def egemaps(signal: np.ndarray, rate: int) -> np.ndarray:
    """Return the low-level descriptors of eGeMAPS v02, float32 (frames, 25), in openSMILE's order.

    They end four windows earlier than other features. Raises DataError without openSMILE, ValueError for a signal
    without a single frame.
    """
    require("egemaps")
    describe = _descriptors_elsewhere if INCOMPATIBLE & sys.modules.keys() else _descriptors
    found = describe(signal, rate)
    if len(found) == 0 or not np.isfinite(found).all():
        raise ValueError(f"A signal of {len(signal)} samples. Expected enough for a frame of eGeMAPS, 60 ms.")
    return found


def _descriptors_elsewhere(signal: np.ndarray, rate: int) -> np.ndarray:
    """Compute descriptors in another process, since openSMILE aborts one that has imported TensorFlow."""
    from joblib import Parallel, delayed

    return Parallel(2, backend="loky")([delayed(_descriptors)(signal, rate)])[0]


def _descriptors(signal: np.ndarray, rate: int) -> np.ndarray:
    return _smile().process_signal(signal, rate).to_numpy("float32")


@lru_cache
def _smile() -> Any:
    import opensmile

    return opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.LowLevelDescriptors)


def plain_log_mel(paths: Sequence[Path]) -> None:
    """Compute the log mel frames of files as a plain script would: the baseline for ours."""
    librosa = _librosa()
    for path in paths:
        signal, rate = librosa.load(path, sr=RATE)
        np.log(librosa.feature.melspectrogram(y=signal, sr=rate, n_fft=400, hop_length=160, n_mels=26) + 1e-6)


@lru_cache
def _librosa() -> Any:
    """Import librosa, one process at a time.

    It compiles functions then. Two processes that write numba's files of one function mix them, and every later
    process crashes (numba's issue 10128).
    """
    with FileLock(Path(gettempdir(), f"retable-librosa-{Path.home().name}.lock")):
        import librosa.core.pitch
        import librosa.effects
        import librosa.feature
        import librosa.filters
    return librosa


def resampled(signal: np.ndarray, rate: int, wanted: int = RATE) -> np.ndarray:
    """Return a signal resampled to the wanted rate, float32 (samples,)."""
    librosa = _librosa()
    return signal if rate == wanted else librosa.resample(signal, orig_sr=rate, target_sr=wanted)


def _log_energies(
    signal: np.ndarray, rate: int, taper: str, bands: int, *, seconds: tuple[float, float]
) -> np.ndarray:
    librosa = _librosa()
    window, shift = _window(signal, rate, *seconds)
    spectra = librosa.stft(signal, n_fft=window, hop_length=shift, window=_taper(taper, window), center=False)
    energies = np.einsum("ft,mf->mt", np.abs(spectra) ** 2.0, _filters(rate, window, bands), optimize=True)
    return np.log(energies.T + 1e-6)


@lru_cache
def _taper(name: str, size: int) -> np.ndarray:
    return _librosa().filters.get_window(name, size, fftbins=True)


@lru_cache
def _filters(rate: int, size: int, bands: int) -> np.ndarray:
    """Return the mel filters, float32 (bands, bins); librosa's own feature computes them again for every file."""
    return _librosa().filters.mel(sr=rate, n_fft=size, n_mels=bands)


def _window(signal: np.ndarray, rate: int, window_seconds: float, shift_seconds: float) -> tuple[int, int]:
    """Return window and shift in samples. Raises ValueError if the signal is shorter than one window."""
    window, shift = round(window_seconds * rate), round(shift_seconds * rate)
    if len(signal) < window:
        raise ValueError(f"A signal of {len(signal)} samples. Expected at least one window of {window}.")
    return window, shift


def _egemaps_names() -> tuple[str, ...]:
    """Return the descriptors in openSMILE's order."""
    spectrum = ("loudness", "alpha ratio", "Hammarberg index", "slope 0-500", "slope 500-1500", "spectral flux")
    voice = ("MFCC 1", "MFCC 2", "MFCC 3", "MFCC 4", "F0", "jitter", "shimmer", "HNR", "H1-H2", "H1-A3")
    formants = (f"F{n} {what}" for n in (1, 2, 3) for what in ("frequency", "bandwidth", "amplitude"))
    return (*spectrum, *voice, *formants)


PROSODY = ("F0", "voice", "loudness", "slope of F0", "slope of voice", "slope of loudness", "zero crossings")
KINDS = {
    "log_mel": Kind(log_mel, tuple(f"band {band}" for band in range(1, 27))),
    "mfcc": Kind(mfcc, tuple(f"C{number}" for number in range(13))),
    "prosody": Kind(prosody, PROSODY),
    "egemaps": Kind(egemaps, _egemaps_names()),
}


def revised(kind: str) -> dict[str, int]:
    """Return the revision as a setting of a data set's loading; none for the first, to keep old fingerprints."""
    return {"revision": KINDS[kind].revision} if KINDS[kind].revision > 1 else {}


# needed by data sets of a kind
PACKAGES: dict[str, dict[str, Any]] = {"egemaps": {"package": "opensmile", "extra": "egemaps"}}


@lru_cache
def made_by(kind: str) -> dict[str, Any]:
    """Return everything but the signal that the numbers of a kind depend on, as plain data."""
    libraries = ("soundfile", "soxr", "opensmile" if kind == "egemaps" else "librosa")
    versions = {name: version(name) if find_spec(name) else "missing" for name in libraries}
    return {"kind": kind, "revision": KINDS[kind].revision, "rate": RATE, **versions}


def require(kind: str) -> None:
    """Raise DataError if a kind of features needs a package that is not installed."""
    if kind == "egemaps" and find_spec("opensmile") is None:
        raise DataError(
            "eGeMAPS needs openSMILE (its own licence, free for research): pip install 'retable[egemaps]'."
        )

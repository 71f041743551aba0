"""Spoken digits (FSDD): ten digits by six speakers, as mel frames or as raw samples.

Source: Jackson et al., "Free Spoken Digit Dataset", https://github.com/Jakobovski/free-spoken-digit-dataset. A
name such as 7_jackson_32.wav gives the digit, the speaker and the number of the recording, 0 to 49. The README
makes 0 to 4 the test part. Of the rest, we take 45 to 49 for validation.
"""

import hashlib
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np

from data_pipelines.archives import unpacked
from data_pipelines.cache import kept
from data_pipelines.dataset import DataError, Dataset, Fold, RemoteFile, Split
from data_pipelines.datasets.generated import voice
from data_pipelines.speech.features import SHIFT_SECONDS, WINDOW_SECONDS, log_mel
from data_pipelines.speech.sound_files import read_sound

RATE = 8000  # hertz
NAMES = r"\d_[a-z]+_\d+\.wav"
FIRST_TO_TRAIN, FIRST_TO_VALIDATE = 5, 45  # recordings of a digit and a speaker
FRAMES, BANDS, AVERAGED = 15, 16, 6  # a frame is the mean of six windows, and 60 ms long
SILENCE = float(np.float32(np.log(1e-6)))  # a log energy of nothing
FILE = RemoteFile(
    "fsdd/fsdd.zip",
    "https://github.com/Jakobovski/free-spoken-digit-dataset/archive/26eb9aaf76e81b692f806f9140c2d2777410d7a1.zip",
    "contents:dbd573d7cafe79c4b49f65718115e1304e24e067fa39eff18a660dc6cb9c360f",
    16157653,
    terms="CC BY-SA 4.0",
    contents=NAMES,
    variable="RETABLE_FSDD",
)


def load_frames(paths: Sequence[Path], fold: int, seed: int) -> Fold:
    """Return log mel energies of the middle 0.9 s of each recording, float32 (recordings, 15, 16), and digits."""
    return _fold(paths[0], _mel_frames, {"frames": FRAMES, "bands": BANDS, "averaged": AVERAGED})


def load_samples(paths: Sequence[Path], fold: int, seed: int, *, samples: int) -> Fold:
    """Return the middle samples of each recording, float32 (recordings, samples, 1) from -1 to 1, and digits."""
    return _fold(paths[0], partial(_middles, samples=samples), {"samples": samples})


def shifted(x: np.ndarray, *, steps: int, silence: float) -> np.ndarray:
    """Shift examples, (examples, time, channels), by `steps` in time, in turn later and earlier.

    Silence comes in at one end; what leaves at the other is lost.
    """
    moved = np.full_like(x, silence)
    moved[::2, steps:], moved[1::2, :-steps] = x[::2, :-steps], x[1::2, steps:]
    return moved


def with_shifted(x: np.ndarray, *, steps: int, silence: float) -> np.ndarray:
    """Return all examples as they are, then all as `shifted` does."""
    return np.concatenate([x, shifted(x, steps=steps, silence=silence)])


def _fold(archive: Path, compute: Callable[[Sequence[np.ndarray]], np.ndarray], settings: dict[str, int]) -> Fold:
    """Return the project's own split. Raises DataError for another rate than 8 kHz."""
    with unpacked(archive, NAMES) as files:
        names = [path.stem.split("_") for path in files]
        sounds = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
        libraries = {name: version(name) for name in ("librosa", "soundfile")}
        source = {"sounds": sounds, **settings, **libraries}
        x = kept("spoken_digits", source, lambda: compute([_signal(path) for path in files]))
    y = np.array([int(digit) for digit, _, _ in names], "int32")
    part = np.digitize([int(number) for _, _, number in names], (FIRST_TO_TRAIN, FIRST_TO_VALIDATE))
    test, train, valid = (Split(x[part == which], y[part == which]) for which in range(3))
    return Fold(train, valid, test)


def _signal(path: Path) -> np.ndarray:
    """Return float32 (samples,), divided by the largest amplitude."""
    signal, rate = read_sound(path)
    if rate != RATE:
        raise DataError(f"{path} has {rate} samples a second. Expected {RATE}.")
    return signal / max(np.abs(signal).max(initial=0.0), 1e-9)


def _mel_frames(signals: Sequence[np.ndarray]) -> np.ndarray:
    """Return the means of adjacent windows of log mel energies, float32 (recordings, 15, 16)."""
    windows = FRAMES * AVERAGED
    samples = round((WINDOW_SECONDS + (windows - 1) * SHIFT_SECONDS) * RATE)
    energies = (log_mel(signal[:, 0], RATE, bands=BANDS) for signal in _middles(signals, samples=samples))
    return np.stack([found.reshape(FRAMES, AVERAGED, BANDS).mean(axis=1) for found in energies])


def _middles(signals: Sequence[np.ndarray], *, samples: int) -> np.ndarray:
    """Return the middle of each signal, float32 (recordings, samples, 1); short ones between zeros."""
    middles = np.zeros((len(signals), samples, 1), "float32")
    for middle, signal in zip(middles, signals, strict=True):
        surplus = len(signal) - samples
        cut = signal[max(0, surplus // 2) :][:samples]
        start = max(0, -surplus // 2)
        middle[start : start + len(cut), 0] = cut
    return middles


def write_lookalike(folder: Path) -> list[Path]:
    """Write a zip of four recordings of each digit by one voice; digits differ in pitch."""
    path = folder / "fsdd.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for digit in range(10):
            for number in (0, FIRST_TO_TRAIN, FIRST_TO_TRAIN + 1, FIRST_TO_VALIDATE):
                archive.writestr(f"recordings/{digit}_nobody_{number}.wav", voice(digit + 1, number, rate=RATE))
    return [path]


SPOKEN_DIGITS = Dataset(
    name="FSDD",
    source="Free Spoken Digit Dataset: six speakers, 50 recordings of each digit; its own split",
    classes=10,
    examples=(2400, 300, 300),
    of_class=(300,) * 10,
    files=(FILE,),
    load=load_frames,
    lookalike=write_lookalike,
)


SPOKEN_SAMPLES = replace(SPOKEN_DIGITS, load=partial(load_samples, samples=RATE))

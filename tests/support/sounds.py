"""Sounds, for tests."""

import numpy as np
import soundfile

RATE = 16000


def tone(hertz: float, seconds: float = 0.7, rate: int = RATE) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype("float32")


def save(path, samples: np.ndarray, rate: int = RATE, **settings):
    soundfile.write(path, samples, rate, **settings)
    return path

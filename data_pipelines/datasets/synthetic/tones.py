"""Generated tones of eight pitches in noise, as log mel frames, to try the speech pipeline."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data_pipelines.dataset import Dataset, Fold, Split, no_files
from data_pipelines.speech.features import log_mel

RATE = 8000
PITCHES = tuple(220 * 2 ** (step / 3) for step in range(8))  # hertz, a major third apart


def load_tones(paths: Sequence[Path], fold: int, seed: int, *, examples: int = 400) -> Fold:
    """Generate tones of a quarter second: float32 (examples, frames, bands, 1), and pitch numbers."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, len(PITCHES), examples).astype("int32")
    x = np.stack([log_mel(_tone(PITCHES[label], rng), RATE) for label in y])[..., None]
    x = (x - x.mean()) / x.std()
    parts = np.split(np.arange(examples), [examples // 2, examples * 6 // 10])
    train, valid, test = (Split(x[rows], y[rows]) for rows in parts)
    return Fold(train, valid, test)


def _tone(pitch: float, rng: np.random.Generator) -> np.ndarray:
    """Return a tone slightly off its pitch in louder noise: float32 (samples,)."""
    time = np.arange(RATE // 4) / RATE
    detuned = pitch * 2 ** rng.uniform(-1 / 12, 1 / 12)
    tone = np.sin(2 * np.pi * (detuned * time + rng.uniform()))
    return (0.3 * tone + rng.normal(0, 1, len(time))).astype("float32")


TONES = Dataset(
    name="tones",
    source="generated from the seed",
    classes=len(PITCHES),
    files=(),
    load=load_tones,
    lookalike=no_files,
)

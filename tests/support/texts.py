"""Small texts as numbers of their symbols, and networks over them."""

import numpy as np

from benchmarks.papers.zhang2015.networks import LAID
from data_pipelines.text.batching import end_to_end

SMALLEST = {"maps": 8, "units": 9, "deviation": 0.3, "dropout": 0.0}


def texts_of(*lengths: int, symbols: int = 9) -> np.ndarray:
    """Return padded texts of these lengths, uint8 (texts, 1014)."""
    rng = np.random.default_rng(0)
    x = np.zeros((len(lengths), 1014), "uint8")
    for row, length in zip(x, lengths, strict=True):
        row[:length] = rng.integers(1, symbols, length)
    return x


def laid(texts: np.ndarray, **settings) -> dict[str, np.ndarray]:
    """Return texts end to end, as the ConvNets of Zhang et al. (2015) take them."""
    return end_to_end(texts, **LAID, **settings)

"""Whether a machine does something else: a fixed product takes longer then."""

import time

import numpy as np

SIDE, PRODUCTS = 1500, 40


def product_seconds() -> float:
    """Return the time of a fixed product on all cores, the median of some."""
    matrix = np.ones((SIDE, SIDE), "float32")
    times = []
    for _ in range(PRODUCTS):
        started = time.perf_counter()
        matrix @ matrix
        times.append(time.perf_counter() - started)
    return float(np.median(times))


def drift(seconds: list[float]) -> float:
    """Return by how much the slowest of some products is slower than the fastest, as a share."""
    return max(seconds) / min(seconds) - 1

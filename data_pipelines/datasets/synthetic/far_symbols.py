"""Generated sequences of random symbols; their class is in the first one, or in the first and the last one."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from data_pipelines.dataset import Dataset, Fold, Split, no_files

SYMBOLS = 4
PARTS = (10000, 1000, 2000)  # examples to train, to validate and to test on


def load_far_symbols(paths: Sequence[Path], fold: int, seed: int, *, steps: int, both: bool) -> Fold:
    """Generate all parts from the seed: float32 (examples, steps, 4) with a 1 at each symbol, and classes.

    The class is the first symbol or, with `both`, the sum of the first and the last one, modulo four. All symbols
    are uniform and independent, so that a system which does not see the first one is right in one of four cases.
    """
    rng = np.random.default_rng(seed)
    train, valid, test = (_part(rng.integers(0, SYMBOLS, (examples, steps)), both) for examples in PARTS)
    return Fold(train, valid, test)


def _part(symbols: np.ndarray, both: bool) -> Split:
    classes = (symbols[:, 0] + both * symbols[:, -1]) % SYMBOLS
    return Split(np.eye(SYMBOLS, dtype="float32")[symbols], classes.astype("int32"))


def far_symbols(steps: int, both: bool = False) -> Dataset:
    """Return the data set of sequences of so many steps."""
    return Dataset(
        name=f"{'both ends' if both else 'first symbol'} of {steps}",
        source="generated from the seed",
        classes=SYMBOLS,
        files=(),
        load=partial(load_far_symbols, steps=steps, both=both),
        lookalike=no_files,
        examples=PARTS,
    )

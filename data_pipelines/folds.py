"""Folds of a cross-validation, and the order of examples in batches."""

from collections.abc import Sequence

import numpy as np

from data_pipelines.dataset import Fold, Split


def random_folds(examples: int, folds: int, seed: int) -> np.ndarray:
    """Draw a fold for every example, uniformly: int (examples,). Folds differ in size."""
    return np.random.default_rng([seed, folds]).integers(0, folds, examples)


def stratified_folds(labels: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """Draw a fold for every example, int (examples,); each class is spread evenly, and folds are equally large.

    Sizes of folds, of a class and in all, differ by one at most.
    """
    drawn = np.random.default_rng([seed, folds]).permutation(len(labels))
    found = np.empty(len(labels), int)
    found[drawn[np.argsort(labels[drawn], kind="stable")]] = np.arange(len(labels)) % folds
    return found


def stratified_parts(labels: np.ndarray, shares: Sequence[float], seed: int) -> np.ndarray:
    """Draw a part for every example, int (examples,), so that each part has its share of each class.

    Shares are rounded class by class; of few examples of a class, a part with a small share may get none.
    """
    drawn = np.random.default_rng([seed, len(shares)]).permutation(len(labels))
    ends = np.cumsum(shares)[:-1] / np.sum(shares)
    found = np.empty(len(labels), int)
    for label in np.unique(labels):
        rows = drawn[labels[drawn] == label]
        found[rows] = np.searchsorted(ends, (np.arange(len(rows)) + 0.5) / len(rows))
    return found


def speaker_folds(women: Sequence[str], men: Sequence[str], seed: int) -> list[tuple[str, str]]:
    """Pair every woman with a random man; each fold leaves one pair out."""
    rng = np.random.default_rng([seed, len(women)])
    return list(zip(rng.permutation(women).tolist(), rng.permutation(men).tolist(), strict=True))


def batched(fold: Fold, batch_size: int, valid_share: float, rng: np.random.Generator) -> Fold:
    """Complete the training part to whole batches and, if there is no validation part, hold one out.

    Rows of the training part, drawn without replacement, fill the last batch, so that some occur twice; then all
    rows are permuted. The held-out part is the last `batches - round((1 - share) * batches)`.
    Source: Kim (2014), published code. Raises ValueError if no batch would be held out.
    """
    completed = _completed(len(fold.train.y), batch_size, rng)
    if fold.valid is not None:
        return fold._replace(train=_rows(fold.train, completed))
    batches = len(completed) // batch_size
    kept = round((1 - valid_share) * batches) * batch_size
    if kept == len(completed):
        raise ValueError(f"{batches} batches are too few to hold out a share of {valid_share}.")
    return fold._replace(train=_rows(fold.train, completed[:kept]), valid=_rows(fold.train, completed[kept:]))


def batch_order(labels: np.ndarray, batch_size: int, rng: np.random.Generator) -> np.ndarray:
    """Permute whole batches without changing their content: int (examples,)."""
    return rng.permutation(np.arange(len(labels)).reshape(-1, batch_size)).ravel()


def balanced_order(labels: np.ndarray, batch_size: int, rng: np.random.Generator, *, batches: int) -> np.ndarray:
    """Draw a class, then one of its examples, both uniformly with replacement: int (batches * batch_size,).

    Source: Zhang, Zhao & LeCun (2015), published code.
    """
    by_class = np.argsort(labels, kind="stable")
    sizes = np.unique(labels, return_counts=True)[1]
    drawn = rng.integers(len(sizes), size=batches * batch_size)
    return by_class[(np.cumsum(sizes) - sizes)[drawn] + rng.integers(sizes[drawn])]


def _completed(examples: int, batch_size: int, rng: np.random.Generator) -> np.ndarray:
    missing = -examples % batch_size
    extra = rng.permutation(examples)[:missing]
    return rng.permutation(np.concatenate([np.arange(examples), extra]))


def _rows(split: Split, rows: np.ndarray) -> Split:
    return Split(split.x[rows], split.y[rows])

"""Neumann & Vu (2017): the control, and the printed counts."""

import numpy as np

from benchmarks.papers.neumann_vu2017 import by_length
from benchmarks.table import load_table
from data_pipelines.dataset import Fold, Split
from data_pipelines.datasets.iemocap import FOLDER, IEMOCAP


def utterances(lengths, frames: int, seed: int) -> np.ndarray:
    """Return features with a last column of 1 for a frame and 0 for padding: float32 (utterances, frames, 6)."""
    is_frame = np.arange(frames) < np.array(lengths)[:, None]
    features = np.random.default_rng(seed).normal(size=(len(lengths), frames, 5)) * is_frame[..., None]
    return np.concatenate([features, is_frame[..., None]], axis=2).astype("float32")


def test_the_control_predicts_from_the_length_alone():
    rng = np.random.default_rng(0)
    y = np.arange(80) % 4
    lengths = 10 * 2**y + rng.integers(0, 3, 80)

    def fold(seed):
        train, test = utterances(lengths, 90, seed), utterances(lengths[:20], 90, seed)
        return Fold(Split(train, y), None, Split(test, y[:20]))

    found = [by_length(fold(seed), 0) for seed in (0, 1)]
    assert found[0].tolist() == found[1].tolist() == y[:20].tolist()


def test_the_printed_counts_add_up():
    counts = {cell.row: cell.value for cell in load_table("neumann_vu2017").cells("IEMOCAP")}
    assert counts["happy"] + counts["excited"] == counts["happy + excited"] == 1636
    assert counts["neutral"] + counts["angry"] + counts["sad"] + counts["happy + excited"] == 5531
    assert counts["improvised"] + counts["scripted"] == counts["all"] == FOLDER.files
    assert IEMOCAP.examples == sum(IEMOCAP.of_class)

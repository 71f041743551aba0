"""Waibel et al. (1989), Phoneme Recognition Using Time-Delay Neural Networks.

Source: IEEE Transactions on Acoustics, Speech, and Signal Processing 37(3), pp. 328-339, the abstract. The paper
itself was not available. Margins: 0.5 points, about ten of the 1,946 tokens.

Looked up in public sources: 16 mel coefficients, each the logarithm of a sum over the power spectrum (source code
of a speech recogniser, which cites Waibel's report ATR TR-I-0006 for it); a unit sees all frames of its window
(README files of programs that cite the paper). From memory, not confirmed: 15 frames of 10 ms; coefficients of a
token between -1 and 1, with an average of 0; sigmoid units, 8 over windows of three frames, then one a class over
windows of five; an output sums its unit over time with equal, fixed weights. No count of connections or parameters
was found; by these sizes they are 6,203, without those of the sums, and 515.

The tokens are cut by hand from Japanese words of three speakers, which ATR gives out under contract. So the table
"spoken digits" is ours: it asks what the paper says of shifts in time, on ten English digits by six speakers. The
networks have equally many parameters, within 2 %. The column "shifted" has the test recordings three frames of 15
later or earlier, in turn: as many as the first layer sees at a time, and few enough that a digit of mean length
stays inside. The column "unchanged" is the share of recordings that keep their predicted class when shifted. No
network trains on shifted recordings; all of them are in the middle of the window.

Where the paper can't say, the validation recordings decided, 45 to 49 of each digit and speaker, with seed 100.
Shifted recordings decided nothing.
"""

from functools import partial
from typing import Any

import numpy as np

from benchmarks.recipe import CROSS_ENTROPY, NotAttempted, Recipe, from_keras, last_best
from benchmarks.settings import with_others
from benchmarks.table import Assumption, Claim, PaperTable
from data_pipelines.dataset import Fold
from data_pipelines.datasets.spoken_digits import SILENCE, SPOKEN_DIGITS, shifted, with_shifted
from results.metrics import ACCURACY, SHIFTED_ACCURACY, UNCHANGED
from results.published import Cell

OURS = "spoken digits"
TDNN, FLAT, RECURRENT = "time-delay network", "fully connected", "LSTM"
SHIFT = 3  # frames


NETWORKS = {  # functions of `models.time_delay`, and the units of the hidden layer
    TDNN: ("time_delay_network", 30),
    FLAT: ("fully_connected", 12),
    RECURRENT: ("lstm", 19),
}


def recipe(cell: Cell) -> Recipe | NotAttempted:
    """Return the recipe of a cell, or the reason why it has none."""
    if cell.table != OURS:
        return NotAttempted(
            "its tokens are cut from Japanese words that ATR gives out under contract, and are not published"
        )
    network, units = NETWORKS[cell.row]
    shift: dict[str, Any] = {"steps": SHIFT, "silence": SILENCE}
    return Recipe(
        dataset=SPOKEN_DIGITS,
        build=partial(build, network=network, units=units, classes=SPOKEN_DIGITS.classes),
        optimizer=from_keras("optimizers.Adam", learning_rate=0.01),
        loss=CROSS_ENTROPY,
        metrics=(ACCURACY, SHIFTED_ACCURACY, UNCHANGED),
        batch_size=32,
        epochs=100,
        keep=last_best,
        views={SHIFTED_ACCURACY.part: partial(shifted, **shift), UNCHANGED.part: partial(with_shifted, **shift)},
        compiled_steps=25,
    )


def build(fold: Fold, rng: np.random.Generator, *, network: str, units: int, classes: int) -> Any:
    """Build a network by the name of its function in `models.time_delay`."""
    from models import time_delay

    frames, bands = fold.train.x.shape[1:]
    return getattr(time_delay, network)(frames, bands, classes, units=units)


COLUMNS = ("shifted", "unchanged")
CLAIMS = (
    Claim("shift invariance helps, against a fully connected network", OURS, TDNN, FLAT, columns=COLUMNS),
    Claim("shift invariance helps, against an LSTM", OURS, TDNN, RECURRENT, columns=COLUMNS),
)
TITLE = "Waibel et al. (1989), Phoneme Recognition Using Time-Delay Neural Networks"
ASSUMPTIONS = (
    Assumption(
        "a frame has 60 ms, the mean of six windows, so that 15 of them hold a word",
        deviates=True,
    ),
    Assumption(
        "the loss is the cross-entropy of the summed sigmoids, by Adam in batches of 32; the paper, from "
        "memory, has squared errors and momentum",
        deviates=True,
    ),
    Assumption(
        "units: 15, 30 and 64 of the time-delay network, at rate 0.01, have accuracies of 98.3, 99.0 and 99.0 "
        "%; an LSTM of 12, 19 and 31 units 99.0, 99.7 and 99.7 % at 0.003; 6, 12 and 25 fully connected ones "
        "93.0, 96.0 and 96.7 %",
    ),
    Assumption(
        "the rate: 0.01 for all. The time-delay network has 96.3 % at 0.003, 99.0 at 0.01, 98.7 at 0.02; the "
        "fully connected one 95.3 at 0.001, 96.0 at 0.003, 97.0 at 0.01; the LSTM 99.7 at 0.001, 0.003 and "
        "0.01",
        name="rate",
        instead="a rate of 0.003",
        change=with_others({"optimizer.learning_rate": "0.003"}),
    ),
    Assumption(
        "100 epochs, of which the last one with the best validation accuracy counts",
    ),
)
TABLE = PaperTable(
    "waibel1989",
    TITLE,
    recipe,
    claims=CLAIMS,
    metrics=(SHIFTED_ACCURACY, UNCHANGED),
    address="https://doi.org/10.1109/29.21701",
    assumptions=ASSUMPTIONS,
)

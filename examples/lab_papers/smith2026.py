"""Smith (2026), Handwritten Digits Without Convolution: an example of a paper outside of the suite.

Source: its printed numbers are invented. Margins: 1.5 points; such networks spread by 0.7 (sd).
"""

from functools import partial

from retable import (
    ACCURACY,
    CROSS_ENTROPY,
    DIGITS,
    Assumption,
    Claim,
    NotAttempted,
    PaperTable,
    Recipe,
    from_keras,
    last_best,
    with_others,
)

UNITS = {"one layer": (64,), "two layers": (64, 32)}


def recipe(cell):
    """Return how to obtain a cell."""
    if cell.row not in UNITS:
        return NotAttempted("its sizes are not published")
    return Recipe(
        dataset=DIGITS,
        build=partial(build, units=UNITS[cell.row]),
        optimizer=from_keras("optimizers.Adam", learning_rate=0.003),
        loss=CROSS_ENTROPY,
        metrics=(ACCURACY,),
        batch_size=32,
        epochs=10,
        keep=last_best,
    )


def build(fold, rng, *, units):
    """Build a network of fully connected layers for the shape of the fold's images."""
    import keras
    from keras import layers

    hidden = [layers.Dense(count, "relu") for count in units]
    return keras.Sequential(
        [keras.Input(fold.train.x.shape[1:]), layers.Flatten(), *hidden, layers.Dense(DIGITS.classes)]
    )


CLAIMS = (Claim("two layers beat one", "1", "two layers", "one layer"),)
ASSUMPTIONS = (
    Assumption("a rate of 0.003", "rate", "a rate of 0.001", with_others({"optimizer.learning_rate": "0.001"})),
    Assumption("batches of 32"),
)
TABLE = PaperTable(
    "smith2026",
    "Smith (2026), Handwritten Digits Without Convolution",
    recipe,
    claims=CLAIMS,
    assumptions=ASSUMPTIONS,
)

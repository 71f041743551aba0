"""LeCun et al. (1989), Backpropagation Applied to Handwritten Zip Code Recognition.

Source: Neural Computation 1(4), sections 3 to 5. Its data are the public USPS set, 7291 training and 2007 test
digits.
Margins: 0.5 points for the test error, which is a tenth of it, and so 10 digits and a tenth of the mean square. On
training digits few errors remain, and single runs differ by half of them: 0.2 points, 15 digits, 0.001.

From the paper: 23 passes, one pattern at a time in constant order, mean squared error; weights from U[-2.4/F,
2.4/F], where F is the number of inputs of a unit; a scaled tanh in all layers, with targets in its quasi-linear
range; a Newton method with a positive diagonal Hessian; a border of background around the image and around H1.
"""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from benchmarks.look.images import look_at_images
from benchmarks.papers.lecun1998.networks import half_squares, measured_curvature
from benchmarks.recipe import Measurement, Recipe, constant_order
from benchmarks.settings import with_others
from benchmarks.table import Assumption, Look, Miss, PaperTable
from data_pipelines.dataset import Fold
from data_pipelines.datasets.usps import USPS
from results.metrics import (
    REJECTED,
    TEST_ERROR,
    TEST_MISTAKES,
    TEST_SQUARES,
    TRAINING_ERROR,
    TRAINING_MISTAKES,
    TRAINING_SQUARES,
    VALUE,
)
from results.published import Cell

DIGITS = tuple("0123456789")
MEASURES = (
    *(TEST_ERROR, TEST_MISTAKES, TEST_SQUARES, REJECTED),
    *(TRAINING_ERROR, TRAINING_MISTAKES, TRAINING_SQUARES),
)


def recipe(cell: Cell) -> Recipe | Measurement:
    """Return the recipe of a cell."""
    if cell.table == "architecture":
        measure = partial(size, layer=cell.row, what=cell.column)
        return Measurement(measure=measure, metrics=(VALUE,), needs_keras=True)
    return Recipe(
        dataset=USPS,
        build=build,
        optimizer=partial(newton, rate=0.0005, damping=0.1),
        begin=partial(measured_curvature, examples=500),
        loss=half_squares,
        metrics=MEASURES,
        batch_size=1,
        epochs=23,
        order=constant_order,
        compiled_steps=7291,
        keep_weights=True,
    )


def build(fold: Fold, rng: np.random.Generator):
    """Build the network."""
    from models.zip_code_net import zip_code_net

    return zip_code_net()


def newton(*, rate: float, damping: float):
    """Return Newton's method with a diagonal Hessian."""
    from models.optimizers import DiagonalNewton

    return DiagonalNewton(rate, damping)


def size(fold: Fold, seed: int, *, layer: str, what: str) -> dict[str, float]:
    """Count the units, connections or parameters of a layer, or of the whole network."""
    from models.layer_sizes import counted
    from models.zip_code_net import zip_code_net

    return {VALUE.name: counted(zip_code_net(), layer, what)}


TITLE = "LeCun et al. (1989), Backpropagation Applied to Handwritten Zip Code Recognition"
NOTES = (
    "Test error, ten seeds each: 5.82 % with a plain tanh and one rate of 0.03; 5.73 % with a scaled tanh and "
    "Newton's method at a damping of 0.02; 5.46 % at 0.1, which held-out digits prefer.",
    "Single changes to the first of these, seeds 200 and 201, test error in %: none 6.0, 5.3; the rate falling "
    "from 0.06 as 1 / (1 + pass / 5) 5.6, 5.1; a tenth of the rate in the last six passes 5.5, 5.3; weights "
    "U[-2.4/sqrt F, 2.4/sqrt F] 6.6, 5.9; H2 reading all twelve maps 5.2, 6.2; borders of 0 5.4, 6.0; half the "
    "rate 6.0, 5.4.",
)
MISSES = (
    Miss(
        "network",
        "of the mean squares, probably their unit. The authors' paper of 1998 takes half of the squares, from"
        " memory: half of ours is 0.0197 on test digits, 0.018 to 0.021 for a run, and 0.018 is printed. On"
        " training digits it is 0.0041, and 0.0025 is printed, as our training error is higher than theirs, for an"
        " unknown reason. A mean square also grows with the square of the targets, and the paper prints neither"
        " these nor the amplitude of its tanh. The printed test error may be one of our runs.",
        "by retable explain, six changes alone, five seeds: none is shown to move a mean square, neither another"
        " order of examples, 0.002 of the 0.021 on test digits (p by Holm 0.10), nor inputs of mean 0 and"
        " deviation 1, 0.001 of the 0.006 on training digits (0.12).",
    ),
)
LOOK = Look("text", ("network",), "test", partial(look_at_images, layers=("H1", "H2"), names=DIGITS))


def with_zero_borders(recipe: Any) -> Recipe | None:
    """Surround the image and H1 by zeros instead of background; None for what is not trained."""
    return replace(recipe, build=zero_borders) if isinstance(recipe, Recipe) else None


def zero_borders(fold: Fold, rng: np.random.Generator) -> Any:
    """Build the network with borders of 0."""
    model = build(fold, rng)
    for name in ("H1", "H2"):
        model.get_layer(name).border = 0.0
    return model


ASSUMPTIONS = (
    Assumption(
        "maps 1 to 4 of H2 read maps 1 to 8 of H1, the next four read maps 5 to 12, and the last four read 1 "
        "to 4 and 9 to 12",
    ),
    Assumption(
        "the first window of H1 starts two pixels outside the image, that of H2 two units outside H1",
        name="border",
        instead="borders of 0",
        change=with_zero_borders,
    ),
    Assumption(
        "the scale of LeCun et al. (1998), 1.7159 tanh(2x/3), and targets of 1 and -1",
    ),
    Assumption(
        "the Newton method of LeCun et al. (1998): curvatures from 500 digits before each pass; a constant "
        "rate. With the last 1,000 training digits held out, seeds 200 to 203, error in % (mean square) after "
        "23 passes: with a damping of 0.02, 2.8 (0.0232) at 0.0005, 2.1 (0.0208) at 0.0002, 2.1 (0.0235) at "
        "0.0001, diverging at 0.001; with 0.1, 1.8 (0.0201) at 0.0005, 2.4 (0.0199) at 0.001; with 0.2, 2.0 "
        "(0.0197) at 0.001; with 0.005, 2.9 (0.0245) at 0.0001",
        name="damping",
        instead="a damping of 0.02, as in LeCun et al. (1998)",
        change=with_others({"optimizer.damping": "0.02"}),
    ),
    Assumption(
        "digits are rejected by the gap between the two largest outputs",
    ),
)
TABLE = PaperTable(
    "lecun1989",
    TITLE,
    recipe,
    NOTES,
    look=LOOK,
    misses=MISSES,
    address="https://doi.org/10.1162/neco.1989.1.4.541",
    assumptions=ASSUMPTIONS,
)

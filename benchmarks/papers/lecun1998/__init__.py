"""LeCun, Bottou, Bengio & Haffner (1998), Gradient-Based Learning Applied to Document Recognition.

Source: Proceedings of the IEEE 86(11), sections II and III, figure 9; MNIST in its official files.
Margins: 0.2 points, which is 20 of the 10,000 test digits, or a few standard deviations of such a count between
runs.

From the paper, as far as we know it from secondary sources: the layers of LeNet-5 with table I for C3, trained
subsampling, a scaled tanh, fixed radial codes and equation 9; weights from U[-2.4/F, 2.4/F]; twenty passes with a
learning rate that falls in steps; random shifts, scales, squeezes and horizontal shears as distortions; digits
deskewed by the moments of their black pixels and cropped to 20x20; fully connected networks learn from single
patterns by Newton's method with a diagonal Hessian: first rate 0.0005, damping 0.02, curvatures from 500 digits
before each pass.

The table "invariance" is ours: test digits are shifted, rotated and scaled in ways that training did not include.
So is the table "prototypes": nearest neighbours among the first training digits.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from benchmarks.papers.lecun1998.classifiers import CLASSIFIERS, classifier
from benchmarks.papers.lecun1998.invariance import STUDIED, VIEW_FUNCTIONS, look
from benchmarks.papers.lecun1998.networks import (
    FALLING,
    HIDDEN,
    LATE,
    METRICS,
    NETWORKS,
    changed,
    descent,
    newton,
    size,
)
from benchmarks.recipe import Measurement, NotAttempted, Recipe, as_is
from benchmarks.settings import with_others
from benchmarks.table import Assumption, Claim, Look, Miss, PaperTable
from data_pipelines.images import all_transformed, deskewed, distorted
from results.metrics import VALUE, VIEWS, error_on
from results.published import Cell

DISTORTIONS: dict[str, Any] = {"shift": 2.0, "scale": 0.1, "squeeze": 0.1, "shear": 0.2}
PREPARATIONS: dict[str, Callable[[np.ndarray], np.ndarray] | None] = {
    "deskewing": partial(deskewed, side=20),
    "subsampled 16x16": partial(all_transformed, scale=0.8),
}


PROTOTYPES = "prototypes"  # a table of ours


def recipe(cell: Cell) -> Recipe | Measurement | NotAttempted:
    """Return the recipe of a cell."""
    if cell.table == "architecture":
        network, layer = cell.row.split()
        measure = partial(size, network=network, layer=layer, what=cell.column)
        return Measurement(measure=measure, metrics=(VALUE,), needs_keras=True)
    prepared = PREPARATIONS.get(cell.column)
    name, _, addition = cell.row.partition(" [")
    if cell.table == PROTOTYPES:
        prepared = PREPARATIONS[addition[:-1]] if addition else None
        return classifier(CLASSIFIERS[name], prepared=prepared, first=int(cell.column.removeprefix("first ")))
    if cell.row in CLASSIFIERS:
        return classifier(CLASSIFIERS[cell.row], prepared=prepared)
    if name not in (*NETWORKS, *HIDDEN) or addition == "huge distortions]":
        return NotAttempted(REASONS.get(cell.row, "a support vector machine, which the lectures do not cover"))
    settings: dict[str, Any] = {
        "augment": partial(distorted, **DISTORTIONS) if addition == "distortions]" else None,
        "prepare": partial(changed, by=prepared) if prepared else as_is,
    }
    if cell.row in STUDIED and prepared is None:
        settings |= {"metrics": (*METRICS, *map(error_on, VIEWS)), "views": VIEW_FUNCTIONS}
    if name in HIDDEN:
        return newton(HIDDEN[name], **settings)
    return descent(NETWORKS[name], **settings)


REASONS = {
    "LeNet-5 [huge distortions]": "the size of the distortions is not published",
    "boosted LeNet-4 [distortions]": "three networks, each trained on distorted digits that earlier ones miss",
    "LeNet-4 with K-NN": "needs the features of a network that another row trains",
    "LeNet-4 with local learning": "needs the features of a network that another row trains",
    "K-NN tangent distance": "tangent vectors of each digit, which the lectures do not cover",
    "1000 RBF + linear": "the widths of the radial units are not published",
}
TITLE = "LeCun et al. (1998), Gradient-Based Learning Applied to Document Recognition"
CLAIMS = (
    Claim("convolution beats a fully connected network", "MNIST", *STUDIED),
    Claim("LeNet-5 beats LeNet-4", "MNIST", STUDIED[0], "LeNet-4"),
    Claim("distortions help LeNet-5", "MNIST", "LeNet-5 [distortions]", STUDIED[0]),
    Claim("more hidden units help", "MNIST", "2-layer NN 1000 HU", "2-layer NN 300 HU"),
)
NOTES = (
    "LeNet-5: the paper's rates are for single patterns and a diagonal Hessian; we chose ours on held-out "
    "training digits, one seed each, before the first run on the test digits.",
    "LeNet-4: three maps of S2 for each map of C3 give the 260,000 connections, a number we know from memory. "
    "The 17,000 parameters, also from memory, are impossible, because a full layer of 120 units has 48,120.",
    "300 hidden units had an error of 5.76 % (sd 0.45, five seeds) and a training error of 5 % with batches of 32 "
    "and momentum. On held-out digits, one seed: 5.6 % so, 4.5 % by the paper's method; 5.0 % after ten passes "
    "with one rate of 0.003, 6.0 % with 0.01.",
)
MISSES = (
    Miss(
        "linear classifier (1-layer)",
        "unbounded outputs amount to least squares, which do no better. The paper does not say how its units "
        "were trained.",
        "least squares have 13.97 % on raw and 9.22 % on deskewed digits. Bounded outputs have 10.6 % on "
        "held-out raw digits, unbounded ones 13.2 % (one seed): the printed error is between.",
    ),
    Miss(
        "K-NN Euclidean",
        "fewer prototypes would explain both columns: the printed 5.0 lies between 10,000 (5.37) and 15,000 "
        "(4.73) training digits, the printed 2.4 between 15,000 (2.61) and 20,000 (2.34) deskewed ones. The "
        "paper, from memory, has all 60,000. The authors' page about the digits, from memory, has 3.09 % by "
        "another author for the same classifier, near ours.",
        'the table "prototypes"; digits placed in a box by their outline and not by their mass, 3.4 % of held-out '
        "digits, against 3.2 %.",
    ),
    Miss(
        "2-layer NN 300 HU",
        "ours is not trained to the end, because its weights start small: U[-2.4/F, 2.4/F], as in the paper. "
        "Kernels from Glorot's range, more than ten times as wide, bring theirs within our interval, but lead "
        "away from theirs on raw digits. So no single start explains both columns (docs/case.md).",
        "by retable explain, three seeds: 1.54 % instead of 3.66 %, and a training error of 0.7 % instead of "
        "3.0 %; on raw digits 2.47 % instead of 4.96 %, where 4.7 % is printed. With a damping of "
        "0.1, the error on held-out raw digits is 3.7 % instead of 4.5 % (one seed).",
        columns=("deskewing",),
    ),
    Miss(
        "2-layer NN 1000 HU",
        "ours is not trained to the end: by the rates and passes of 300 units, whose training error is 3.4 %, its "
        "own is 4.1 %. The paper prints no rates for these networks.",
        "with twice the passes, the error on held-out raw digits is 4.7 % instead of 5.2 %, and that on training "
        "digits 3.1 % instead of 4.1 % (one seed). That is half of the 0.9 points to the printed error.",
    ),
    Miss(
        "pairwise linear",
        "the paper adds up the outputs of its units, which must be bounded somehow: a sum of unbounded ones is "
        "itself linear. Ours vote.",
        "the sum of unbounded outputs has an error of 17.0 %. On held-out digits, votes have 6.8 %, sums of "
        "outputs cut at 1 and -1 9.4 %, of tanh(2x) 7.2 %, of 1.7159 tanh(2x/3) 11.5 %. So the bound decides, and "
        "the printed 7.6 % is within its reach.",
        columns=("none",),
    ),
)
LOOK = Look("MNIST", (STUDIED[0],), "none", look)


def with_falling_rates(recipe: Any) -> Recipe | None:
    """Let the rate of a network fall early, where it falls late; None for others."""
    given = getattr(getattr(recipe, "optimizer", None), "keywords", {})
    if given.get("shares") != LATE:
        return None
    return replace(recipe, optimizer=partial(recipe.optimizer.func, **given | {"shares": FALLING}))


ASSUMPTIONS = (
    Assumption(
        "convolutional networks learn from batches by gradient descent with momentum",
        deviates=True,
    ),
    Assumption(
        "curvatures are the exact diagonal of the Gauss-Newton matrix, of which the paper neglects more terms",
        deviates=True,
    ),
    Assumption(
        "the codes are our own 7x12 drawings of the digits, in the style of the paper's",
        deviates=True,
    ),
    Assumption(
        "each pass draws one new distortion of each training digit; the paper had ten fixed ones",
        deviates=True,
    ),
    Assumption(
        "for convolutional networks, batches of 32, momentum 0.9, rates that fall in steps (FALLING is close "
        "to the paper's, LATE keeps the first rate longer). With the last 10,000 training digits held out, "
        "one seed each, the errors are: LeNet-5 1.09 % at 0.001 and 1.04 % at 0.002; LeNet-1 at 0.1 2.2 % "
        "with FALLING and 1.8 % with LATE; LeNet-4 1.5 % with FALLING at 0.1. LeNet-4 then got LATE, as "
        "LeNet-1 did, without a complete trial",
        name="batches",
        instead="batches of 8",
        change=with_others({"batch_size": "8"}),
    ),
    Assumption(
        "LATE for the fully connected networks, whose rates are not printed: 300 hidden units have a held-out "
        "error of 4.5 % with it and 4.7 % with FALLING (one seed)",
        name="falling rates",
        instead="the rates of the paper's convolutional networks",
        change=with_falling_rates,
    ),
    Assumption(
        "the first rate and the damping of the fully connected networks are those of LeNet-5, and smaller "
        "dampings diverge",
        name="damping",
        instead="a damping of 0.1",
        change=with_others({"optimizer.damping": "0.1"}),
    ),
    Assumption(
        "all networks have LeNet-5's levels of background and ink, -0.1 and 1.175, also for deskewed digits "
        "cut to 20x20, whose mean is about 0.23; biases start at 0",
    ),
    Assumption(
        "j of equation 9, the distance of the rubbish class, is 1",
    ),
    Assumption(
        "distortions: shifts up to 2 pixels, scales and squeezes up to 10 %, shears up to 0.2",
        name="distortions",
        instead="shifts up to 1 pixel, scales and squeezes up to 5 %, shears up to 0.1",
        change=with_others(
            {"augment.shift": "1.0", "augment.scale": "0.05", "augment.squeeze": "0.05", "augment.shear": "0.1"}
        ),
    ),
    Assumption(
        "the other networks have 10 outputs and minimise the squared error against targets of 1 and -1",
    ),
    Assumption(
        "connection tables of LeNet-1 and LeNet-4: LeNet-1 has the published sizes; LeNet-4 has the published "
        "connections if each map reads three",
    ),
    Assumption(
        '"subsampled 16x16" digits are drawn at 0.8 of their size in the 28x28 frame; a black pixel has at '
        "least half the ink; deskewing also centres by mass",
        name="size of digits",
        instead='"subsampled 16x16" digits are as large as the frame',
        change=with_others({"prepare.by.scale": "1.0"}),
    ),
    Assumption(
        "k is 3",
        name="k",
        instead="k is 1",
        change=with_others({"measure.fit.neighbours": "1"}),
    ),
    Assumption(
        "ridge penalties of 1 keep least squares solvable",
        name="ridge penalty",
        instead="ridge penalties of 10",
        change=with_others({"measure.fit.decay": "10.0"}),
    ),
)
TABLE = PaperTable(
    "lecun1998",
    TITLE,
    recipe,
    NOTES,
    CLAIMS,
    LOOK,
    MISSES,
    address="https://doi.org/10.1109/5.726791",
    assumptions=ASSUMPTIONS,
)

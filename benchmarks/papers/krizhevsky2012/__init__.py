"""Krizhevsky, Sutskever & Hinton (2012), ImageNet Classification with Deep Convolutional Neural Networks.

Source: NIPS 2012, tables 1 and 2, sections 2 to 6, figure 2; checked against public transcriptions of it.
Margins: 0.5 points, two standard errors of an error of 40 % on 50,000 images. The paper states no spread.

From the paper: the shorter side is 256, and the middle 256x256 is cut out; random 224x224 patches, mirrored or
not, minus the mean image; random multiples of the principal colours, N(0, 0.1); batches of 128, momentum 0.9,
weight decay 0.0005; weights from N(0, 0.01); biases of 1 in some layers; a rate of 0.01, divided by 10 three
times, each time when the validation error no longer falls; 90 epochs; the mean of the softmax over ten patches.

Cost: TensorFlow counts 0.78 GFLOP for the forward pass of a patch, without the three layers in groups, which it
compiles; those have 0.82 by their connections. With three times as many for a training step, 90 epochs of 1.27
million images take 5.5e17: 15 hours of a GPU at 10 TFLOP/s, and 76 hours for five seeds. A core decodes some 400
images of 500x375 a second (`retable bench photographs`), so that 16 cores keep up with 30 TFLOP/s.

    RETABLE_IMAGENET=FOLDER retable run krizhevsky2012 --row "1 CNN"
    retable look krizhevsky2012 --seed 0      # and 1 to 4: filters, and the class probabilities of the test part
    RETABLE_ALEXNETS=look/krizhevsky2012 retable run krizhevsky2012 --row "5 CNNs"
"""

from collections.abc import Sequence
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.look.images import filters
from benchmarks.look.subject import Trained
from benchmarks.papers.krizhevsky2012.patches import decoding_ahead, over_ten_patches, random_patches
from benchmarks.recipe import CROSS_ENTROPY, Measurement, NotAttempted, Recipe, from_keras
from benchmarks.settings import with_others
from benchmarks.table import Assumption, Claim, Look, PaperTable
from data_pipelines.dataset import Dataset, Fold
from data_pipelines.datasets.ilsvrc import AVERAGED, CLASSES, FOLDER_2010, FOLDER_2012, ILSVRC_2010, ILSVRC_2012
from data_pipelines.whole_files import atomic_path
from results.metrics import TEST_ERROR, TOP_FIVE_ERROR, VALUE
from results.published import Cell
from results.report import pictures
from results.verdicts import Verdict

SIDE = 224  # of patches
RATE = 0.01
NETWORK: dict[str, Any] = {"maps": 96, "units": 4096, "decay": 0.0005, "deviation": 0.01, "dropout": 0.5}
ERRORS = (TEST_ERROR, TOP_FIVE_ERROR)
UNITS_OF_COUNTS = {"units": 1.0, "thousands of units": 1e3, "millions of parameters": 1e6}


def recipe(cell: Cell) -> Recipe | Measurement | NotAttempted:
    """Return the recipe of a cell."""
    if cell.table == "architecture":
        measure = partial(size, layer=cell.row, what=cell.column)
        return Measurement(measure=measure, metrics=(VALUE,), needs_keras=True)
    if (cell.table, cell.row) == ("1", "CNN"):
        return training(ILSVRC_2010)
    if cell.row in REASONS or cell.column == "Top-5 (test)":
        return NotAttempted(REASONS.get(cell.row, "the classes of the test images were never given out"))
    if cell.row == "5 CNNs":
        return Measurement(dataset=AVERAGED, measure=averaged, metrics=ERRORS)
    return training(ILSVRC_2012)


def training(dataset: Dataset) -> Recipe:
    """Return the recipe of the network."""
    return Recipe(
        dataset=dataset,
        build=partial(build, side=SIDE, **NETWORK),
        optimizer=from_keras("optimizers.SGD", learning_rate=RATE, momentum=0.9),
        loss=CROSS_ENTROPY,
        metrics=ERRORS,
        batch_size=128,
        epochs=90,
        next_rate=partial(divided_at_rest, first=RATE, by=10.0, patience=5, most=3),
        begin=decoding_ahead,
        augment=partial(random_patches, side=SIDE, colour=0.1),
        read=partial(over_ten_patches, side=SIDE),
        keep_weights=True,
    )


def build(fold: Fold, rng: np.random.Generator, **settings: Any):
    """Build the network for the classes of the fold."""
    from models.alexnet import alexnet

    return alexnet(classes=int(fold.train.y.max()) + 1, **settings)


def divided_at_rest(
    scores: Sequence[float], rate: float, *, first: float, by: float, patience: int, most: int
) -> float:
    """Return the rate after epochs with these validation errors.

    It is divided when `patience` epochs have brought no lower error, and again after as many more, at most `most`
    times.
    """
    lowest, rested, falls = inf, 0, 0
    for score in scores:
        rested = 0 if score < lowest else rested + 1
        lowest = min(lowest, score)
        if rested == patience and falls < most:
            falls, rested = falls + 1, 0
    return first / by**falls


def averaged(fold: Fold, seed: int) -> np.ndarray:
    """Return the mean class probabilities of several networks, (images, classes)."""
    total = np.zeros(fold.test.x[0].shape)
    for probabilities in fold.test.x:  # on disk
        total += probabilities
    return total / len(fold.test.x)


def size(fold: Fold, seed: int, *, layer: str, what: str) -> dict[str, float]:
    """Count the units of a layer, or units or parameters of the whole network, in the unit of the column."""
    from models.alexnet import alexnet
    from models.layer_sizes import layer_sizes, without_weights

    with without_weights():
        sizes = layer_sizes(alexnet(SIDE, CLASSES, **NETWORK))
    counted = [one for name, one in sizes.items() if name == layer or (layer == "network" and name != "input")]
    field = what.split()[-1]
    return {VALUE.name: sum(getattr(one, field) for one in counted) / UNITS_OF_COUNTS[what]}


def look(subject: Trained, verdicts: Sequence[Verdict], folder: Path, ending: str) -> list[Path]:
    """Draw the first layer's filters, those of each group in four rows, and write what "5 CNNs" averages."""
    picture, numbers = folder / f"filters.{ending}", folder / "probabilities.npy"
    pictures.draw_images(filters(subject.model, "conv1"), (), picture, columns=12)
    with atomic_path(numbers) as temporary:
        np.save(temporary, subject.predict(subject.fold.test.x).astype("float32"))
    return [picture, numbers]


FALL_2011 = "pre-trained on all of ImageNet's release of fall 2011, with a sixth layer whose size is not printed"
REASONS = {
    "Sparse coding": "the best entry of ILSVRC-2010, six models over different features, by others",
    "SIFT + FVs": "classifiers over Fisher vectors of SIFT, by others; the lectures do not cover them",
    "1 CNN*": FALL_2011,
    "7 CNNs*": f"two of the seven are {FALL_2011}",
    "CNN with a sixth convolutional layer": (
        "ImageNet's release of fall 2009, 8.9 million images of 10,184 classes; neither the sixth layer's size "
        "nor the split is printed"
    ),
    "best published before": "by others",
}
NOTES = (
    f"ImageNet is given on request. With {FOLDER_2012.variable} set to the folder of ILSVRC-2012, the row 1 CNN "
    f"can be run; with {FOLDER_2010.variable} set to that of ILSVRC-2010, the row CNN. 5 CNNs averages five runs.",
    'Lecture 000 calls the row with 26.2 % "Sparse Coding". It is SIFT + FVs; sparse coding has 28.2 % in table '
    "1.",
    "Lecture 000 gives 15.3 % to seven networks, without the asterisk: two of them are pre-trained on ImageNet's "
    "release of fall 2011, as the caption of table 2 says. The release of fall 2009 is that of section 6.",
    "The units of conv1 are a slip of the paper: 253,440 is 55 x 48 x 96, with one side of the maps taken for the "
    "48 maps of a group. Maps of 55 x 55, as in its figure 2, have 290,400 units; all other layers agree.",
    "The weights of each run are kept, 490 MB with the state of the optimizer.",
)
CLAIMS = (Claim("the mean of five networks beats one", "2", "5 CNNs", "1 CNN", columns=("Top-1 (val)",)),)
TITLE = "Krizhevsky et al. (2012), ImageNet Classification with Deep Convolutional Neural Networks"
LOOK = Look("2", ("1 CNN",), "Top-1 (val)", look)
ASSUMPTIONS = (
    Assumption(
        "the paper watched the validation error of ILSVRC-2012, and reports it too. Ours is that of every "
        "128th training image, which is held out. On ILSVRC-2010 it is the validation part, as in the paper",
        deviates=True,
    ),
    Assumption(
        'the five networks of "5 CNNs" differ in their seeds alone; the paper calls theirs similar',
        deviates=True,
    ),
    Assumption(
        "the error no longer falls when five epochs have brought no lower one",
        name="patience",
        instead="the rate falls after three epochs without a lower error",
        change=with_others({"next_rate.patience": "3"}),
    ),
    Assumption(
        "filters of the first layer extend up to 3 pixels past the lower and right edge, as cuda-convnet's "
        "do: from 224 pixels, 55 places with a stride of 4",
    ),
    Assumption(
        "response normalization runs over all maps of a layer, also where the two groups meet",
    ),
    Assumption(
        "the magnitude of a principal colour is its standard deviation, as in the author's later program, "
        "cuda-convnet2. The eigenvalue itself depends on the unit of pixels, and would be thousands of levels "
        "of 255",
    ),
    Assumption(
        "weight decay leaves out biases; images are rescaled bilinearly",
    ),
)
TABLE = PaperTable(
    "krizhevsky2012",
    TITLE,
    recipe,
    NOTES,
    CLAIMS,
    LOOK,
    metrics=(TOP_FIVE_ERROR,),
    address="https://doi.org/10.1145/3065386",
    assumptions=ASSUMPTIONS,
)

"""Small jobs on packaged data, one for each pipeline: images, words, sound.

Source: no paper. Nothing was published to compare with, so the verdict is "measured".
"""

from collections.abc import Mapping
from functools import partial

import numpy as np

from benchmarks.recipe import CROSS_ENTROPY, Measurement, Recipe, from_keras, last_best
from benchmarks.table import PaperTable
from data_pipelines.dataset import Dataset, Fold
from data_pipelines.datasets.packaged import DIGITS, LEE
from data_pipelines.datasets.synthetic.tones import TONES
from results.metrics import ACCURACY, CORRELATION
from results.published import Cell


def recipe(cell: Cell) -> Recipe | Measurement:
    """Return the recipe of a cell."""
    if cell.row == "word2vec":
        return Measurement(
            dataset=LEE,
            measure=partial(word_similarity, width=100, min_count=2, epochs=20, skip_gram=True),
            metrics=(CORRELATION,),
            runs=5,
        )
    return image_recipe(DIGITS if cell.column == "digits" else TONES)


def image_recipe(dataset: Dataset) -> Recipe:
    """Return the recipe of a LeNet-style network, for images or for spectrograms."""
    return Recipe(
        dataset=dataset,
        build=partial(build, classes=dataset.classes, maps=(8, 16), hidden=64),
        optimizer=from_keras("optimizers.Adam", learning_rate=0.003),
        loss=CROSS_ENTROPY,
        metrics=(ACCURACY,),
        batch_size=32,
        epochs=10,
        keep=last_best,
        compiled_steps=16,
    )


def build(fold: Fold, rng: np.random.Generator, *, classes: int, **settings):
    """Build the network for the shape of the examples."""
    from models.small_cnn import small_cnn

    return small_cnn(fold.train.x.shape[1:], classes, **settings)


def word_similarity(fold: Fold, seed: int, **settings) -> Mapping[str, float]:
    """Return the rank correlation of word2vec similarities with human scores."""
    from data_pipelines.text.word2vec import rank_correlation, train_vectors

    vectors = train_vectors(fold.train.x, seed=seed, **settings)
    correlation, _ = rank_correlation(vectors, fold.test.x)
    return {CORRELATION.name: correlation}


TABLE = PaperTable("starter", "A first run of each pipeline, without a download", recipe)

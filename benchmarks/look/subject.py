"""The subject of a look: a trained network with its data."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from benchmarks.recipe import Recipe
from data_pipelines.dataset import Fold


class Trained(NamedTuple):
    """A trained model with its recipe, its fold as the model takes it, and the test images before preparation."""

    recipe: Recipe
    model: Any
    fold: Fold
    images: np.ndarray
    predict: Callable[[np.ndarray], np.ndarray]  # examples as in the fold -> the model's outputs

    def outputs(self, layer: str, x: Any) -> np.ndarray:
        """Return the output of a layer for inputs as the model takes them."""
        import keras

        reached = keras.Model(self.model.input, self.model.get_layer(layer).output)
        return np.asarray(reached.predict_on_batch(x))

    def layers(self) -> set[str]:
        """Return the names of the model's layers."""
        return {layer.name for layer in self.model.layers}

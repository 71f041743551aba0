"""Units, connections and parameters of a network layer by layer, counted as LeCun's papers count them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import keras
import numpy as np

from models.lecun_layers import RadialOutput, Subsampling


@contextmanager
def without_weights() -> Iterator[None]:
    """Build networks inside this block without allocating their weights, to count them.

    Keras queues the skipped weights and would create them with the next network; clearing the session drops them.
    """
    with keras.StatelessScope(initialize_variables=False):
        yield
    keras.utils.clear_session(free_memory=False)


class Size(NamedTuple):
    """Units, connections (biases included) and trained parameters of a layer."""

    units: int
    connections: int
    parameters: int


def layer_sizes(model: keras.Model) -> dict[str, Size]:
    """Return the sizes of the input and of every layer with weights or fixed codes, by name."""
    counted = [layer for layer in model.layers if layer.weights or isinstance(layer, RadialOutput)]
    inputs = {"input": Size(int(np.prod(model.input_shape[1:])), 0, 0)}
    return inputs | {layer.name: _size(layer) for layer in counted}


def counted(model: keras.Model, layer: str, what: str) -> float:
    """Return a field of the `Size` of a layer, or its sum over the network for the layer "total"."""
    sizes = layer_sizes(model)
    wanted = sizes.values() if layer == "total" else [sizes[layer]]
    return float(sum(getattr(size, what) for size in wanted))


def _size(layer: keras.layers.Layer) -> Size:
    units = int(np.prod(layer.output.shape[1:]))
    if isinstance(layer, RadialOutput):
        return Size(units, layer.codes.size, 0)
    maps = layer.output.shape[-1]
    inputs = 4 * maps if isinstance(layer, Subsampling) else int(np.prod(layer.weights[0].shape))
    return Size(units, units // maps * (inputs + maps), layer.count_params())

"""The size of a network layer by layer, counted as its authors did."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import keras
import numpy as np

from models.image_layers import RadialOutput, Subsampling


@contextmanager
def without_weights() -> Iterator[None]:
    """Let networks be built to be counted, their weights never made.

    Keras keeps a list of weights to be made later, by whatever network is built next; it goes with the session.
    """
    with keras.StatelessScope(initialize_variables=False):
        yield
    keras.utils.clear_session(free_memory=False)


class Size(NamedTuple):
    """Units, their connections with biases included, and trained parameters of a layer."""

    units: int
    connections: int
    parameters: int


def layer_sizes(model: keras.Model) -> dict[str, Size]:
    """Return the size of the input and of every layer that has weights or fixed codes, by its name."""
    counted = [layer for layer in model.layers if layer.weights or isinstance(layer, RadialOutput)]
    inputs = {"input": Size(int(np.prod(model.input_shape[1:])), 0, 0)}
    return inputs | {layer.name: _size(layer) for layer in counted}


def _size(layer: keras.layers.Layer) -> Size:
    units = int(np.prod(layer.output.shape[1:]))
    if isinstance(layer, RadialOutput):
        return Size(units, layer.codes.size, 0)
    maps = layer.output.shape[-1]
    inputs = 4 * maps if isinstance(layer, Subsampling) else int(np.prod(layer.weights[0].shape))
    return Size(units, units // maps * (inputs + maps), layer.count_params())

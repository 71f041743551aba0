"""The zip-code network of LeCun et al. (1989).

Source: Backpropagation Applied to Handwritten Zip Code Recognition, Neural Computation 1(4), section 3.
"""

from typing import Any

import keras
from keras import layers

from models.lecun_layers import TableConvolution, fan_in_uniform, scaled_tanh

BORDER = -1.0  # background, also outside the image
MAPS = 12
H2_READS = [[(4 * group + i) % MAPS for i in range(8)] for group in range(3) for _ in range(4)]


def zip_code_net() -> keras.Model:
    """Build the network: float (images, 16, 16, 1) in [-1, 1] in, tanh (images, 10) out; 9,760 parameters.

    H1 has 12 maps of 8x8. H2 has 12 maps of 4x4, each of which reads eight maps of H1. Both have a bias per unit.
    """
    settings: dict[str, Any] = {"strides": 2, "padding": 2, "border": BORDER, "bias_per_unit": True}
    image = keras.Input((16, 16, 1))
    h1 = scaled_tanh(TableConvolution([[0]] * MAPS, 5, name="H1", **settings)(image))
    h2 = scaled_tanh(TableConvolution(H2_READS, 5, name="H2", **settings)(h1))
    h3 = layers.Dense(30, scaled_tanh, kernel_initializer=fan_in_uniform(192), name="H3")(layers.Flatten()(h2))
    scores = layers.Dense(10, scaled_tanh, kernel_initializer=fan_in_uniform(30), name="output")(h3)
    return keras.Model(image, scores, name="zip_code_net")

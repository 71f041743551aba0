"""LeNet-1, LeNet-4 and LeNet-5, and the fully connected networks they were compared with.

Source: LeCun et al. (1998), Gradient-Based Learning Applied to Document Recognition, sections II.B and III.C.
Images are ink as float: 0 is paper, 1 is full ink.
"""

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers

from models.lecun_layers import RadialOutput, Subsampling, TableConvolution, fan_in_uniform, scaled_tanh

CLASSES, SIDE = 10, 28
PAPER, INK = -0.1, 1.175  # grey levels
C3_READS = [  # table I of the paper: the S2 maps that each C3 map reads
    *([(start + i) % 6 for i in range(3)] for start in range(6)),
    *([(start + i) % 6 for i in range(4)] for start in range(6)),
    *([start, start + 1, (start + 3) % 6, (start + 4) % 6] for start in range(3)),
    list(range(6)),
]
LENET1_READS = [[0], [0, 1], [0, 1], [1], [0, 1], [0, 1], [2], [2, 3], [2, 3], [3], [2, 3], [2, 3]]
LENET4_READS = [
    *([(start + i) % 8 for i in (0, 1, 2)] for start in range(8)),
    *([(start + i) % 8 for i in (0, 2, 5)] for start in range(8)),
]
GLYPHS = """
....... ....... ....... ....... ....... ....... ....... ....... ....... .......
..###.. ...#... .#####. ####### ....##. ####### ..####. ####### .#####. ..###..
.#...#. ..##... #.....# .....#. ...#.#. #...... .#..... ......# #.....# .#...#.
#.....# .#.#... ......# ....#.. ..#..#. #...... #...... .....#. #.....# #.....#
#.....# ...#... ......# ...#... .#...#. #.####. #...... .....#. #.....# #.....#
#.....# ...#... .....#. ..####. #....#. ##....# #.####. ....#.. .#####. #....##
#.....# ...#... ....#.. ......# ####### ......# ##....# ....#.. #.....# .####.#
#.....# ...#... ...#... ......# .....#. ......# #.....# ...#... #.....# ......#
#.....# ...#... ..#.... ......# .....#. ......# #.....# ...#... #.....# ......#
.#...#. ...#... .#..... #.....# .....#. #.....# .#...#. ..#.... #.....# .....#.
..###.. .#####. ####### .#####. .....#. .#####. ..###.. ..#.... .#####. .####..
....... ....... ....... ....... ....... ....... ....... ....... ....... .......
"""


def glyph_codes() -> np.ndarray:
    """Return the ten digits as 7x12 bitmaps of 1 and -1: (10, 84)."""
    lines = [line.split() for line in GLYPHS.split("\n")[1:-1]]
    return np.array(
        [[1.0 if pixel == "#" else -1.0 for pixel in "".join(glyph)] for glyph in zip(*lines, strict=True)]
    )


def lenet5() -> keras.Model:
    """Build LeNet-5: ink (images, 28, 28, 1) in, minus squared distances to the glyphs out; 60,000 parameters."""
    image = keras.Input((SIDE, SIDE, 1))
    s2 = _activated(Subsampling(name="S2"), _first_maps(6, image, margin=2))
    s4 = _activated(Subsampling(name="S4"), _activated(TableConvolution(C3_READS, 5, name="C3"), s2))
    c5 = _activated(_dense(120, 400, "C5"), layers.Flatten()(s4))
    f6 = _activated(_dense(84, 120, "F6"), c5)
    return keras.Model(image, RadialOutput(glyph_codes(), name="output")(f6), name="lenet5")


def lenet4() -> keras.Model:
    """Build LeNet-4: ink (images, 28, 28, 1) in, scaled tanh (images, 10) out; 50,698 parameters."""
    image = keras.Input((SIDE, SIDE, 1))
    s2 = _activated(Subsampling(copies=2, name="S2"), _first_maps(4, image, margin=2))
    s4 = _activated(Subsampling(name="S4"), _activated(TableConvolution(LENET4_READS, 5, name="C3"), s2))
    c5 = _activated(_dense(120, 400, "C5"), layers.Flatten()(s4))
    return keras.Model(image, _activated(_dense(CLASSES, 120, "output"), c5), name="lenet4")


def lenet1() -> keras.Model:
    """Build LeNet-1: ink (images, 28, 28, 1) in, scaled tanh (images, 10) out; 2,578 parameters."""
    image = keras.Input((SIDE, SIDE, 1))
    s2 = _activated(Subsampling(name="S2"), _first_maps(4, image, margin=0))
    s4 = _activated(Subsampling(name="S4"), _activated(TableConvolution(LENET1_READS, 5, name="C3"), s2))
    return keras.Model(image, _activated(_dense(CLASSES, 192, "output"), layers.Flatten()(s4)), name="lenet1")


def perceptron(hidden: Sequence[int], side: int = SIDE) -> keras.Model:
    """Build a fully connected network: ink (images, side, side, 1) in, scaled tanh (images, 10) out.

    Without hidden layers it is a linear classifier, and its outputs have no activation.
    """
    image = keras.Input((side, side, 1))
    features = layers.Flatten()(_levels(image))
    for number, units in enumerate(hidden, start=1):
        features = _activated(_dense(units, features.shape[-1], f"hidden{number}"), features)
    scores = _dense(CLASSES, features.shape[-1], "output")(features)
    return keras.Model(image, scaled_tanh(scores) if hidden else scores, name="perceptron")


def _levels(ink):
    """Return grey levels, -0.1 for paper and 1.175 for full ink: their mean is about 0 and their variance 1."""
    return (INK - PAPER) * ink + PAPER


def _first_maps(maps: int, ink, margin: int):
    """Return C1: 5x5 filters over the image, padded with paper."""
    return _activated(TableConvolution([[0]] * maps, 5, padding=margin, border=PAPER, name="C1"), _levels(ink))


def _dense(units: int, fan_in: int, name: str) -> layers.Layer:
    return layers.Dense(units, kernel_initializer=fan_in_uniform(fan_in), name=name)


def _activated(layer: layers.Layer, features):
    return scaled_tanh(layer(features))

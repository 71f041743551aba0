"""The claims of lecture 004 on the silence filter, and on the sizes of sounds, images and videos."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.papers.lectures.lecture_002 import ILSVRC_2012
from benchmarks.papers.lectures.lecture_004 import FIRST_LAYER, SECOND_FILTER, SECOND_OUTPUT, second_layer
from benchmarks.papers.lectures.slides import Matrix, agreeing, applied, equal

SUMS = (1.2, 1.6, 2.3, 2.9, 2.4, 1.5, 0.2, -0.6)  # of the silence filter, as it slides
EXAMPLE = 2.9  # the sum of the place that the slides show first


def channel(volume: Matrix, number: int) -> np.ndarray:
    """Return the outputs of one filter, (positions,)."""
    return np.array(volume)[:, number]


def places_with(volume: Matrix, number: int, total: float) -> float:
    """Count the places where a filter has a sum, to the printed digit."""
    return float(np.sum(np.isclose(channel(volume, number), total, rtol=0, atol=0.05)))


def places_of_silence(sums: Sequence[float], threshold: float) -> float:
    """Count the places where the sigmoid of the sum is above a threshold."""
    return float(np.sum(applied(sums, "Activation", "sigmoid") > threshold))


def over_activations(volume: Matrix, kernel: Matrix, activation: str) -> np.ndarray:
    """Return the second layer's outputs where the first layer's sums go through an activation of Keras."""
    return second_layer(applied(volume, "Activation", activation).tolist(), kernel, flips=False)


def features(shape: Sequence[int], unit: float) -> float:
    """Return the features of one input, in thousands or millions."""
    return applied(np.zeros(shape), "Flatten").size / unit


def video_features(
    picture: Sequence[int], rate: int, seconds: int, printed: Sequence[float]
) -> tuple[list[float], list[float]]:
    """Return the features of a video with sound, and those of the printed product, both of rounded sizes.

    A picture is (frames a second, channels, width, height); `rate` counts samples of sound a second.
    """
    frames, channels, width, height = picture
    pixels, samples = 1e6 * round(width * height / 1e6), 1e3 * round(rate / 1e3)
    counted = sum(channels * pixels for _ in range(seconds * frames)) + seconds * samples
    length, speed, colours, of_image, of_sound = printed
    return [counted], [length * (speed * colours * of_image + of_sound)]


def axes(dimensions: int) -> float:
    """Return the axes of one input of a convolution layer over so many dimensions."""
    from keras import layers

    return float(getattr(layers, f"Conv{dimensions}D")(1, 1).input_spec.min_ndim - 1)


def filter_shape(size: Sequence[int], kernel: int, weight: int) -> list[int]:
    """Return the shape of a filter's weights, or of its bias, over an input (height, width, channels)."""
    from keras import layers

    layer = layers.Conv2D(1, kernel)
    layer.build((None, *size))
    shape = layer.weights[weight].shape[:-1]
    return [*shape, *[1] * (len(size) - len(shape))]


def bordered_shape(size: Sequence[int], padding: int) -> tuple[int, ...]:
    """Return the shape of an input (height, width, channels) with a border."""
    return applied(np.zeros(size), "ZeroPadding2D", padding).shape


def lowest_percent(results: Sequence[float]) -> float:
    """Return the lowest error rate of a list in per cent."""
    return 100 * min(results)


SIZES = {
    "features of one channel of 1920x1080, in millions": partial(features, shape=(1080, 1920), unit=1e6),
    "features of a second of sound, in thousands": partial(features, shape=(44100,), unit=1e3),
    "features of ten seconds of video": partial(
        agreeing,
        partial(
            video_features,
            picture=(60, 3, 1920, 1080),
            rate=44100,
            seconds=10,
            printed=(10.0, 60.0, 3.0, 2e6, 44e3),
        ),
    ),
    "axes of a color image": partial(axes, dimensions=2),
    "axes of a color video": partial(axes, dimensions=3),
    "CS231n input volume with padding, shape": partial(
        equal, partial(bordered_shape, size=(5, 5, 3), padding=1), printed=(7, 7, 3)
    ),
    "CS231n filter, shape": partial(
        equal, partial(filter_shape, size=(7, 7, 3), kernel=3, weight=0), printed=(3, 3, 3)
    ),
    "CS231n bias, shape": partial(
        equal, partial(filter_shape, size=(7, 7, 3), kernel=3, weight=1), printed=(1, 1, 1)
    ),
    "top-5 error of the network that began it": partial(lowest_percent, results=ILSVRC_2012),
}
CLAIMS = {
    "silence filter, its sums in the output volume": partial(
        equal, partial(channel, volume=FIRST_LAYER, number=0), printed=SUMS
    ),
    "silence filter, places with the sum shown first": partial(
        places_with, volume=FIRST_LAYER, number=0, total=EXAMPLE
    ),
    "silence filter, places where a sigmoid is above 1/2": partial(places_of_silence, sums=SUMS, threshold=0.5),
    **{
        f"second-layer filter over {activation} of the sums": partial(
            equal,
            partial(over_activations, volume=FIRST_LAYER, kernel=SECOND_FILTER, activation=activation),
            printed=SECOND_OUTPUT,
        )
        for activation in ("sigmoid", "relu")
    },
    **SIZES,
}

"""The claims of lecture 002."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.papers.lectures.slides import Matrix, agreeing, equal, filtered, image, output_size, weights_of

ILSVRC_2012 = (0.15315, 0.16422, 0.26172)  # the first three errors of the slide's list
PICTURE = image("1 1 1 0 0 / 0 1 1 1 0 / 0 0 1 1 1 / 0 0 1 1 0 / 0 1 1 0 0")
KERNEL = image("1 2 0 / 0 3 1 / 4 0 1")
WEIGHT_SHARING = image("""
111 112 113 0 0 0 121 122 123 0 0 0
0 111 112 113 0 0 0 121 122 123 0 0
0 0 111 112 113 0 0 0 121 122 123 0
0 0 0 111 112 113 0 0 0 121 122 123
211 212 213 0 0 0 221 222 223 0 0 0
0 211 212 213 0 0 0 221 222 223 0 0
0 0 211 212 213 0 0 0 221 222 223 0
0 0 0 211 212 213 0 0 0 221 222 223
311 312 313 0 0 0 321 322 323 0 0 0
0 311 312 313 0 0 0 321 322 323 0 0
0 0 311 312 313 0 0 0 321 322 323 0
0 0 0 311 312 313 0 0 0 321 322 323
""")  # v_12^3, of filter 1, channel 2 and place 3, is 123


def convolution_matrix(inputs: Sequence[int], filters: int, kernel: int, flips: bool) -> np.ndarray:
    """Return the matrix of a 1-D convolution over (length, channels), its weights numbered as on the slide."""
    from keras import layers

    layer = layers.Conv1D(filters, kernel, use_bias=False)
    layer.build((None, *inputs))
    place, channel, number = np.indices((kernel, inputs[1], filters)) + 1
    weights = 100 * number + 10 * channel + place
    layer.set_weights([weights[::-1] if flips else weights])
    impulses = np.eye(inputs[0] * inputs[1], dtype="float32").reshape(-1, inputs[1], inputs[0])
    answers = np.asarray(layer(impulses.transpose(0, 2, 1)))
    return answers.transpose(2, 1, 0).reshape(-1, inputs[0] * inputs[1])


def matrix_entries(inputs: Sequence[int], filters: int, kernel: int) -> float:
    """Count the entries of that matrix."""
    return float(convolution_matrix(inputs, filters, kernel, flips=False).size)


def parameters(inputs: Sequence[int], filters: int, kernel: int) -> float:
    """Count the weights of the convolution."""
    return weights_of(inputs, "Conv1D", filters, kernel, use_bias=False)


def two_sums(picture: Matrix, kernel: Matrix, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Return both sums of 2-D convolution, the indices of the filter starting at `first`.

    Weights outside the filter are zero, and so are pixels outside the picture.
    """
    border = len(kernel)
    pixels, weights = np.pad(picture, border), np.array(kernel)
    first_sum, second_sum = np.zeros(pixels.shape), np.zeros(pixels.shape)
    for (row, column), weight in np.ndenumerate(weights):
        m, n = row + first, column + first
        first_sum += np.roll(pixels, (m, n), (0, 1)) * weight
        second_sum += np.roll(pixels, (-m, -n), (0, 1)) * _weight(weights, -m - first, -n - first)
    inside = np.s_[border:-border, border:-border]
    return first_sum[inside], second_sum[inside]


def _weight(weights: np.ndarray, row: int, column: int) -> float:
    is_inside = 0 <= row < len(weights) and 0 <= column < weights.shape[1]
    return float(weights[row, column]) if is_inside else 0.0


def cross_entropies(outputs: Sequence[float], are_logits: bool) -> tuple[list[float], np.ndarray]:
    """Return the cross-entropy of each class, and the negative logarithm of its output."""
    from keras import losses

    loss = losses.SparseCategoricalCrossentropy(from_logits=are_logits)
    values = np.array([outputs], "float32")
    return [float(loss(np.array([target]), values)) for target in range(len(outputs))], -np.log(outputs)


def backward(
    z: Matrix, kernel: Matrix, errors: Matrix, *, is_bent: bool, turns: bool, has_slope: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the error of a layer by differences, and w * delta of the one above, for * without and with flipping.

    `is_bent`: tanh is between the layers. The formula may turn the filter, or have the slope of tanh.
    """
    step = 1e-4
    slope = (np.tanh(np.add(z, step)) - np.tanh(np.subtract(z, step))) / (2 * step)
    errors_found, errors_by_formula = [], []
    for weights in (np.array(kernel), np.rot90(kernel, 2)):
        spread = np.rot90(weights, 2) if turns else weights
        found = _pulled_back(weights.tolist(), errors, np.shape(z))
        by_formula = filtered(errors, spread.tolist(), padding=len(kernel) - 1)
        errors_found.append(found * slope if is_bent else found)
        errors_by_formula.append(by_formula * slope if has_slope else by_formula)
    return np.array(errors_found), np.array(errors_by_formula)


def _pulled_back(weights: Matrix, errors: Matrix, shape: tuple[int, ...]) -> np.ndarray:
    """Return the error that reaches each input of a layer, by a layer's answers to single inputs."""
    impulses = np.eye(int(np.prod(shape))).reshape(-1, *shape)
    return np.reshape([np.sum(errors * filtered(impulse.tolist(), weights)) for impulse in impulses], shape)


SHAPE: dict = {"inputs": (6, 2), "filters": 3, "kernel": 3}
LAYERS: dict = {"z": image("1 0 2 / 0 1 0 / 1 1 0"), "kernel": image("1 2 / 0 3"), "errors": image("1 2 / 0 1")}
CLAIMS = {
    "entries of the weight-sharing matrix": partial(matrix_entries, **SHAPE),
    "parameters of the weight-sharing matrix": partial(parameters, **SHAPE),
    "weight-sharing matrix": partial(
        equal, partial(convolution_matrix, **SHAPE, flips=False), printed=WEIGHT_SHARING
    ),
    "weight-sharing matrix by the definition": partial(
        equal, partial(convolution_matrix, **SHAPE, flips=True), printed=WEIGHT_SHARING
    ),
    "size of C2 from S1 of 14x14": partial(output_size, size=14, kernel=5),
    "two sums of 2-D convolution": partial(agreeing, partial(two_sums, picture=PICTURE, kernel=KERNEL, first=0)),
    "two sums of 2-D convolution, indices from -1 to 1": partial(
        agreeing, partial(two_sums, picture=PICTURE, kernel=KERNEL, first=-1)
    ),
    "cross-entropy, -log y of the network's output": partial(
        agreeing, partial(cross_entropies, outputs=(0.2, 0.3, 0.5), are_logits=True)
    ),
    "cross-entropy, -log y of the probability": partial(
        agreeing, partial(cross_entropies, outputs=(0.2, 0.3, 0.5), are_logits=False)
    ),
    "backward pass, w * delta without an activation": partial(
        agreeing, partial(backward, **LAYERS, is_bent=False, turns=False, has_slope=False)
    ),
    "backward pass, w * delta if * turns the filter": partial(
        agreeing, partial(backward, **LAYERS, is_bent=True, turns=True, has_slope=False)
    ),
}

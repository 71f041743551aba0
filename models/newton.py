"""Gradient descent whose rate for each weight follows from the curvature of the loss.

Source: LeCun et al. (1998), Proceedings of the IEEE 86(11), appendix C; Becker & LeCun (1988).
"""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops


class DiagonalNewton(keras.optimizers.Optimizer):
    """Gradient descent; the rate of a weight of curvature h is `learning_rate` / (`damping` + h)."""

    def __init__(self, learning_rate, damping: float, **settings) -> None:
        super().__init__(learning_rate, **settings)
        self.damping = damping

    def build(self, variables) -> None:
        if not self.built:
            super().build(variables)
            self.curvatures = self.add_optimizer_variables(variables, "curvature")

    def update_step(self, gradient, variable, learning_rate) -> None:
        """Apply a gradient."""
        curvature = self.curvatures[self._get_variable_index(variable)]
        rate = ops.cast(learning_rate, gradient.dtype) / (self.damping + curvature)
        self.assign_sub(variable, rate * gradient)


class SquaredSlopes(keras.optimizers.Optimizer):
    """Add up the squares of gradients; the weights stay as they are."""

    def build(self, variables) -> None:
        if not self.built:
            super().build(variables)
            self.sums = self.add_optimizer_variables(variables, "sum")

    def update_step(self, gradient, variable, learning_rate) -> None:
        """Add the square of a gradient."""
        self.assign_add(self.sums[self._get_variable_index(variable)], ops.square(gradient))


def measured_curvature(model, *, examples: int) -> Callable[[np.ndarray, np.random.Generator, int], None]:
    """Return what is done before each epoch: measure the curvature of each weight on so many examples.

    The model has the optimizer `DiagonalNewton` and half the summed squared error as loss. Curvatures are the
    diagonal of its Gauss-Newton matrix: for each weight, the squared slopes of all outputs, summed. The squared
    slope of the outputs' sum under random signs has the same mean, and needs one backward pass an example.
    """
    probe = keras.Model(model.input, model.output)
    probe.compile(SquaredSlopes(1.0), loss=signed_sum, steps_per_execution=min(100, examples))
    probe.optimizer.build(probe.trainable_variables)

    def measure(x: np.ndarray, rng: np.random.Generator, epoch: int) -> None:
        rows = rng.choice(len(x), min(examples, len(x)), replace=False)
        signs = rng.choice(np.array([-1, 1], "float32"), (len(rows), model.output_shape[-1]))
        for total in probe.optimizer.sums:
            total.assign(ops.zeros_like(total))
        probe.fit(x[rows], signs, batch_size=1, shuffle=False, verbose=0)
        for curvature, total in zip(model.optimizer.curvatures, probe.optimizer.sums, strict=True):
            curvature.assign(total / len(rows))

    return measure


def signed_sum(signs, outputs):
    """Return the sum of outputs under signs, both (examples, outputs): (examples,)."""
    return ops.sum(signs * outputs, axis=-1)

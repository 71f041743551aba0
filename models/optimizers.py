"""Optimizers that Keras lacks."""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from models.text_layers import gather_rows


class Adadelta(keras.optimizers.Adadelta):
    """Adadelta (Zeiler, 2012) that updates only the rows a batch touches, with the results of the dense update.

    A row without a gradient does not move, and its accumulators decay by `rho` per step. The decay of the missed
    steps is applied when the row is next touched. This holds for sparse gradients over distinct rows, which
    TensorFlow gives for a gather; other gradients take Keras' dense path.
    """

    def build(self, variables) -> None:
        if self.built:
            return
        super().build(variables)
        self._last_steps = [
            self.add_variable(shape=(variable.shape[0] if len(variable.shape) else 1,), dtype="int32", name="step")
            for variable in variables
        ]

    def update_step(self, gradient, variable, learning_rate) -> None:
        """Apply a gradient; a sparse one to its own rows only."""
        if type(gradient).__name__ != "IndexedSlices":
            super().update_step(gradient, variable, learning_rate)
            return
        rows, gradient, sparse = gradient.indices, gradient.values, type(gradient)
        index = self._get_variable_index(variable)
        squares, deltas, last_steps = (
            self._accumulated_grads[index],
            self._accumulated_delta_vars[index],
            self._last_steps[index],
        )
        step = ops.cast(self.iterations, "int32") + 1
        missed = ops.cast(step - 1 - gather_rows(last_steps, rows), gradient.dtype)
        decay = ops.expand_dims(ops.power(ops.cast(self.rho, gradient.dtype), missed), 1)
        square = self.rho * decay * gather_rows(squares, rows) + (1 - self.rho) * ops.square(gradient)
        old_delta = decay * gather_rows(deltas, rows)
        delta = -ops.sqrt((old_delta + self.epsilon) / (square + self.epsilon)) * gradient
        new_delta = self.rho * old_delta + (1 - self.rho) * ops.square(delta)
        self.assign(squares, sparse(square, rows))
        self.assign(deltas, sparse(new_delta, rows))
        self.assign(last_steps, sparse(ops.broadcast_to(step, ops.shape(rows)), rows))
        self.assign_add(variable, sparse(ops.cast(learning_rate, delta.dtype) * delta, rows))


class TwoRates(keras.optimizers.SGD):
    """Gradient descent with momentum; the learning rate of biases is `bias_factor` times that of weights."""

    def __init__(self, learning_rate, momentum: float, bias_factor: float, **settings) -> None:
        super().__init__(learning_rate, momentum, **settings)
        self.bias_factor = bias_factor

    def build(self, variables) -> None:
        super().build(variables)
        self._factors = [self.bias_factor if variable.name == "bias" else 1.0 for variable in variables]

    def update_step(self, gradient, variable, learning_rate) -> None:
        """Apply a gradient, at the rate of a weight or a bias."""
        factor = self._factors[self._get_variable_index(variable)]
        super().update_step(gradient, variable, learning_rate * factor)


class DiagonalNewton(keras.optimizers.Optimizer):
    """Gradient descent; the rate of a weight of curvature h is `learning_rate` / (`damping` + h).

    Source: LeCun et al. (1998), Proceedings of the IEEE 86(11), appendix C; Becker & LeCun (1988).
    """

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
            total.assign(ops.zeros(total.shape))
        probe.fit(x[rows], signs, batch_size=1, shuffle=False, verbose=0)
        for curvature, total in zip(model.optimizer.curvatures, probe.optimizer.sums, strict=True):
            curvature.assign(ops.convert_to_tensor(total) / len(rows))

    return measure


def signed_sum(signs, outputs):
    """Return the sum of outputs under signs, both (examples, outputs): (examples,)."""
    return ops.sum(signs * outputs, axis=-1)

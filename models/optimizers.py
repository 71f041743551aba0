"""Optimizers that Keras lacks."""

import keras
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

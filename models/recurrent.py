"""Recurrent layers for language models: state kept across batches, and a faster LSTM on TensorFlow."""

import keras
from keras import layers, ops

from models.text_layers import as_tensor

MOST_UNROLLED = 50  # steps; for longer texts the unrolled graph would grow too large


class Stateful(layers.Layer):
    """A recurrent layer that starts each batch with the state at the end of the previous one.

    Keras' own `stateful=True` keeps the state outside of the model's variables, where a checkpoint misses it.
    """

    def __init__(self, recurrent: layers.RNN, **settings) -> None:
        super().__init__(**settings)
        self.recurrent = recurrent  # with return_sequences and return_state

    def build(self, input_shape) -> None:
        self.recurrent.build(input_shape)
        sizes = [(input_shape[0], size) for size in keras.tree.flatten(self.recurrent.state_size)]
        self.memory = [
            self.add_weight(shape=size, initializer="zeros", trainable=False, name="memory") for size in sizes
        ]

    def call(self, x, training=False):
        """Return all outputs, (streams, steps, units)."""
        states = [ops.copy(as_tensor(memory)) for memory in self.memory]  # PyTorch changes a variable in place
        outputs, *states = self.recurrent(x, initial_state=states, training=training)
        for memory, state in zip(self.memory, states, strict=True):
            memory.assign(state)
        return outputs

    def reset_state(self) -> None:
        """Set the state to zeros."""
        for memory in self.memory:
            memory.assign(ops.zeros(memory.shape))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:2], self.recurrent.units)


class LSTM(layers.LSTM):
    """Keras' LSTM, unrolled, with one matrix product over all steps for the inputs and for each kernel gradient.

    On a GPU, on other backends and for long texts it runs as Keras' own, which is as fast there.
    """

    def inner_loop(self, sequences, initial_state, mask, training=False):
        """Return the last output, all outputs, (batch, steps, units), and the last states."""
        steps = sequences.shape[1]
        if steps is None or steps > MOST_UNROLLED or _has_fast_kernel():
            return super().inner_loop(sequences, initial_state, mask, training)
        gates = ops.swapaxes(ops.matmul(sequences, self.cell.kernel) + self.cell.bias, 0, 1)
        states = _steps(gates, as_tensor(self.cell.recurrent_kernel), *initial_state)
        outputs, cell = states[:-1], states[-1]
        return outputs[-1], ops.swapaxes(outputs, 0, 1), [outputs[-1], cell]


def _has_fast_kernel() -> bool:
    return keras.backend.backend() != "tensorflow" or bool(keras.distribution.list_devices("gpu"))


@ops.custom_gradient
def _steps(gates, recurrent, output, cell):
    """Return the outputs of all steps and the last cell state, float32 (steps + 1, batch, units)."""
    outputs, cells, activations = [output], [cell], []
    for gate in ops.unstack(gates):
        i, f, c, o = ops.split(gate + ops.matmul(outputs[-1], recurrent), 4, axis=1)
        i, f, c, o = ops.sigmoid(i), ops.sigmoid(f), ops.tanh(c), ops.sigmoid(o)
        cells.append(f * cells[-1] + i * c)
        squashed = ops.tanh(cells[-1])
        outputs.append(o * squashed)
        activations.append((i, f, c, o, squashed))

    def gradient(*arguments, upstream=None):
        received = arguments[0] if upstream is None else upstream
        of_gates, of_output, of_cell = _through_time(received, recurrent, cells, activations)
        width = output.shape[-1]
        before = ops.reshape(ops.stack(outputs[:-1]), (-1, width))
        of_recurrent = ops.matmul(ops.transpose(before), ops.reshape(of_gates, (-1, 4 * width)))
        return of_gates, of_recurrent, of_output, of_cell

    return ops.stack([*outputs[1:], cells[-1]]), gradient


def _through_time(received, recurrent, cells, activations):
    """Backpropagate through time: return the gradients of all gates, and of the first output and cell state."""
    *upward, of_cell = ops.unstack(received)
    of_output, of_gates = ops.zeros_like(of_cell), []
    for number in reversed(range(len(activations))):
        i, f, c, o, squashed = activations[number]
        of_output = of_output + upward[number]
        of_cell = of_cell + of_output * o * (1 - squashed * squashed)
        of_gate = ops.concatenate(
            [
                of_cell * c * i * (1 - i),
                of_cell * cells[number] * f * (1 - f),
                of_cell * i * (1 - c * c),
                of_output * squashed * o * (1 - o),
            ],
            axis=1,
        )
        of_gates.append(of_gate)
        of_output = ops.matmul(of_gate, ops.transpose(recurrent))
        of_cell = of_cell * f
    return ops.stack(of_gates[::-1]), of_output, of_cell

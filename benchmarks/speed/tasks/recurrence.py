"""A convolution over time, compared with an LSTM: lecture 001, "CNNs are faster than RNNs".

Both are stock layers with as many outputs as inputs. The convolution is causal, with filters over eight steps, so
that n units of either have 8 n n weights besides biases, and as many products a step. They differ in that the LSTM
has to wait for its last output; by the lecture, the ratio should grow with the length.
"""

from typing import Any

from benchmarks.speed.layers import Layers

STEPS = 8  # that a filter reads: the LSTM has four gates, each over its inputs and its last outputs


def convolution(width: int) -> Any:
    """Return a causal convolution."""
    from keras import layers

    return layers.Conv1D(width, STEPS, padding="causal", activation="tanh")


def lstm(width: int) -> Any:
    """Return an LSTM."""
    from keras import layers

    return layers.LSTM(width, return_sequences=True)


TASK = Layers(
    layers=(("convolution", convolution), ("LSTM", lstm)),
    width=64,
    lengths=(32, 128, 512),
    batch=32,
)

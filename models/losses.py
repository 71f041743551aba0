"""Losses that Keras lacks, over int labels (examples,) and outputs (examples, classes)."""

from collections.abc import Sequence

from keras import ops


def squares(labels, outputs):
    """Return the mean squared error against targets of 1 for the label and -1 for other classes: (examples,).

    Source: LeCun et al. (1989), section 3.3.
    """
    targets = 2 * ops.one_hot(ops.cast(ops.reshape(labels, (-1,)), "int32"), outputs.shape[-1]) - 1
    return ops.mean(ops.square(outputs - targets), axis=-1)


def half_squares(labels, outputs):
    """Return half of the squared error, summed over the outputs, against targets of 1 and -1: (examples,).

    Source: LeCun et al. (1998), appendix C.
    """
    return outputs.shape[-1] / 2 * squares(labels, outputs)


def nearest_code(labels, outputs, *, rubbish: float):
    """Return LeNet-5's discriminative loss: (examples,).

    It is the distance to the label's code plus the log-sum-exp of minus the distances to all codes and to a
    "rubbish" class at distance `rubbish`. `outputs` are minus the distances.
    Source: LeCun et al. (1998), equation 9.
    """
    right = ops.take_along_axis(outputs, ops.cast(ops.reshape(labels, (-1, 1)), "int32"), axis=1)[:, 0]
    others = ops.logaddexp(ops.logsumexp(outputs, axis=1), ops.cast(-rubbish, outputs.dtype))
    return others - right


def surprise(labels, outputs):
    """Return the negative log-likelihood summed over time steps: (streams,).

    `outputs` are the log-probabilities of the correct words, (streams, steps), so `labels` are not read.
    Source: Kim et al. (2016), the authors' code.
    """
    return -ops.sum(outputs, axis=1)


def joint_cross_entropy(labels, outputs, *, sizes: Sequence[int]):
    """Return the sum of the cross-entropies of several classifications of an example: (examples,).

    `outputs` are their logits side by side and `sizes` their numbers of classes. A label encodes one class of
    each as `np.ravel_multi_index` does, the last one varying fastest.
    """
    rest, end, losses = ops.cast(ops.reshape(labels, (-1,)), "int32"), sum(sizes), []
    for size in reversed(sizes):
        losses.append(
            ops.sparse_categorical_crossentropy(rest % size, outputs[:, end - size : end], from_logits=True)
        )
        rest, end = rest // size, end - size
    return sum(losses)

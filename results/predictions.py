"""The predicted class of every test example, as one short text: what a record of a classification keeps."""

import zlib
from base64 import b64decode, b64encode

import numpy as np

from results.metrics import predicted_classes


def pack(scores: np.ndarray) -> str:
    """Return the predicted classes of scores, (examples, classes), or of classes, (examples,), as text.

    It is the type of a class number, a blank, and the compressed bytes in base64; classes begin at 0.
    """
    classes = predicted_classes(scores)
    kind = "<u1" if classes.max(initial=0) < 256 else "<u4"
    return f"{kind} {b64encode(zlib.compress(classes.astype(kind).tobytes(), 9)).decode()}"


def unpack(text: str) -> np.ndarray:
    """Return the predicted classes, (examples,). Raises ValueError for a text that is not whole."""
    kind, _, packed = text.partition(" ")
    try:
        return np.frombuffer(zlib.decompress(b64decode(packed, validate=True)), kind)
    except (zlib.error, TypeError) as error:
        raise ValueError(f"these are no predictions: {error}") from error

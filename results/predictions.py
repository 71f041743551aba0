"""The predicted class of every test example as a short text, kept with the record of a classification."""

import zlib
from base64 import b64decode, b64encode

import numpy as np

from results.metrics import predicted_classes

LARGEST = 2**28  # bytes of the classes of a test part


def encode(scores: np.ndarray) -> str:
    """Return predicted classes as text, from scores, (examples, classes), or classes from 0 on, (examples,).

    The text is the integer type of a class, a space, and the zlib-compressed array in base64.
    """
    classes = predicted_classes(scores)
    kind = "<u1" if classes.max(initial=0) < 256 else "<u4"
    return f"{kind} {b64encode(zlib.compress(classes.astype(kind).tobytes(), 9)).decode()}"


def decode(text: str) -> np.ndarray:
    """Return the predicted classes, (examples,). Raises ValueError if the text is incomplete."""
    kind, _, compressed = text.partition(" ")
    try:
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(b64decode(compressed, validate=True), LARGEST)
        if not unpacker.eof:
            raise ValueError(f"the array is cut, or has more than {LARGEST} bytes")
        return np.frombuffer(content, kind)
    except (zlib.error, TypeError, ValueError) as error:
        raise ValueError(f"cannot decode predictions: {error}") from error

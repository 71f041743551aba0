"""Images to arrays."""

import numpy as np


def rescale(images: np.ndarray, maximum: float) -> np.ndarray:
    """Return float32 (images, height, width, 1) in [0, 1] from (images, height, width) in [0, maximum].

    Raises ValueError for values outside of that range.
    """
    if images.min() < 0 or images.max() > maximum:
        raise ValueError(f"Pixels from {images.min()} to {images.max()}. Expected 0 to {maximum}.")
    return (images[..., None] / maximum).astype("float32")

"""Texts as the numbers of their characters, from the end: what the character CNN of Zhang et al. (2015) reads.

Source: section 2.2, and Crepe (train/data.lua), which works on bytes.
"""

from typing import Any

import numpy as np

LENGTH = 1014
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789-,;.!?:'\"/\\|_@#$%^&*~`+-=<>()[]{}\n"  # 70, the hyphen twice
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def alphabet(full: bool) -> str:
    """Return the 70 channels of the paper, or 96 with capitals."""
    return ALPHABET + CAPITALS if full else ALPHABET


def quantize(texts: Any, channels: str, length: int = LENGTH) -> np.ndarray:
    """Return uint8 (rows, length) of an Arrow array of strings: 1 + the channel of the last byte, then backwards.

    0 is padding, a blank or any other byte. A character that stands twice counts at its second place. Without
    capitals among the channels texts are lower-cased.
    """
    from pyarrow import compute

    if not set(CAPITALS) <= set(channels):
        texts = compute.ascii_lower(texts)
    _, ends, content = texts.buffers()
    places = np.frombuffer(ends, "int32")[texts.offset : texts.offset + len(texts) + 1]
    codes = _codes(channels)[np.frombuffer(content, "uint8", count=places[-1]) if content else []]
    found = np.zeros((len(texts), length), "uint8")
    for row, start, end in zip(found, places[:-1].tolist(), places[1:].tolist(), strict=True):
        taken = codes[max(start, end - length) : end]
        row[: len(taken)] = taken[::-1]
    return found


def _codes(channels: str) -> np.ndarray:
    """Return the number of each byte, uint8 (256,)."""
    codes = np.zeros(256, "uint8")
    for number, character in enumerate(channels, start=1):
        codes[ord(character)] = number
    return codes

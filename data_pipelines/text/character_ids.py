"""Texts as the numbers of their characters, read backwards: the input of the ConvNets of Zhang et al. (2015).

Source: section 2.2, and Crepe (train/data.lua), which works on bytes.
"""

import numpy as np

from data_pipelines.text.ragged import Ragged

LENGTH = 1014
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789-,;.!?:'\"/\\|_@#$%^&*~`+-=<>()[]{}\n"  # 70, the hyphen twice
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def channels(full: bool) -> str:
    """Return the 70 characters that have a channel, or 96 with capitals."""
    return ALPHABET + CAPITALS if full else ALPHABET


def quantize(texts: Ragged, alphabet: str, length: int = LENGTH) -> np.ndarray:
    """Return uint8 (texts, length) of texts given as bytes: the last character first.

    A character is 1 + its last position in the alphabet; 0 is padding, a blank or any other byte. A capital that
    the alphabet lacks counts as its small letter.
    """
    numbers = np.zeros(256, "uint8")
    for number, character in enumerate(alphabet, start=1):
        numbers[ord(character)] = number
    for capital in set(CAPITALS) - set(alphabet):
        numbers[ord(capital)] = numbers[ord(capital.lower())]
    return texts.padded(slice(None), numbers, length, backwards=True)

"""Texts with some of their words replaced by synonyms, as Zhang, Zhao & LeCun (2015) enlarge their sets.

Source: section 3.2 of the paper, and Crepe (train/data.lua). The thesaurus is LibreOffice's, made from WordNet.
Where they are silent, we assume: words of three letters or more; synonyms in the order of the file, with wider and
narrower terms but without antonyms and the word itself; the first letter keeps its case. We take the release of
LibreOffice 7.5, since the paper does not name its own.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from data_pipelines.dataset import DataError, RemoteFile
from data_pipelines.text.ragged import Ragged, Selection

FILE = RemoteFile(
    "thesaurus/th_en_US_v2.dat",
    "https://raw.githubusercontent.com/LibreOffice/dictionaries/libreoffice-7.5.0.1/en/th_en_US_v2.dat",
    "8a3e4637450b7277428da248f0a604b5c92942bc30507220c051181462340f39",
    18553257,
    terms="WordNet's licence",
)
WORD = re.compile(r"[A-Za-z0-9]{3,}")
REMARK = re.compile(r" \((?!antonym)[a-z ]+\)$")  # such as "(generic term)"
Thesaurus = Mapping[str, tuple[str, ...]]


def read_thesaurus(path: Path) -> Thesaurus:
    """Return the synonyms of every word of a MyThes file, in its order.

    Raises DataError with the line where the file is cut off or has another form or encoding.
    """
    encoding, _, rest = path.read_bytes().partition(b"\n")
    try:
        lines = rest.decode(encoding.decode("ascii").strip()).splitlines()
    except (LookupError, UnicodeDecodeError) as error:
        raise DataError(f"{path}, line 1: {encoding[:40]!r}. Expected the encoding: {error}") from error
    found: dict[str, tuple[str, ...]] = {}
    number = 0
    while number < len(lines):
        word, _, count = lines[number].rpartition("|")
        meanings = lines[number + 1 : number + 1 + int(count)] if count.isdecimal() else []
        if not meanings or len(meanings) < int(count):
            raise DataError(f"{path}, line {number + 2}: {lines[number]!r}. Expected a word and its meanings.")
        if synonyms := _synonyms(word, meanings):
            found[word] = synonyms
        number += 1 + len(meanings)
    return found


def _synonyms(word: str, meanings: list[str]) -> tuple[str, ...]:
    entries = (entry for meaning in meanings for entry in meaning.split("|")[1:])
    kept = (REMARK.sub("", entry) for entry in entries if not entry.endswith("(antonym)"))
    return tuple(dict.fromkeys(entry for entry in kept if entry.casefold() != word.casefold()))


def augmented(text: str, thesaurus: Thesaurus, rng: np.random.Generator, *, going_on: float, taking: float) -> str:
    """Return a text with some words replaced.

    With probability `going_on` it changes at all; its words with synonyms are then visited in random order, each
    next one with the same probability. A word is replaced by its first synonym that wins a draw of probability
    `taking`, so that positions in the thesaurus are geometric; if none wins, the word stays.
    """
    if rng.random() >= going_on:
        return text
    words = [match for match in WORD.finditer(text) if match.group().lower() in thesaurus]
    visited = min(len(words), rng.geometric(1 - going_on))
    order = rng.permutation(len(words))[:visited]
    draws = dict(zip(order.tolist(), rng.geometric(taking, visited).tolist(), strict=True))
    for index in sorted(draws, reverse=True):  # from the end, so that earlier words keep their positions
        match = words[index]
        synonyms = thesaurus[match.group().lower()]
        if draws[index] <= len(synonyms):
            text = text[: match.start()] + _like(match.group(), synonyms[draws[index] - 1]) + text[match.end() :]
    return text


def _like(word: str, synonym: str) -> str:
    return synonym[:1].upper() + synonym[1:] if word[0].isupper() else synonym


class SynonymTexts:
    """Texts, kept as bytes, that `encode` turns into arrays when they are asked for, after `change`."""

    def __init__(
        self,
        texts: Ragged,
        encode: Callable[[Ragged], np.ndarray],
        thesaurus: Thesaurus,
        change: Callable[[str], str] = str,
    ) -> None:
        self.texts, self.encode, self.thesaurus, self.change = texts, encode, thesaurus, change

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, chosen: Selection) -> np.ndarray:
        texts = (values.tobytes().decode("utf-8", "replace") for values in self.texts.rows(chosen))
        return self.encode(Ragged.of_strings([self.change(text) for text in texts]))

    def drawn_by(self, rng: np.random.Generator, **chances: Any) -> "SynonymTexts":
        """Return the texts with synonyms that `augmented` draws from `rng`, whose state a checkpoint keeps."""
        change = partial(augmented, thesaurus=self.thesaurus, rng=rng, **chances)
        return SynonymTexts(self.texts, self.encode, self.thesaurus, change)

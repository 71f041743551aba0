"""LibreOffice's English thesaurus, whose synonyms the rows of Zhang et al. (2015) that end in Th. draw."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from data_pipelines.dataset import Dataset, Fold, Split
from data_pipelines.text.synonyms import FILE, read_thesaurus


def load_synonyms(paths: Sequence[Path], fold: int, seed: int) -> Fold:
    """Return words and the synonyms of each as the training part."""
    nothing = np.zeros(0, "int32")
    return Fold(Split(tuple(read_thesaurus(paths[0]).items()), nothing), None, Split((), nothing))


def write_lookalike(folder: Path, words: Sequence[str]) -> list[Path]:
    """Write a MyThes file in which the words before and after each word are its synonyms."""
    path = folder / "thesaurus.dat"
    near = zip(words, (words[-1], *words), (*words[1:], words[0]), strict=False)
    path.write_text("UTF-8\n" + "".join(f"{word}|1\n(noun)|{one}|{other}\n" for word, one, other in near), "utf-8")
    return [path]


SYNONYMS = Dataset(
    name="thesaurus",
    source="LibreOffice's English thesaurus, made from WordNet: synonyms for the rows that end in Th.",
    classes=0,
    files=(FILE,),
    load=load_synonyms,
    lookalike=partial(write_lookalike, words=("good", "bad", "old", "new")),
)

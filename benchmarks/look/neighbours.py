"""Nearest words of a language model, beside those that a paper prints."""

import csv
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.look.subject import Trained
from data_pipelines.datasets.penn_treebank import spellings
from data_pipelines.text.spelling import alphabet, spell
from data_pipelines.whole_files import write_text
from results import published
from results.verdicts import Verdict

Vectors = Callable[[Sequence[str]], np.ndarray]  # of words, (words, width)


def look_at_neighbours(
    subject: Trained,
    verdicts: Sequence[Verdict],
    folder: Path,
    ending: str,
    *,
    paper: str,
    words: Mapping[str, str],
    characters: Mapping[str, str],
) -> list[Path]:
    """Write neighbours.md: our nearest words beside those of the paper's table.

    `words` and `characters` name the layer behind each row of that table, for networks that read words or
    characters.
    """
    theirs = published_neighbours(paper)
    vocabulary = spellings(subject.fold.vocabulary)
    reads_characters = "spelling" in subject.layers()
    lines = ["|vectors|word|ours|the paper's|in both|", "|-|-|-|-|-|"]
    for row, layer in (characters if reads_characters else words).items():
        vectors = partial(_vectors, subject, vocabulary, layer)
        lines += _lines(row, theirs[row], vocabulary, vectors)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "neighbours.md"
    write_text(path, "\n".join([*lines, ""]))
    return [path]


def published_neighbours(paper: str) -> dict[str, dict[str, list[str]]]:
    """Return the neighbours that a paper prints, nearest first, by row and word."""
    found: dict[str, dict[str, list[str]]] = {}
    with (published.FOLDER / f"{paper}-neighbours.csv").open(newline="", encoding="utf-8") as stream:
        for line in csv.DictReader(stream):
            found.setdefault(line["row"], {}).setdefault(line["word"], []).append(line["neighbour"])
    return found


def nearest(vector: np.ndarray, table: np.ndarray, count: int) -> list[int]:
    """Return the rows of a table, (words, width), by their cosine with a vector, (width,), the nearest first."""
    cosines = table @ vector / (np.linalg.norm(table, axis=1) * np.linalg.norm(vector) + np.finfo("float32").tiny)
    return np.argsort(-cosines, kind="stable")[:count].tolist()


def _lines(row: str, theirs: Mapping[str, list[str]], vocabulary: Sequence[str], vectors: Vectors) -> list[str]:
    """Return a line for every word, and one with the share of the paper's neighbours that are ours too."""
    table = vectors(vocabulary)
    lines, shared, asked = [], 0, 0
    for word, printed in theirs.items():
        found = nearest(vectors([word])[0], table, len(printed) + 1)
        ours = [vocabulary[number] for number in found if vocabulary[number] != word][: len(printed)]
        both = set(ours) & set(printed)
        shared, asked = shared + len(both), asked + len(set(printed))
        lines.append(f"|{row}|{word}|{', '.join(ours)}|{', '.join(printed)}|{len(both)} of {len(set(printed))}|")
    return [*lines, f"|{row}|all|||{shared} of {asked} ({shared / asked:.0%})|"]


def _vectors(subject: Trained, vocabulary: Sequence[str], layer: str, asked: Sequence[str]) -> np.ndarray:
    """Return a layer's output for words; a network that reads characters takes any word."""
    from models.language_model_scoring import spelled_vectors, word_vectors

    if "spelling" not in subject.layers():
        numbers = {word: number for number, word in enumerate(vocabulary)}
        return word_vectors(subject.model, np.array([numbers[word] for word in asked], "int32"), layer)
    length = subject.model.get_layer("spelling").table.shape[1]
    return spelled_vectors(subject.model, spell(asked, alphabet(vocabulary), length), layer)

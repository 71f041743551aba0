"""What it costs to read labelled texts of a set's real size, as numbers of characters or words, and synonyms."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.papers.zhang2015.networks import CHANGED
from benchmarks.speed import processes
from benchmarks.speed.processes import Amount, Cost, nothing_kept
from data_pipelines.text.character_ids import ALPHABET, LENGTH
from data_pipelines.text.classification import load_characters, load_words
from data_pipelines.text.csv_rows import first_last, stream
from data_pipelines.text.synonyms import WORD, augmented, read_thesaurus

CLASSES, FIELDS = 5, 2  # a title and a text
WORDS = 100_000  # that are made of letters; rarer ones are numbers, most of them seen once
TITLE_WORDS, TEXT_WORDS = 5, 80  # of a review, as many on average
KNOWN = (0, 2, 4)  # of five ranks those whose words have synonyms, as six in ten of the words of AG
TELLING = 10  # one in so many ranks tells the class
MOST_WORDS = 50_000
BLOCK = 10_000


def compare(folder: Path, thesaurus: Path, *, rows: int, repeats: int) -> tuple[list[Cost], list[Amount]]:
    """Generate reviews in `folder`, then read them in turn, each time in a fresh process, nothing kept."""
    paths = {count: generate(folder / f"{count}.csv", count) for count in (rows, rows // 10, rows // 100)}
    least, middle = paths[rows // 100], rows // 10
    known = generate(folder / "known.csv", middle, tuple(read_thesaurus(thesaurus)))
    tasks: dict[str, Any] = {
        f"{what}, {count:,} rows": partial(task, path)
        for what, task in (("characters", _characters), ("words", _words))
        for count, path in paths.items()
    }
    tasks[f"csv and a loop, {rows // 100:,} rows"] = partial(plainly, least)
    tasks["the thesaurus alone"] = partial(read_thesaurus, thesaurus)
    tasks[f"the thesaurus, then synonyms, {middle:,} rows"] = partial(_synonyms, known, thesaurus)
    sizes = [path.stat().st_size / 1e6 for path in (*paths.values(), *paths.values(), least, thesaurus)]
    amounts = [*(Amount(size, "MB") for size in sizes), Amount(_count_words(known), "words")]
    return processes.compare(tasks, repeats), amounts


def generate(path: Path, rows: int, known: Sequence[str] = (), seed: int = 0) -> Path:
    """Write reviews whose words are distributed as Zipf says, six in ten of them `known` ones, as in news.

    Every seed has the same words. Those of every tenth rank are others for each class: of texts that do not tell
    their class, logistic regression took more than 400 iterations.
    """
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    vocabulary = np.array(["".join(rng.choice(letters, size)) for size in rng.integers(2, 10, WORDS)], object)
    if known:
        is_known = np.isin(np.arange(WORDS) % 5, KNOWN)
        vocabulary[is_known] = rng.choice([word for word in known if WORD.fullmatch(word)], is_known.sum())
    rng = np.random.default_rng(seed)
    with path.open("w", encoding="utf-8") as stream_:
        for start in range(0, rows, BLOCK):
            count = min(BLOCK, rows - start)
            sizes = np.minimum(rng.geometric(1 / TEXT_WORDS, count), 400) + TITLE_WORDS
            classes = rng.integers(0, CLASSES, count)
            ranks = rng.zipf(1.3, sizes.sum())
            ranks += np.where(ranks % TELLING == 0, np.repeat(classes, sizes), 0)
            words = vocabulary[np.minimum(ranks, WORDS) - 1]
            words[ranks > WORDS] = [f"{rank:x}" for rank in ranks[ranks > WORDS].tolist()]
            for text, number in zip(np.split(words, np.cumsum(sizes)[:-1]), classes, strict=True):
                title, rest = " ".join(text[:TITLE_WORDS]), " ".join(text[TITLE_WORDS:])
                stream_.write(f'"{number + 1}","{title}","{rest}."\n')
    return path


def plainly(path: Path) -> np.ndarray:
    """Return the characters of texts by Python's csv and a loop; what reading as a stream is measured against."""
    import csv

    places = {character: number for number, character in enumerate(ALPHABET, start=1)}
    with path.open(newline="", encoding="utf-8") as rows:
        texts = [f"{text.strip()} {title.strip()}".lower() for _, title, text in csv.reader(rows)]
    found = np.zeros((len(texts), LENGTH), "uint8")
    for row, text in zip(found, texts, strict=True):
        for place, character in enumerate(reversed(text[-LENGTH:])):
            row[place] = places.get(character, 0)
    return found


def _characters(path: Path) -> None:
    with nothing_kept(path.parent):
        load_characters([path, path], 0, 0, classes=CLASSES, fields=FIELDS)


def _words(path: Path) -> None:
    with nothing_kept(path.parent):
        load_words([path, path], 0, 0, classes=CLASSES, fields=FIELDS, join=first_last, most=MOST_WORDS)


def _synonyms(path: Path, thesaurus: Path) -> None:
    known, rng = read_thesaurus(thesaurus), np.random.default_rng(0)
    for rows in stream(path, CLASSES, FIELDS):
        for text in rows.texts.to_pylist():
            augmented(text, known, rng, **CHANGED)


def _count_words(path: Path) -> int:
    texts = (text for rows in stream(path, CLASSES, FIELDS) for text in rows.texts.to_pylist())
    return sum(len(text.split()) for text in texts)

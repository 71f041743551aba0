"""Reading labelled texts of real size, as numbers of characters or words, and drawing synonyms for them.

Each file of generated reviews is read as one stream. Reading a million rows as characters takes 300 MB of
anonymous memory. For words, memory grows with the vocabulary, to 510 MB for the 1.7 million distinct words of a
million rows. Compiled loops cut a text into words and number them in one pass, before the vocabulary is chosen;
starting Numba, which compiles them, takes about one second of each run. The rival is Python's csv module and a
loop over characters. Synonyms are drawn for reviews with six in ten words in the thesaurus.
"""

from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.papers.zhang2015.networks import CHANGED
from benchmarks.speed.processes import Amount, Case, WholeTask, file_size, on_rows
from benchmarks.speed.reviews import FORM, count_words, generate
from data_pipelines.text.character_ids import ALPHABET, LENGTH
from data_pipelines.text.classification import load_characters, load_words
from data_pipelines.text.csv_rows import first_last, stream
from data_pipelines.text.synonyms import FILE, augmented, read_thesaurus

ROWS, MOST_WORDS = 1_000_000, 50_000


def cases(folder: Path, thesaurus: Path | None = None, *, rows: int = ROWS) -> list[Case]:
    """Generate reviews of three sizes, and others with words of the thesaurus."""
    from data_pipelines.download import fetch

    thesaurus = thesaurus or fetch(FILE)
    paths = {count: generate(folder / f"{count}.csv", count) for count in (rows, rows // 10, rows // 100)}
    least, middle = paths[rows // 100], rows // 10
    known = generate(folder / "known.csv", middle, list(read_thesaurus(thesaurus)))
    loads = {
        "characters": partial(load_characters, **FORM),
        "words": partial(load_words, **FORM, join=first_last, most=MOST_WORDS),
    }
    return [
        *(
            Case(on_rows(what, count), partial(load, [path, path], 0, 0), file_size(path))
            for what, load in loads.items()
            for count, path in paths.items()
        ),
        Case(on_rows("csv and a loop", rows // 100), partial(read_in_a_loop, least), file_size(least)),
        Case("the thesaurus alone", partial(read_thesaurus, thesaurus), file_size(thesaurus)),
        Case(
            on_rows("the thesaurus, then synonyms", middle),
            partial(draw_synonyms, known, thesaurus),
            Amount(count_words(known), "words"),
        ),
    ]


def read_in_a_loop(path: Path) -> np.ndarray:
    """Return the characters of texts as numbers, uint8 (texts, 1014), by Python's csv module and a loop."""
    import csv

    numbers = {character: number for number, character in enumerate(ALPHABET, start=1)}
    with path.open(newline="", encoding="utf-8") as rows:
        texts = [f"{text.strip()} {title.strip()}".lower() for _, title, text in csv.reader(rows)]
    found = np.zeros((len(texts), LENGTH), "uint8")
    for row, text in zip(found, texts, strict=True):
        for column, character in enumerate(reversed(text[-LENGTH:])):
            row[column] = numbers.get(character, 0)
    return found


def draw_synonyms(path: Path, thesaurus: Path) -> None:
    """Draw synonyms for every text of a file once."""
    known, rng = read_thesaurus(thesaurus), np.random.default_rng(0)
    for rows in stream(path, **FORM):
        for text in rows.texts.to_pylist():
            augmented(text, known, rng, **CHANGED)


TASK = WholeTask(what="generated reviews as numbers of characters or words", cases=cases)

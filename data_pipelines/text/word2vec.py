"""Word vectors by word2vec: trained, joined to the words of a data set, and evaluated; the only door to gensim.

Source: Mikolov et al., "Efficient Estimation of Word Representations in Vector Space" (2013), and
"Distributed Representations of Words and Phrases and their Compositionality" (2013).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data_pipelines.archives import plain
from data_pipelines.cache import cache_folder, digest, kept
from data_pipelines.dataset import DataError, Fold
from data_pipelines.text.vector_files import blocks, layout, opened, read_vectors

LONGEST_LINE_BYTES = 1 << 16
BLANKS = (b" ", b"\t", b"\r", b"\v", b"\f")
Sentences = Iterable[Sequence[str]]


def train_vectors(
    sentences: Sentences,
    *,
    seed: int,
    width: int = 100,
    window: int = 5,
    min_count: int = 5,
    epochs: int = 5,
    skip_gram: bool = False,
    negative: int = 5,
    hierarchical: bool = False,
    sample: float = 1e-3,
    rate: float = 0.025,
    workers: int = 1,
) -> Any:
    """Train word2vec: CBOW or skip-gram, with `negative` samples or a hierarchical softmax.

    Returns gensim's KeyedVectors. `sentences` is read once for the words and once per epoch, never held whole.
    `rate` is that of the first step. With one worker a seed always gives the same vectors. Raises DataError if no
    word occurs `min_count` times.
    """
    from gensim.models import Word2Vec

    model = Word2Vec(
        vector_size=width,
        window=window,
        min_count=min_count,
        sg=int(skip_gram),
        negative=0 if hierarchical else negative,
        hs=int(hierarchical),
        sample=sample,
        alpha=rate,
        seed=seed,
        workers=workers,
    )
    return _fitted(model, _ShortSentences(sentences), epochs)


def _fitted(model: Any, sentences: Sentences, epochs: int) -> Any:
    model.build_vocab(sentences)
    if not model.wv.index_to_key:
        raise DataError(
            f"No word occurs {model.min_count} times among the {model.corpus_total_words} words of the corpus."
        )
    model.train(sentences, total_examples=model.corpus_count, epochs=epochs)
    return model.wv


class _ShortSentences:
    """Sentences, cut into pieces as long as gensim takes, since it drops the rest of longer ones."""

    def __init__(self, sentences: Sentences) -> None:
        self.sentences = sentences

    def __iter__(self) -> Iterator[Sequence[str]]:
        from gensim.models.word2vec import MAX_WORDS_IN_BATCH as MOST

        for sentence in self.sentences:
            yield from (sentence[start : start + MOST] for start in range(0, len(sentence), MOST))


class TextLines:
    """A text file, plain or gzipped, as lists of words: one sentence per line, read again by every pass.

    Longer lines are cut, so that a text without line ends is never held whole. `on_sentence` is called for every
    sentence. Raises DataError with the line number if the text is not UTF-8.
    """

    def __init__(self, path: Path, *, lower: bool = False, on_sentence: Callable[[], None] = lambda: None) -> None:
        self.path, self.lower, self.on_sentence = path, lower, on_sentence

    def __iter__(self) -> Iterator[list[str]]:
        with opened(self.path) as stream:
            rest, number = b"", 1
            while piece := stream.readline(LONGEST_LINE_BYTES):
                text, rest = rest + piece, b""
                has_end = text.endswith(b"\n")
                if not has_end:  # the next piece begins behind the last whole word
                    end = 1 + max(map(text.rfind, BLANKS))
                    text, rest = text[:end], text[end:]
                yield from self._sentence(text, number)
                number += has_end
            yield from self._sentence(rest, number)

    def _sentence(self, text: bytes, number: int) -> Iterator[list[str]]:
        try:
            words = text.decode().split()
        except UnicodeDecodeError as error:
            raise DataError(f"{self.path}, line {number}: not UTF-8 ({error.reason}).") from error
        if words:
            self.on_sentence()
            yield [word.lower() for word in words] if self.lower else words


def load_with_vectors(paths: Sequence[Path], fold: int, seed: int, *, load: Callable[..., Fold]) -> Fold:
    """Return a fold of another loader with the vectors of its words from the last file.

    Vectors: float32 (words, width), memory-mapped, NaN for words that the file lacks.
    """
    found, path = load(paths[:-1], fold, seed), paths[-1]
    if not path.is_relative_to(cache_folder()):  # a generated file, which no later run reads
        return found._replace(vectors=read_vectors(path, found.vocabulary))
    size, time = path.stat().st_size, path.stat().st_mtime_ns
    source = {"file": str(path), "size": size, "time": time, "words": digest(*found.vocabulary)}
    return found._replace(vectors=kept("cut_vectors", source, lambda: read_vectors(path, found.vocabulary)))


def load_with_listed(paths: Sequence[Path], fold: int, seed: int, *, load: Callable[..., Fold]) -> Fold:
    """Return a fold of another loader with a mark for the words of a list, the last file, one a line.

    The marks have the place of vectors, float32 (words, 1): 1, or NaN for words that the list lacks.
    """
    found = load(paths[:-1], fold, seed)
    lines = {word.encode() + end for word in found.vocabulary for end in (b"\n", b"")}
    with plain(paths[-1]) as stream:
        listed = {line.removesuffix(b"\n") for line in lines.intersection(stream)}
    marks = [1.0 if word.encode() in listed else np.nan for word in found.vocabulary]
    return found._replace(vectors=np.array(marks, "float32")[:, None])


def load_with_own_vectors(
    paths: Sequence[Path], fold: int, seed: int, *, load: Callable[..., Fold], **settings: Any
) -> Fold:
    """Return a fold of another loader with vectors trained on its training text alone.

    `settings` are those of `train_vectors`. Vectors: float32 (words, width), NaN for words without one.
    """
    found = load(paths, fold, seed)
    words = np.array(["", *found.vocabulary], dtype=object)
    sentences = [words[row[row > 0]].tolist() for row in found.train.x]
    text = digest(found.train.x, *found.vocabulary)
    return found._replace(vectors=own_vectors(text, sentences, found.vocabulary, seed, **settings))


def own_vectors(
    text: str, sentences: Sentences, vocabulary: Sequence[str], seed: int, **settings: Any
) -> np.ndarray:
    """Return vectors trained on sentences, once: float32 (words, width), memory-mapped, NaN for words without one.

    `text` identifies the sentences and the vocabulary; `settings` are those of `train_vectors`.
    """
    from importlib.metadata import version

    source = {"text": text, "seed": seed, "gensim": version("gensim"), **settings}
    return kept("own_vectors", source, lambda: _own_vectors(sentences, vocabulary, seed, settings))


def known_vectors(path: Path, limit: int | None = None) -> Any:
    """Return the first `limit` words of a file of vectors as gensim's KeyedVectors."""
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(layout(path).width)
    for words, block in blocks(path, limit):
        vectors.add_vectors(words, block)
    return vectors


def load_whole(path: Path, words: Sequence[str]) -> np.ndarray:
    """Return the vectors of known words by loading a whole binary file; the baseline for `read_vectors`."""
    from gensim.models import KeyedVectors

    return KeyedVectors.load_word2vec_format(str(path), binary=True)[list(words)]


def analogies(vectors: Any, questions: Path) -> list[tuple[str, int, int]]:
    """Return per section of an analogy set: its name, how many are right, how many have known words only."""
    _, found = vectors.evaluate_word_analogies(str(questions), len(vectors), case_insensitive=True)
    sections = ((section["section"], len(section["correct"]), len(section["incorrect"])) for section in found)
    return [(name, right, right + wrong) for name, right, wrong in sections]


def rank_correlation(vectors: Any, pairs: Path) -> tuple[float, float]:
    """Return Spearman's correlation with human similarity scores, and the share of pairs with known words.

    `pairs` has lines "word word score", tab-separated. The correlation is NaN for fewer than two known pairs.
    """
    known = {word.upper() for word in vectors.index_to_key}
    lines = [line.split("\t") for line in pairs.read_text("utf-8").splitlines() if not line.startswith("#")]
    usable = sum(line[0].upper() in known and line[1].upper() in known for line in lines)
    if usable < 2:
        return float("nan"), usable / len(lines)
    _, spearman, unknown_percent = vectors.evaluate_word_pairs(
        str(pairs), restrict_vocab=len(vectors), case_insensitive=True
    )
    return float(np.asarray(spearman.statistic)), 1 - unknown_percent / 100


def _own_vectors(
    sentences: Sentences, vocabulary: Sequence[str], seed: int, settings: dict[str, Any]
) -> np.ndarray:
    trained = train_vectors(sentences, seed=seed, **settings)
    vectors = np.full((len(vocabulary), trained.vector_size), np.nan, "float32")
    for number, word in enumerate(vocabulary):
        if word in trained:
            vectors[number] = trained[word]
    return vectors

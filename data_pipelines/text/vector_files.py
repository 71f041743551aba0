"""Files of word vectors, plain or gzipped, read as a stream: word2vec text and binary, GloVe, fastText's .vec.

Formats: a word, a space, its numbers. Text has one word per line; word2vec's binary has little-endian float32
numbers, followed by a line feed or nothing. All but GloVe begin with a line "<words> <width>".
"""

import codecs
import gzip
import io
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from data_pipelines.dataset import DataError
from data_pipelines.whole_files import atomic_path, refuse_pipe

CHUNK_BYTES = 1 << 22
HEAD_BYTES = 1 << 16
LONGEST_WORD_BYTES = 2000
LONGEST_NUMBER_BYTES = 64
BLOCK_WORDS = 10_000
WIDEST = 100_000
MOST_DIGITS = 18  # of a count
NOT_IN_TEXT = frozenset(range(32)) - frozenset(b"\t\n\v\f\r")
LARGEST = 1e15  # of numbers: the squares of a vector have a finite sum, as float32


class Entry(NamedTuple):
    """A word of a file and its vector, float32 (width,)."""

    word: str
    vector: np.ndarray


@dataclass(frozen=True)
class Layout:
    """The format of a file; without a header the number of words is unknown."""

    form: str  # "binary" or "text"
    words: int | None
    width: int
    start: int  # of the first entry, in bytes after a byte order mark


def layout(path: Path) -> Layout:
    """Detect the format of a file from its beginning. Raises DataError if it is none of those above."""
    with opened(path) as stream:
        head = stream.read(HEAD_BYTES)
    line, found, rest = head.partition(b"\n")
    fields = line.split()
    if not found:
        raise DataError(f"{path}, byte {len(head)}: no line ends before it. Expected word vectors.")
    if len(fields) == 2 and all(field.isdigit() and len(field) <= MOST_DIGITS for field in fields):
        words, width = map(int, fields)
        if not (0 < width <= WIDEST and words):
            raise DataError(
                f"{path}, line 1: the header says {words} words of width {width}. Expected 1 to {WIDEST}."
            )
        form = "text" if _is_text(rest, width) else "binary"
        return Layout(form, words, width, len(line) + 1)
    if len(fields) < 2 or not _has_numbers(line, len(fields) - 1):
        raise DataError(f"{path}, line 1: {line[:60]!r}. Expected '<words> <width>', or a word and its numbers.")
    return Layout("text", None, len(fields) - 1, 0)


def entries(path: Path, wanted: set[str] | None = None) -> Iterator[Entry]:
    """Yield the words in `wanted`, or all words, in the file's order.

    Memory does not grow with the file. Raises DataError with the byte or line of any damage.
    """
    found = layout(path)
    with opened(path) as stream:
        stream.seek(found.start, os.SEEK_CUR)
        yield from (_binary if found.form == "binary" else _text)(path, stream, found, wanted)


def blocks(path: Path, limit: int | None = None) -> Iterator[tuple[list[str], np.ndarray]]:
    """Yield the first `limit` words in blocks, with their vectors, float32 (words, width)."""
    words: list[str] = []
    vectors: list[np.ndarray] = []
    for count, entry in enumerate(entries(path), start=1):
        words.append(entry.word)
        vectors.append(entry.vector)
        if len(words) == BLOCK_WORDS or count == limit:
            yield words, np.array(vectors)
            words, vectors = [], []
        if count == limit:
            return
    if words:
        yield words, np.array(vectors)


def read_vectors(path: Path, words: Sequence[str]) -> np.ndarray:
    """Return the vectors of some words, float32 (words, width); NaN for words that the file lacks."""
    rows = {word: row for row, word in reversed(list(enumerate(words)))}
    vectors = np.full((len(words), layout(path).width), np.nan, "float32")
    missing = set(rows)
    for entry in entries(path, set(rows)):
        if entry.word in missing:  # if a word is in the file twice, its first vector counts
            missing.remove(entry.word)
            vectors[rows[entry.word]] = entry.vector
    return vectors[[rows[word] for word in words]]


def unit(vectors: np.ndarray) -> np.ndarray:
    """Return vectors scaled to length 1, float32 (words, width); zero vectors stay."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def nearest(
    path: Path, queries: np.ndarray, count: int, excluded: Sequence[set[str]], limit: int | None = None
) -> list[list[tuple[str, float]]]:
    """Return for each query, (queries, width), the nearest words of a file and their cosines, best first.

    The file is streamed. `excluded` has a set of words per query that are skipped.
    """
    best: list[list[tuple[str, float]]] = [[] for _ in queries]
    for words, vectors in blocks(path, limit):
        cosines = unit(queries) @ unit(vectors).T
        for number, row in enumerate(cosines):
            top = np.argsort(-row)[: count + len(excluded[number])]
            found = [(words[at], float(row[at])) for at in top if words[at] not in excluded[number]]
            best[number] = sorted(best[number] + found, key=lambda pair: -pair[1])[:count]
    return best


def write_binary(path: Path, words: Sequence[str], vectors: np.ndarray) -> None:
    """Write word2vec's binary format, atomically. Raises DataError for a word with a space."""
    for word in words:
        if any(character.isspace() for character in word):
            raise DataError(f"The word {word!r} contains a space, which no format of word vectors allows.")
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        stream.write(f"{len(words)} {vectors.shape[1]}\n".encode())
        for word, vector in zip(words, vectors, strict=True):
            stream.write(word.encode() + b" " + vector.astype("<f4").tobytes() + b"\n")


def _binary(path: Path, stream: IO[bytes], found: Layout, wanted: set[str] | None) -> Iterator[Entry]:
    size, count, at, base = 4 * found.width, 0, 0, stream.tell()
    data = stream.read(CHUNK_BYTES)
    while True:
        if len(data) - at < LONGEST_WORD_BYTES + size:
            base, data, at = base + at, data[at:] + stream.read(CHUNK_BYTES), 0
        while data[at : at + 1] == b"\n":
            at += 1
        if at == len(data):
            break
        space = data.find(b" ", at, at + LONGEST_WORD_BYTES)
        where = f"{path}, byte {base + at}"
        if count == found.words:
            raise DataError(f"{where}: more data than the header's {found.words} words of width {found.width}.")
        if space < 0 and len(data) - at >= LONGEST_WORD_BYTES:
            raise DataError(f"{where}: no word begins here. Is the width {found.width}, as in the header?")
        if space < 0 or space + 1 + size > len(data):
            raise DataError(f"{where}: the file ends inside vector {count + 1} of {found.words}.")
        hint = f" Does the word before it contain a space, or is the width not {found.width}?"
        word = _decoded(data[at:space], where, hint)
        if wanted is None or word in wanted:
            yield Entry(word, _finite(np.frombuffer(data, "<f4", found.width, space + 1), where))
        at, count = space + 1 + size, count + 1
    _check_count(path, count, found.words, f"byte {base + at}")


def _text(path: Path, stream: IO[bytes], found: Layout, wanted: set[str] | None) -> Iterator[Entry]:
    first = 1 if found.words is None else 2
    count, longest = 0, LONGEST_WORD_BYTES + LONGEST_NUMBER_BYTES * found.width
    for number, line in enumerate(iter(lambda: stream.readline(longest), b""), start=first):
        where = f"{path}, line {number}"
        start, _, numbers = line.rstrip().partition(b" ")
        count += 1
        if found.words is not None and count > found.words:
            raise DataError(f"{where}: more lines than the {found.words} words in the header.")
        if len(line) == longest and not line.endswith(b"\n"):
            raise DataError(f"{where}: more than {longest} bytes. Expected a word and {found.width} numbers.")
        if not line.endswith(b"\n"):
            raise DataError(f"{where}: no line feed at the end; the file may be cut off. If it is whole, add one.")
        word = _decoded(start, where)
        is_wanted = wanted is None or word in wanted
        if is_wanted or count == 1:  # the first line shows whether the header's width is right
            entry = Entry(word, _numbers(numbers, found.width, where))
            if is_wanted:
                yield entry
    _check_count(path, count, found.words, f"line {count + first - 1}")


def _numbers(text: bytes, width: int, where: str) -> np.ndarray:
    fields = text.split()
    try:
        vector = np.array(fields, "float32")
    except ValueError as error:
        more = " Does the word contain a space?" if len(fields) > width else ""
        raise DataError(f"{where}: {error}. Expected a word and {width} numbers.{more}") from error
    if len(vector) != width:
        raise DataError(f"{where}: {len(vector)} numbers. Expected a word and {width} numbers.")
    return _finite(vector, where)


def _finite(vector: np.ndarray, where: str) -> np.ndarray:
    if not np.abs(vector).max() <= LARGEST:
        raise DataError(f"{where}: the vector has a number that is not finite, or above {LARGEST:g}.")
    return vector


def _check_count(path: Path, count: int, words: int | None, where: str) -> None:
    if words is not None and count != words:
        raise DataError(f"{path}, {where}: the file ends after {count} words. Expected {words} by its header.")


def _decoded(word: bytes, where: str, hint: str = "") -> str:
    try:
        text = word.decode()
    except UnicodeDecodeError as error:
        raise DataError(f"{where}: the word {word[:40]!r} is not UTF-8.{hint}") from error
    if "\n" in text:
        raise DataError(f"{where}: the word {word[:40]!r} contains a line feed.{hint}")
    return text


def _is_text(head: bytes, width: int) -> bool:
    """Return whether entries are text: a binary number may be readable, but soon others have control codes."""
    if NOT_IN_TEXT & frozenset(head[: LONGEST_WORD_BYTES + 4 * width]):
        return False
    return _is_readable(head) or _has_numbers(head, width)


def _is_readable(head: bytes) -> bool:
    """Return whether the first line is printable text, with valid numbers or not."""
    line, ended, _ = head.partition(b"\n")
    try:
        return bool(ended) and line.decode().replace("\t", " ").strip().isprintable()
    except UnicodeDecodeError:
        return False


def _has_numbers(head: bytes, width: int) -> bool:
    """Return whether the first line is a word and numbers; a wrong width is found on reading."""
    fields = head.partition(b"\n")[0].split()
    try:
        return len(fields) > 1 and bool(np.array(fields[-min(width, len(fields) - 1) :], "float32").size)
    except ValueError:
        return False


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, gzipped or not, behind its byte order mark. Raises DataError if gzip finds damage."""
    refuse_pipe(path)
    with path.open("rb") as stream:
        if stream.read(2) != b"\x1f\x8b":
            stream.seek(0)
            _pass_mark(stream)
            yield stream
            return
    with io.BufferedReader(gzip.open(path, "rb")) as unpacked:
        try:
            _pass_mark(unpacked)
            yield unpacked
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            where = f"{path}, after {unpacked.tell()} unpacked bytes"
            raise DataError(f"{where}: damaged gzip file: {error}. Fetch or copy it again.") from error


def _pass_mark(stream: IO[bytes]) -> None:
    if stream.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
        stream.seek(0)

"""Files of word vectors: every format gives the same, damage is located, memory stays small."""

import gzip
import re
import tracemalloc

import numpy as np
import pytest

from data_pipelines.dataset import DataError
from data_pipelines.text import vector_files
from data_pipelines.text.vector_files import blocks, entries, layout, nearest, read_vectors, write_binary

WORDS = ["the", "naïve", "New_York", "a", "10,000"]
VECTORS = np.random.default_rng(3).normal(size=(5, 3)).astype("float32")


def text(header: bool) -> bytes:
    lines = [f"{word} {' '.join(map(repr, row.tolist()))}\n" for word, row in zip(WORDS, VECTORS, strict=True)]
    return ("5 3\n" * header + "".join(lines)).encode()


def binary(separator: bytes = b"\n", header: bytes = b"5 3\n") -> bytes:
    pairs = zip(WORDS, VECTORS, strict=True)
    return header + b"".join(word.encode() + b" " + row.tobytes() + separator for word, row in pairs)


FORMS = {
    "binary": binary(),
    "binary, no line feeds": binary(b""),
    "word2vec text": text(True),
    "GloVe": text(False),
}


@pytest.mark.parametrize("gzipped", [False, True], ids=["plain", "gzipped"])
@pytest.mark.parametrize("form", FORMS)
def test_every_format_gives_the_same(form, gzipped, tmp_path, monkeypatch):
    monkeypatch.setattr(vector_files, "CHUNK_BYTES", 50)  # vectors across the ends of chunks
    monkeypatch.setattr(vector_files, "LONGEST_WORD_BYTES", 20)
    path = tmp_path / "vectors"
    path.write_bytes(gzip.compress(FORMS[form]) if gzipped else FORMS[form])
    found = list(entries(path))
    assert [entry.word for entry in found] == WORDS
    np.testing.assert_array_equal([entry.vector for entry in found], VECTORS)
    assert layout(path).words == (None if form == "GloVe" else 5)
    np.testing.assert_array_equal(
        read_vectors(path, ["a", "missing", "the"]), [VECTORS[3], [np.nan] * 3, VECTORS[0]]
    )


@pytest.mark.parametrize("first", [b"\n", b"=\n", b"5\n"])
def test_a_line_feed_in_the_first_number_makes_no_text(first, tmp_path):
    vectors = VECTORS.copy()
    vectors[0] = np.frombuffer(first + vectors[0].tobytes()[len(first) :], "float32")
    write_binary(tmp_path / "vectors", WORDS, vectors)
    np.testing.assert_array_equal(read_vectors(tmp_path / "vectors", WORDS), vectors)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_byte_order_mark_is_passed_over(form, pack, tmp_path):
    path = tmp_path / "vectors"
    path.write_bytes(pack(b"\xef\xbb\xbf" + FORMS[form]))
    assert [entry.word for entry in entries(path)] == WORDS


def test_gensim_reads_what_we_write_and_we_what_it_writes(tmp_path):
    from gensim.models import KeyedVectors

    write_binary(tmp_path / "ours.bin", WORDS, VECTORS)
    theirs = KeyedVectors.load_word2vec_format(str(tmp_path / "ours.bin"), binary=True)
    assert theirs.index_to_key == WORDS
    for is_binary, name in ((True, "theirs.bin"), (False, "theirs.txt")):
        theirs.save_word2vec_format(str(tmp_path / name), binary=is_binary)
        np.testing.assert_array_equal(read_vectors(tmp_path / name, WORDS), VECTORS)


def test_the_first_vector_of_a_word_counts(tmp_path):
    (tmp_path / "twice.txt").write_text("2 1\na 1.5\na 2.5\n")
    assert read_vectors(tmp_path / "twice.txt", ["a", "a"]).tolist() == [[1.5], [1.5]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "byte 0: no line ends before it"),
        (b"5 0\n" + text(False), "line 1: the header says 5 words of width 0"),
        (b"5 99999999999\n" + text(False), "line 1: the header says 5 words of width 99999999999"),
        (b"5 " + b"9" * 5000 + b"\n" + text(False), "line 1: more than 2064 bytes"),
        (b"9" * 5000 + b" 3\n" + text(False), "line 1: more than 2064 bytes"),
        (b"1 2\na 1e38 1\n", "line 2: .* not finite, or above"),
        (b"hello world\n", "line 1: b'hello world'. Expected '<words> <width>', or a word and its numbers"),
        (text(True).replace(b"5 3", b"7 3"), "line 6: the file ends after 5 words. Expected 7 by its header"),
        (text(True).replace(b"5 3", b"4 3"), "line 6: more lines than the 4 words in the header"),
        (text(True).replace(b"5 3", b"5 4"), "line 2: 3 numbers. Expected a word and 4 numbers"),
        (text(True).replace(b"New_York", b"New York"), "line 4: .*Does the word contain a space"),
        (text(True)[:-9], "line 6: no line feed at the end"),
        (binary(header=b"7 3\n"), "byte 98: the file ends after 5 words. Expected 7 by its header"),
        (binary(header=b"4 3\n"), "byte 78: more data than the header's 4 words of width 3"),
        (binary()[:-5], "byte 78: the file ends inside vector 5 of 5"),
        (binary(header=b"5 900\n"), "byte 6: the file ends inside vector 1 of 5"),
        (text(True).replace(repr(VECTORS[0, 1].item()).encode(), b"xx", 1), "line 2: could not convert .*'xx'"),
        (text(True).replace(repr(VECTORS[2, 1].item()).encode(), b"nan", 1), "line 4: .* not finite"),
        (binary().replace(VECTORS[1].tobytes(), b"\0\0\x80\x7f" * 3), "byte 21: .* not finite"),
        (b"1 1\n\xff\xfe " + VECTORS[0, :1].tobytes(), "byte 4: the word b'\\\\xff\\\\xfe' is not UTF-8"),
    ],
)
def test_damage_is_located(content, message, tmp_path):
    path = tmp_path / "vectors"
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"{re.escape(str(path))}, (?:{message})"):
        list(entries(path))


@pytest.mark.parametrize("read", [lambda path: list(entries(path)), lambda path: read_vectors(path, ["the", "a"])])
@pytest.mark.parametrize(("separator", "least"), [(b"\n", 50), (b"", 40)], ids=["line feeds", "none"])
def test_a_word_with_a_space_in_a_binary_file_is_located(read, separator, least, tmp_path):
    """Without line feeds the numbers that follow may look like a word by chance."""
    rng, located = np.random.default_rng(0), 0
    for _ in range(50):
        rows = rng.normal(size=(4, 300)).astype("float32")
        pairs = zip(["the", "New York", "c", "d"], rows, strict=True)
        content = b"".join(word.encode() + b" " + row.tobytes() + separator for word, row in pairs)
        (tmp_path / "vectors.bin").write_bytes(b"4 300\n" + content)
        try:
            read(tmp_path / "vectors.bin")
        except DataError as error:
            located += "byte" in str(error)
    assert located >= least


def test_a_wrong_width_is_found_though_no_word_is_wanted(tmp_path):
    (tmp_path / "vectors.txt").write_bytes(text(True).replace(b"5 3", b"5 4"))
    with pytest.raises(DataError, match="line 2: 3 numbers. Expected a word and 4"):
        read_vectors(tmp_path / "vectors.txt", ["missing"])


def test_a_wrong_width_in_a_long_binary_file_is_found(tmp_path):
    path = tmp_path / "vectors.bin"
    numbers = np.full((4000, 3), 7.0, "<f4")  # no blank among its bytes
    path.write_bytes(b"4000 5\n" + b"".join(b"word " + row.tobytes() for row in numbers))
    with pytest.raises(DataError, match=r"byte \d+: "):
        list(entries(path))


def test_a_word_with_a_space_is_not_written(tmp_path):
    with pytest.raises(DataError, match="'New York' contains a space"):
        write_binary(tmp_path / "vectors.bin", ["New York"], VECTORS[:1])


def test_blocks_end_at_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(vector_files, "BLOCK_WORDS", 2)
    write_binary(tmp_path / "vectors.bin", WORDS, VECTORS)
    assert [words for words, _ in blocks(tmp_path / "vectors.bin")] == [WORDS[:2], WORDS[2:4], WORDS[4:]]
    assert [words for words, _ in blocks(tmp_path / "vectors.bin", 3)] == [WORDS[:2], WORDS[2:3]]


def test_nearest_words_are_those_of_gensim(tmp_path, monkeypatch):
    from gensim.models import KeyedVectors

    monkeypatch.setattr(vector_files, "BLOCK_WORDS", 7)
    words = [f"w{number}" for number in range(50)]
    vectors = np.random.default_rng(0).normal(size=(50, 8)).astype("float32")
    write_binary(tmp_path / "vectors.bin", words, vectors)
    reference = KeyedVectors(8)
    reference.add_vectors(words, vectors)
    (found,) = nearest(tmp_path / "vectors.bin", vectors[4:5], 6, [{"w4"}])
    expected = reference.most_similar("w4", topn=6)
    assert [word for word, _ in found] == [word for word, _ in expected]
    np.testing.assert_allclose([cosine for _, cosine in found], [cosine for _, cosine in expected], rtol=1e-5)


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-20], lambda content: content[:30] + b"x" + content[31:]]
)
def test_a_damaged_gzip_file_is_refused(damage, tmp_path):
    path = tmp_path / "vectors.gz"
    path.write_bytes(damage(gzip.compress(binary() * 1)))
    with pytest.raises(DataError, match="after [0-9]+ unpacked bytes: damaged gzip file"):
        list(entries(path))


def test_memory_does_not_grow_with_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(vector_files, "CHUNK_BYTES", 1 << 18)
    path = tmp_path / "vectors.bin"
    vectors = np.ones((8_000, 200), "float32")  # 6.4 MB
    write_binary(path, [f"word{number}" for number in range(len(vectors))], vectors)
    del vectors
    tracemalloc.start()
    found = read_vectors(path, ["word7999"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.tolist() == [[1.0] * 200]
    assert peak < 4 * vector_files.CHUNK_BYTES


def test_a_file_is_replaced_by_a_whole_one_only(tmp_path):
    path = tmp_path / "vectors.bin"
    write_binary(path, WORDS, VECTORS)
    with pytest.raises(DataError):
        write_binary(path, ["a", "b c"], VECTORS[:2])
    assert list(tmp_path.iterdir()) == [path]
    assert read_vectors(path, WORDS).tolist() == VECTORS.tolist()


def test_a_device_is_no_file(tmp_path):
    (tmp_path / "vectors").symlink_to("/dev/zero")
    with pytest.raises(DataError, match="vectors is a pipe or a device"):
        layout(tmp_path / "vectors")

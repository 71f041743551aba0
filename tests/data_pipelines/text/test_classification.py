"""Zhang et al. (2015): rows of their CSV files, texts as numbers of characters or words, arrays in blocks."""

import re
import tarfile
from contextlib import nullcontext

import numpy as np
import pytest

from benchmarks.jobs import obstacle
from benchmarks.papers.zhang2015 import MINIBATCHES
from data_pipelines.dataset import DataError, Fold, LeftOut, Split
from data_pipelines.datasets.sentences import MR
from data_pipelines.datasets.topics import AG_10K, AG_10K_ROWS, SETS, TRAIN_10K, characters
from data_pipelines.datasets.vectors import GOOGLE_NEWS_FILE, with_google_news
from data_pipelines.download import cached_path, check
from data_pipelines.text import csv_rows
from data_pipelines.text.character_ids import ALPHABET, LENGTH, alphabet, quantize
from data_pipelines.text.csv_rows import BLOCK_BYTES, Rows, stream

SOUND = b'"1","a","b"'


def written(path, *lines: bytes):
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def rows_of(path, classes: int = 4, fields: int = 2) -> list[tuple[int, str]]:
    blocks = list(stream(path, classes, fields))
    return [(int(y), text) for rows in blocks for y, text in zip(rows.y, rows.texts.to_pylist(), strict=True)]


def test_the_last_field_stands_first(tmp_path):
    path = written(tmp_path / "a.csv", b'"3","A title"," body, ""of"" text\\nnext "', b'"1","",""')
    assert rows_of(path) == [(2, 'body, "of" text\nnext A title'), (0, " ")]


def test_a_field_may_have_a_line_end(tmp_path):
    assert rows_of(written(tmp_path / "a.csv", b'"2","x","one\ntwo"')) == [(1, "one\ntwo x")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'"5","a","b"', "row 3 has the class '5'"),
        (b'"","a","b"', "row 3 has the class ''"),
        (b'"fields","a","b"', "row 3 has the class 'fields'"),
        (b'"\xff","a","b"', "row 3 has the class '\ufffd'"),
        (b'"1","a"', "row 3 has 2 fields instead of 3"),
        (b'"1","a","b","c"', "row 3 has 4 fields instead of 3"),
    ],
)
def test_malformed_rows_are_told_by_their_number(line, message, tmp_path):
    path = written(tmp_path / "bad.csv", SOUND, SOUND, line, SOUND)
    with pytest.raises(DataError, match=f"bad.csv: 1 of its 4 rows are malformed: {message}"):
        rows_of(path)
    many = written(tmp_path / "many.csv", SOUND, SOUND, line, *[SOUND] * 1500)
    with pytest.warns(LeftOut, match=f"many.csv: 1 of its 1503 rows are malformed: {message}.*; left out"):
        assert len(rows_of(many)) == 1502  # below a thousandth


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Arrow's own, besides its error
def test_a_row_that_arrow_cannot_show_is_told(tmp_path):
    path = written(tmp_path / "bad.csv", SOUND, b'"1","caf\xe9"', *[SOUND] * 2000)
    with pytest.raises(DataError, match="bad.csv can't be read as CSV, since the row has bytes .*: .*Row #2: Exp"):
        rows_of(path)


def test_numbers_count_rows_of_another_form_too(tmp_path):
    path = written(tmp_path / "bad.csv", b'"1"', SOUND, b'"0","a","b"', b'"1","a"', b'"9","a","b"')
    with pytest.raises(
        DataError, match="4 of its 5 rows .*: row 1 has 1 fields .*; row 3 has the class '0'; row 4"
    ):
        rows_of(path)


def test_only_the_first_of_many_malformed_rows_are_kept(tmp_path):
    path = written(tmp_path / "bad.csv", *[b'"9","a","b"', b'"1"'] * 20_000)
    with pytest.raises(
        DataError, match="40000 of its 40000 rows .*: row 1 has the class '9'; row 2 has 1 .*; row 3"
    ):
        rows_of(path)


def test_what_is_no_csv_is_told(tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")
    for name in ("empty.csv", "nowhere.csv"):
        with pytest.raises(DataError, match=f"{name} can't be read as CSV"):
            rows_of(tmp_path / name)


def test_a_row_that_no_block_holds_is_told_with_its_place(tmp_path):
    path = written(tmp_path / "a.csv", SOUND, b'"1","x","' + b"a" * (2 * BLOCK_BYTES) + b'"', SOUND)
    with pytest.raises(DataError, match="behind row 1, where a quote is not closed or a row has more than 4 MB"):
        rows_of(path)


@pytest.mark.parametrize("block_bytes", [60, 100, 1000])
def test_blocks_end_anywhere(block_bytes, tmp_path, monkeypatch):
    """Rows differ in length, some have line ends, and every seventh is malformed in one of two ways."""
    monkeypatch.setattr(csv_rows, "BLOCK_BYTES", block_bytes)
    monkeypatch.setattr(csv_rows, "MOST_MALFORMED", 1)
    monkeypatch.setattr(csv_rows, "TOLD", 100)
    lines = [f'"{1 + at % 4}","{at}{chr(10) * (at % 3)}","{"x" * (at % 29)}"'.encode() for at in range(60)]
    lines[::7] = [(b'"0","a","b"', b'"1","a"')[at % 2] for at in range(9)]
    path = written(tmp_path / "a.csv", *lines)
    with pytest.warns(LeftOut) as told:
        found = rows_of(path)
    assert [text for _, text in found] == [f"{'x' * (at % 29)} {at}" for at in range(60) if at % 7]
    assert [y for y, _ in found] == [at % 4 for at in range(60) if at % 7]
    assert re.findall(r"row (\d+) has", str(told[0].message)) == [str(at + 1) for at in range(0, 60, 7)]


@pytest.mark.parametrize(("missing", "is_enough"), [(0, True), (9, True), (10, False), (-1, False)])
def test_a_thousandth_of_a_part_may_be_left_out(missing, is_enough, recwarn):
    train, test = (Split(None, np.zeros(size, "int32")) for size in (9982 - missing, 7600))
    with nullcontext() if is_enough else pytest.raises(DataError, match="AG, 9,982 rows has .* our own choice"):
        AG_10K.check(Fold(train, None, test))
    assert [str(warning.message) for warning in recwarn] == (
        ["AG, 9,982 rows has (9973, 7600) examples. Expected (9982, 7600) (rows of our own choice)."]
        if missing == 9
        else []
    )


def test_every_row_of_the_news_is_sound(mirror):
    train, test = (rows_of(mirror / "ag_news" / name) for name in ("train_10k.csv", "test.csv"))
    assert (len(train), len(test)) == (9982, 7600)
    assert np.bincount([y for y, _ in test]).tolist() == [1900] * 4


SIZES = {  # classes, texts of a class for training and for test, minibatches of an epoch
    "AG": (4, 30_000, 1_900, 5_000),
    "Sogou": (5, 90_000, 12_000, 5_000),
    "DBP": (14, 40_000, 5_000, 5_000),
    "Yelp P": (2, 280_000, 19_000, 5_000),
    "Yelp F": (5, 130_000, 10_000, 5_000),
    "Yah. A": (10, 140_000, 6_000, 10_000),
    "Amz. F": (5, 600_000, 130_000, 30_000),
    "Amz. P": (2, 1_800_000, 200_000, 30_000),
}


@pytest.mark.parametrize("topics", SETS, ids=lambda topics: topics.name)
def test_sets_are_those_of_table_3(topics, tmp_path, home):
    classes, train, test, minibatches = SIZES[topics.name]
    assert topics[1:2] + topics[3:5] == (classes, classes * train, classes * test)
    assert MINIBATCHES[topics.name] == minibatches
    dataset = characters(topics)
    assert dataset.examples == (topics.train, topics.test)
    fold = dataset.load(dataset.lookalike(tmp_path), 0, 0)
    assert fold.train.x.shape == (42, LENGTH) and isinstance(fold.train.x.base, np.memmap)
    assert len(np.unique(fold.train.y)) == topics.classes == fold.test.y.max() + 1


@pytest.mark.parametrize(
    ("dataset", "waits_for"),
    [
        (characters(AG_10K_ROWS, synonyms=True), TRAIN_10K),
        (characters(SETS[1], synonyms=True), SETS[1].files[0]),
        (with_google_news(MR), GOOGLE_NEWS_FILE),
    ],
    ids=lambda value: value.name,
)
def test_a_set_waits_for_its_files_on_request_alone(dataset, waits_for, home):
    assert "retable data fetch" in obstacle(dataset)
    path = cached_path(waits_for)
    path.parent.mkdir(parents=True)
    path.touch()
    assert len(dataset.files) > 1 and not obstacle(dataset)  # the others are fetched by the run itself


def test_an_archive_is_read_as_its_files_are(tmp_path, home):
    dataset = characters(SETS[1], full=True)
    paths = dataset.lookalike(tmp_path)
    archive = tmp_path / "all.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        for path in paths:
            tar.add(path, f"inner/{path.name}")
    plain, packed = dataset.load(paths, 0, 0), dataset.load([archive], 0, 0)
    for one, other in zip((plain.train, plain.test), (packed.train, packed.test), strict=True):
        np.testing.assert_array_equal(one.x, other.x)
        np.testing.assert_array_equal(one.y, other.y)
    with pytest.raises(DataError, match=r"all.tgz has no dev.csv"):
        list(stream(archive, 5, 2, "dev.csv"))
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(DataError, match=r"all.tgz can't be read as CSV"):
        list(stream(archive, 5, 2, "test.csv"))


def test_ten_thousand_rows_of_news(mirror, home):
    paths = [mirror / file.name for file in AG_10K.files]
    for path, file in zip(paths, AG_10K.files, strict=True):
        check(path, file)
    fold = AG_10K.load(paths, 0, 0)
    AG_10K.check(fold)
    end = "".join(" " if code == 0 else ALPHABET[code - 1] for code in fold.train.x[0, 25::-1])
    assert end == "ssier are fined \\$1.35 million"[-26:]  # the title stands last


def arrow(*texts: str):
    import pyarrow

    return pyarrow.array(texts, pyarrow.string())


def test_characters_count_backwards_from_the_end():
    (codes,) = quantize(arrow("aB?"), ALPHABET, length=5)
    assert codes.tolist() == [ALPHABET.index("?") + 1, 2, 1, 0, 0]
    (cut,) = quantize(arrow("abcdefg"), ALPHABET, length=3)
    assert cut.tolist() == [7, 6, 5]


def test_the_hyphen_counts_at_its_second_place():
    assert len(ALPHABET) == 70 and len(set(ALPHABET)) == 69
    assert quantize(arrow("-"), ALPHABET, length=1).item() == 60
    assert ALPHABET[36] == ALPHABET[59] == "-"
    assert ALPHABET[-1] == "\n"


def test_capitals_are_channels_of_their_own_in_full_alphabets():
    full = alphabet(full=True)
    assert len(full) == 96
    assert quantize(arrow("aA"), full, length=2).tolist() == [[71, 1]]
    assert quantize(arrow("aA"), alphabet(full=False), length=2).tolist() == [[1, 1]]


def test_blanks_and_strange_bytes_are_zero_and_slices_are_their_own():
    assert quantize(arrow("a é"), ALPHABET, length=5).tolist() == [[0, 0, 0, 1, 0]]  # two bytes of UTF-8
    texts = arrow("xyz", "ab", "")[1:]
    assert quantize(texts, ALPHABET, length=3).tolist() == [[2, 1, 0], [0, 0, 0]]
    assert quantize(arrow(), ALPHABET).shape == (0, LENGTH)


def test_words_are_runs_of_letters_and_digits():
    from data_pipelines.text.corpus import Corpus, numbered
    from data_pipelines.text.word_rows import WORDS

    def words_of(texts) -> list[list[str]]:
        blocks = [Rows(np.zeros(len(texts), "int32"), texts)]
        return list(Corpus(np.concatenate(list(numbered(blocks, WORDS))), {}))

    texts = arrow("It's  a-B; 2nd\nB!", "", "Ünder é", "...")
    assert words_of(texts) == [["it", "s", "a", "b", "2nd", "b"], [], ["Ünder", "é"], []]
    assert words_of(arrow("x", "", "ab", "c", "", "?")[1:]) == [[], ["ab"], ["c"], [], []]
    assert words_of(arrow()) == words_of(arrow("x")[1:]) == []


def test_texts_are_rows_of_the_most_frequent_words_words():
    from data_pipelines.text.corpus import Corpus, numbered
    from data_pipelines.text.word_numbering import WordTable
    from data_pipelines.text.word_rows import WORDS, WordRows, frequent_words, number_words

    blocks = [arrow("It's  a-B; 2nd\nB!", "", "Ünder é", "..."), arrow("zz b")]
    rows = (Rows(np.zeros(len(texts), "int32"), texts) for texts in blocks)
    corpus = Corpus(np.concatenate(list(numbered(rows, WORDS))), {})
    assert frequent_words(corpus, 3) == ("b", "it", "s")
    with pytest.raises(ValueError, match="70,000 words. Expected 65,535"):
        frequent_words(corpus, 70_000)
    known = WordTable(WORDS.letters, ("b", "é"))
    for length in (1, 2, 5):
        rows = WordRows(corpus, ("b", "é"), length)
        expected = np.array([[0, 0, 0, 1, 0], [0] * 5, [0, 2, 0, 0, 0], [0] * 5, [0, 1, 0, 0, 0]])[:, :length]
        np.testing.assert_array_equal(rows[:], expected)
        np.testing.assert_array_equal(rows[[4, 2]], expected[[4, 2]])
        np.testing.assert_array_equal(number_words(blocks[0], known, length), expected[:4])
    assert len(known) == 2


def test_texts_are_kept_as_they_are(home):
    from data_pipelines.text.rewritten import KeptTexts

    blocks = [arrow("a", "", "éb"), arrow("x", "yy", "z")[1:], arrow()]
    classes = [np.array(y, "int32") for y in ([2, 0, 1], [3, 0], [])]
    texts = KeptTexts({"a": 1}, lambda: map(Rows, classes, blocks))
    assert texts.y.tolist() == [2, 0, 1, 3, 0]
    assert texts[range(len(texts))] == ["a", "", "éb", "yy", "z"]
    assert texts[np.array([4, 2, 2])] == ["z", "éb", "éb"]

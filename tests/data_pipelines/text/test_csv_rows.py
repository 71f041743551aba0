"""Rows of CSV files in the form of Zhang et al. (2015), malformed rows among them."""

import re
import tarfile

import numpy as np
import pytest

from data_pipelines.dataset import DataError, LeftOut
from data_pipelines.text import csv_rows
from data_pipelines.text.csv_rows import BLOCK_BYTES, stream, train_and_test

SOUND = b'"1","a","b"'


def written(path, *lines: bytes):
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def rows_of(path, classes: int = 4, fields: int = 2, **settings) -> list[tuple[int, str]]:
    blocks = list(stream(path, classes, fields, **settings))
    return [(int(y), text) for rows in blocks for y, text in zip(rows.y, rows.texts.to_pylist(), strict=True)]


def test_the_last_field_comes_first(tmp_path):
    path = written(tmp_path / "a.csv", b'"3","A title"," body, ""of"" text\\nnext "', b'"1","",""')
    assert rows_of(path) == [(2, 'body, "of" text\nnext A title'), (0, " ")]
    assert rows_of(path, join=csv_rows.first_last)[0] == (2, 'A title body, "of" text\nnext')


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
def test_malformed_rows_are_named_by_their_number(line, message, tmp_path):
    path = written(tmp_path / "bad.csv", SOUND, SOUND, line, SOUND)
    with pytest.raises(DataError, match=f"bad.csv: 1 of 4 rows are malformed: {message}. At most 0.1%"):
        rows_of(path)
    many = written(tmp_path / "many.csv", SOUND, SOUND, line, *[SOUND] * 1500)
    with pytest.warns(LeftOut, match=f"many.csv: 1 of 1503 rows are malformed: {message}.*; skipped"):
        assert len(rows_of(many)) == 1502  # below a thousandth


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Arrow's own, besides its error
def test_a_row_that_arrow_cannot_pass_on_is_explained(tmp_path):
    path = written(tmp_path / "bad.csv", SOUND, b'"1","caf\xe9"', *[SOUND] * 2000)
    message = "bad.csv can't be read as CSV, since the row also has bytes that are not UTF-8: .*Row #2: Exp"
    with pytest.raises(DataError, match=message):
        rows_of(path)


def test_numbers_count_rows_of_another_form_too(tmp_path):
    path = written(tmp_path / "bad.csv", b'"1"', SOUND, b'"0","a","b"', b'"1","a"', b'"9","a","b"')
    message = "4 of 5 rows .*: row 1 has 1 fields .*; row 3 has the class '0'; row 4"
    with pytest.raises(DataError, match=message):
        rows_of(path)


def test_only_the_first_of_many_malformed_rows_are_kept(tmp_path):
    path = written(tmp_path / "bad.csv", *[b'"9","a","b"', b'"1"'] * 20_000)
    message = "40000 of 40000 rows .*: row 1 has the class '9'; row 2 has 1 .*; row 3"
    with pytest.raises(DataError, match=message):
        rows_of(path)


def test_files_that_are_not_csv_are_refused(tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")
    for name in ("empty.csv", "nowhere.csv"):
        with pytest.raises(DataError, match=f"{name} can't be read as CSV"):
            rows_of(tmp_path / name)


def test_a_row_longer_than_a_block_is_located(tmp_path, monkeypatch):
    path = written(tmp_path / "a.csv", SOUND, b'"1","x","' + b"a" * (2 * BLOCK_BYTES) + b'"', SOUND)
    with pytest.raises(DataError, match="after row 1, where a quote is not closed or a row has more than 4 MB"):
        rows_of(path)


@pytest.mark.parametrize("block_bytes", [60, 100, 1000])
def test_blocks_end_anywhere(block_bytes, tmp_path, monkeypatch):
    """Rows differ in length, some have line ends, and every seventh is malformed in one of two ways."""
    monkeypatch.setattr(csv_rows, "BLOCK_BYTES", block_bytes)
    monkeypatch.setattr(csv_rows, "MOST_MALFORMED", 1)
    monkeypatch.setattr(csv_rows, "SHOWN", 100)
    lines = [f'"{1 + at % 4}","{at}{chr(10) * (at % 3)}","{"x" * (at % 29)}"'.encode() for at in range(60)]
    lines[::7] = [(b'"0","a","b"', b'"1","a"')[at % 2] for at in range(9)]
    path = written(tmp_path / "a.csv", *lines)
    with pytest.warns(LeftOut) as warned:
        found = rows_of(path)
    assert [text for _, text in found] == [f"{'x' * (at % 29)} {at}" for at in range(60) if at % 7]
    assert [y for y, _ in found] == [at % 4 for at in range(60) if at % 7]
    assert re.findall(r"row (\d+) has", str(warned[0].message)) == [str(at + 1) for at in range(0, 60, 7)]


def test_an_archive_is_read_like_its_files(tmp_path):
    for name in ("train.csv", "test.csv"):
        written(tmp_path / name, SOUND, b'"2","%s","c"' % name.encode())
    archive = tmp_path / "all.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        for name in ("train.csv", "test.csv"):
            tar.add(tmp_path / name, f"inner/{name}")
    texts = train_and_test([archive], 5, 2, csv_rows.last_first)
    for packed, name in zip(texts, ("train.csv", "test.csv"), strict=True):
        (rows,) = packed.rows()
        assert list(zip(rows.y.tolist(), rows.texts.to_pylist(), strict=True)) == rows_of(tmp_path / name)
    with pytest.raises(DataError, match=r"all.tgz has no dev.csv"):
        list(stream(archive, 5, 2, "dev.csv"))
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(DataError, match=r"all.tgz can't be read as CSV"):
        list(stream(archive, 5, 2, "test.csv"))


def test_every_row_of_the_news_is_well_formed(mirror):
    train, test = (rows_of(mirror / "ag_news" / name) for name in ("train_10k.csv", "test.csv"))
    assert (len(train), len(test)) == (9982, 7600)
    assert np.bincount([y for y, _ in test]).tolist() == [1900] * 4

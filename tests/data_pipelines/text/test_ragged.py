"""Rows of different length: from texts, by the block, on disk, and padded."""

import numpy as np
import pyarrow
import pytest

from data_pipelines.text import ragged
from data_pipelines.text.batching import coarse
from data_pipelines.text.ragged import PaddedRows, Ragged, kept_ragged
from tests.support.corpora import arrow

ROWS = [[3, 1, 2], [], [2, 2, 2, 1, 0], [1]]
TABLE = np.array([7, 5, 6, 8], "uint16")


@pytest.fixture
def rows() -> Ragged:
    offsets = np.cumsum([0, *map(len, ROWS)], dtype="int64")
    return Ragged(np.array(sum(ROWS, []), "int32"), offsets, np.array([4, 0, 2, 1], "int32"))


def lists(found: Ragged) -> list[list[int]]:
    return [values.tolist() for values in found.rows(slice(None))]


def test_texts_are_their_bytes():
    found = Ragged.of_texts(arrow("x", "é", "", "ab")[1:], np.array([2, 0, 1], "int32"))
    assert lists(found) == [[0xC3, 0xA9], [], [97, 98]]
    assert (found.offsets.tolist(), found.labels.tolist()) == ([0, 2, 2, 4], [2, 0, 1])
    assert lists(Ragged.of_strings(["é", "", "ab"])) == lists(found)
    assert lists(Ragged.of_texts(pyarrow.array([b"\xff"], pyarrow.binary()), np.zeros(1, "int32"))) == [[255]]
    assert lists(Ragged.of_texts(arrow(), np.zeros(0, "int32"))) == lists(Ragged.of_strings([])) == []


def test_other_arrays_are_refused():
    with pytest.raises(TypeError, match="array of large_string"):
        Ragged.of_texts(pyarrow.array(["a"], pyarrow.large_string()), np.zeros(1, "int32"))
    with pytest.raises(ValueError, match="1 labels for 2 texts"):
        Ragged.of_texts(arrow("a", "b"), np.zeros(1, "int32"))


def test_sizes_and_owners(rows):
    assert rows.sizes().tolist() == [3, 0, 5, 1]
    assert rows.owners().tolist() == [0, 0, 0, 2, 2, 2, 2, 2, 3]


@pytest.mark.parametrize(
    ("most", "sizes"), [(2, [1, 1, 1, 1]), (3, [2, 1, 1]), (6, [2, 2]), (8, [3, 1]), (100, [4])]
)
def test_blocks_hold_whole_rows(most, sizes, rows, monkeypatch):
    monkeypatch.setattr(ragged, "BLOCK", most)
    blocks = list(rows.blocks())
    assert [len(block) for block in blocks] == sizes
    assert sum(map(lists, blocks), []) == ROWS
    assert np.concatenate([block.labels for block in blocks]).tolist() == rows.labels.tolist()


def test_rows_are_mapped_cut_and_padded(rows):
    assert rows.padded(slice(None), TABLE, 4).tolist() == [[8, 5, 6, 0], [0] * 4, [6, 6, 6, 5], [5, 0, 0, 0]]
    assert rows.padded([2, 0], TABLE, 2).tolist() == [[6, 6], [8, 5]]
    found = rows.padded(np.array([2, 0]), TABLE, 4, backwards=True)
    assert found.tolist() == [[7, 5, 6, 6], [6, 5, 8, 0]]
    assert found.dtype == TABLE.dtype
    assert rows.padded([], TABLE, 3).shape == (0, 3)


def test_without_a_width_rows_are_about_as_wide_as_the_longest(rows):
    assert rows.padded(slice(None), TABLE).shape == (4, coarse(5))
    assert rows.padded([1], TABLE).shape == (1, 1)


def test_padded_rows_are_made_on_access_and_in_order(rows):
    found = PaddedRows(rows, TABLE, 2)
    assert (len(found), found.most) == (4, 8)
    np.testing.assert_array_equal(found[1:], rows.padded(slice(1, None), TABLE, 2))
    turned = found.in_order(np.array([3, 0, 2, 1])).in_order(np.array([1, 0]))
    assert len(turned) == 2
    np.testing.assert_array_equal(turned[:], found[[0, 3]])


def test_rows_are_kept_on_disk_as_one(home):
    texts = [arrow("a", "", "éb"), arrow("x", "yy", "z")[1:], arrow()]
    labels = [np.array(y, "int32") for y in ([2, 0, 1], [3, 0], [])]
    found = kept_ragged("trial", {"a": 1}, lambda: map(Ragged.of_texts, texts, labels))
    again = kept_ragged("trial", {"a": 1}, lambda: iter(()))  # not computed again
    for kept in (found, again):
        assert bytes(kept.values).decode() == "aébyyz"
        assert (kept.offsets.tolist(), kept.labels.tolist()) == ([0, 1, 1, 4, 6, 7], [2, 0, 1, 3, 0])
        assert isinstance(kept.values.base, np.memmap)
    with pytest.raises(ValueError, match="no rows"):
        kept_ragged("trial", {"a": 2}, lambda: iter(()))

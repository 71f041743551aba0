"""Grids on narrow terminals."""

from results.writing.grid import Entry, Grid

NAMES = ["row", *(f"column {number}" for number in range(9))]
WIDE = Grid("t", NAMES, [[[Entry(f"{name} x") for name in NAMES]]], legend="l")


def test_parts_fit_and_have_every_column_once():
    parts = list(WIDE.parts(40))
    assert all(part.headings[0] == "row" and sum(part.longest) <= 40 for part in parts)
    assert [name for part in parts for name in part.headings[1:]] == NAMES[1:]
    assert [part.legend for part in parts] == [""] * (len(parts) - 1) + ["l"]


def test_a_part_has_at_least_one_column():
    assert len(list(WIDE.parts(1))) == 9


def test_spare_columns_are_left_out_only_for_want_of_room():
    assert WIDE.narrowed(200, ["column 3"]) == WIDE
    assert WIDE.narrowed(110, ["column 3", "column 4"]).headings == [name for name in NAMES if name != "column 3"]


def test_numbers_are_recognised_and_names_are_not():
    line = [Entry("2"), Entry("0.25", "W*"), Entry("0.31 (5)"), Entry("77 (margin 1)"), Entry("")]
    assert Grid("", list("abcde"), [[line]]).are_numbers == [False, True, True, False, True]


def test_a_column_that_alone_distinguishes_lines_is_not_left_out():
    line = [("net", ""), ("digits", ""), ("accuracy", ""), ("90", "")]
    other = [*line[:2], ("F1", ""), ("80", "")]
    headings = ["row", "column", "metric", "ours"]
    assert "metric" in Grid("", headings, [[line], [other]]).narrowed(1, ["metric"]).headings
    assert "metric" not in Grid("", headings, [[line]]).narrowed(1, ["metric"]).headings

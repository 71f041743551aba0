"""Verdicts arranged as their table is printed."""

from results.metrics import METRICS
from results.published import Cell
from results.verdicts import Answer, Verdict
from results.writing.matrix import Values, as_grid, as_json, as_records, of_one_number

ACCURACY, ERROR = METRICS["test accuracy"], METRICS["test error"]


def verdict(row, column, value, answer=Answer.NOT_ATTEMPTED, metric=ACCURACY, **found):
    cell = Cell("p", "2", row, column, metric, value, None if value is None else 1.0)
    return Verdict(cell, answer, **found)


JUDGED = [
    verdict("z", "MR", 81.5, Answer.REPRODUCED, units=(81.0, 82.0), mean=81.5, deviation=0.7071),
    verdict("z", "CR", 80.0),
    verdict("a", "TREC", 90.0, Answer.WORSE, units=(85.0,), mean=85.0, stale="code changed"),
]


def test_rows_and_columns_are_in_printed_order():
    (matrix,) = of_one_number(JUDGED)
    assert (matrix.table, list(matrix.rows), list(matrix.columns)) == ("2", ["z", "a"], ["MR", "CR", "TREC"])


def test_both_values_have_deviation_number_and_mark():
    (matrix,) = of_one_number(JUDGED)
    grid = as_grid(matrix, Values.BOTH, "Paper")
    assert grid.title == "Paper, table 2: test accuracy (%)"
    assert grid.lines == [
        ["z", "published", "81.5", "80", ""],
        ["", "ours", "81.50 R", "", ""],
        ["", "sd (n)", "0.71 (2)", "", ""],
        ["a", "published", "", "", "90"],
        ["", "ours", "", "", "85.00 W*"],
    ]
    assert grid.legend.endswith("Verdict: R reproduced, W worse, * by other code than today's. Margin: 1.")


def test_theirs_is_the_table_as_printed():
    (matrix,) = of_one_number(JUDGED)
    grid = as_grid(matrix, Values.THEIRS, "Paper")
    assert [list(grid.headings), *grid.lines] == [
        ["row", "MR", "CR", "TREC"],
        ["z", "81.5", "80", ""],
        ["a", "", "", "90"],
    ]
    assert (grid.legend, grid.title) == ("", "Paper, table 2: test accuracy (%), published")


def test_ours_keeps_the_rows_without_runs():
    (matrix,) = of_one_number([*JUDGED, verdict("none", "MR", 70.0)])
    assert as_grid(matrix, Values.OURS, "Paper").lines[-1] == ["none", "ours", "", "", ""]


def test_a_table_of_several_metrics_is_a_matrix_each():
    found = of_one_number([*JUDGED, verdict("z", "MR", 18.5, metric=ERROR)])
    assert [as_json(one, Values.THEIRS)["metrics"] for one in found] == [["test accuracy (%)"], ["test error (%)"]]
    mixed = of_one_number([verdict("z", "MR", 1.0), verdict("z", "CR", 2.0, metric=ERROR)])
    assert len(mixed) == 1  # each place has one number


def test_plain_data_has_numbers():
    (matrix,) = of_one_number(JUDGED)
    first, _ = as_json(matrix, Values.BOTH)["rows"]
    assert (first["published"], first["ours"]) == ([81.5, 80.0, None], [81.5, None, None])
    assert first["n"] == [2, 0, None]
    headings, lines = as_records([matrix], Values.OURS)
    assert headings == ["table", "metric", "row", "quantity", "MR", "CR", "TREC"]
    assert ["2", "test accuracy (%)", "z", "sd", 0.7071, None, None] in lines

"""Published files: what a line must have, and what a cell knows from it."""

import pytest

from results.ledger import ResultsError
from results.metrics import ACCURACY, VALUE
from results.published import Cell, Kind, read_cells

HEADER = "table,row,column,metric,value,margin,note,runs,same_as\n"


def cells(folder, *lines: str, header=HEADER) -> list[Cell]:
    (folder / "new.csv").write_text(header + "\n".join(lines) + "\n", "utf-8")
    return read_cells("new", folder / "new.csv")


def test_a_cell_knows_its_runs_its_digits_and_its_twin(tmp_path):
    one, two = cells(tmp_path, "1,a,b,test error,5.0,0.5,,10,", "1,a,b,test mistakes,102,10,,,test error")
    assert (one.runs, one.half_digit, one.same_as) == (10, 0.05, "")
    assert (two.runs, two.half_digit, two.same_as) == (1, 0.5, "test error")


def test_both_columns_may_be_missing(tmp_path):
    (one,) = cells(tmp_path, "1,a,b,test accuracy,91.25,1,", header="table,row,column,metric,value,margin,note\n")
    assert (one.runs, one.same_as, one.half_digit) == (1, "", 0.005)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1,a,b,test accuracy,912,1,,,", "line 2: test accuracy is 912, expected 0 to 100"),
        ("1,a,b,rank correlation,-1.5,1,,,", "line 2: rank correlation is -1.5, expected -1 to 1"),
        ("1,a,b,test accuracy,0e-99999999999999999999,1,,,", "line 2: the value is '0e-9+', expected a number"),
        ('1,"a\nb",b,test accuracy,91,1,,,', "line 2: table, row and column are .*, expected no line ends"),
        ("1,a\x1b[31m,b,test accuracy,91,1,,,", "line 2: table, row and column are"),
        ("1,a,b\u202e,test accuracy,91,1,,,", "line 2: table, row and column are"),
        ("", "has no cells"),
        ("1,a,b,test accuracy,91,1,,0,", "line 2: the runs are '0', expected a whole number of 1 or more"),
        ("1,a,b,test mistakes,91,1,,,test error", "is the same as 'test error', which has no line"),
    ],
)
def test_bad_lines_are_refused(tmp_path, line, message):
    with pytest.raises(ResultsError, match=message):
        cells(tmp_path, line)


def test_a_file_from_windows_is_read(tmp_path):
    text = HEADER + "1,a,b,test accuracy,91,1,,,\n"
    (tmp_path / "new.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert [cell.value for cell in read_cells("new", tmp_path / "new.csv")] == [91]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"table,row\n1,a\n", "line 2: expected the columns table,row,column,metric"),
        (HEADER.encode("utf-16"), "can't be read: .*utf-8"),
        (HEADER.encode() + b'1,"a,b\n', "can't be read: unexpected end of data"),
        (HEADER.encode() + b"1,\xff,b,test accuracy,91,1,,,\n", "can't be read: .*utf-8"),
    ],
)
def test_a_file_of_another_form_is_refused_by_name(tmp_path, content, message):
    (tmp_path / "new.csv").write_bytes(content)
    with pytest.raises(ResultsError, match=f"new.csv.* {message}|new.csv, {message}"):
        read_cells("new", tmp_path / "new.csv")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ResultsError, match="new.csv can't be read: No such file"):
        read_cells("new", tmp_path / "new.csv")


def test_kinds():
    assert Cell("kim2014", "2", "a", "b", ACCURACY, None, None).kind == Kind.PERFORMANCE
    assert Cell("kim2014", "2", "a", "b", VALUE, None, None).kind == Kind.COUNT
    assert Cell("lectures", "2", "a", "b", VALUE, None, None).kind == Kind.CLAIM


def test_a_device_is_no_file(tmp_path):
    (tmp_path / "new.csv").symlink_to("/dev/null")
    with pytest.raises(ResultsError, match="new.csv is not a file"):
        read_cells("new", tmp_path / "new.csv")

"""Numbers in CSV files: columns, folds, several cells, and several people."""

import pytest

from benchmarks.own_numbers.files import graded, judged
from benchmarks.own_numbers.reference import reference
from results.ledger import ResultsError

TREC = {"table": "2", "row": "CNN-rand", "column": "TREC"}


def find(**named):
    return reference("kim2014", **{**TREC, **named})


@pytest.fixture
def write(tmp_path):
    """Return a function that writes lines to a file and returns its path."""

    def written(*lines: str):
        path = tmp_path / "numbers.csv"
        path.write_text("\n".join(lines), "utf-8")
        return path

    return written


@pytest.mark.parametrize(
    "lines",
    [
        ("value", "91.2", "", "90.4"),
        ("accuracy", "91.2", "90.4"),
        ("\ufeffmodel,seed,accuracy", "mine,3,91.2", "mine,7,90.4"),
        ("value,loss", "91.2,0.3", "90.4,0.4"),
    ],
)
def test_the_column_of_values_is_named_or_the_only_one_of_numbers(write, lines):
    (found,) = judged(write(*lines), find)
    assert found.values == (91.2, 90.4)


def test_a_file_may_be_about_several_cells(write):
    path = write("row,column,value", "CNN-rand,TREC,91", "MNB,MR,79", "CNN-rand,TREC,90", ",,89")
    found = judged(path, find)
    assert [(one.cell.row, one.cell.column, one.values) for one in found] == [
        ("CNN-rand", "TREC", (91.0, 90.0)),
        ("MNB", "MR", (79.0,)),
        ("CNN-rand", "TREC", (89.0,)),
    ]


def test_folds_of_a_seed_are_one_run(write):
    lines = [f"{seed},{fold},{70 + seed + fold}" for seed in (0, 1) for fold in range(1, 11)]
    (found,) = judged(write("seed,fold,value", *lines), lambda: find(column="MR"))
    assert found.values == (75.5, 76.5)
    with pytest.raises(ResultsError, match="seed 1 has 9 folds. Expected 10: a run is a whole pass"):
        judged(write("seed,fold,value", *lines[:-1]), lambda: find(column="MR"))
    (found,) = judged(write("fold,value", *[line[2:] for line in lines[:10]]), lambda: find(column="MR"))
    assert found.values == (75.5,)


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ((), "has no lines"),
        (("value",), "has no lines"),
        (("91.2", "90.4"), "Expected one named value"),
        (("epoch,loss", "1,2"), "Expected one named value"),
        (("epoch;value", "1;2"), "commas between columns"),
        (("value", "91.2", "text"), "line 3: the value is 'text'. Expected a number"),
        (("value", "91.2", "nan"), "line 3: the value is 'nan'"),
        (("value", "91,2"), "line 2, has more fields than the first line has columns: a decimal comma"),
        (("value;seed", "91,2;0"), "commas between columns"),
        (("value", "9_0"), "line 2: the value is '9_0'"),
        (("value,value", "91,90"), "several columns named 'value'"),
        (("value", "912"), "line 2: The value 912 can't be"),
        (("seed,value", "3,91", "3,92"), "line 3: seed 3 is there twice"),
        (("seed,fold,value", "3,0,91", "3,0,92"), "line 3: seed 3, fold 0 is there twice"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(write, lines, text):
    with pytest.raises(ResultsError) as caught:
        judged(write(*lines), find)
    assert text in str(caught.value)


def test_a_file_that_cannot_be_read_is_a_mistake(tmp_path):
    (tmp_path / "latin.csv").write_bytes(b"name,value\nJos\xe9,91\n")
    for name in ("latin.csv", "none.csv", ""):
        with pytest.raises(ResultsError, match="can't be read"):
            judged(tmp_path / name, find)
    (tmp_path / "excel.csv").write_text("name,value\nAnna,91\n", "utf-16")
    with pytest.raises(ResultsError, match="Save it as CSV UTF-8"):
        judged(tmp_path / "excel.csv", find)


def test_people_are_graded_beside_bad_lines_of_others(write):
    path = write("name,value", "Ann,91", "Bo,text", "Ann,90", "Cy,0.9", ",90", "Di,", "Bo,91", ",", "Eve,90.5")
    found, problems = graded(path, find())
    assert [(name, one.values) for name, one in found] == [("Ann", (91.0, 90.0)), ("Eve", (90.5,))]
    assert [(text.split(":")[0].split()[-1], text.split()[-1]) for text in problems] == [
        ("3", "Bo."),
        ("5", "Cy."),
        ("6", "line."),
        ("7", "Di."),
        ("9", "line."),
    ]


def test_a_decimal_comma_costs_its_person_alone(write):
    found, problems = graded(write("name,value", "Anna,90.2", "Bob,90,2", "Carl,91"), find())
    assert [name for name, _ in found] == ["Anna", "Carl"]
    assert len(problems) == 1 and "line 3, has more fields" in problems[0] and problems[0].endswith("graded: Bob.")


def test_a_file_of_people_has_names_and_one_cell(write):
    with pytest.raises(ResultsError, match="has no column 'name'"):
        graded(write("value", "90"), find())
    with pytest.raises(ResultsError, match="Expected one cell for all names"):
        graded(write("name,row,value", "Ann,MNB,90"), find())

"""Tables of others: whatever is printed around a number, and other text."""

import pytest

from results.audit.reading import read_lines, read_table
from results.ledger import ResultsError


def read(text, **known):
    return read_lines([(2, {"row": "a", "value": text} | known)])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("91.2", "91.2"), (" 91.2 % ", "91.2"), ("91.2†", "91.2"), ("91.2*", "91.2"), ("91.2 [3]", "91.2")),
        *(("**91.2**", "91.2"), (r"$\textbf{91.2}^{a}$", "91.2"), ("<b>91.2</b>", "91.2"), ("91,2", "91.2")),
        *(("1,234", "1234"), ("1,234,567.8", "1234567.8"), ("\u22121.5", "-1.5"), (".5", ".5"), ("7", "7")),
    ],
)
def test_a_number_as_printed(text, value):
    (entry,) = read(text, metric="value").entries
    assert entry.number.text == value
    assert entry.is_best == any(mark in text for mark in ("**", "textbf", "<b>"))


@pytest.mark.parametrize("text", ["91.2 ± 0.3", "91.2 +- 0.3", "91.2+/-0.3", r"$91.2 \pm 0.3$", "91.2 (0.3)"])
def test_a_deviation_behind_the_number(text):
    (entry,) = read(text, runs="5").entries
    assert (entry.number.text, entry.deviation.text, entry.is_plus_minus) == ("91.2", "0.3", True)


@pytest.mark.parametrize("text", ["-", "", "n/a", "N/A", "\u2013", "NaN", "?"])
def test_a_gap(text):
    found = read(text)
    assert (found.entries, found.gaps, found.texts) == ([], 1, [])


@pytest.mark.parametrize("text", ["see text", "<0.1", "1.2.3", "1 ± 2 ± 3", "9e5", "inf", "12,34,5"])
def test_text_that_is_no_number(text):
    found = read(text)
    assert (found.entries, found.gaps) == ([], 0)
    assert "line 2" in found.texts[0]


def test_scores_up_to_one_are_fractions():
    lines = [{"row": "a", "value": "0.912"}, {"row": "b", "value": "0.088", "metric": "test error"}]
    assert [entry.whole for entry in read_lines(enumerate(lines)).entries] == [1, 1]
    errors = [{"row": "a", "value": "0.23", "metric": "test error"}]
    assert [entry.whole for entry in read_lines(enumerate(errors)).entries] == [100]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no column 'row'"),
        ("row,score\na,1\n", "no column 'value'"),
        ("row,value\na,-\n", "no number to check"),
        ("row,value,test_example\na,1,2\n", "Did you mean 'test_examples'"),
        ("row,value,runs\na,1,two\n", "line 2: runs is 'two'"),
        ("row,value,runs\na,1,0\n", "line 2: runs is '0'"),
        ("row,value,min\na,1,low\n", "line 2: min is 'low'"),
        ("row,value\na,1,2\n", "more fields"),
        ('row,value\n"a,1\n', "can't be read"),
    ],
)
def test_a_bad_file_is_one_line(tmp_path, content, words):
    path = tmp_path / "table.csv"
    path.write_text(content)
    with pytest.raises(ResultsError, match=words) as error:
        read_table(path)
    assert "\n" not in str(error.value)


def test_a_folder_and_a_file_of_other_bytes(tmp_path):
    with pytest.raises(ResultsError, match="can't be read"):
        read_table(tmp_path)
    path = tmp_path / "table.csv"
    path.write_bytes(b"\xff\xfe\x00row")
    with pytest.raises(ResultsError, match="can't be read|no column"):
        read_table(path)

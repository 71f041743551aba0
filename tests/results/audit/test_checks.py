"""Each check on numbers that are true, and on numbers that are not."""

import pytest

from results.audit.findings import Grade
from results.audit.reading import read_lines
from results.audit.tables import audit


def findings(*lines):
    """Return the findings of lines as grades and checks."""
    entries = read_lines(enumerate(lines)).entries
    return [(str(found.grade), found.check) for found in audit(entries).findings]


def score(row, value, column="x", metric="test accuracy", **known):
    return {"table": "1", "row": row, "column": column, "metric": metric, "value": value} | known


@pytest.mark.parametrize(
    ("value", "known", "is_possible"),
    [
        ("91.2", {"test_examples": "500"}, True),
        ("91.3", {"test_examples": "500"}, False),
        ("91.3", {"test_examples": "500", "runs": "5"}, True),  # an average of five runs has steps of 0.04
        ("91.3", {"test_examples": "500", "folds": "10"}, False),  # equal folds: their average is one share
        ("91.3", {"test_examples": "501", "folds": "10"}, True),  # unequal ones: it need not be
        ("0.913", {"test_examples": "500"}, False),  # a fraction
        ("100", {"test_examples": "3"}, True),
        ("33.3", {"test_examples": "3"}, True),
        ("33.4", {"test_examples": "3"}, False),
        ("12.5", {"test_examples": "4"}, False),
    ],
)
def test_a_share_of_test_examples(value, known, is_possible):
    assert findings(score("a", value, **known)) == (
        [] if is_possible else [("impossible", "number of test examples")]
    )


def test_digits_that_are_cut_off_are_one_note():
    shares = [f"{int(1000 * count / 700) / 10:.1f}" for count in range(400, 420)]
    lines = [score(f"row {n}", text, test_examples="700") for n, text in enumerate(shares)]
    assert findings(*lines) == [("note", "rounding")]


@pytest.mark.parametrize(
    ("value", "runs", "deviation", "is_possible"),
    [
        ("50.00", "2", "1.41", True),  # counts 49 and 51 of 100: the deviation is 2 / sqrt(2)
        ("50.00", "2", "1.00", True),  # the same, divided by n
        ("50.00", "2", "1.20", False),
        ("50.00", "3", "1.00", True),  # 49, 50, 51
        ("50.00", "3", "1.20", False),
        ("50.00", "5", "0.71", True),
        ("50.00", "5", "0.30", False),
    ],
)
def test_a_deviation_of_counts(value, runs, deviation, is_possible):
    found = findings(score("a", value, test_examples="100", runs=runs, deviation=deviation))
    assert found == ([] if is_possible else [("impossible", "deviation of counts")])


@pytest.mark.parametrize(
    ("line", "check"),
    [
        (score("a", "101"), "range"),
        (score("a", "-1"), "range"),
        (score("a", "0.5", metric="test perplexity"), "range"),
        (score("a", "90", deviation="-1", runs="3"), "range"),
        (score("a", "90.0", min="90.20", max="91.00"), "least run"),
        (score("a", "92.0", min="90.20", max="91.00"), "most run"),
        (score("a", "90.9", min="90.00", max="91.00", runs="3"), "mean"),  # at most 90.67
        (score("a", "90.5", min="90.00", max="91.00", runs="3", deviation="0.9"), "deviation"),
        (score("a", "90.5", min="90.00", max="91.00", runs="3", deviation="0.1"), "deviation"),
        (score("a", "99.0", runs="10", deviation="20"), "deviation"),
    ],
)
def test_bounds(line, check):
    assert findings(line) == [("impossible", check)]


def test_runs_within_their_bounds():
    assert findings(score("a", "90.5", min="90.00", max="91.00", runs="3", deviation="0.50")) == []
    assert findings(score("a", "90.5", min="90.00", max="91.00", runs="2", deviation="0.71")) == []


@pytest.mark.parametrize(
    ("average", "sizes", "expected"),
    [
        ("80.0", ("", "", ""), []),
        ("80.2", ("", "", ""), [("note", "average")]),  # of unknown weights
        ("80.2", ("1000", "1000", "1000"), [("impossible", "average")]),
        ("85.0", ("1000", "1000", "3000"), [("impossible", "average")]),  # weighted 84.0
        ("84.0", ("1000", "1000", "3000"), [("note", "average")]),
        ("90.3", ("", "", ""), [("impossible", "average")]),
    ],
)
def test_an_average(average, sizes, expected):
    values = zip(("70.0", "80.0", "90.0"), sizes, strict=True)
    lines = [score(f"row {n}", value, test_examples=size) for n, (value, size) in enumerate(values)]
    assert findings(*lines, score("Average", average)) == expected


def test_a_total_with_a_part_that_is_not_printed():
    counts = [score("a", "10", metric="units"), score("b", "20", metric="units")]
    assert findings(*counts, score("total", "30", metric="units")) == []
    assert findings(*counts, score("total", "31", metric="units")) == [("note", "total")]
    assert findings(*counts, score("total", "29", metric="units")) == [("impossible", "total")]


def test_numbers_of_one_system():
    right = [score("a", "90.0"), score("a", "10.0", metric="test error"), score("a", "50", metric="test mistakes")]
    sizes = {"test_examples": "500"}
    assert findings(*(line | sizes for line in right)) == []
    wrong = [line | sizes | ({"value": "51"} if line["metric"] == "test mistakes" else {}) for line in right]
    assert findings(*wrong) == [("impossible", "mistakes and error")]
    assert findings(right[0], score("a", "10.4", metric="test error")) == [("impossible", "accuracy and error")]
    top = [score("a", "30.0", metric="test error"), score("a", "31.0", metric="top-5 test error")]
    assert findings(*top) == [("impossible", "top-1 and top-5")]


def test_an_average_near_its_most_needs_many_runs():
    """The row of a slide that `retable audit neumann_vu2017` is about."""
    names = ("lowest test accuracy", "test accuracy", "highest test accuracy")
    lines = [
        score("MFCC", value, metric=name) for name, value in zip(names, ("60.85", "61.31", "61.35"), strict=True)
    ]
    (found,) = audit(read_lines(enumerate(lines)).entries).of(Grade.NOTE)
    assert "needs 10 runs" in found.arithmetic


def test_a_mark_that_is_not_the_best():
    assert findings(score("a", "**90.1**"), score("b", "90.0")) == []
    assert findings(score("a", "90.1"), score("b", r"\textbf{90.0}")) == [("impossible", "best")]
    assert findings(score("a", "9", metric="test error"), score("b", "9.5", metric="test error", best="1"))


def test_a_copied_row():
    rows = {"a": (81, 84.1, 77.2, 90.3), "b": (79.5, 83.6, 76.1, 91), "c": (80.1, 82.9, 78.8, 89.6)}
    lines = [score(row, f"{v:.1f}", f"data {n}") for row, values in rows.items() for n, v in enumerate(values)]
    assert findings(*lines) == []
    copy = [score("d", line["value"], line["column"]) for line in lines if line["row"] == "a"]
    assert findings(*lines, *copy) == [("improbable", "copied")]


def test_folds_that_hardly_differ():
    line = score("a", "80.0", test_examples="1000", folds="10")
    assert findings(line | {"deviation": "4.0"}) == []
    assert findings(line | {"deviation": "0.3"}) == [("improbable", "deviation of folds")]
    for deviation, found in (("1.87", []), ("1.79", [("improbable", "deviation of folds")])):
        assert findings(line | {"deviation": deviation}) == found  # 1.83 if divided by ten, 1.93 by nine

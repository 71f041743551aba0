"""Commands of an earlier commit against those of today."""

import pytest

from benchmarks.speed.task import load_task
from benchmarks.speed.versions import Versions
from benchmarks.table import load_table

QUICK = ("starter", "--row", "LeNet-style", "--column", "digits", "--lookalike", "--epochs", "1", "--seeds", "1")


def test_every_run_names_a_cell():
    for paper, *options in load_task("versions").runs.values():
        named = dict(zip(options[::2], options[1::2], strict=True))
        table = load_table(paper)
        assert table.cells(named.get("--table"), named["--row"], named.get("--column"))


@pytest.mark.slow
def test_an_earlier_commit_and_today_take_turns():
    task = Versions(before="ef6748a", runs={"digits": QUICK})
    report = task.measure(repeats=1)
    (row,) = task.rows(report)
    assert row["run"] == "digits" and float(row["seconds, ef6748a"]) > 1 and float(row["speed-up"]) > 0

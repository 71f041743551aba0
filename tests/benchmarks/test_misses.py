"""Whatever differs from print has a cause that is written down, and nothing else has one."""

import pytest

from benchmarks.reproduce import verdicts
from benchmarks.table import load_table, paper_names
from results.folders import results_folder
from results.published import Kind
from results.records import RecordFiles
from results.verdicts import Answer


def printed(name):
    """Return the verdicts on the printed results of a paper's trained systems."""
    table = load_table(name)
    judged = verdicts(table.plan(), RecordFiles(name, results_folder()).records())
    return [v for v in judged if v.cell.kind == Kind.PERFORMANCE and v.cell.value is not None]


def explains(miss, cell):
    return miss.row == cell.row and (not miss.columns or cell.column in miss.columns)


@pytest.mark.parametrize("name", paper_names())
def test_a_result_beyond_its_margin_has_a_cause(name):
    beyond = [v.cell for v in printed(name) if v.answer in (Answer.WORSE, Answer.BETTER, Answer.DIFFERS)]
    misses = load_table(name).misses
    assert [cell.name for cell in beyond if not any(explains(miss, cell) for miss in misses)] == []


@pytest.mark.parametrize("name", [name for name in paper_names() if load_table(name).misses])
def test_no_cause_is_left_of_what_is_reproduced(name):
    open_ = [v.cell for v in printed(name) if v.answer != Answer.REPRODUCED]
    assert [miss.row for miss in load_table(name).misses if not any(explains(miss, cell) for cell in open_)] == []

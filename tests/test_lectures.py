"""The claims of the lectures: each stands in the published table, and each can fail."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest

from benchmarks.papers.lectures import CLAIMS, TABLE
from results.records import JobKey, RunRecord
from results.verdicts import Answer, judge

CELLS = TABLE.cells()


def answer(cell, claim) -> Answer:
    key = JobKey(cell.paper, cell.table, cell.row, cell.column, 0, 0, "tensorflow", "f", 1)
    record = RunRecord(key, {cell.metric.name: float(claim())})
    return judge(cell, [record], folds=1, runs=1).answer


def perturbed(value: Any) -> Iterator[Any]:
    """Yield copies of an input, each changed in one place."""
    if isinstance(value, str):
        yield f"{value} x" if " " in value else {"cool": "bad"}.get(value, "cool")
    elif isinstance(value, int | float | np.ndarray):
        yield value + 1
        yield value * 2
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            for change in perturbed(item):
                yield type(value)([*value[:place], change, *value[place + 1 :]])


def changed_claims(claim: partial) -> Iterator[partial]:
    """Yield the claim with one input changed, never what the slide prints as its result."""
    for place, value in enumerate(claim.args):
        for change in perturbed(value):
            yield partial(claim.func, *claim.args[:place], change, *claim.args[place + 1 :], **claim.keywords)
    for name, value in claim.keywords.items():
        if name != "printed":
            for change in perturbed(value):
                yield partial(claim.func, *claim.args, **{**claim.keywords, name: change})


def flips(cell, claim: partial) -> bool:
    """Tell whether some change of an input changes the verdict; an input that can't be computed with does."""
    before = answer(cell, claim)
    for changed in changed_claims(claim):
        try:
            if answer(cell, changed) != before:
                return True
        except ValueError:
            continue
    return False


def test_claims_and_published_cells_are_the_same():
    assert {(cell.table, cell.row) for cell in CELLS} == {(t, row) for t, rows in CLAIMS.items() for row in rows}
    assert len(CELLS) >= 25


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.table} {cell.row}")
def test_a_claim_holds_and_a_changed_input_flips_its_verdict(cell):
    claim = CLAIMS[cell.table][cell.row]
    assert answer(cell, claim) == Answer.REPRODUCED
    assert flips(cell, claim)

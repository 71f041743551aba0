"""The claims of the lectures: each is in the published table, and each can fail."""

from collections.abc import Iterator, Mapping
from functools import partial
from inspect import signature
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
    elif isinstance(value, Mapping):
        for name, item in value.items():
            for change in perturbed(item):
                yield {**value, name: change}
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            for change in perturbed(item):
                yield type(value)([*value[:place], change, *value[place + 1 :]])
        yield value[:-1]


def changed_claims(claim: partial) -> Iterator[partial]:
    """Yield the claim with one input changed, never what the slide prints as its result."""
    for place, value in enumerate(claim.args):
        for change in perturbed(value):
            yield partial(claim.func, *claim.args[:place], change, *claim.args[place + 1 :], **claim.keywords)
    names = [name for value in claim.keywords.values() if isinstance(value, Mapping) for name in value]
    for name, value in claim.keywords.items():
        if name != "printed":
            for change in [*perturbed(value), *(names if isinstance(value, str) else [])]:
                yield partial(claim.func, *claim.args, **{**claim.keywords, name: change})


def outcomes(cell, claim: partial) -> Iterator[tuple[float, Answer]]:
    """Yield value and verdict for every changed input that can be computed with."""
    for changed in changed_claims(claim):
        try:
            yield float(changed()), answer(cell, changed)
        except Exception:  # the change makes no sense, say another shape
            continue


def test_claims_and_published_cells_are_the_same():
    assert {(cell.table, cell.row) for cell in CELLS} == {(t, row) for t, rows in CLAIMS.items() for row in rows}
    assert len(CELLS) >= 80


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.table} {cell.row}")
def test_a_claim_holds_unless_it_is_a_finding_and_rests_on_its_inputs(cell):
    """A changed input flips the verdict of a claim that holds, and moves the number of a finding."""
    claim = CLAIMS[cell.table][cell.row]
    if cell.note.startswith("finding: "):
        assert answer(cell, claim) == Answer.DIFFERS
        assert any(value != claim() for value, _ in outcomes(cell, claim))
    else:
        assert answer(cell, claim) == Answer.REPRODUCED
        assert any(changed == Answer.DIFFERS for _, changed in outcomes(cell, claim))


INDIFFERENT = {  # inputs that may be anything nearby: that is the claim, or the slide's error is larger
    ("000", "ILSVRC-2012, Sparse Coding", "number"),
    ("000", "ILSVRC-2012, Sparse Coding", "table"),
    ("000", "ILSVRC-2012, 7 CNNs", "number"),
    ("000", "ILSVRC-2012, 7 CNNs", "table"),
    ("000", "average of logMel (26)", "runs"),
    ("000", "average of MFCC (13)", "average"),
    ("000", "average of eGeMAPS (25)", "runs"),
    ("000", "average of Prosody (7)", "runs"),
    ("003", "five filters, their outputs stacked", "kernel"),
    ("003", "five filters, their outputs stacked", "padding"),
    ("003", "depth of a filter over five maps", "filters"),
    ("003", "depth of a filter over five maps", "kernel"),
    ("004", "convolution is translation equivariant", "kernel"),
}


def test_every_input_of_a_claim_matters():
    """For each input some change moves the number, or makes it impossible to compute."""
    indifferent = set()
    for cell in CELLS:
        claim = CLAIMS[cell.table][cell.row]
        inputs = signature(claim.func).bind(*claim.args, **claim.keywords).arguments
        for name in inputs.keys() - {"printed"}:
            if not matters(partial(claim.func, **inputs), name):
                indifferent.add((cell.table, cell.row, name))
    assert indifferent == INDIFFERENT


def matters(claim: partial, name: str) -> bool:
    names = [key for value in claim.keywords.values() if isinstance(value, Mapping) for key in value]
    value = claim.keywords[name]
    for change in [*perturbed(value), *(names if isinstance(value, str) else [])]:
        try:
            if float(claim(**{name: change})) != float(claim()):
                return True
        except Exception:  # the change makes no sense, say another shape
            return True
    return False


def test_about_a_dozen_printed_values_are_findings():
    assert 12 <= sum(cell.note.startswith("finding: ") for cell in CELLS) <= 20

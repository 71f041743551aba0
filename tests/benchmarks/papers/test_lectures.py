"""The claims of the lectures: each is in the published table, and each can fail."""

import csv
import re
from collections.abc import Iterator
from functools import partial
from inspect import signature
from json import dumps
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import results
from benchmarks.papers.lectures import CLAIMS, TABLE
from benchmarks.papers.lectures.analogies import ANALOGIES
from benchmarks.papers.lectures.slides import agreeing, equal
from benchmarks.recipe import describe
from results.records import JobKey, RunRecord
from results.verdicts import Answer, judge

CELLS = [cell for cell in TABLE.cells() if cell.row not in ANALOGIES]  # the others need data
OPPOSITE = {Answer.REPRODUCED: Answer.DIFFERS, Answer.DIFFERS: Answer.REPRODUCED}
with (Path(results.__file__).parent / "published" / "lectures.csv").open(encoding="utf-8", newline="") as stream:
    QUOTES = {(line["table"], line["row"]): line["quote"] for line in csv.DictReader(stream)}
COUNTED = {  # numbers that a slide prints as rows, as words of a list, or as a sentence that is true or not
    "zero rows of a sentence cut to 10",
    "dilated layers are more compact",
    "neighbours of 'trading', LSTM-Word",
    "zeros of the border around a 10x10 image",
    "greater stride, fewer dot products",
    "convolution is not rotation equivariant",
    "convolution is not scale equivariant",
}


QUICK = {"000", "003"}  # lectures without large networks
INDIFFERENT = {  # inputs that may be anything: the claim is about growth or order, or the slide's error is larger
    ("001", "weights grow as the receptive field n", "maps"),
    ("001", "weights of dilated layers grow as log n", "maps"),
    ("001", "weights grow as the maps m", "maps"),
    ("001", "weights grow as the maps m", "kernel"),
    ("001", "weights grow as the maps m, each filter over one map", "kernel"),
    ("001", "dilated layers are more compact", "maps"),
    ("002", "cross-entropy, -log y of the network's output", "outputs"),
    ("002", "backward pass, w * delta without an activation", "is_bent"),
    ("002", "backward pass, w * delta without an activation", "has_slope"),
    ("003", "five filters, their outputs stacked, by the heading", "kernel"),
    ("003", "greater stride, fewer dot products", "kernel"),
    ("004", "CS231n bias, shape", "kernel"),
}


def name(cell) -> str:
    return f"{cell.table} {cell.row}"


def marked(cells) -> list:
    """Return cells as cases; those of lectures with large networks are slow."""
    slow = pytest.mark.slow
    return [pytest.param(cell, marks=() if cell.table in QUICK else slow, id=name(cell)) for cell in cells]


def claim_of(cell) -> partial:
    return CLAIMS[cell.table][cell.row]


def is_finding(cell) -> bool:
    return cell.note.startswith("finding: ")


def answer(cell, claim: partial) -> Answer:
    key = JobKey(cell.paper, cell.table, cell.row, cell.column, 0, 0, "tensorflow", "f", 1)
    record = RunRecord(key, {cell.metric.name: float(claim())})
    return judge(cell, [record], folds=1, runs=1).answer


def inputs_of(claim: partial) -> partial:
    """Return the computation of a claim, without what the slide prints as its result."""
    return claim.args[0] if claim.func in (equal, agreeing) else claim


def with_inputs(claim: partial, inputs: partial) -> partial:
    return partial(claim.func, inputs, **claim.keywords) if claim.func in (equal, agreeing) else inputs


def perturbed(value: Any) -> Iterator[Any]:
    """Yield copies of an input, each changed in one place."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, str):
        yield f"{value} x" if " " in value else {"cool": "bad"}.get(value, "cool")
    elif isinstance(value, int | float):
        yield from (value + 1, value - 1, value * 2)
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            for change in perturbed(item):
                yield type(value)([*value[:place], change, *value[place + 1 :]])
        yield value[:-1]


def with_one_input_changed(claim: partial, names: set[str] | None = None) -> Iterator[partial]:
    """Yield the claim with one input changed, short ones first; of all inputs, or of those named."""
    inputs = inputs_of(claim)
    given = signature(inputs.func).bind(*inputs.args, **inputs.keywords).arguments
    for argument in sorted(names or given, key=lambda argument: len(str(given[argument]))):
        for change in perturbed(given[argument]):
            yield with_inputs(claim, partial(inputs.func, **{**given, argument: change}))


def with_print_changed(cell, claim: partial) -> Iterator[tuple[Any, partial]]:
    """Yield cell and claim with another printed number, and with the computed ones as printed."""
    if claim.func is equal:
        printed = np.array(claim.keywords["printed"], "float64")
        printed.flat[-1] += 1
        for change in (printed, claim.args[0]()):
            yield cell, partial(equal, claim.args[0], printed=change)
    else:
        for value in (cell.value + 2 * cell.margin + 1, float(claim())):
            yield cell._replace(value=value), claim


def outcomes(cell, claims: Iterator[partial]) -> Iterator[tuple[float, Answer]]:
    """Yield value and verdict of every claim that can be computed."""
    for changed in claims:
        try:
            yield float(changed()), answer(cell, changed)
        except Exception:  # the change makes no sense, say another shape
            continue


def test_claims_and_published_cells_are_the_same():
    assert {(cell.table, cell.row) for cell in CELLS} == {(t, row) for t, rows in CLAIMS.items() for row in rows}
    assert len(CELLS) >= 80


def test_no_two_claims_are_one_computation():
    claims = [claim for rows in CLAIMS.values() for claim in rows.values()]
    assert len({dumps(describe(claim), sort_keys=True) for claim in claims}) == len(claims)


def test_the_lecture_prints_what_is_published():
    """The words of the slide have the number; of a matrix or a formula, all printed entries are compared."""
    assert [name(cell) for cell in CELLS if not is_printed(cell)] == []


def is_printed(cell) -> bool:
    claim, quote = claim_of(cell), QUOTES[cell.table, cell.row]
    if bool(quote) != (cell.value is not None):
        return False
    if claim.func is equal:
        return cell.value == np.size(claim.keywords["printed"])
    if claim.func is agreeing:
        return cell.value == np.size(claim.args[0]()[1])
    has_number = cell.value in map(float, re.findall(r"\d+(?:\.\d+)?", quote))
    return cell.value is None or has_number != (cell.row in COUNTED)


def test_words_of_slides():
    assert QUOTES["001", "LSTM-2 (Zaremba), millions"].endswith("(Zaremba et al. 2014) 78.4 52 m")
    assert QUOTES["002", "parameters of the weight-sharing matrix"].endswith("only 18 effective parameters")
    assert QUOTES["003", "size of the map of a 10x10 image"] == "10x10 -> 8x8"
    assert QUOTES["004", "weights of one neuron over 1920x1080, in millions"].startswith("So, you need 2M weights")


def test_entries_are_compared_at_the_printed_digit_and_integers_exactly():
    assert equal(lambda: [1.24, 1.16, 1.26], printed=[1.2, 1.2, 1.2]) == 2
    assert equal(lambda: [0.4, 0.0], printed=[0, 0]) == 1
    assert equal(lambda: [[0.0, 0.0]], printed=[0, 0]) == 0
    assert agreeing(lambda: ([1.0, 2.0], [1.0, 2.1])) == 1
    assert agreeing(lambda: ([0.0, 0.0], [0.0])) == 0


def test_the_sums_of_the_silence_filter_are_in_the_order_of_the_slides():
    """The first sum is shown before the filter slides; the rest are the first column of the output volume."""
    claims = CLAIMS["004"]
    assert claims["silence filter, its sums in the output volume"]() == 8
    assert claims["silence filter, places with the sum shown first"]() == 1
    assert claims["silence filter, places where a sigmoid is above 1/2"]() == 7


def test_eleven_runs_are_the_fewest_with_the_numbers_of_mfcc():
    """With all runs but one at the largest number that prints as 61.35, and one at the largest as 60.85."""
    assert CLAIMS["000"]["fewest runs with the average, min and max of MFCC (13)"]() == 11
    printed = {runs: round(((runs - 1) * 61.3549999 + 60.8549999) / runs, 2) for runs in (10, 11)}
    assert printed == {10: 61.30, 11: 61.31}


def test_a_claim_holds_unless_it_is_a_finding():
    assert [name(cell) for cell in CELLS if answer(cell, claim_of(cell)) != expected(cell)] == []


def expected(cell) -> Answer:
    if cell.value is None:
        return Answer.MEASURED
    return Answer.DIFFERS if is_finding(cell) else Answer.REPRODUCED


@pytest.mark.parametrize("cell", marked(CELLS))
def test_a_changed_input_turns_the_verdict_of_a_claim_that_holds_and_moves_the_number_of_any(cell):
    claim = claim_of(cell)
    number, found = claim(), outcomes(cell, with_one_input_changed(claim))
    if answer(cell, claim) == Answer.REPRODUCED:
        assert any(changed == Answer.DIFFERS for _, changed in found)
    else:
        assert any(value != number for value, _ in found)


@pytest.mark.parametrize(
    "cell", marked(c for c in CELLS if c.value is not None and (claim_of(c).func is not agreeing or is_finding(c)))
)
def test_another_printed_number_turns_the_verdict(cell):
    """Where a formula is printed, one of its constants is changed: it is among the inputs.

    Of a formula that holds, the test of changed inputs has done so.
    """
    claim = claim_of(cell)
    turned = OPPOSITE[answer(cell, claim)]
    if claim.func is agreeing:
        assert any(changed == turned for _, changed in outcomes(cell, with_one_input_changed(claim)))
    else:
        assert any(answer(*changed) == turned for changed in with_print_changed(cell, claim))


@pytest.mark.parametrize(
    "table", [pytest.param(table, marks=() if table in QUICK else pytest.mark.slow) for table in CLAIMS]
)
def test_every_input_of_a_claim_matters(table):
    """For each input some change moves the number, or makes it impossible to compute."""
    indifferent = set()
    for cell in (cell for cell in CELLS if cell.table == table):
        claim = claim_of(cell)
        inputs, number = inputs_of(claim), claim()
        for argument in signature(inputs.func).bind(*inputs.args, **inputs.keywords).arguments:
            if not matters(claim, argument, number):
                indifferent.add((cell.table, cell.row, argument))
    assert indifferent == {place for place in INDIFFERENT if place[0] == table}


def matters(claim: partial, argument: str, number: float) -> bool:
    for changed in with_one_input_changed(claim, {argument}):
        try:
            if changed() != number:
                return True
        except Exception:  # the change makes no sense, say another shape
            return True
    return False

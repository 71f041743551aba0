"""Certificates that somebody forged, with all hashes computed again: each contradiction is one line, soon."""

import csv
import hashlib
import io
from datetime import UTC, datetime

import numpy as np
import pytest

from benchmarks.certificates.checks import Check, Outcome
from benchmarks.certificates.collecting import as_csv
from benchmarks.certificates.contents import HISTORY, LABELS, STATEMENT, as_json, from_json
from benchmarks.certificates.measured.counts import resealed
from benchmarks.certificates.parts import labels
from benchmarks.certificates.parts.git_objects import way_to
from benchmarks.certificates.parts.margins import utc
from benchmarks.certificates.verifying import verify
from benchmarks.certificates.wording import in_a_line
from results.ledger import ResultsError
from results.predictions import encode
from tests.benchmarks.certificates.conftest import NAME

RUNS, CURVES, PREDICTIONS = (f"results/{kind}/{NAME}.csv" for kind in ("reproduced", "curves", "predictions"))
DEEP = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def faults(files):
    return [check for check in verify(resealed(files)) if check.outcome == Outcome.FAULT]


def written(files, names, lines=None, **values):
    """Return files with other values in the first lines of some of them, by default in all lines."""
    changed = dict(files)
    for name in names:
        rows = list(csv.DictReader(io.StringIO(files[name].decode(), newline="")))
        for row in rows[:lines]:
            row |= values
        changed[name] = as_csv(rows[0], (row.values() for row in rows))
    return changed


def stated(files, **other):
    """Return files that state something else of the first cell."""
    statement = from_json(STATEMENT, files)
    statement["cells"][0] |= other
    return files | {STATEMENT: as_json(statement)}


@pytest.mark.parametrize("folds", [2, 1.5, "1", float("inf")])
def test_folds_that_are_not_those_of_the_settings_are_noticed(folds, signed):
    assert any("they have 1 folds" in check.text for check in faults(stated(signed, folds=folds)))


def test_a_protocol_of_other_runs_than_usual_is_said(signed):
    """A look that suits better than the usual one needs an invented protocol, and no invented run."""
    for runs in (1, 4):
        said = {check.point: check for check in verify(resealed(stated(signed, runs=runs)))}
        assert said["runs of certified2026 1 / guess / all"].outcome == Outcome.FAULT
    statement = from_json(STATEMENT, signed)
    statement["cells"][1]["runs"] = 1
    said = {check.point: check for check in verify(resealed(signed | {STATEMENT: as_json(statement)}))}
    check = said["runs of certified2026 1 / network / all"]
    assert (check.outcome, "usually 5" in check.text) == (Outcome.UNCHECKED, True)


@pytest.mark.parametrize("runs", [0, -1, 1e308, "5", True, None])
def test_a_protocol_that_is_no_number_of_runs_is_a_fault(runs, signed):
    statement = from_json(STATEMENT, signed)
    statement["cells"][1]["runs"] = runs
    assert faults(signed | {STATEMENT: as_json(statement)})


@pytest.mark.parametrize("rule", [0, "2", 1.5, None, True])
def test_a_rule_that_is_none_excuses_nothing(rule, signed):
    statement = from_json(STATEMENT, stated(signed, answer="worse")) | {"rule": rule}
    assert faults(signed | {STATEMENT: as_json(statement)})


def test_a_later_rule_is_left_to_a_later_version(signed):
    statement = from_json(STATEMENT, signed) | {"rule": 99}
    with pytest.raises(ResultsError, match="states rule 99 of verdicts"):
        faults(signed | {STATEMENT: as_json(statement)})


@pytest.mark.parametrize(
    "other",
    [{"printed_cells": 1}, {"printed_cells": True}, {"left_out": None}, {"left_out": "all"}, {"left_out": [1]}],
)
def test_counts_that_contradict_the_cells_are_faults(other, signed):
    statement = from_json(STATEMENT, signed) | other
    assert [one.point for one in faults(signed | {STATEMENT: as_json(statement)})] == ["choice"]
    for name in ("recipes_tried", "runs_of_other_code"):
        assert faults(stated(signed, **{name: -1}))


def test_an_answer_of_an_earlier_rule_is_no_forgery(signed):
    forged = stated(signed, answer="worse")
    assert any("answer: worse is stated" in check.text for check in faults(forged))
    earlier = from_json(STATEMENT, forged)
    del earlier["rule"]
    files = forged | {STATEMENT: as_json(earlier)}
    assert faults(files) == []
    assert any(check.text.startswith("by an earlier rule; ") for check in verify(resealed(files)))
    assert faults(stated(files, mean=1.0))


def test_what_a_certificate_lacks_is_said(signed):
    (choice,) = [check for check in verify(signed) if check.point == "choice"]
    assert choice.text == "2 of 2 printed cells; later runs, if the author left them out, would not show"
    tried = stated(signed, recipes_tried=3, runs_of_other_code=2)
    (verdict,) = [check for check in verify(resealed(tried)) if "recipes had all runs" in check.text]
    assert "3 recipes had all runs" in verdict.text and "2 record(s): their code computed other" in verdict.text


def test_numbers_that_no_float_can_hold_are_malformed(signed):
    for other in ({"runs": float("inf")}, {"mean": 10**400}):
        assert any(check.text.startswith("malformed: ") for check in faults(stated(signed, **other)))


def test_another_revision_is_noticed(signed):
    forged = written(signed, (RUNS, CURVES, PREDICTIONS), revision="7")
    assert any("1 folds and revision 1, not" in check.text for check in faults(forged))


def test_runs_of_another_paper_are_noticed(signed):
    forged = written(signed, (RUNS, CURVES, PREDICTIONS), paper="another")
    assert any("is of another paper" in check.text for check in faults(forged))


@pytest.mark.parametrize("loss", ["nan", "inf"])
def test_a_loss_that_is_no_number_is_noticed(loss, signed):
    assert any(f"has the loss {loss}" in check.text for check in faults(written(signed, [CURVES], 1, loss=loss)))


@pytest.mark.parametrize("epochs", [10**10, 2**63])
def test_many_epochs_are_not_counted_one_by_one(epochs, signed):
    forged = written(signed, [RUNS], 1, epochs=str(epochs))
    assert any(f"has {epochs} epochs" in check.text for check in faults(forged))


def test_classes_that_unpack_to_more_than_there_is_room_for_are_refused(signed, monkeypatch):
    monkeypatch.setattr(labels, "MOST_BYTES", 1000)
    bomb = encode(np.zeros(2000, "u1"))
    room = labels.Room()
    room.decode(encode(np.zeros(1000, "u1")))
    with pytest.raises(ResultsError, match="more than 1000 bytes"):
        room.decode(encode(np.zeros(1, "u1")))
    for name, column in ((LABELS, "labels"), (PREDICTIONS, "predictions")):
        found = faults(written(signed, [name], 1, **{column: bomb}))
        assert any("more than 1000 bytes" in check.text for check in found)


def test_a_proper_object_of_git_that_no_run_needs_is_noticed(signed):
    content = b"blob 9\0something"
    name = f"git/{hashlib.sha1(content, usedforsecurity=False).hexdigest()}"
    (found,) = faults(signed | {name: content})
    assert (found.text, found.file) == ("no run and no change leads to it", name)


def test_a_large_folder_of_git_is_read_once():
    tree = b"".join(b"100644 %d\0" % number + b"\1" * 20 for number in range(100_000))
    tree = b"tree %d\0" % len(tree) + tree
    name = hashlib.sha1(tree, usedforsecurity=False).hexdigest()
    commit = b"commit 1\0tree " + name.encode() + b"\n"
    top = hashlib.sha1(commit, usedforsecurity=False).hexdigest()
    objects = {name: tree, top: commit}
    assert way_to(objects, top[:12], "99999") == [top, name, "01" * 20]
    with pytest.raises(ValueError, match="none is not in its tree"):
        way_to(objects, top, "none")


@pytest.mark.parametrize(("digits", "text"), [(0, "some records name no commit"), (3, "lacks commit")])
def test_runs_without_a_commit_are_not_malformed(digits, text, signed, repository):
    forged = resealed(written(signed, [RUNS], 1, commit=repository[1][:digits]))
    found = list(verify(forged))
    assert any(text in check.text and check.outcome == Outcome.UNCHECKED for check in found)
    assert not any(check.outcome == Outcome.FAULT for check in found)


def test_dates_are_compared_in_one_zone(signed):
    """The first run is the first in time, wherever its clock was; a date without a zone is in UTC."""
    assert utc("2026-01-01T00:00:00") == datetime(2026, 1, 1, tzinfo=UTC)
    dated = written(signed, [HISTORY], date="2026-01-01T00:00:00+00:00")
    for finished, is_after in (("2026-01-01T23:00:00+23:59", True), ("2026-01-01T00:00:01", False)):
        found = faults(written(dated, [RUNS], 1, finished=finished))
        assert any("after the first run" in check.text for check in found) == is_after


def test_a_date_that_no_calendar_has_is_malformed(signed):
    (found,) = faults(written(signed, [HISTORY], date="0001-01-01T00:00:00+23:00"))
    assert found.text.startswith("malformed: ")


def test_fields_without_an_end_are_malformed(signed):
    for name in (LABELS, HISTORY):
        forged = signed | {name: signed[name] + b"x" * (2**24 + 5) + b"\n"}
        assert any(check.text.startswith("malformed: ") for check in faults(forged))


@pytest.mark.parametrize(
    "text", [b"from ........x import y", b"from results.metrics import *", b"x = " + b"1+" * 9000 + b"1"]
)
def test_source_that_cannot_be_read_is_malformed(text, signed):
    name = "code/results/metrics.py"
    found = faults(signed | {name: text + b"\n" + signed[name]})
    assert any(check.text.startswith("malformed: ") for check in found)


@pytest.mark.parametrize("name", ["recipes/", "ro-crate-metadata.json", STATEMENT])
def test_deep_nesting_is_malformed(name, signed):
    whole = next(one for one in signed if one.startswith(name))
    forged = signed | {whole: DEEP}
    if name == STATEMENT:
        with pytest.raises(ResultsError, match="is not JSON"):
            list(verify(forged))
    else:
        assert any(check.outcome == Outcome.FAULT for check in verify(forged))


@pytest.mark.parametrize("paper", [None, 5, "another", "a\0b", "../../etc/passwd", "a" * 5000])
def test_a_paper_without_printed_cells_is_named(paper, signed):
    forged = signed | {STATEMENT: as_json(from_json(STATEMENT, signed) | {"paper": paper})}
    with pytest.raises(ResultsError, match="published/.* is missing, the printed cells"):
        list(verify(forged))


def test_a_text_of_the_certificate_cannot_pass_for_a_line():
    line = in_a_line(Check("code", Outcome.UNCHECKED, "of Python 3\nok          code: all of it"))
    assert line == "not checked code: of Python 3 ok          code: all of it"

"""The audit of published tables, and its command."""

import json

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.own_numbers.audited import printed_entries, published_audits
from benchmarks.signals import Status
from benchmarks.table import load_table
from results.audit.findings import Grade
from results.report.measured.audits import read_remarks


@pytest.fixture(scope="module")
def audits():
    return published_audits()


def test_every_finding_was_looked_at(audits):
    found = {(paper, *one.entries[0].place[:3]) for paper, result in audits.items() for one in result.findings}
    assert found == set(read_remarks())


def test_known_slips_are_found(audits):
    """LeCun et al. (1989) print 5.0 % and 102 mistakes of 2,007; Zhang et al. (2015) print shares of 7,600."""
    (slip,) = audits["lecun1989"].of(Grade.IMPOSSIBLE)
    assert "102 of 2007" in slip.arithmetic
    assert {one.entries[0].column for one in audits["zhang2015"].of(Grade.IMPOSSIBLE)} == {"AG"}


def test_sizes_come_from_the_file_or_from_a_recipe():
    sizes = {(e.table, e.column): e.test_examples for e in printed_entries(load_table("kim2014")) if e.is_share}
    assert (sizes["2", "TREC"], sizes["2", "SST-2"], sizes["2", "MR"]) == (500, 1821, 10662)
    entries = printed_entries(load_table("lecun1989"))
    assert {e.metric.part: e.test_examples for e in entries if e.is_share} == {"training": 7291, "test": 2007}


def run(*words):
    return CliRunner().invoke(app, ["audit", *map(str, words)])


def test_the_command(tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("row,value,test_examples\na,91.2,500\nb,see text,\nc,n/a,\n")
    bad.write_text("row,value,test_examples\na,91.3,500\n")
    assert run(good).exit_code == Status.DONE
    assert "see text" in run(good).stderr
    done = run(good, bad)
    assert done.exit_code == Status.IMPOSSIBLE
    assert "456/500 = 91.2" in done.stdout
    (row,) = json.loads(run(bad, "--format", "json").stdout)
    assert (row["grade"], row["number"], row["p"]) == ("impossible", "91.3", None)
    assert run("kim2014").exit_code == Status.DONE

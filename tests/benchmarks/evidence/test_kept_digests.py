"""Digests that are kept between commands."""

import json
import subprocess
import sys

import pytest

from benchmarks.evidence.kept_digests import KeptDigests
from benchmarks.evidence.roots import Named
from benchmarks.evidence.source import Place
from data_pipelines.dataset import LeftOut

NAMED = Named((Place("models.lenet", "LeNet5"),), frozenset({"tanh"}))


def never(named):
    raise AssertionError(f"{named} is kept")


@pytest.fixture
def path(tmp_path):
    kept = KeptDigests(tmp_path / "home" / "digests.json", "a state")
    assert kept.get(NAMED, lambda named: "0123456789ab") == "0123456789ab"
    kept.write()
    return kept.path


def test_digests_are_kept_for_the_same_code_only(path):
    assert KeptDigests(path, "a state").get(NAMED, never) == "0123456789ab"
    assert KeptDigests(path, "another state").get(NAMED, lambda named: "new") == "new"


@pytest.mark.parametrize(
    "other", [Named(NAMED.places), Named((), NAMED.strings), Named((Place("models.lenet", "tanh"),))]
)
def test_other_definitions_and_other_strings_have_digests_of_their_own(path, other):
    assert KeptDigests(path, "a state").get(other, lambda named: "new") == "new"


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: b"",
        lambda text: text[:-1],
        lambda text: text.replace(b"0123456789ab", b"0123456789ac"),
        lambda text: b"\xff\xfe" + text,
        lambda text: json.dumps({"a state": 1}).encode(),
    ],
)
def test_a_damaged_file_is_made_again(path, damage):
    path.write_bytes(damage(path.read_bytes()))
    with pytest.warns(LeftOut, match="the work is done again"):
        kept = KeptDigests(path, "a state")
    assert kept.get(NAMED, lambda named: "again") == "again"
    kept.write()
    assert KeptDigests(path, "a state").get(NAMED, never) == "again"


def test_a_cache_that_cannot_be_written_loses_nothing(tmp_path):
    (tmp_path / "home").write_text("a file, no folder")
    kept = KeptDigests(tmp_path / "home" / "digests.json", "a state")
    assert kept.get(NAMED, lambda named: "computed") == "computed"
    kept.write()


DIGESTS = """
import ast
parsed, parse = [], ast.parse
ast.parse = lambda *given: parsed.append(given) or parse(*given)
from benchmarks.table import load_table
print([one.code for one in load_table("lecun1989").plan()])
print(len(parsed))
"""


def test_a_second_command_reads_no_syntax_trees(home):
    command = [sys.executable, "-c", DIGESTS]
    first, second = (subprocess.run(command, capture_output=True, text=True).stdout.split("\n") for _ in range(2))
    assert first[0] == second[0] and "core" in first[0]
    assert int(first[1]) > 0 and int(second[1]) == 0

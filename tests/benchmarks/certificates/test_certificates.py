"""A certificate: what it shows, and that every change of it is noticed."""

import subprocess
import sys

import pytest

from benchmarks.certificates import archive
from benchmarks.certificates.checks import Outcome
from benchmarks.certificates.contents import HISTORY, MANIFEST, STATEMENT, as_json, from_json
from benchmarks.certificates.measured.changes import CHANGES, OF_THE_SEAL
from benchmarks.certificates.measured.counts import counts
from benchmarks.certificates.parts.git_objects import file_at
from benchmarks.certificates.verifying import verify
from results.ledger import ResultsError
from results.report.measured.certificates import certificates_document
from tests.benchmarks.certificates.conftest import CELLS, PATH
from tests.support.processes import ROOT

UNSEEN = {  # what only a signature can hold: nothing else in the file depends on it
    *("two curves are swapped", "a loss is moved", "a run has another commit", "the lock file is another"),
}
BY_CHANCE = {  # a flipped class may leave the score as it was; data without files have no hash
    *("a prediction is flipped", "a true class is flipped", "the data are others"),
}


def faults(files, trusted=()):
    return [check for check in verify(files, trusted) if check.outcome == Outcome.FAULT]


def test_all_is_as_stated(signed):
    checks = list(verify(signed))
    assert {check.outcome for check in checks} == {Outcome.OK}
    texts = [f"{check.point}: {check.text}" for check in checks]
    assert "scores: predictions give all 6 scores again" in texts
    assert any("fixed before the runs: value and margin are those of 20" in text for text in texts)
    assert any("at the commits of the runs: git's objects show the same at 1 of 1" in text for text in texts)
    assert any(text.startswith("certified2026 1 / guess / all, test accuracy: reproduced") for text in texts)


def test_equal_runs_give_equal_bytes(signed, certified, tmp_path):
    again = certified()
    assert again == signed
    paths = [tmp_path / "one.zip", tmp_path / "two.zip"]
    for path in paths:
        archive.write(path, again)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert archive.read(paths[0]) == signed


@pytest.fixture(scope="module")
def measured(signed):
    return {count.kind: count for count in counts(signed, each=1, again=1)}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_is_noticed_and_its_file_named(kind, measured):
    assert (measured[kind].noticed, measured[kind].named) == (1, 1)


def test_a_damaged_archive_is_noticed(measured):
    others = [measured[kind] for kind in measured.keys() - CHANGES.keys()]
    assert [(count.noticed, count.named) for count in others] == [(1, 1), (1, 1)]


@pytest.mark.parametrize("kind", sorted(CHANGES.keys() - OF_THE_SEAL - BY_CHANCE))
def test_what_contradicts_the_rest_is_noticed_even_if_all_hashes_are_computed_again(kind, measured):
    assert measured[kind].seen == (kind not in UNSEEN)


def test_the_document_counts_all_changes(measured):
    text = certificates_document("$ retable verify", [count._asdict() for count in measured.values()])
    assert f"changed {len(measured)} times. `verify` noticed {len(measured)} changes" in text
    assert "\n|two curves are swapped|1 of 1|1|0 of 1|\n" in text


def test_git_proves_what_was_printed_at_a_commit(signed, repository):
    objects = {name.removeprefix("git/"): content for name, content in signed.items() if name.startswith("git/")}
    commit = repository[1]
    assert file_at(objects, commit[:12], PATH).decode() == CELLS
    with pytest.raises(ValueError, match="other.csv is not in its tree"):
        file_at(objects, commit, "results/published/other.csv")
    with pytest.raises(ValueError, match="commit 0123 is not among the objects"):
        file_at(objects, "0123", PATH)
    blob = next(name for name, content in objects.items() if content.startswith(b"blob") and b",9," in content)
    with pytest.raises(ValueError, match=f"{blob} is not what its name says"):
        file_at(objects | {blob: objects[blob].replace(b",9,", b",5,")}, commit, PATH)


def test_the_history_has_every_margin(signed):
    lines = signed[HISTORY].decode().splitlines()
    assert [line.split(",")[-2:] for line in lines[1:]] == [["85", "30"], ["60", "8"], ["60", "9"]]


def test_a_later_version_is_named(signed):
    later = signed | {STATEMENT: as_json(from_json(STATEMENT, signed) | {"format": 2})}
    with pytest.raises(ResultsError, match="states the format 2. This version of retable reads 1"):
        list(verify(later))


def test_without_a_manifest_it_is_no_certificate(signed):
    files = {name: content for name, content in signed.items() if name != MANIFEST}
    with pytest.raises(ResultsError, match=f"{MANIFEST} is missing"):
        list(verify(files))
    with pytest.raises(ResultsError, match=f"{STATEMENT} is missing"):
        list(verify({}))


def test_it_is_judged_without_keras_and_without_the_code_of_the_suite(signed, tmp_path):
    archive.write(tmp_path / "cell.zip", signed)
    heavy = ("keras", "tensorflow", "jax", "torch", "pandas", "mlflow", "rocrate", "models", "sklearn")
    lines = [
        "import sys",
        f"sys.modules.update(dict.fromkeys({heavy!r}))",
        "from benchmarks.cli.app import main",
        f"sys.argv = ['retable', 'verify', {str(tmp_path / 'cell.zip')!r}]",
        "main()",
    ]
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert " ".join(done.stdout.split()).endswith("as stated.")

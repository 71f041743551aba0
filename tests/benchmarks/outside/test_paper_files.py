"""Papers of one's own: found in folders and packages, run, judged, and left out with one line if broken."""

import sys
from importlib import invalidate_caches
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.evidence.digests import digests, reached
from benchmarks.evidence.source import FOLLOWED, Source
from benchmarks.jobs import missing_jobs
from benchmarks.outside.paper_files import paper_files, use_folders
from benchmarks.runners.worker import submission, train_elsewhere
from benchmarks.table import UnknownName, load_table, load_tables
from data_pipelines.dataset import DataError, LeftOut
from results.records import RunRecord
from tests.benchmarks.outside.conftest import HELPER, PAPER, write_paper


def retable(*arguments: str):
    return CliRunner(env={"COLUMNS": "250"}).invoke(app, arguments)


def guess_of(name: str):
    """Return the planned cell that has a recipe."""
    return load_table(name).plan()[0]


def test_a_paper_in_a_folder_is_one_of_the_suite(folder):
    write_paper(folder, "aa2026")
    assert "aa2026" in paper_files() and "aa2026_helper" not in paper_files()
    shown = retable("show", "aa2026", "--papers", str(folder)).stdout
    assert "share (%)" in shown and "no sizes" in shown


def test_its_runs_are_recorded_and_judged_by_its_own_metric(folder, tmp_path, monkeypatch):
    write_paper(folder, "ab2026")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    results = ("--results", str(tmp_path))
    assert "2 job(s) to run" in retable("run", "ab2026", "--papers", str(folder), *results).stdout
    kept = tmp_path if (tmp_path / "reproduced/ab2026.csv").exists() else tmp_path / "trial"
    verdicts = retable("show", "ab2026", "--results", str(kept), "--format", "json").stdout
    assert verdicts.count('"n": 2') == 2


IMPORTS = {
    "by name": "from .{name}_helper import guess",
    "by a star": "from .{name}_helper import *",
    "tried": "try:\n    from .{name}_helper import guess\nexcept ImportError:\n    raise",
}


@pytest.mark.parametrize("kind", IMPORTS)
def test_the_digest_of_a_recipe_covers_the_helpers_of_its_paper(kind, folder):
    write_paper(folder, "ac2026", PAPER.replace(IMPORTS["by name"], IMPORTS[kind]))
    recipe = guess_of("ac2026").recipe
    before = digests(recipe, Source())
    names = {place.name for place in reached(recipe, Source())}
    assert {"guess", "share", "accuracy"} <= names
    (folder / "ac2026_helper.py").write_text(HELPER.replace("50.0 + seed", "51.0 + seed"))
    assert digests(recipe, Source()).core != before.core


def test_the_digest_covers_the_helpers_inside_of_a_folder_that_is_a_paper(folder):
    inside = folder / "ae2026"
    inside.mkdir()
    calls = "def called(fold, seed):\n    return guess(fold, seed)\n\ndef recipe"
    text = PAPER.replace("measure=guess", "measure=called").replace("def recipe", calls)
    write_paper(inside, "ae2026", text)
    (inside / "ae2026.py").rename(inside / "__init__.py")
    before = digests(guess_of("ae2026").recipe, Source())
    (inside / "ae2026_helper.py").write_text(HELPER.replace("50.0 + seed", "51.0 + seed"))
    assert digests(guess_of("ae2026").recipe, Source()).core != before.core


def test_a_worker_refuses_a_paper_that_has_changed(folder):
    write_paper(folder, "ad2026")
    job, *_ = missing_jobs([guess_of("ad2026")], [], backend="tensorflow")
    *_, record = train_elsewhere(*submission(job))
    assert isinstance(record, RunRecord) and record.metrics == {"test accuracy": 50.0, "share": 50.0}
    stale = job.__class__(job.key, job.recipe, code=job.code._replace(core="0" * 12))
    *_, record = train_elsewhere(*submission(stale))
    assert isinstance(record, RunRecord) and record.error.endswith("has another code of ad2026")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            "return {'share': 1.0}",
            "returned {'share': 1.0}. Expected an array, or a dict of ['test accuracy', 'share']",
        ),
        ("return 3", "returned 3. Expected an array"),
        ("raise SystemExit(3)", "SystemExit: 3 (af2026_helper.py, line 2)"),
        ("raise ValueError('a\\nb')", "ValueError: a b (af2026_helper.py, line 2)"),
    ],
)
def test_a_measurement_without_its_metrics_fails_in_words(body, text, folder):
    write_paper(folder, "af2026")
    (folder / "af2026_helper.py").write_text(f"def guess(fold, seed):\n    {body}\n")
    job, *_ = missing_jobs([guess_of("af2026")], [], backend="tensorflow")
    *_, record = train_elsewhere(*submission(job))
    assert isinstance(record, RunRecord) and text in record.error and not record.metrics


BROKEN = {
    "no csv": (lambda folder: (folder / "ba2026.csv").unlink(), "has no ba2026.csv beside it"),
    "no TABLE": (lambda folder: (folder / "ba2026.py").write_text(""), "has no TABLE"),
    "a TABLE of another kind": (lambda folder: (folder / "ba2026.py").write_text("TABLE = 7"), "that is int"),
    "another name": (
        lambda folder: write_paper(folder, "ba2026", PAPER.replace('"{name}"', '"other"')),
        "TABLE of the paper 'other'",
    ),
    "an exit": (lambda folder: (folder / "ba2026.py").write_text("import sys\nsys.exit(3)"), "SystemExit: 3"),
    "a helper without its dot": (
        lambda folder: write_paper(folder, "ba2026", PAPER.replace("from .", "from ")),
        "imported by: from .ba2026_helper import",
    ),
    "a metric without direction": (
        lambda folder: write_paper(folder, "ba2026", PAPER.replace('"higher"', '""')),
        "is better when ''. Expected higher, lower, exact",
    ),
    "a metric of the suite's name": (
        lambda folder: write_paper(folder, "ba2026", PAPER.replace('"share"', '"test error"')),
        "the suite has another metric test error",
    ),
    "an address that no page may link to": (
        lambda folder: write_paper(
            folder, "ba2026", PAPER.replace("metrics=(SHARE,)", "metrics=(SHARE,), address='javascript:alert(1)'")
        ),
        "has the address 'javascript:alert(1)'. Expected one like https://",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_paper_costs_one_line_and_the_others_go_on(fault, folder):
    write_paper(folder, "ba2026")
    write_paper(folder, "good2026")
    change, text = BROKEN[fault]
    change(folder)
    lines: list[str] = []
    known = {table.paper for table in load_tables(lines.append)}
    assert {"good2026", "kim2014"} <= known and "ba2026" not in known
    assert len(lines) == 1 and "ba2026" in lines[0] and text in lines[0]


def test_a_cell_without_recipe_is_named(folder):
    write_paper(folder, "bb2026", PAPER.replace('return NotAttempted("no sizes")', "pass"))
    with pytest.raises(UnknownName, match="bb2026 1 / other / all has no recipe. .* returned None"):
        load_table("bb2026").plan()
    write_paper(folder, "bd2026", PAPER.replace('return NotAttempted("no sizes")', "raise SystemExit(3)"))
    with pytest.raises(
        UnknownName, match="bd2026 1 / other / all has no recipe: .*bd2026.py, line .*SystemExit: 3"
    ):
        load_table("bd2026").plan()


def test_a_helper_that_is_missing_is_named_as_it_is(folder):
    write_paper(folder, "be2026")
    (folder / "be2026_helper.py").unlink()
    with pytest.raises(UnknownName, match="No module named 'benchmarks.papers.be2026_helper'[.]$"):
        load_table("be2026")


def test_what_a_paper_prints_is_no_data(folder, capsys):
    write_paper(
        folder, "bf2026", PAPER.replace("def recipe(cell):", "print('one')\ndef recipe(cell):\n    print('two')")
    )
    load_table("bf2026").plan()
    out, err = capsys.readouterr()
    assert out == "" and {"one", "two"} == set(err.split())


def test_the_name_of_another_paper_is_left_out(folder, tmp_path):
    write_paper(folder, "kim2014")
    with pytest.warns(LeftOut, match="kim2014.py has the name of .*papers/kim2014.py; rename it"):
        assert not paper_files()["kim2014"].is_outside
    other = tmp_path / "other"
    other.mkdir()
    write_paper(folder, "bc2026")
    write_paper(other, "bc2026")
    use_folders([folder, other])
    with pytest.warns(LeftOut, match="other/bc2026.py has the name of .*my papers/bc2026.py"):
        assert paper_files()["bc2026"].path == folder / "bc2026.py"
    with pytest.warns(LeftOut, match="other/bc2026.py has the name of"):
        load_table("bc2026")


def test_a_folder_whose_name_the_variable_cannot_hold_is_refused(tmp_path):
    with pytest.raises(DataError, match="Rename it"):
        use_folders([tmp_path / "my:papers"])


def test_a_folder_that_is_missing_is_one_line(tmp_path, folder):
    use_folders([tmp_path / "nowhere"])
    with pytest.warns(LeftOut, match="nowhere is no folder of papers"):
        assert "kim2014" in paper_files()


@pytest.fixture
def installed(tmp_path, monkeypatch) -> Path:
    """Return a package with papers, installed as far as Python can tell."""
    package = tmp_path / "site" / "lab_papers"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    about = tmp_path / "site" / "lab_papers-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: lab-papers\nVersion: 1.0\n")
    points = ("ca2026 = lab_papers.ca2026", "cb2026 = lab_papers.cb2026")
    (about / "entry_points.txt").write_text("\n".join(["[retable.papers]", *points]))
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setitem(FOLLOWED, "lab_papers", tmp_path / "site")
    invalidate_caches()
    yield package
    for name in [name for name in sys.modules if name.startswith("lab_papers")]:
        del sys.modules[name]


def test_a_paper_of_an_installed_package_is_one_of_the_suite(installed):
    write_paper(installed, "ca2026")
    with pytest.warns(LeftOut, match="cb2026 is announced by lab-papers, which lacks lab_papers.cb2026"):
        assert paper_files()["ca2026"].module == "lab_papers.ca2026"
    planned = guess_of("ca2026")
    assert planned.cell.name == "ca2026 1 / guess / all"
    modules = {place.module for place in reached(planned.recipe, Source())}
    assert {"lab_papers.ca2026", "lab_papers.ca2026_helper"} <= modules

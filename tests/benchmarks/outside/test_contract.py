"""A new paper fulfils the contract, and each broken point of the contract is named."""

from pathlib import Path

import pytest

from benchmarks.jobs import Options
from benchmarks.outside.contract import facts, trials
from benchmarks.outside.new_paper import new_paper
from benchmarks.outside.paper_files import find_paper
from benchmarks.table import load_table
from data_pipelines.dataset import DataError
from tests.benchmarks.outside.conftest import PAPER, write_paper
from tests.support.markdown import fences
from tests.support.processes import ROOT

TRIAL = Options(epochs=1, lookalike=True)


def stated_faults(name: str) -> list[str]:
    """Return what is wrong with a paper before anything is trained."""
    loaded = "the paper is imported without Keras"  # in this process it is there already
    return [f"{one.point}: {one.fault}" for one in facts(load_table(name)) if one.fault and one.point != loaded]


def faults(name: str) -> list[str]:
    """Return what is wrong with a paper, from both parts of the contract."""
    table, file = load_table(name), find_paper(name)
    assert file
    tried = trials(table, file, "tensorflow", TRIAL)
    return [*stated_faults(name), *(f"{one.point}: {one.fault}" for one in tried if one.fault)]


def test_a_new_paper_fulfils_the_contract(folder):
    paper, printed, data = new_paper("da2026", folder)
    assert (paper.name, printed.name, data.name) == ("da2026.py", "da2026.csv", "da2026_points.csv")
    assert faults("da2026") == []
    kinds = {cell.column: str(cell.kind) for cell in load_table("da2026").cells()}
    assert kinds == {"points": "performance", "parameters": "count"}


@pytest.mark.parametrize("check", [stated_faults, pytest.param(faults, marks=pytest.mark.slow)])
def test_the_paper_of_the_guide_fulfils_the_contract(folder, check):
    """Its network has the parameters that its table prints."""
    (code,), (cells,) = (fences(ROOT / "docs/adding.md", language) for language in ("python", "csv"))
    (folder / "author2026.py").write_text(code)
    (folder / "author2026.csv").write_text(cells)
    assert check("author2026") == []
    counted = load_table("author2026").plan()[-1]
    assert counted.recipe.measure(None, 0) == {"value": counted.cell.value}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *((name, "Expected letters") for name in ("a-b", "_a", "class")),
        *((name, "There is a paper kim2014 already") for name in ("kim2014", "Kim2014")),
    ],
)
def test_a_new_paper_has_a_name_of_its_own(name, text, folder):
    with pytest.raises(DataError, match=text):
        new_paper(name, folder)


def test_a_new_paper_replaces_no_file(folder):
    (folder / "db2026.csv").write_text("mine")
    with pytest.raises(DataError, match="db2026.csv exists already"):
        new_paper("db2026", folder)
    assert [path.name for path in folder.iterdir()] == ["db2026.csv"]


def changed(folder: Path, name: str, before: str, after: str) -> None:
    """Write a new paper and change a text in it."""
    path = new_paper(name, folder)[0]
    assert before in (text := path.read_text())
    path.write_text(text.replace(before, after))


def test_a_model_that_is_not_built_is_named_before_training(folder):
    changed(folder, "dc2026", "keras.Input(shape), ", "")
    text = "does not know the shape of its inputs. Begin it with keras.Input(shape)"
    assert any("small network / points: trained" in fault and text in fault for fault in faults("dc2026"))


def test_a_build_that_returns_nothing_is_named(folder):
    changed(folder, "dh2026", "    return keras.Sequential", "    keras.Sequential")
    text = "The function build of this recipe returned None. Expected a keras.Model."
    assert any("small network / points: trained" in fault and text in fault for fault in faults("dh2026"))


def test_numbers_that_no_seed_decides_are_named(folder):
    turning = '.astype("int32") ^ next(TURNS)'
    changed(folder, "dd2026", '.astype("int32")', turning)
    path = folder / "dd2026.py"
    path.write_text(
        path.read_text().replace("from retable", "import itertools\nTURNS = itertools.cycle((0, 1))\nfrom retable")
    )
    assert any("equal seeds give equal numbers" in fault for fault in faults("dd2026"))


def test_a_recipe_that_does_not_report_its_cell_is_named(folder):
    changed(folder, "de2026", "metrics=(ACCURACY,),\n            batch", "metrics=(),\n            batch")
    assert any(
        "prints the test accuracy, its recipe reports nothing" in fault for fault in stated_faults("de2026")
    )


def test_fractions_for_percentages_are_named(folder):
    printed = new_paper("dh2026", folder)[1]
    lines = printed.read_text().splitlines()
    shares = [line.replace(",90,", ",0.9,").replace(",88,", ",0.88,").replace(",91,", ",0.91,") for line in lines]
    printed.write_text("\n".join([*shares, ""]))
    (fault,) = stated_faults("dh2026")
    assert fault.startswith("no percentage is a fraction: ") and fault.endswith(
        "prints 0.91 as test accuracy (%) at most: write 91"
    )
    printed.write_text("\n".join([*lines[:2], *shares[2:], ""]))  # one may be that low, as by chance among many
    assert stated_faults("dh2026") == []


def test_code_that_no_digest_covers_is_named(folder):
    hidden = "def hidden(fold, seed):\n    return guess(fold, seed)\n\n"
    asked = "def asked(fold, seed):\n    return globals()['hid' + 'den'](fold, seed)\n\ndef recipe"
    write_paper(folder, "df2026", PAPER.replace("def recipe", hidden + asked).replace("=guess", "=asked"))
    (fault,) = faults("df2026")
    assert "df2026.hidden, df2026_helper.guess ran, and a change of it would not be noticed" in fault


def test_a_recipe_that_cannot_be_sent_is_named(folder):
    write_paper(folder, "dg2026")
    path = folder / "dg2026.py"
    path.write_text(path.read_text().replace("measure=guess", "measure=lambda fold, seed: guess(fold, seed)"))
    assert any("it can be sent to another process" in fault for fault in faults("dg2026"))

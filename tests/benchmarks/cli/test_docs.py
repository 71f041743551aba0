"""retable docs: the documents follow from the records of the project."""

from itertools import groupby

import pytest

from benchmarks.cli import report
from benchmarks.table import load_table, paper_names
from results.report.lectures import read_places


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "GENERATED", 20)  # tables, whose measure takes seconds
        report.docs(folder, without_data=True)
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.md")}


def test_every_paper_is_in_the_results_and_in_the_readme(written):
    names = ("results", "case", "cells", "lectures", "speed", "costs", "audit", "explain", "verdicts")
    assert written.keys() == {"README.md", *(f"docs/{name}.md" for name in names)}
    for name in paper_names():
        for document in ("results", "cells"):
            assert f"\n## {name}\n\n{load_table(name).title}." in written[f"docs/{document}.md"]
        assert f"\n|[{name}](docs/results.md#{name})|" in written["README.md"]


def test_the_readme_keeps_what_is_not_generated(written):
    readme = written["README.md"]
    assert readme.startswith("# retable\n")
    assert readme.count("written by `retable docs`") == readme.count("<!-- end of ") == 2
    assert "\n|TREC|91.2|" in readme


def test_every_slide_is_in_its_order_with_what_the_suite_has(written):
    rows = [line.split("|") for line in written["docs/lectures.md"].splitlines() if line.startswith("|")]
    slides = [row[1] for row in rows if row[1] not in ("", "slide", "-")]
    assert slides == [
        slide for (_, slide), _ in groupby(read_places(), key=lambda place: (place.lecture, place.slide))
    ]
    assert all(row[3] for row in rows)
    (row,) = (row for row in rows if row[3].endswith(": entries of the weight-sharing matrix"))
    assert row[4] == "144, ours 144: reproduced"
    (row,) = (row for row in rows if row[3] == "[kim2016](cells.md#kim2016), table 3: KN-5 (Mikolov et al. 2012)")
    assert row[4].startswith("PTB 141.2, ours ") and row[4].endswith("(quoted by Kim et al. (2016))")

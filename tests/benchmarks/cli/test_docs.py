"""retable docs: the documents follow from the records of the project."""

import pytest

from benchmarks.cli.report import docs
from benchmarks.table import load_table, paper_names


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents")
    docs(folder)
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.md")}


def test_every_paper_is_in_the_results_and_in_the_readme(written):
    names = ("results", "cells", "lectures", "speed", "costs", "verdicts")
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

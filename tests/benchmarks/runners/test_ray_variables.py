"""The environment variables that a job takes along to another node."""

import pytest

from benchmarks.jobs import missing_jobs
from benchmarks.runners import ray_cluster, variables
from benchmarks.table import load_table


def test_folders_are_carried_by_their_full_paths_and_addresses_as_they_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirror").mkdir()
    monkeypatch.setenv("RETABLE_MIRROR", "mirror")
    monkeypatch.setenv("RETABLE_HOME", "https://example.org/data")
    found = variables.carried(variables.FOLDERS)
    assert found["RETABLE_MIRROR"] == str(tmp_path / "mirror")
    assert found["RETABLE_HOME"] == "https://example.org/data"


@pytest.mark.parametrize(
    ("paper", "row", "variable"),
    [
        ("krizhevsky2012", "1 CNN", "RETABLE_IMAGENET"),
        ("neumann_vu2017", "logMel (26)", "RETABLE_IEMOCAP"),
        ("waibel1989", "LSTM", "RETABLE_FSDD"),
    ],
)
def test_a_job_takes_the_variables_of_its_data_along(paper, row, variable):
    table = load_table(paper)
    job, *_ = missing_jobs(table.plan(table.cells(row=row)), [], backend="tensorflow", anywhere=True)
    assert variable in ray_cluster.variables(job)

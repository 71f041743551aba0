"""The environment variables that a job takes along to another node."""

import pytest

from benchmarks.jobs import missing_jobs
from benchmarks.runners import ray_cluster, variables
from benchmarks.table import load_table
from tests.support.work import jobs, where


def test_folders_are_carried_by_their_full_paths_and_addresses_as_they_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mirror").mkdir()
    monkeypatch.setenv("RETABLE_MIRROR", "mirror")
    monkeypatch.setenv("RETABLE_HOME", "https://example.org/data")
    found = variables.carried(variables.FOLDERS)
    assert found["RETABLE_MIRROR"] == str(tmp_path / "mirror")
    assert found["RETABLE_HOME"] == "https://example.org/data"


def test_jobs_on_ray_have_the_variables_of_their_libraries(monkeypatch):
    for name, text in (
        ("JAX_DEFAULT_MATMUL_PRECISION", "highest"),
        ("XLA_FLAGS", "--xla_gpu_autotune_level=0"),
        ("XLA_PYTHON_CLIENT_MEM_FRACTION", "0.9"),
        ("CUDA_VISIBLE_DEVICES", "3"),
        ("NVIDIA_TF32_OVERRIDE", "https://me:pl4nted@host"),  # whatever a variable has, no secret is shown
    ):
        monkeypatch.setenv(name, text)
    (job,) = jobs(where, 1)
    found = ray_cluster.environment(job, 1)
    assert found["JAX_DEFAULT_MATMUL_PRECISION"] == "highest"
    assert found["XLA_FLAGS"] == "--xla_gpu_autotune_level=0"
    assert found["XLA_PYTHON_CLIENT_MEM_FRACTION"] == "0.9"
    assert not {"CUDA_VISIBLE_DEVICES", "NVIDIA_TF32_OVERRIDE"} & found.keys()
    assert ray_cluster.environment(job, 0.25)["XLA_PYTHON_CLIENT_MEM_FRACTION"] == "0.225"  # its part of the GPU


def test_lists_of_folders_are_carried_by_full_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    monkeypatch.setenv("RETABLE_PAPERS", "mine:/nowhere")
    assert variables.carried(["RETABLE_PAPERS"]) == {"RETABLE_PAPERS": f"{tmp_path}/mine:/nowhere"}


@pytest.mark.parametrize("name", ["RETABLE_API_TOKEN", "RETABLE_MY_PASSWORD", "MLFLOW_TRACKING_TOKEN"])
def test_a_variable_that_is_named_for_a_secret_is_one(name, monkeypatch):
    monkeypatch.setenv(name, "pl4nted")
    assert variables.is_secret(name, variables.of_nights(here=True, devices=True)[name])


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

"""Numbers of options and plans that nobody means: a mistake of one line, at once."""

import time

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.jobs import MOST_RUNS
from benchmarks.nights.plan import read_plan
from benchmarks.runners.places import choose_runner
from benchmarks.runners.ray_cluster import Cluster
from data_pipelines.dataset import DataError
from tests.support.plans import plan_in

STARTER = ("run", "starter", "--dry-run")


@pytest.mark.parametrize(
    "arguments",
    [
        *((*STARTER, "--seeds", text) for text in ("1000000000", "-1", "9" * 5000, "nan", f"{MOST_RUNS + 1}")),
        *(("plan", "starter", "--seeds", text) for text in ("1000000000", "-1", "0")),
        ("reproduce", "--seeds", "1000000000"),
        *((*STARTER, "--epochs", text) for text in ("0", "-1", "1" + "0" * 30)),
        *((*STARTER, "--until-settled", "--hours", text) for text in ("nan", "inf", "-inf", "-1", "0", "1e300")),
        *((*STARTER, "--checkpoint-after", text) for text in ("nan", "-1", "-inf")),
        *(("bench", "rows", "--repeats", text) for text in ("1000000000", "0", "-1")),
        *(("bench", "estimate", "--teraflops", text) for text in ("nan", "inf", "0")),
        *(("recheck", "--minutes", text) for text in ("nan", "-1")),
        *(("look", "cifar10", "--seed", text) for text in ("-1", "99999999999999999999")),
        ("vectors", "train", "text", "out", "--workers", "1000000000"),
    ],
)  # fmt: skip
def test_options_have_limits(arguments):
    started = time.process_time()
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code in (1, 2)
    assert isinstance(result.exception, SystemExit | DataError)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("part", [float("nan"), float("inf"), -1.0, 1e9])
def test_shares_of_jobs_have_limits(part):
    for cluster in (Cluster(gpus_per_job=part), Cluster(cpus_per_job=part)):
        with pytest.raises(DataError, match="per-job is .*Expected 0 or more, up to"):
            choose_runner("ray", cluster)


@pytest.mark.parametrize("line", ["seeds = 3", "hours = 1", "epochs = 3"])
@pytest.mark.parametrize("number", ["1000000000", "-1", "0", "nan", "inf", '"many"', "1" + "0" * 400])
def test_plans_have_limits(line, number, tmp_path):
    plan = plan_in(tmp_path)
    name = line.partition(" ")[0]
    plan.write_text(plan.read_text().replace(line, f"{name} = {number}"))
    with pytest.raises(DataError, match=f"plan.toml.*{name}"):
        read_plan(plan)

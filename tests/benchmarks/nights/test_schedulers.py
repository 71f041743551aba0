"""The units of schedulers, given to the schedulers' own validators where those are installed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.nights.plan import read_plan
from benchmarks.nights.schedulers import SCHEDULERS, units
from benchmarks.table import UnknownName
from data_pipelines.dataset import DataError
from tests.support.plans import plan_in


@pytest.fixture(autouse=True)
def no_server(monkeypatch):
    """Let an MLflow server be set, so that units carry its address."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")


@pytest.fixture
def printed(tmp_path, monkeypatch):
    """Return a function that writes the units of a scheduler for a plan with an awkward path, and their paths."""
    folder = tmp_path / "50 % of 'it'"
    folder.mkdir()
    monkeypatch.setenv("RETABLE_HOME", str(folder))
    plan = plan_in(folder, more='on = "ray"', name="Night plan")
    plan.write_text(plan.read_text().replace('results = "out"\n', ""))

    def write(scheduler: str) -> list[Path]:
        files = units(
            scheduler, plan, read_plan(plan), "1:05", gpus=2, image="lab/retable:1", dashboard="http://ray:8265"
        )
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        return [tmp_path / name for name in files]

    return write


def validated(tool: str, *arguments: str) -> None:
    """Run a validator; without it a continuous integration fails, and elsewhere the test is skipped."""
    found = shutil.which(tool, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if found is None:
        assert not os.environ.get("CI"), f"no {tool}: `make test-tools` installs it"
        pytest.skip(f"needs {tool}: `make test-tools` installs it")
    done = subprocess.run([found, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_systemd_takes_the_units(printed):
    service, timer = printed("systemd")
    assert "OnCalendar=*-*-* 01:05:00" in timer.read_text()
    assert "KillMode=mixed" in service.read_text()
    validated("systemd-analyze", "verify", "--man=no", str(service), str(timer))


def test_cron_takes_the_line_and_the_shell_runs_it(printed):
    (crontab,) = printed("cron")
    line = crontab.read_text().splitlines()[-1]
    assert line.startswith("5 1 * * * cd ")
    assert "%" not in line.replace(r"\%", "")
    command = line.split(" ", 5)[5].replace(r"\%", "%").partition(" && ")[0]
    assert subprocess.run(["sh", "-c", f"{command} && pwd"], capture_output=True, text=True).stdout.endswith(
        "'it'\n"
    )


def test_slurm_reads_the_directives(printed):
    (scrontab,) = printed("slurm")
    text = scrontab.read_text()
    assert "#SCRON --time=01:15:00\n#SCRON --gpus=2\n" in text
    command = text.splitlines()[-1].split(" ", 5)[5].partition(" && ")[0]  # Slurm gives it to the shell unchanged
    assert subprocess.run(["sh", "-c", f"{command} && pwd"], capture_output=True, text=True).stdout.endswith(
        "'it'\n"
    )


def test_kubernetes_takes_the_objects(printed, tmp_path):
    import kubernetes_validate
    import yaml

    (manifest,) = printed("kubernetes")
    objects = list(yaml.safe_load_all(manifest.read_text()))
    assert [thing["kind"] for thing in objects] == ["ConfigMap", "CronJob"]
    for thing in objects:
        kubernetes_validate.validate(thing, "1.31", strict=True)
    assert objects[0]["data"]["plan.toml"] == (tmp_path / "50 % of 'it'" / "Night plan.toml").read_text()
    command = objects[1]["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["command"]
    assert json.loads(command[5].partition("=")[2])["env_vars"]["RETABLE_RESULTS"] == "/retable/results"
    assert json.loads(command[5].partition("=")[2])["env_vars"]["MLFLOW_TRACKING_URI"] == "http://127.0.0.1:9"
    assert objects[1]["spec"]["concurrencyPolicy"] == "Forbid"


def test_github_takes_the_workflow(printed):
    (workflow,) = printed("github")
    validated("check-jsonschema", "--builtin-schema", "vendor.github-workflows", str(workflow))


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_schedule_prints_every_unit(scheduler, tmp_path):
    plan = plan_in(tmp_path, more='on = "ray"')
    plan.write_text(plan.read_text().replace('results = "out"\n', ""))
    arguments = ["schedule", str(plan), "--with", scheduler]
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, result.output[-1]) == (0, "\n")
    assert "retable-plan" in result.output or scheduler == "cron"
    CliRunner().invoke(app, [*arguments, "--output", str(tmp_path / "units")])
    assert len(list((tmp_path / "units").iterdir())) == len(SCHEDULERS[scheduler])


@pytest.mark.parametrize(
    "arguments", [("--with", "systemd", "--at", "25:00"), ("--with", "at"), ("--with", "kubernetes")]
)
def test_wrong_schedules(arguments, tmp_path):
    result = CliRunner().invoke(app, ["schedule", str(plan_in(tmp_path)), *arguments])
    assert result.exit_code == 1
    assert isinstance(result.exception, DataError | UnknownName)

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
from benchmarks.nights.schedulers import AWAY, SCHEDULERS, units
from benchmarks.table import UnknownName
from data_pipelines.dataset import DataError
from tests.support.plans import plan_in, without_variables


@pytest.fixture(autouse=True)
def no_server(monkeypatch):
    """Let an MLflow server be set, and no other variable, so that units carry its address."""
    without_variables(monkeypatch)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")


@pytest.fixture
def printed(tmp_path, monkeypatch):
    """Return a function that writes the units of a scheduler for a plan with an awkward path, and their paths."""
    folder = tmp_path / "50 % of 'it'"
    folder.mkdir()
    monkeypatch.setenv("RETABLE_HOME", str(folder))

    def write(scheduler: str, **options) -> list[Path]:
        plan = plan_of(scheduler, folder, "Night plan")
        settings = {"gpus": 2, "image": "lab/retable:1", "dashboard": "http://ray:8265", **options}
        files = units(scheduler, plan, read_plan(plan), "1:05", **settings)
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        return [tmp_path / name for name in files]

    return write


def plan_of(scheduler: str, folder: Path, name: str = "plan") -> Path:
    """Return a plan that a scheduler takes."""
    plan = plan_in(folder, more="" if scheduler == "slurm" else 'on = "ray"', name=name)
    plan.write_text(plan.read_text().replace('results = "out"\n', ""))
    return plan


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
    assert "loginctl enable-linger" in service.read_text()
    assert "EnvironmentFile=-" in service.read_text()  # nothing is secret here
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


def test_bash_takes_the_scripts_of_slurm(printed):
    options = {"partition": "gpu", "account": "lab", "qos": "high", "cpus": 4, "memory": "16G", "time": "1-02:00"}
    submit, array, close, scrontab = printed("slurm", **options, array_limit=8, most_tasks=100)
    directives = [line for line in array.read_text().splitlines() if line.startswith("#SBATCH")]
    for wanted in ("partition=gpu", "account=lab", "qos=high", "gpus=2", "cpus-per-task=4", "mem=16G"):
        assert f"#SBATCH --{wanted}" in directives
    for wanted in ("time=1-02:00", "requeue", "signal=B:TERM@120"):
        assert f"#SBATCH --{wanted}" in directives
    assert "--gpus" not in close.read_text()
    assert " --array-limit 8 --most-tasks 100 " in submit.read_text()
    assert "#SCRON --account=lab\n" in scrontab.read_text()
    for script in (submit, array, close):
        assert script.read_text().startswith("#!/bin/bash\n")
        assert subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True).stderr == ""
        if shutil.which("shellcheck"):
            validated("shellcheck", str(script))


def test_slurm_takes_the_hours_of_the_plan_where_no_time_is_given(printed):
    _, array, *_ = printed("slurm")
    assert "#SBATCH --time=01:15:00\n" in array.read_text()
    assert "--partition" not in array.read_text()


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
    arguments = ["schedule", str(plan_of(scheduler, tmp_path)), "--with", scheduler]
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, result.output[-1]) == (0, "\n")
    assert "retable-plan" in result.output or scheduler == "cron"
    result = CliRunner().invoke(app, [*arguments, "--output", str(tmp_path / "units")])
    assert result.output.splitlines()[-1].startswith("Next: ")
    assert len(list((tmp_path / "units").iterdir())) == len(SCHEDULERS[scheduler])


@pytest.mark.parametrize(
    "arguments", [("--with", "systemd", "--at", "25:00"), ("--with", "at"), ("--with", "kubernetes")]
)
def test_wrong_schedules(arguments, tmp_path):
    result = CliRunner().invoke(app, ["schedule", str(plan_in(tmp_path)), *arguments])
    assert result.exit_code == 1
    assert isinstance(result.exception, DataError | UnknownName)


@pytest.mark.parametrize(
    ("scheduler", "devices", "folders"),
    [("systemd", 1, 1), ("cron", 1, 1), ("slurm", 0, 1), *((name, 0, 0) for name in AWAY)],
)
def test_variables_of_libraries_travel(scheduler, devices, folders, printed, monkeypatch):
    """The scheduler gives a job its GPUs, and folders of this machine mean nothing in a container."""
    monkeypatch.setenv("JAX_DEFAULT_MATMUL_PRECISION", "highest")
    monkeypatch.setenv("XLA_FLAGS", "--xla_gpu_deterministic_ops=true --xla_gpu_autotune_level=0")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/cuda/lib64")
    text = "".join(path.read_text() for path in printed(scheduler))
    assert "JAX_DEFAULT_MATMUL_PRECISION" in text
    assert "--xla_gpu_deterministic_ops=true --xla_gpu_autotune_level=0" in text
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert sum("CUDA_VISIBLE_DEVICES" in line for line in lines) == devices
    assert ("/opt/cuda/lib64" in text) == folders


@pytest.mark.parametrize(
    ("option", "text"),
    [
        *(("--partition", text) for text in ("a b", "a;id", "-x", "$(id)", "é", "a" * 300, "")),
        *(("--account", text) for text in ("a'b", 'a"b', "#x")),
        *(("--mem", text) for text in ("16 GB", "much", "-1")),
        *(("--time", text) for text in ("soon", "1:2:3:4", "1h", "")),
        ("--claim", "A_b"),
    ],
)
def test_odd_options_are_refused_in_a_line(option, text, tmp_path):
    plan = plan_of("slurm", tmp_path)
    result = CliRunner().invoke(app, ["schedule", str(plan), "--with", "slurm", f"{option}={text}"])
    assert isinstance(result.exception, DataError)
    assert str(result.exception).startswith(f"{option} is ")
    assert "\n" not in str(result.exception)


def test_a_plan_for_ray_is_not_for_slurm(tmp_path):
    plan = plan_of("kuberay", tmp_path)
    result = CliRunner().invoke(app, ["schedule", str(plan), "--with", "slurm"])
    assert 'Expected on = "here"' in str(result.exception)


def test_a_command_that_does_not_exist_is_not_scheduled_here(tmp_path):
    plan = plan_in(tmp_path, more='notify = ["no-such-command"]')
    result = CliRunner().invoke(app, ["schedule", str(plan), "--with", "cron"])
    assert "notify: there is no command 'no-such-command'" in str(result.exception)

"""Units for plans, folders and variables with characters that mean something to a scheduler."""

import configparser
import json
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.nights.plan import read_plan
from benchmarks.nights.schedulers import SCHEDULERS, secrets_file, secrets_text, units
from data_pipelines.dataset import DataError
from tests.support.plans import plan_in, without_variables

SECRET = "pl4nted'p\"ss$w`rd"
ADDRESS = "https://planted-user:pl4nted-pass@host/p?token=pl4nted-token"
OPTIONS = {"gpus": 1, "image": "lab/retable:1", "dashboard": "http://ray:8265"}
NAMES = (
    "a%h%%b",
    "$HOME ${X} $(id)",
    'it\'s "quoted"',
    "a # b ; c",
    "${{ secrets.X }}",
    "- x: {y}",
    "日本 é😀",
    "~*?[&|>",
)


@pytest.fixture(autouse=True)
def bare(monkeypatch) -> None:
    """Let no variable travel but those of the test."""
    without_variables(monkeypatch)


def made(scheduler: str, folder: Path, stem: str = "plan", **options: str) -> dict[str, str]:
    """Return the units of a plan in a new folder."""
    folder.mkdir(exist_ok=True)
    plan = plan_in(folder, more="" if scheduler == "slurm" else 'on = "ray"', name=stem)
    plan.write_text(plan.read_text().replace('results = "out"\n', ""))
    return units(scheduler, plan, read_plan(plan), "1:05", **(OPTIONS | options))


def unquoted(word: str) -> str:
    """Return what systemd reads in a quoted word."""
    return word[1:-1].replace(r"\"", '"').replace(r"\\", "\\").replace("%%", "%")


@pytest.mark.parametrize("name", [*NAMES, r"a\b"])
def test_systemd_reads_every_name_as_it_is(name, tmp_path, monkeypatch):
    monkeypatch.setenv("RETABLE_MIRROR", f"http://host/{name}")
    service = made("systemd", tmp_path / name, name)
    text = next(text for file, text in service.items() if file.endswith("service"))
    unit = configparser.RawConfigParser(comment_prefixes=("#", ";"), strict=False)
    unit.optionxform = str
    unit.read_string(text)
    found = dict(unit["Service"])
    assert found["WorkingDirectory"].replace("%%", "%") == str(tmp_path / name)
    assert unquoted(found["ExecStart"].partition(" nightly ")[2]) == str(tmp_path / name / f"{name}.toml")
    assert unquoted(found["Environment"]) == f"RETABLE_MIRROR=http://host/{name}"


@pytest.mark.parametrize("name", NAMES)
def test_cron_and_its_shell_read_every_name_as_it_is(name, tmp_path, monkeypatch):
    monkeypatch.setenv("RETABLE_MIRROR", f"http://host/{name}")
    (text,) = made("cron", tmp_path / name, name).values()
    *comments, line = text.splitlines()
    assert all(comment.startswith("#") for comment in comments)
    command = line.split(" ", 5)[5]
    assert "%" not in command.replace(r"\%", "")
    command = command.replace(r"\%", "%")
    words = shlex.split(command)
    assert words[:2] == ["cd", str(tmp_path / name)]
    assert f"RETABLE_MIRROR=http://host/{name}" in words
    assert words[words.index("nightly") + 1 :][::2] == [
        str(tmp_path / name / f"{name}.toml"),
        str(tmp_path / name / f"{name}.log"),
    ]


@pytest.mark.parametrize("name", [*NAMES, r"a\b"])
def test_bash_reads_every_name_as_it_is(name, tmp_path, monkeypatch):
    monkeypatch.setenv("RETABLE_MIRROR", f"http://host/{name}")
    submit, array, close, scrontab = made("slurm", tmp_path / name, name).values()
    assert shlex.split(scrontab.splitlines()[-1].split(" ", 5)[5])[3] == str(tmp_path / name / f"{name}.log")
    command = shlex.quote(str(Path(sys.executable).parent / "retable"))
    for text in (submit, array, close):
        shown = text.replace(f"{command} array", r"printf '%s\n' array")
        found = subprocess.run(
            ["bash", "-c", f"{shown.replace('exec ', '')}\npwd\nprintenv RETABLE_MIRROR"],
            capture_output=True,
            text=True,
            env={"PATH": "/usr/bin:/bin", "SLURM_ARRAY_TASK_ID": "7"},
        ).stdout.splitlines()
        assert str(tmp_path / name / f"{name}.toml") in found
        assert str(tmp_path / name) in found
        assert ("7" in found) == (text is array)
        assert (f"http://host/{name}" in found) == (text is submit)


@pytest.mark.parametrize("name", [*NAMES, r"a\b"])
def test_kubernetes_and_github_read_every_name_as_it_is(name, tmp_path, monkeypatch):
    monkeypatch.setenv("RETABLE_MIRROR", f"http://host/{name}")
    (text,) = made("kubernetes", tmp_path / name, name).values()
    plan, job = yaml.safe_load_all(text)
    assert plan["data"]["plan.toml"] == (tmp_path / name / f"{name}.toml").read_text()
    command = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["command"]
    runtime = json.loads(command[5].partition("=")[2].replace("$$", "$"))
    assert runtime["env_vars"]["RETABLE_MIRROR"] == f"http://host/{name}"
    (text,) = made("github", tmp_path / name, name).values()
    night = yaml.safe_load(text)["jobs"]["night"]["env"]
    assert "${{" not in night["PLAN"].replace("${{ '${{' }}", "")
    assert night["PLAN"].replace("${{ '${{' }}", "${{") == f"{name}.toml"


@pytest.mark.parametrize("scheduler", SCHEDULERS)
@pytest.mark.parametrize("variable", ["a\nExecStartPre=/bin/id", "a\r\nb", "a\x1b[31m", "a\udcffb", "a\u2028b"])
def test_control_characters_in_a_variable_are_refused(scheduler, variable, tmp_path, monkeypatch):
    monkeypatch.setenv("RETABLE_MIRROR", f"http://{variable}")
    with pytest.raises(DataError, match="RETABLE_MIRROR is 'http://a.*A unit can't hold control characters"):
        made(scheduler, tmp_path)


@pytest.mark.parametrize(
    "options",
    [
        *({"image": text} for text in ("a b", "a\nb", "-x", "a'b", "a" * 10_000, "a;b", "")),
        *(
            {"dashboard": text}
            for text in ("ray:1", "http://a b", "http://a\n", "http://u:pass@h", "http://h?token=x")
        ),
    ],
)
def test_hostile_options_are_refused(options, tmp_path):
    with pytest.raises(DataError) as found:
        made("kubernetes", tmp_path, **options)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize("at", ["1:05\n", "٠١:٣٠", "1:5", "24:00", "01:30 *", "%H:%M", "1" * 10_000])
def test_hostile_times_are_refused(at, tmp_path):
    plan = plan_in(tmp_path)
    with pytest.raises(DataError, match="Expected HH:MM"):
        units("cron", plan, read_plan(plan), at)


@pytest.mark.parametrize("gpus", ["-1", "1\n", "1e3", "9" * 5000, "2 --x"])
def test_hostile_gpus_are_a_usage_error(gpus, tmp_path):
    result = CliRunner().invoke(app, ["schedule", str(plan_in(tmp_path)), "--with", "slurm", "--gpus", gpus])
    assert result.exit_code in (1, 2)
    assert result.exception is None or isinstance(result.exception, SystemExit | DataError)


@pytest.mark.parametrize(
    ("scheduler", "name"), [("cron", r"a\b"), ("cron", "x" * 250), ("systemd", "a\\"), ("systemd", "a ")]
)
def test_a_folder_that_a_scheduler_does_not_keep_is_refused(scheduler, name, tmp_path):
    folder = tmp_path / name
    if scheduler == "cron":
        folder = folder / ("y" * 250)
        folder.mkdir(parents=True)
    with pytest.raises(DataError):
        made(scheduler, folder)


@pytest.mark.parametrize("stem", ["x" * 200, "-" * 50, "日本", "A.b_c", "a" * 44, "a" * 43 + "." + "b" * 9])
def test_names_are_those_of_kubernetes(stem, tmp_path):
    (text,) = made("kubernetes", tmp_path, stem).values()
    for thing in yaml.safe_load_all(text):
        name = thing["metadata"]["name"]
        assert len(name) <= 52
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert name[-1] != "-"


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_units_have_no_secret_and_say_where_it_is(scheduler, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", ADDRESS)
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "pl4nted-other")
    text = "".join(made(scheduler, tmp_path).values())
    assert "planted" not in text.replace(str(tmp_path), "")
    assert "pl4nted" not in text
    where = {"kubernetes": "secretKeyRef", "kuberay": "secretKeyRef"}
    where |= {"github": "${{ secrets.MLFLOW_TRACKING_PASSWORD }}"}
    assert where.get(scheduler, str(secrets_file(tmp_path / "plan.toml"))) in text
    assert "MLFLOW_TRACKING_URI" in text


def test_the_file_of_secrets_is_for_its_owner_and_a_shell_reads_it(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", ADDRESS)
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", SECRET)
    (tmp_path / "units").mkdir()
    (tmp_path / "units" / "retable-plan.env").touch(0o644)  # of an earlier version
    arguments = ["schedule", str(plan_in(tmp_path)), "--with", "cron", "--output", str(tmp_path / "units")]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    path = tmp_path / "units" / "retable-plan.env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == secrets_text("cron")
    line = next((tmp_path / "units").glob("*crontab")).read_text().splitlines()[-1]
    source = line.partition("set -a && ")[2].partition(" && set +a")[0]
    shown = subprocess.run(
        ["sh", "-c", f'set -a && {source} && printenv MLFLOW_TRACKING_PASSWORD MLFLOW_TRACKING_URI'],
        capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert shown.stdout.splitlines() == [SECRET, ADDRESS]

"""The RayCronJob of a plan: its fields by our schema, its pods by that of Kubernetes, its script by a shell."""

import subprocess

import jsonschema
import kubernetes_validate
import pytest
import yaml

from benchmarks.nights.plan import read_plan
from benchmarks.nights.schedulers import units
from tests.support.kuberay import RAY_CRON_JOB
from tests.support.plans import plan_in, without_variables


@pytest.fixture
def objects(tmp_path, monkeypatch):
    """Return a function that makes the objects of a plan."""
    without_variables(monkeypatch)

    def make(**options) -> list[dict]:
        plan = plan_in(tmp_path, more='on = "ray"', name="Night plan")
        plan.write_text(plan.read_text().replace('results = "out"\n', ""))
        settings = {"gpus": 2, "workers": 3, "claim": "records", "image": "lab/retable:1", **options}
        (text,) = units("kuberay", plan, read_plan(plan), "1:05", **settings).values()
        return list(yaml.safe_load_all(text))

    return make


def pods(night: dict) -> list[dict]:
    """Return the pods of a night's cluster: the head's, and those of the workers."""
    cluster = night["spec"]["jobTemplate"]["rayClusterSpec"]
    return [group["template"]["spec"] for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"])]


@pytest.mark.parametrize("gpus", [0, 2])
def test_the_objects_are_valid(objects, gpus, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "pl4nted")
    monkeypatch.setenv("XLA_FLAGS", "--xla_gpu_autotune_level=0 $(id)")
    plan, night = objects(gpus=gpus)
    kubernetes_validate.validate(plan, "1.31", strict=True)
    jsonschema.validate(night, RAY_CRON_JOB)
    for spec in pods(night):
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}, "spec": spec}
        kubernetes_validate.validate(pod, "1.31", strict=True)
        for mount in spec["containers"][0]["volumeMounts"]:
            assert mount["name"] in {volume["name"] for volume in spec["volumes"]}


def test_a_night_begins_where_the_records_are_and_gives_gpus_to_jobs_alone(objects):
    _, night = objects()
    head, workers = pods(night)
    job = night["spec"]["jobTemplate"]
    assert night["spec"]["schedule"] == "5 1 * * *"
    assert job["entrypoint"] == "sh /plan/night.sh"
    assert job["activeDeadlineSeconds"] == 75 * 60
    assert job["rayClusterSpec"]["headGroupSpec"]["rayStartParams"] == {"num-gpus": "0"}
    assert job["rayClusterSpec"]["workerGroupSpecs"][0]["replicas"] == 3
    assert "resources" not in head["containers"][0]
    assert workers["containers"][0]["resources"] == {"limits": {"nvidia.com/gpu": "2"}}
    assert head["volumes"][0]["persistentVolumeClaim"] == {"claimName": "records"}


def test_workers_have_the_variables_and_no_secret(objects, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "pl4nted")
    monkeypatch.setenv("XLA_FLAGS", "--xla_gpu_autotune_level=0 $(id)")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    _, night = objects()
    head, workers = ({one["name"]: one for one in pod["containers"][0]["env"]} for pod in pods(night))
    assert workers["XLA_FLAGS"]["value"] == "--xla_gpu_autotune_level=0 $$(id)"
    assert head.keys() - workers.keys() == {"MLFLOW_TRACKING_PASSWORD"}
    assert "secretKeyRef" in head["MLFLOW_TRACKING_PASSWORD"]["valueFrom"]
    assert "CUDA_VISIBLE_DEVICES" not in head.keys() | workers.keys()


@pytest.mark.parametrize(("status", "shown"), [(0, 0), (1, 1), (3, 0), (4, 0), (5, 5)])
def test_a_night_that_goes_on_has_not_failed(objects, tmp_path, status, shown):
    plan, _ = objects()
    (tmp_path / "retable").write_text(f'#!/bin/sh\n[ "$*" = "nightly plan.toml" ] && exit {status}\n')
    (tmp_path / "retable").chmod(0o755)
    script = plan["data"]["night.sh"].replace("cd /plan", f"cd {tmp_path}")
    path = f"{tmp_path}:/usr/bin:/bin"
    assert subprocess.run(["sh", "-c", script], env={"PATH": path}).returncode == shown

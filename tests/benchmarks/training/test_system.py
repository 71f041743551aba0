"""System metrics of a job: MLflow's names, few samples, none where they are turned off, and no harm to a job."""

import pickle
import sys
import time

import pytest

from benchmarks.training.system import MOST_SAMPLES, Machine, Sampler, halved, interval, sampled


def test_the_names_are_those_of_mlflow():
    from mlflow.system_metrics.metrics.cpu_monitor import CPUMonitor
    from mlflow.system_metrics.metrics.disk_monitor import DiskMonitor
    from mlflow.system_metrics.metrics.network_monitor import NetworkMonitor

    expected = set()
    for monitor in (CPUMonitor(), DiskMonitor(), NetworkMonitor()):
        monitor.collect_metrics()
        expected |= monitor.aggregate_metrics().keys()
    assert {name for name in Machine().now() if not name.startswith("gpu")} == expected


class Gpu:
    """What the driver says of a GPU that does not know its power."""

    NVMLError = type("NVMLError", (Exception,), {})

    def nvmlInit(self):
        pass

    def nvmlDeviceGetCount(self):
        return 1

    def nvmlDeviceGetHandleByIndex(self, number):
        return number

    def nvmlDeviceGetMemoryInfo(self, gpu):
        return type("Memory", (), {"used": 2e9, "total": 8e9})

    def nvmlDeviceGetUtilizationRates(self, gpu):
        return type("Rates", (), {"gpu": 42})

    def nvmlDeviceGetPowerUsage(self, gpu):
        raise self.NVMLError


def test_a_gpu_has_the_values_that_its_driver_knows(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", Gpu())
    found = {name: value for name, value in Machine().now().items() if name.startswith("gpu")}
    assert found == {
        "gpu_0_memory_usage_percentage": 25,
        "gpu_0_memory_usage_megabytes": 2000,
        "gpu_0_utilization_percentage": 42,
    }


def test_a_short_job_has_one_sample_and_its_samples_travel():
    with sampled() as sampler:
        samples = sampler.finish()
    (sample,) = samples
    assert pickle.loads(pickle.dumps(samples)) == samples
    assert abs(sample[0] - time.time()) < 60 and sample[1]["system_memory_usage_megabytes"] > 0
    assert sampler.finish() == samples


def test_a_long_job_has_few_samples(monkeypatch):
    monkeypatch.setattr("benchmarks.training.system.MOST_SAMPLES", 4)
    sampler = Sampler(0.01)
    time.sleep(0.3)
    assert 1 <= len(sampler.finish()) <= 4


def test_neighbours_are_averaged_but_traffic_adds_up():
    samples = [(float(moment), {"cpu": 10.0 * moment, "network_receive_megabytes": moment}) for moment in range(5)]
    assert halved(samples) == [
        (1.0, {"cpu": 5.0, "network_receive_megabytes": 1}),
        (3.0, {"cpu": 25.0, "network_receive_megabytes": 3}),
        (4.0, {"cpu": 40.0, "network_receive_megabytes": 4}),
    ]
    assert MOST_SAMPLES <= 1000


@pytest.mark.parametrize(
    ("variables", "seconds"),
    [
        ({"MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "false"}, 0),
        ({"MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL": "2.5"}, 2.5),
        ({"MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL": "often"}, 10),
        ({}, 10),
    ],
)
def test_mlflows_variables_count(variables, seconds, monkeypatch):
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    assert interval() == seconds
    with sampled() as sampler:
        assert (sampler is None) == (seconds == 0)


def test_a_machine_that_says_nothing_stops_no_job(monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    with sampled() as sampler:
        assert sampler is None

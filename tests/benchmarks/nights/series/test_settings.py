"""What a plan says about reruns, baseline and gate; a mistake is one line."""

import pytest

from benchmarks.nights.plan import read_plan
from benchmarks.nights.series.settings import Gate
from data_pipelines.dataset import DataError

RUN = "\n[[run]]\npaper = 'starter'"


def plan_of(tmp_path, text):
    (tmp_path / "plan.toml").write_text(f"hours = 4\n{text}{RUN}")
    return read_plan(tmp_path / "plan.toml")


def test_a_plan_has_a_gate_and_no_reruns_unless_it_says_so(tmp_path):
    plan = plan_of(tmp_path, "")
    assert (plan.gate, plan.recheck, plan.baseline) == ((Gate.REGRESSED,), None, None)
    assert plan_of(tmp_path, 'gate = ["regressed", "slower", "worse"]').gate[1] == Gate.SLOWER


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2 hours", 7200), ("30 min", 1800), ("1h30min", 5400), ("90 s", 90), ("0.5 hours", 1800)],
)
def test_the_time_for_reruns_has_a_unit(tmp_path, text, seconds):
    assert plan_of(tmp_path, f'recheck = "{text}"').recheck == seconds


@pytest.mark.parametrize(
    "text", ['"2"', "2", '"0 hours"', '"-1 hour"', '"two hours"', '""', '"NaT"', '"9e99 days"']
)
def test_other_times_are_refused_in_a_line(tmp_path, text):
    with pytest.raises(DataError, match="recheck: expected a (time with its unit|second or more)") as found:
        plan_of(tmp_path, f"recheck = {text}")
    assert "\n" not in str(found.value)


def test_reruns_longer_than_the_night_are_refused(tmp_path):
    with pytest.raises(DataError, match="recheck is 5 hours, longer than the night of 4"):
        plan_of(tmp_path, 'recheck = "5 hours"')


@pytest.mark.parametrize(("text", "name"), [("2026-11-29", "2026-11-29"), ('" c0ffee "', "c0ffee")])
def test_a_baseline_is_a_date_or_a_commit(tmp_path, text, name):
    assert plan_of(tmp_path, f"baseline = {text}").baseline == name


@pytest.mark.parametrize("text", ["3", '" "', "[1]"])
def test_other_baselines_are_refused(tmp_path, text):
    with pytest.raises(DataError, match="baseline: expected a commit, or the date of a night"):
        plan_of(tmp_path, f"baseline = {text}")

"""A plan file that is wrong says so in words of its own form."""

import pytest

from benchmarks.nights.plan import read_plan
from benchmarks.table import UnknownName
from data_pipelines.dataset import DataError


@pytest.mark.parametrize(
    "text, error",
    [
        ("hours = ", "is not a TOML file"),
        ("hours = 1", "run is missing"),
        (f"hours = {'9' * 5000}", "is not a TOML file"),
        (f"hours = {'[' * 10_000}", "is not a TOML file"),
        (f"hours = 1 # {'x' * 2**20}", "has more than 1048576 bytes, which no plan needs"),
        ("hours = inf\n[[run]]\npaper = 'starter'", "hours: Input should be less than or equal to 8760"),
        ("hours = 1\non = 'mars'\n[[run]]\npaper = 'starter'", "on: Input should be 'here' or 'ray', got 'mars'"),
        ("hours = 1\ngpus_per_job = 1\n[[run]]\npaper = 'starter'", "go with on = .ray."),
        ("hours = 0\n[[run]]\npaper = 'starter'", "hours: Input should be greater than 0, got 0"),
        ("hour = 1\n[[run]]\npaper = 'starter'", "hours is missing; there is no field 'hour'. Did you mean hours"),
        ("hours = 1\n[[run]]\npaper = 'starter'\nrows = 'x'", "there is no field 'run.0.rows'. Did you mean row"),
        ("hours = 1\ngate = ['bad']\n[[run]]\npaper = 'starter'", "gate.0: Input should be 'reproduced'"),
        (
            "hours = 1\n[[run]]\npaper = 'starter'\nseeds = 0",
            "run.0.seeds: .* greater than or equal to 1, got 0.$",
        ),
        (
            "hours = 1\njobs = 0\n[[run]]\npaper = 'starter'",
            "jobs: expected a whole number from 1 on, or 'auto', got 0",
        ),
        ("hours = 0\nrun = []", "run: expected at least one, got none; hours"),
        ("hours = 1\nrun = []", "run: expected at least one, got none.$"),
        ("hours = 1\n[run]\npaper = 'starter'", r"run: expected \[\[run\]\], twice in brackets, got {'paper'"),
        (
            "hours = 1\ngate = 'worse'\n[[run]]\npaper = 'starter'",
            "gate: expected a list, as .*, got 'worse'",
        ),
        ("hours = true\n[[run]]\npaper = 'starter'", "hours: expected neither true nor false, got True"),
        ("hours = 1\n[[run]]\npaper = 'starter'\nrow = 'x'", "There is no row 'x'"),
        ("hours = 1\n[[run]]\npaper = 'kim2004'", "Did you mean kim2014"),
    ],
)
def test_wrong_plans_say_what_is_wrong(tmp_path, text, error):
    (tmp_path / "plan.toml").write_text(text)
    with pytest.raises((DataError, UnknownName), match=error):
        read_plan(tmp_path / "plan.toml")


def test_jobs_of_a_plan_may_be_auto_as_those_of_a_run(tmp_path):
    (tmp_path / "plan.toml").write_text("hours = 1\njobs = 'auto'\n[[run]]\npaper = 'starter'")
    assert read_plan(tmp_path / "plan.toml").jobs == "auto"

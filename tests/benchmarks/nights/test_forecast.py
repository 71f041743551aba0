"""What a run would do: jobs, time, data, power; nothing is trained."""

import json
from dataclasses import replace

import pytest

from benchmarks.cli.app import app
from benchmarks.nights.forecast import GUESS, forecasts, forecasts_to_next_look, obstacles, totals
from benchmarks.signals import Status
from benchmarks.table import load_table, paper_names
from benchmarks.training.backends import processor
from results.records import Digests, RunRecord

KIM = load_table("kim2014")


def planned_of(row, column):
    return KIM.plan(KIM.cells("2", row, column))[0]


def record(planned, seed, value=90.0, device="", seconds=60.0, backend="tensorflow", fold=0):
    key = planned.key(fold, seed, backend)
    device = device or processor()
    metrics = {"test accuracy": value}
    return RunRecord(key, metrics, epochs=25, seconds=seconds, device=device, code=planned.code)


def forecast(planned, records, **settings):
    (found,) = forecasts([planned], records, backend="tensorflow", **settings)
    return found


def test_missing_jobs_take_the_time_of_recorded_ones_on_this_device():
    trec = planned_of("CNN-rand", "TREC")
    records = [record(trec, 0), record(trec, 1, seconds=120.0), record(trec, 2, device="GPU", seconds=1.0)]
    found = forecast(trec, records)
    assert (found.done, found.jobs, found.hours) == (3, 2, 0.05)
    assert found.duration == (90.0, f"2 job(s) on {processor()}", "", processor())


def test_another_device_is_named_and_not_mixed_with_a_third():
    trec = planned_of("CNN-rand", "TREC")
    gpu = [record(trec, seed, device="GPU", seconds=1.0 + seed) for seed in range(3)]
    assert forecast(trec, gpu).duration == (2.0, "3 job(s) on GPU", "", "GPU")
    third = record(trec, 3, device="a processor", seconds=50.0)
    assert forecast(trec, [*gpu, third]).duration == (2.0, "3 job(s) on GPU", "", "GPU")
    assert forecast(trec, [*gpu, third], device="a processor").duration.seconds == 50.0


def test_another_recipe_of_the_cell_is_a_better_guess_than_other_columns():
    trec, sst = planned_of("CNN-rand", "TREC"), planned_of("CNN-rand", "SST-2")
    before = replace(record(trec, 0, seconds=90.0), key=trec.key(0, 0, "tensorflow")._replace(fingerprint="old"))
    guess = forecast(trec, [before, record(sst, 0), record(sst, 1)]).duration
    assert guess == (90.0, f"a guess from another recipe: 1 job(s) on {processor()}", GUESS, "")


def test_other_columns_of_the_row_give_a_guess_and_other_tables_none():
    trec, sst = planned_of("CNN-rand", "TREC"), planned_of("CNN-rand", "SST-2")
    guess = forecast(sst, [record(trec, 0)])
    assert (guess.done, guess.jobs) == (0, 5)
    assert guess.duration == (60.0, f"a guess from other columns: 1 job(s) on {processor()}", GUESS, "")
    elsewhere = replace(record(trec, 0), key=trec.key(0, 0, "tensorflow")._replace(table="own vectors"))
    counted = replace(record(trec, 0, seconds=0.1), epochs=0)  # counting needs no training
    for records in ([], [elsewhere], [counted]):
        found = forecast(sst, records)
        assert (found.hours, found.duration) == (None, (None, "nothing recorded", "", ""))


def test_other_columns_are_scaled_by_the_examples_that_other_rows_of_the_column_trained_on():
    trec, sst, static = (
        planned_of("CNN-rand", "TREC"),
        planned_of("CNN-rand", "SST-2"),
        planned_of("CNN-static", "SST-2"),
    )
    small = replace(record(trec, 0, seconds=60.0), examples_per_second=2000.0)
    large = replace(record(static, 0, device="GPU", seconds=5.0), examples_per_second=400_000.0)
    assert forecast(sst, [small, large]).duration.seconds == 60.0  # of other data, as far as is known
    large = replace(large, data_hash=sst.recipe.dataset.data_hash)
    guess = forecast(sst, [small, large]).duration
    assert guess.seconds == pytest.approx(1000.0)
    assert guess.basis == f"a guess from other columns, by examples: 1 job(s) on {processor()}"


def test_guessed_hours_are_added_up_apart():
    planned = [planned_of("CNN-rand", "TREC"), planned_of("CNN-rand", "SST-2")]
    found = forecasts(planned, [record(planned[0], 0, seconds=3600.0)], backend="tensorflow")
    assert totals(found) == "9 job(s), about 4.0 hours, about 5.0 hours by guess; one job at a time."
    assert totals([]) == "No job to run."


def test_power_is_told_where_runs_show_a_spread():
    trec = planned_of("CNN-rand", "TREC")
    runs = [record(trec, seed, 91.2 + shift) for seed, shift in enumerate((0.1, -0.1, 0.2, -0.2))]
    assert 0.9 < forecast(trec, runs).power <= 1
    assert forecast(trec, runs[:1]).power is None
    assert (
        forecast(trec, [record(trec, seed, 80.0 + seed) for seed in range(3)]).power is None
    )  # beyond the margin


def test_done_cells_have_no_forecast_and_cells_that_cannot_run_have_a_reason():
    trec = planned_of("CNN-rand", "TREC")
    assert forecasts([trec], [record(trec, seed) for seed in range(5)], backend="tensorflow") == []
    reasons = obstacles([planned_of("RAE", "MR"), trec], [], backend="tensorflow")
    assert reasons == {"quoted by Kim (2014) from another paper": 1}


def test_a_cell_with_all_its_runs_needs_no_data(home):
    static = planned_of("CNN-static", "TREC")  # the GoogleNews vectors are not there
    done = [record(static, seed) for seed in range(5)]
    assert obstacles([static], done, backend="tensorflow") == {}
    (reason,) = obstacles([static], done[:4], backend="tensorflow")
    assert "GoogleNews" in reason


def test_whole_passes_and_the_files_to_fetch_are_counted(home):
    mr = planned_of("CNN-rand", "MR")  # three cross-validations of ten folds
    found = forecast(mr, [record(mr, 0, fold=fold) for fold in range(10)] + [record(mr, 1)] * 2)
    assert (found.done, found.wanted, found.jobs) == (1, 3, 19)
    assert [file.name for file in found.files] == [file.name for file in mr.recipe.dataset.files]


def test_other_back_ends_and_records_of_other_code_tell_nothing():
    trec = planned_of("CNN-rand", "TREC")
    assert forecast(trec, [record(trec, 0, backend="jax")]).duration.basis == "nothing recorded"
    old = [replace(record(trec, seed, 91.2 + seed / 10), code=Digests("0", "0", "0")) for seed in range(5)]
    assert (forecast(trec, old).done, forecast(trec, old).power) == (0, None)


def test_an_open_cell_goes_to_its_next_look():
    trec, noisy = planned_of("CNN-rand", "TREC"), [80.0, 100.0, 85.0, 95.0, 92.0]
    runs = [record(trec, seed, value) for seed, value in enumerate(noisy)]
    (found,) = forecasts_to_next_look([trec], runs, backend="tensorflow")
    assert (found.done, found.wanted, found.jobs) == (5, 10, 5)
    near = [record(trec, seed, 92.2 + shift / 100) for seed, shift in enumerate((1, -1, 2, -2, 0))]
    (found,) = forecasts_to_next_look([trec], near, backend="tensorflow")
    assert (found.jobs, found.power) == (5, None)  # its mean is within the margin already
    settled = [record(trec, seed, 91.2 + shift / 100) for seed, shift in enumerate((1, -1, 2, -2, 0))]
    assert forecasts_to_next_look([trec], settled, backend="tensorflow") == []


@pytest.mark.parametrize("paper", paper_names())
def test_every_paper_has_a_forecast(paper):
    found = forecasts(load_table(paper).plan(), [], backend="tensorflow")
    assert all(one.jobs > 0 and 0 <= one.done < one.wanted for one in found)


def status_of(*words):
    with pytest.raises(SystemExit) as stop:
        app(list(words), prog_name="retable")
    return stop.value.code or 0


def test_commands_print_it_and_write_nothing(tmp_path, capsys):
    place = ("kim2014", "--table", "2", "--row", "CNN-rand", "--column", "TREC", "--results", str(tmp_path))
    assert status_of("plan", *place, "--format", "json") == 0
    (line,) = json.loads(capsys.readouterr().out)
    assert (line["runs_done"], line["runs_wanted"], line["jobs"], line["power"]) == (0, 5, 5, None)
    assert status_of("plan", *place, "--seeds", "7") == 0
    assert "7 job(s), 7 job(s) of unknown length" in capsys.readouterr().out
    assert status_of("run", *place, "--dry-run", "--lookalike", "--epochs", "1", "--seeds", "2") == 0
    assert "2 job(s), 2 job(s) of unknown length" in capsys.readouterr().out
    assert status_of("run", *place, "--dry-run", "--until-settled") == 0
    assert "5 job(s), 5 job(s) of unknown length" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_rows_that_cannot_run_have_a_status_of_their_own(tmp_path, capsys):
    place = ("kim2014", "--row", "RAE", "--results", str(tmp_path))
    for words in (("plan", *place, "--format", "json"), ("run", *place), ("run", *place, "--dry-run")):
        assert status_of(*words) == Status.NO_EVIDENCE
        assert "quoted by Kim (2014) from another paper" in capsys.readouterr().err.splitlines()[-1]

"""What the pages of a report show about a cell."""

from results.metrics import VALUE
from results.published import Cell
from results.records import JobKey, RunRecord
from results.report.pages import CellPage, duration
from results.verdicts import Answer, Verdict


def test_the_time_of_a_pass_covers_complete_passes_on_the_judged_back_end():
    cell = Cell("p", "1", "row", "column", VALUE, None, None, "stopped early")
    times = {("tensorflow", 0): (10, 30), ("tensorflow", 1): (20,), ("jax", 0): (500, 500)}
    records = [
        RunRecord(
            JobKey("p", "1", "row", "column", fold, seed, backend, "f", 1),
            {"value": 1.0},
            seconds=seconds,
            device=f"a device of {backend}",
        )
        for (backend, seed), both in times.items()
        for fold, seconds in enumerate(both)
    ]
    judged = {
        name: Verdict(cell, Answer.INCOMPLETE, units=(value,))
        for name, value in (("jax", 2.0), ("tensorflow", 1.0))
    }
    page = CellPage(judged["tensorflow"], {}, records, (), "", judged)
    assert page.label == "row (stopped early)"
    assert (page.seconds_per_pass, page.devices) == (40, "a device of tensorflow")


def test_durations():
    assert [duration(seconds) for seconds in (59.4, 150, 5400)] == ["59 seconds", "2 minutes", "1.5 hours"]

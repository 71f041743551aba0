"""Files of one's own, in commands that train nothing."""

from benchmarks.outside.new_paper import new_paper
from tests.benchmarks.cli.test_features import run

CELL = ("ha2026", "--row", "small network", "--column", "points")


def test_they_are_listed_and_missed_before_a_run(folder, monkeypatch, capfd):
    monkeypatch.setenv("COLUMNS", "250")
    *_, data = new_paper("ha2026", folder)
    assert run(monkeypatch, "data", "verify", "points") == 0
    assert "ha2026_points.csv: as expected" in capfd.readouterr().out
    data.write_text("x,y,place\n")
    assert run(monkeypatch, "plan", *CELL) == 5
    assert "can't run here" in (said := capfd.readouterr().err) and "Restore it" in said
    data.unlink()
    assert run(monkeypatch, "plan", *CELL) == 5
    assert "There is no file or folder" in capfd.readouterr().err
    assert run(monkeypatch, "data", "list") == 0
    assert "ha2026_points.csv" in capfd.readouterr().out

"""Commands that are killed while they write lose nothing, double nothing, and leave nothing behind."""

import pytest

from tests.support.kills import killed_again_and_again
from tests.support.sounds import save, tone

QUICK = (("run", "kim2014", "--row", "MNB", "--column", "CR", "--seeds", "1", "--lookalike"),)  # without Keras


def test_a_few_kills_while_files_are_written(tmp_path):
    damage, struck = killed_again_and_again(QUICK, tmp_path, 1, WITHOUT="mlflow")
    assert struck >= 1 and damage.found == []


@pytest.mark.slow
def test_a_hundred_kills_while_files_are_written(tmp_path, mirror, capsys):
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    for number in range(4):
        save(sounds / f"{number}.wav", tone(200.0 + 50 * number))
    digits = ("--row", "LeNet-style", "--column", "digits", "--seeds", "2")
    commands = (
        ("run", "kim2014", "--row", "MNB", "--column", "CR", "--seeds", "1"),  # fetches
        ("run", "starter", *digits),
        ("track", "starter", "--results", "PLACE/results"),
        ("features", str(sounds), "--kind", "log_mel", "--output", "PLACE/features"),
        ("report", "starter", "--results", "PLACE/results", "--output", "PLACE/report"),
    )
    damage, struck = killed_again_and_again(commands, tmp_path, 100, RETABLE_MIRROR=str(mirror))
    with capsys.disabled():
        print(f"\n{struck} kills: {damage}")
    assert struck >= 100 and damage.found == []

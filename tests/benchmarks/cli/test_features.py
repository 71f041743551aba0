"""The command over sound files."""

import os
import sys
import warnings

import numpy as np
import soundfile

from benchmarks.cli.app import main
from tests.support.sounds import save, tone


def run(monkeypatch, *arguments) -> int:
    """Return the exit status of a command."""
    monkeypatch.setattr(sys, "argv", ["retable", *map(str, arguments)])
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)  # which the command replaces
    try:
        main()
    except SystemExit as stop:
        return stop.code or 0
    return 0


def test_arrays_and_pictures_are_written_and_bad_files_named(tmp_path, home, monkeypatch, capfd):
    sounds, output = tmp_path / "sounds", tmp_path / "out"
    (sounds / "deep").mkdir(parents=True)
    save(sounds / "deep" / "good.wav", tone(220.0))
    save(sounds / "empty.wav", np.zeros(0))
    assert run(monkeypatch, "features", sounds, "--plot", "--output", output, "--kind", "mfcc") == 0
    printed = capfd.readouterr()
    assert "mfcc of 1 files, 1 left out" in printed.out
    assert "empty.wav" in printed.err
    assert np.load(output / "deep" / "good.wav.npy").shape == (68, 13)
    assert (output / "deep" / "good.wav.png").read_bytes().startswith(b"\x89PNG")
    (sounds / "deep" / "good.wav").unlink()
    assert run(monkeypatch, "features", sounds, "--output", output) == 1
    printed = capfd.readouterr()
    assert "None of the 1 sound files" in printed.err and "Traceback" not in printed.err


def test_a_name_that_is_too_long_costs_its_file_only(tmp_path, home, monkeypatch, capfd):
    for name in (f"{'x' * 251}.wav", "a\x1b$_$.wav", os.fsdecode(b"b\xff.wav")):
        save(tmp_path / "sounds.wav", tone(220.0))
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "sounds.wav").rename(tmp_path / "in" / name)
    assert run(monkeypatch, "features", tmp_path / "in", "--plot", "--output", tmp_path / "out") == 0
    printed = capfd.readouterr()
    assert "2 files, 1 left out" in printed.out and "too long" in printed.err
    assert len(list((tmp_path / "out").glob("*.png"))) == 2


def test_absurd_amplitudes_are_one_line_each(tmp_path, home, monkeypatch, capfd):
    for name, samples in (("one", np.full(16000, 3e38)), ("two", np.full((16000, 2), 3e38))):
        soundfile.write(tmp_path / f"{name}.wav", samples.astype("float32"), 16000, subtype="FLOAT")
    assert run(monkeypatch, "features", tmp_path, "--output", tmp_path / "out") == 1
    lines = capfd.readouterr().err.splitlines()
    assert [line.partition("wav")[0][-4:] for line in lines[:2]] == ["one.", "two."] and len(lines) == 3, lines


def test_too_little_memory_is_one_line(tmp_path, home, monkeypatch, capfd):
    save(tmp_path / "sound.wav", tone(220.0))
    monkeypatch.setattr("data_pipelines.speech.sound_files.sounds_in", lambda folder: np.empty(2**50))
    assert run(monkeypatch, "features", tmp_path) == 1
    errors = capfd.readouterr().err
    assert errors.startswith("retable: There is not enough memory. Unable to allocate") and errors.count("\n") == 1

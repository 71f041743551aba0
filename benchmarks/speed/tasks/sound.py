"""What the log mel frames of many sound files cost, read, computed and kept, against librosa in a loop."""

import wave
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.speed import processes
from benchmarks.speed.processes import Amount, Cost, nothing_kept
from data_pipelines.speech.features import RATE, plainly
from data_pipelines.speech.frames import each

KIND = "log_mel"


def compare(folder: Path, *, files: int, seconds: float, repeats: int) -> tuple[list[Cost], list[Amount]]:
    """Generate files in `folder`, then take the frames of each in turn, with nothing kept from before."""
    paths = generate(folder, files, round(seconds * RATE))
    tasks = {
        "retable, all cores": partial(_extract, paths, None),
        "retable, one core": partial(_extract, paths, 1),
        "retable, one core, a tenth of the files": partial(_extract, paths[: files // 10], 1),
        "librosa in a loop, nothing kept": partial(plainly, paths),
    }
    shares = (1, 1, (files // 10) / files, 1)
    return processes.compare(tasks, repeats), [Amount(share * files * seconds, "s of sound") for share in shares]


def generate(folder: Path, files: int, samples: int) -> list[Path]:
    """Write noise of 16 bits, all different."""
    noise = np.random.default_rng(0).normal(0, 3000, samples + files).astype("<i2")
    paths = [folder / f"{number:06d}.wav" for number in range(files)]
    for number, path in enumerate(paths):
        with wave.open(str(path), "wb") as sound:
            sound.setparams((1, 2, RATE, 0, "NONE", ""))
            sound.writeframes(noise[number : number + samples].tobytes())
    return paths


def _extract(paths: Sequence[Path], workers: int | None) -> None:
    """Compute and keep the frames in a cache of their own. Raises what a file can't be used for."""
    with nothing_kept(paths[0].parent):
        for _, failure in each(paths, KIND, workers=workers):
            if failure:
                raise failure

"""Log mel frames of many short sound files: read, computed and kept on disk.

The rival, librosa in a loop, keeps nothing.
"""

import wave
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.speed.processes import Amount, Case, WholeTask
from data_pipelines.speech.features import RATE, plain_log_mel
from data_pipelines.speech.frames import each

FILES, SECONDS = 10_000, 3.0


def cases(folder: Path, *, files: int = FILES, seconds: float = SECONDS) -> list[Case]:
    """Generate WAV files, 1 GB by default."""
    paths = generate(folder, files, round(seconds * RATE))
    few = paths[: files // 10]
    all_sound, some_sound = (Amount(len(chosen) * seconds, "s of sound") for chosen in (paths, few))
    return [
        Case("retable, all cores", partial(extract, paths, None), all_sound),
        Case("retable, one core", partial(extract, paths, 1), all_sound),
        Case("retable, one core, a tenth of the files", partial(extract, few, 1), some_sound),
        Case("librosa in a loop, nothing kept", partial(plain_log_mel, paths), all_sound),
    ]


def generate(folder: Path, files: int, samples: int) -> list[Path]:
    """Write noise of 16 bits, all different."""
    noise = np.random.default_rng(0).normal(0, 3000, samples + files).astype("<i2")
    paths = [folder / f"{number:06d}.wav" for number in range(files)]
    for number, path in enumerate(paths):
        with wave.open(str(path), "wb") as sound:
            sound.setparams((1, 2, RATE, 0, "NONE", ""))
            sound.writeframes(noise[number : number + samples].tobytes())
    return paths


def extract(paths: Sequence[Path], workers: int | None) -> None:
    """Compute frames and keep them in the cache. Raises DataError for an unusable file."""
    for _, failure in each(paths, "log_mel", workers=workers):
        if failure:
            raise failure


TASK = WholeTask(what=f"log mel frames of {FILES:,} files of {SECONDS:.0f} s each", cases=cases)

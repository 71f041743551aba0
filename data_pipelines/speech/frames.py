"""Feature frames of sound files: computed once, by several processes, kept on disk, and stacked."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from data_pipelines.cache import kept
from data_pipelines.dataset import DataError
from data_pipelines.speech.features import KINDS, RATE, SHIFT_SECONDS, made_by, resampled
from data_pipelines.speech.sound_files import read_sound

FEWEST_FOR_PROCESSES = 64  # files; fewer take less time than starting processes


def frames_of(path: Path, kind: str) -> np.ndarray:
    """Return the frames of a sound file, float32 (frames, features), memory-mapped; computed once per content.

    Sound is resampled to 16 kHz. Raises DataError, with the name, for a file that can't be used.
    """
    return kept("features", _source(path, kind), partial(_computed, path, kind))


def each(
    paths: Sequence[Path], kind: str, *, workers: int | None = None
) -> Iterator[tuple[Path, DataError | None]]:
    """Compute the frames of many files, one process per core; yield each file, in order, with its error if any.

    The frames stay on disk, so that memory does not grow with the number of files.
    """
    from joblib import Parallel, delayed
    from threadpoolctl import threadpool_limits

    processes = workers or (1 if len(paths) < FEWEST_FOR_PROCESSES else -1)
    with threadpool_limits(1):  # one file's matrices are too small for several threads
        pool = Parallel(processes, return_as="generator")
        yield from zip(paths, pool(delayed(_failure)(path, kind) for path in paths), strict=True)


def stacked(paths: Sequence[Path], kind: str, seconds: float) -> np.ndarray:
    """Return the frames of utterances in one array, float32 (utterances, frames, features + 1), memory-mapped.

    Longer ones are cut to `seconds`. The last column is 1 for a frame and 0 for padding.
    Raises DataError, with the name, for a file that can't be used.
    """
    sources = [_source(path, kind) for path in paths]
    return kept("utterances", {"files": sources, "seconds": seconds}, partial(_stack, paths, kind, seconds))


def cut_to_longest(x: np.ndarray, *, multiple: int, room: Callable[[int], int] = lambda size: size) -> np.ndarray:
    """Drop the padding that all utterances share, up to a multiple of frames.

    `room` rounds the number of multiples up, for backends that compile a program per shape.
    """
    longest = int(np.flatnonzero(x[..., -1].any(axis=0)).max(initial=0)) + 1
    frames = multiple * room(-(-longest // multiple))
    return np.pad(x[:, :frames], ((0, 0), (0, max(0, frames - x.shape[1])), (0, 0)))


def _stack(paths: Sequence[Path], kind: str, seconds: float) -> np.ndarray:
    if failures := [failure for _, failure in each(paths, kind) if failure]:
        raise failures[0]
    frames = round(seconds / SHIFT_SECONDS)
    array = np.zeros((len(paths), frames, len(KINDS[kind].names) + 1), "float32")
    for row, path in zip(array, paths, strict=True):
        found = frames_of(path, kind)[:frames]
        row[: len(found), :-1], row[: len(found), -1] = found, 1
    return array


def _computed(path: Path, kind: str) -> np.ndarray:
    try:
        with np.errstate(all="ignore"):  # absurd amplitudes give what is not finite, named below
            signal, rate = read_sound(path)
            frames = KINDS[kind].compute(resampled(signal, rate), RATE)
    except ValueError as error:
        raise DataError(f"{path}: {error}") from error
    if not np.isfinite(frames).all():
        raise DataError(f"{path}: its {kind} features are not finite.")
    return frames


def _source(path: Path, kind: str) -> dict:
    try:
        with path.open("rb") as stream:
            return {"sound": hashlib.file_digest(stream, "sha256").hexdigest(), **made_by(kind)}
    except OSError as error:
        raise DataError(f"{path} can't be read: {error.strerror}.") from error


def _failure(path: Path, kind: str) -> DataError | None:
    try:
        frames_of(path, kind)
    except DataError as error:
        return error
    return None

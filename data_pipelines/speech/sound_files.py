"""Sound files, read as mono signals."""

from pathlib import Path
from typing import Literal

import numpy as np

from data_pipelines.dataset import DataError

SUFFIXES = (".wav", ".flac", ".ogg", ".aif", ".aiff", ".mp3")
UNKNOWN_LENGTHS = (0, 0xFFFFFFFF)  # what a program writes that can't go back to the header
BYTE_ORDERS: dict[bytes, Literal["little", "big"]] = {b"RIFF": "little", b"RIFX": "big", b"FORM": "big"}


def sounds_in(folder: Path) -> list[Path]:
    """Return the sound files of a folder and its folders, by their names' endings, sorted.

    Raises DataError without a folder, and for one without any.
    """
    if not folder.is_dir():
        raise DataError(f"There is no folder {folder}.")
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not paths:
        raise DataError(f"{folder} has no sound files ({', '.join(SUFFIXES)}).")
    return paths


def read_sound(path: Path) -> tuple[np.ndarray, int]:
    """Return a mono signal, float32 (samples,), and its rate in hertz. Whole numbers come within [-1, 1].

    Any format of libsndfile and any width of samples will do; channels are averaged.
    Raises DataError, with the name, for what is no sound, for samples that are no numbers, and for a WAV or AIFF
    whose header tells of more than there is; other formats may be cut without a sign of it.
    """
    import soundfile

    _refuse_a_cut_file(path)
    try:
        with path.open("rb") as stream:  # whatever bytes its name has
            samples, rate = soundfile.read(stream, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise DataError(f"{path} can't be read as sound: {getattr(error, 'error_string', error)}") from error
    signal = samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1)
    if not np.isfinite(signal).all():
        raise DataError(f"{path}: sample {np.flatnonzero(~np.isfinite(signal))[0]} is no number.")
    return signal, rate


def _refuse_a_cut_file(path: Path) -> None:
    """Raise DataError when the header speaks of more bytes than there are; libsndfile reads on without a word."""
    with path.open("rb") as stream:
        form, length = stream.read(4), stream.read(4)
    told, size = int.from_bytes(length, BYTE_ORDERS.get(form, "little")), path.stat().st_size
    if form in BYTE_ORDERS and told not in UNKNOWN_LENGTHS and told + 8 > size:
        raise DataError(f"{path} is cut: {size} bytes. Expected {told + 8} by its header.")

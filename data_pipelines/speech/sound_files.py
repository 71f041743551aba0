"""Sound files, read as mono signals."""

from pathlib import Path
from typing import Literal

import numpy as np

from data_pipelines.dataset import DataError

SUFFIXES = (".wav", ".flac", ".ogg", ".aif", ".aiff", ".mp3")
UNKNOWN_LENGTHS = (0, 0xFFFFFFFF)  # in headers of programs that stream their output
BYTE_ORDERS: dict[bytes, Literal["little", "big"]] = {b"RIFF": "little", b"RIFX": "big", b"FORM": "big"}


def sounds_in(folder: Path) -> list[Path]:
    """Return the sound files under a folder, recognised by their suffixes, sorted.

    Raises DataError for a missing folder, and for one without sound files.
    """
    if not folder.is_dir():
        raise DataError(f"There is no folder {folder}.")
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not paths:
        raise DataError(f"{folder} has no sound files ({', '.join(SUFFIXES)}).")
    return paths


def read_sound(path: Path) -> tuple[np.ndarray, int]:
    """Return a mono signal, float32 (samples,), and its rate in hertz; integer samples are scaled to [-1, 1].

    Reads every format of libsndfile; channels are averaged. Raises DataError, with the name, for a file that is
    not sound, for samples that are not finite, and for a WAV or AIFF file shorter than its header says; a cut in
    other formats can't be detected.
    """
    import soundfile

    _refuse_a_cut_file(path)
    try:
        with path.open("rb") as stream:  # opened here, since its name may have any bytes
            samples, rate = soundfile.read(stream, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise DataError(f"{path} can't be read as sound: {getattr(error, 'error_string', error)}") from error
    signal = samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1)
    if not np.isfinite(signal).all():
        raise DataError(f"{path}: sample {np.flatnonzero(~np.isfinite(signal))[0]} is not finite.")
    return signal, rate


def _refuse_a_cut_file(path: Path) -> None:
    """Raise DataError if the header states more bytes than the file has, which libsndfile ignores."""
    with path.open("rb") as stream:
        form, length = stream.read(4), stream.read(4)
    stated, size = int.from_bytes(length, BYTE_ORDERS.get(form, "little")), path.stat().st_size
    if form in BYTE_ORDERS and stated not in UNKNOWN_LENGTHS and stated + 8 > size:
        raise DataError(f"{path} is cut off: {size} bytes. Expected {stated + 8} by its header.")

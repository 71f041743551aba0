"""Sound files, read as mono signals."""

from pathlib import Path

import numpy as np

from data_pipelines.dataset import DataError

SUFFIXES = (".wav", ".flac", ".ogg", ".aif", ".aiff", ".mp3")
UNKNOWN_LENGTHS = (0, 0xFFFFFFFF)  # what a program writes that can't go back to the header


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
    """Return a mono signal, float32 (samples,) within [-1, 1], and its rate in hertz.

    Any format of libsndfile and any width of samples will do; channels are averaged.
    Raises DataError, with the name, for what is no sound, for a cut WAV and for samples that are no numbers.
    """
    import soundfile

    _refuse_a_cut_wav(path)
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise DataError(f"{path} can't be read as sound: {getattr(error, 'error_string', error)}") from error
    signal = samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1)
    if not np.isfinite(signal).all():
        raise DataError(f"{path}: sample {np.flatnonzero(~np.isfinite(signal))[0]} is no number.")
    return signal, rate


def _refuse_a_cut_wav(path: Path) -> None:
    """Raise DataError when the header speaks of more bytes than there are; libsndfile reads on without a word."""
    with path.open("rb") as stream:
        header = stream.read(8)
    told, size = int.from_bytes(header[4:], "little"), path.stat().st_size
    if header[:4] == b"RIFF" and told not in UNKNOWN_LENGTHS and told + 8 > size:
        raise DataError(f"{path} is cut: {size} bytes. Expected {told + 8} by its header.")

"""Sound files, read as mono signals."""

import os
from pathlib import Path
from typing import IO, Literal

import numpy as np

from data_pipelines.dataset import DataError

SUFFIXES = (".wav", ".flac", ".ogg", ".aif", ".aiff", ".mp3")
UNKNOWN_LENGTHS = (0, 0xFFFFFFFF)  # in headers of programs that stream their output
MOST_SAMPLES = 2**28  # of all channels: four hours of mono sound at 16 kHz, and a gigabyte of memory
RATES = (1000, 1_000_000)  # hertz
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
    not sound, has a rate outside 1 kHz to 1 MHz or more than 2^28 samples, for samples that are not finite, and
    for a WAV or AIFF file shorter than its header says; a cut in other formats can't be detected.
    """
    try:
        _refuse_a_cut_file(path)
        samples, rate = _decoded(path)
    except DataError:
        raise
    except Exception as error:  # damaged files make decoders raise anything
        raise DataError(f"{path} can't be read as sound: {getattr(error, 'error_string', error)}") from error
    signal = samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1)
    if not np.isfinite(signal).all():
        raise DataError(f"{path}: sample {np.flatnonzero(~np.isfinite(signal))[0]} is not finite.")
    return signal, rate


def _decoded(path: Path) -> tuple[np.ndarray, int]:
    """Return float32 (samples, channels) and the rate, if the header asks for no more than there may be."""
    import soundfile

    with path.open("rb") as stream, soundfile.SoundFile(stream) as sound:  # opened here: a name may have any bytes
        if sound.frames * sound.channels > MOST_SAMPLES:
            raise DataError(
                f"{path} has {sound.frames} samples a channel. Expected at most {MOST_SAMPLES} in all."
            )
        if not RATES[0] <= sound.samplerate <= RATES[1]:
            raise DataError(f"{path} has {sound.samplerate} samples a second. Expected {RATES[0]} to {RATES[1]}.")
        return sound.read(dtype="float32", always_2d=True), sound.samplerate


def _refuse_a_cut_file(path: Path) -> None:
    """Raise DataError if the file or its data chunk is shorter than stated, which libsndfile ignores."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        form = stream.read(4)
        if form not in BYTE_ORDERS:
            return
        stated = _length(stream, form)
        if stated not in UNKNOWN_LENGTHS and stated + 8 > size:
            raise DataError(f"{path} is cut off: {size} bytes. Expected {stated + 8} by its header.")
        stream.seek(12)
        while (name := stream.read(4)) and name not in (b"data", b"SSND"):
            stream.seek(_padded(_length(stream, form)), os.SEEK_CUR)
        stated, rest = _length(stream, form), size - stream.tell()
    if name and stated not in UNKNOWN_LENGTHS and stated > rest:
        raise DataError(f"{path} is cut off: {rest} bytes of sound. Expected {stated} by its header.")


def _length(stream: IO[bytes], form: bytes) -> int:
    return int.from_bytes(stream.read(4), BYTE_ORDERS[form])


def _padded(length: int) -> int:
    return length + length % 2

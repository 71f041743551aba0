"""A folder of sounds of one's own as a data set, with a folder for each class."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from data_pipelines.dataset import DataError, DataFile, Dataset, Fold
from data_pipelines.datasets.generated import voice
from data_pipelines.datasets.own_files import splits
from data_pipelines.datasets.own_files.class_folders import labelled_files, write_class_folders
from data_pipelines.datasets.own_files.splits import Classes, DrawnSplit, PartFiles
from data_pipelines.speech.features import KINDS, PACKAGES, revised
from data_pipelines.speech.frames import stacked
from data_pipelines.speech.sound_files import SUFFIXES

PITCHES = 18  # of generated voices


def sound_folder(
    name: str,
    files: DataFile | PartFiles,
    *,
    classes: int | Sequence[str],
    rate: int,
    seconds: float,
    kind: str = "log_mel",
    split: DrawnSplit | None = None,
    source: str = "",
) -> Dataset:
    """Return a data set of the sounds in FOLDER/<class>/: WAV, FLAC, Ogg, AIFF or MP3, of one `rate` in hertz.

    `classes` gives the number or the names of the folders; they are numbered from 0 in sorted order. Sounds are
    resampled to 16 kHz. x is float32 (sounds, frames, features + 1), 100 frames a second up to `seconds`: features
    of a `kind` as in `retable features`, and 1 for a frame or 0 for padding. Raises ValueError for an unknown kind
    or length, and unless there is one split.
    """
    if kind not in KINDS or not seconds > 0:
        raise ValueError(
            f"{name} has kind {kind!r} and {seconds} seconds. Expected {', '.join(KINDS)}; more than 0."
        )
    sound: dict[str, Any] = {"rate": rate, "seconds": seconds, "kind": kind, **revised(kind)}
    common: dict[str, Any] = {"classes": splits.sorted_names(classes), "split": split}
    return splits.own_dataset(
        name,
        files,
        split,
        classes=classes,
        load=partial(load_sounds, **common, **sound),
        lookalike=partial(
            write_class_folders,
            names=splits.lookalike_names(files),
            write=partial(write_sound, rate=rate),
            **common,
        ),
        source=source,
        **PACKAGES.get(kind, {}),
    )


def load_sounds(
    paths: Sequence[Path],
    fold: int,
    seed: int,
    *,
    classes: Classes,
    split: DrawnSplit | None,
    rate: int,
    seconds: float,
    kind: str,
    revision: int = 1,
) -> Fold:
    """Return the fold of a folder, or of a folder for each part; features are computed once, then kept.

    Raises DataError, with its name, for a sound that can't be read, and for one of another rate.
    """
    files, labels = zip(*(labelled_files(path, SUFFIXES) for path in paths), strict=True)
    found = splits.labelled(labels, classes, paths)
    for path in (path for folder in files for path in folder):
        if (received := rate_of(path)) != rate:
            raise DataError(f"{path} has {received} samples a second. Expected {rate}.")
    x = [stacked(folder, kind, seconds) for folder in files]
    return splits.fold_of(found, x, splits.drawn_rows(found.y[0], split, fold, seed))


def rate_of(path: Path) -> int:
    """Return the samples a second of a sound file. Raises DataError for a file that is not sound."""
    import soundfile

    try:
        with path.open("rb") as stream, soundfile.SoundFile(stream) as sound:
            return sound.samplerate
    except Exception as error:  # damaged files make decoders raise anything
        raise DataError(f"{path} can't be read as sound: {getattr(error, 'error_string', error)}") from error


def write_sound(folder: Path, index: int, number: int, *, rate: int) -> None:
    """Write a voice, whose pitch depends on the class, as WAV."""
    (folder / f"{number:04d}.wav").write_bytes(voice(index % PITCHES, number, rate=rate))

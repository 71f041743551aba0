"""Emo-DB: ten German speakers act emotions; we take the four classes that IEMOCAP is usually judged by.

Source: Burkhardt et al., "A Database of German Emotional Speech", Interspeech 2005. A name such as 03a01Fa.wav
gives the speaker, the sentence, the emotion's German letter and a version.
"""

import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from data_pipelines.archives import unpacked
from data_pipelines.dataset import DataError, Dataset, Fold, RemoteFile, Split
from data_pipelines.datasets.generated import voice
from data_pipelines.folds import speaker_folds
from data_pipelines.speech.features import PACKAGES, revised
from data_pipelines.speech.frames import stacked

CLASSES = ("anger", "happiness", "neutral", "sadness")
LETTERS = "WFNT"  # Wut, Freude, neutral, Trauer
WOMEN, MEN = ("08", "09", "13", "14", "16"), ("03", "10", "11", "12", "15")
NAMES = r"\d\d[ab]\d\d[WFNT][a-z]\.wav"
LONGEST_SECONDS = 7.5

FILE = RemoteFile(
    "emodb/emodb_4class.zip",
    "http://emodb.bilderbar.info/download/download.zip",
    "contents:0160d2b7af4f095382ba53d0d5fdddbef86893c8d3ee55f75cf4fe83dae3c5a3",
    25262655,
    terms="free for research; cite Burkhardt et al. (2005)",
    contents=NAMES,
    variable="RETABLE_EMODB",
)


def load_emodb(
    paths: Sequence[Path], fold: int, seed: int, *, kind: str, seconds: float = LONGEST_SECONDS, revision: int = 1
) -> Fold:
    """Return feature frames, float32 (utterances, frames, features + 1), as `stacked` returns them, and classes.

    The seed pairs each woman with a man; a fold tests on one pair, validates on the next and trains on the other
    three. Raises DataError for a file of an unknown speaker.
    """
    with unpacked(paths[0], NAMES) as files:
        names = [path.name for path in files]
        x = stacked(files, kind, seconds)
    if unknown := [name for name in names if name[:2] not in WOMEN + MEN]:
        raise DataError(
            f"{paths[0]}: {unknown[0]} has an unknown speaker. Expected {', '.join(sorted(WOMEN + MEN))}."
        )
    pairs = speaker_folds(WOMEN, MEN, seed)
    tested, validated = pairs[fold], pairs[(fold + 1) % len(pairs)]
    speakers = np.array([name[:2] for name in names])
    y = np.array([LETTERS.index(name[5]) for name in names], "int32")
    parts = [~np.isin(speakers, tested + validated), np.isin(speakers, validated), np.isin(speakers, tested)]
    train, valid, test = (Split(x[rows], y[rows]) for rows in parts)
    return Fold(train, valid, test)


def write_lookalike(folder: Path) -> list[Path]:
    """Write a zip with a sound for each speaker and emotion; emotions differ in pitch."""
    path = folder / "emodb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for speaker in sorted(WOMEN + MEN):
            for pitch, letter in enumerate(LETTERS):
                archive.writestr(f"wav/{speaker}a01{letter}a.wav", voice(pitch, int(speaker)))
    return [path]


def emodb(kind: str, seconds: float = LONGEST_SECONDS) -> Dataset:
    """Return Emo-DB as feature frames of one kind."""
    settings: dict[str, Any] = revised(kind) | ({} if seconds == LONGEST_SECONDS else {"seconds": seconds})
    return Dataset(
        name="Emo-DB",
        source="Burkhardt et al. (2005), four of its classes",
        classes=len(CLASSES),
        examples=339,
        of_class=(127, 71, 79, 62),
        folds=len(WOMEN),
        files=(FILE,),
        test_to_train=1 / 3,
        load=partial(load_emodb, kind=kind, **settings),
        lookalike=write_lookalike,
        **PACKAGES.get(kind, {}),
    )


EMODB = emodb("log_mel")

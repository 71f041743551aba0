"""IEMOCAP: five sessions in each of which a woman and a man act, improvised or scripted.

Source: Busso et al., "IEMOCAP: Interactive emotional dyadic motion capture database", Language Resources and
Evaluation 42 (2008). Four classes, with excited merged into happiness, as in Neumann & Vu (2017).

Where they are silent, we assume: in the session that a fold leaves out, one speaker, drawn by the seed, is the
validation part and the other the test part; activation and valence have three levels: up to 2, between, from 4.
"""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from data_pipelines.dataset import DataError, Dataset, Fold, FolderOnRequest, Split
from data_pipelines.datasets.generated import voice
from data_pipelines.speech.features import PACKAGES, revised
from data_pipelines.speech.frames import stacked

CLASSES = ("anger", "happiness", "neutral", "sadness")
CODES = {"ang": 0, "hap": 1, "exc": 1, "neu": 2, "sad": 3}
SESSIONS, LEVELS = 5, 3
WRITTEN = ("ang", "hap", "neu", "sad", "exc", "xxx")  # emotions of a look-alike
NAME = re.compile(r"Ses0([1-5])[FM]_(impro|script)\d\d\w*_([FM])\d\d\d")
JUDGED = re.compile(r"\[[\d.]+ - [\d.]+\]\t(\w+)\t(\w+)\t\[([\d.]+), ([\d.]+), [\d.]+\]")

FOLDER = FolderOnRequest(
    "IEMOCAP_full_release",
    variable="RETABLE_IEMOCAP",
    address="https://sail.usc.edu/iemocap/",
    holds="Session*/sentences/wav/*/Ses*.wav",
    files=10039,
    terms="signed release form; academic, non-commercial research; not to be passed on",
)


class Utterance(NamedTuple):
    """One turn of a speaker, as its judges rated it."""

    name: str
    emotion: str  # a code of three letters, "xxx" if they did not agree
    valence: float
    activation: float

    @property
    def session(self) -> int:
        return int(self.name[4])

    @property
    def is_improvised(self) -> bool:
        return "_impro" in self.name

    @property
    def is_of_a_woman(self) -> bool:
        return self.name[-4] == "F"


def utterances(folder: Path) -> list[Utterance]:
    """Return every rated utterance, sorted by name.

    Raises DataError for a malformed name, and for a folder without ratings.
    """
    found = []
    for path in sorted(folder.glob("Session*/dialog/EmoEvaluation/Ses*.txt")):
        for name, emotion, valence, activation in JUDGED.findall(path.read_text("utf-8")):
            if not NAME.fullmatch(name):
                raise DataError(f"{path}: malformed name {name}. Expected one such as Ses01F_impro01_M000.")
            found.append(Utterance(name, emotion, float(valence), float(activation)))
    if not found:
        raise DataError(f"{folder} has no ratings in Session*/dialog/EmoEvaluation/Ses*.txt.")
    return sorted(found)


def load_iemocap(
    paths: Sequence[Path],
    fold: int,
    seed: int,
    *,
    kind: str,
    seconds: float,
    speech: str,
    views: bool = False,
    revision: int = 1,
) -> Fold:
    """Return feature frames, float32 (utterances, frames, features + 1), as `stacked` returns them, and classes.

    A fold leaves one session out. With `views` a training label combines class, activation and valence:
    `(class * 3 + activation) * 3 + valence`. Raises DataError if a sound file is missing or can't be used.
    """
    wanted = {"improvised": (True,), "scripted": (False,), "all": (True, False)}[speech]
    chosen = [u for u in utterances(paths[0]) if u.emotion in CODES and u.is_improvised in wanted]
    x = stacked([_sound(paths[0], utterance) for utterance in chosen], kind, seconds)
    y = np.array([CODES[u.emotion] for u in chosen], "int32")
    activation = np.array([_level(u.activation) for u in chosen])
    valence = np.array([_level(u.valence) for u in chosen])
    joint = np.ravel_multi_index((y, activation, valence), (len(CLASSES), LEVELS, LEVELS)).astype("int32")
    left_out = np.array([u.session == fold + 1 for u in chosen])
    is_woman = np.array([u.is_of_a_woman for u in chosen])
    validated = left_out & (is_woman == np.random.default_rng([seed, fold]).integers(2))
    train, tested = ~left_out, left_out & ~validated
    return Fold(
        Split(x[train], joint[train] if views else y[train]),
        Split(x[validated], y[validated]),
        Split(x[tested], y[tested]),
    )


def _sound(folder: Path, utterance: Utterance) -> Path:
    dialog = utterance.name.rpartition("_")[0]
    return folder / f"Session{utterance.session}/sentences/wav/{dialog}/{utterance.name}.wav"


def _level(rated: float) -> int:
    """Return 0 (low), 1 (middle) or 2 (high) for a mean rating from 1 to 5."""
    return 0 if rated <= 2 else 2 if rated >= 4 else 1


def write_lookalike(folder: Path) -> list[Path]:
    """Write a folder with ratings and sounds of five sessions, improvised and scripted."""
    for session in range(1, SESSIONS + 1):
        for dialog in (f"Ses0{session}F_impro01", f"Ses0{session}M_script01_1"):
            sounds = folder / f"Session{session}/sentences/wav/{dialog}"
            ratings = folder / f"Session{session}/dialog/EmoEvaluation/{dialog}.txt"
            sounds.mkdir(parents=True)
            ratings.parent.mkdir(parents=True, exist_ok=True)
            names = [f"{dialog}_{speaker}{number:03d}" for speaker in "FM" for number in range(6)]
            lines = ["% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]", ""]
            for number, (name, emotion) in enumerate(zip(names, 2 * WRITTEN, strict=True)):
                lines += _rated(name, number, emotion)
                (sounds / f"{name}.wav").write_bytes(voice(number % 6, session))
            ratings.write_text("\n".join(lines), "utf-8")
    return [folder]


def _rated(name: str, number: int, emotion: str) -> list[str]:
    """Return the lines of one utterance in a file of ratings."""
    ratings = f"[{1.5 + number % 4:.4f}, {4.5 - number % 4:.4f}, 2.5000]"
    return [f"[{number}.0000 - {number}.9000]\t{name}\t{emotion}\t{ratings}", "A-E1:\tNeutral;\t()", ""]


def iemocap(kind: str, speech: str, seconds: float = 7.5, views: bool = False) -> Dataset:
    """Return IEMOCAP's improvised, scripted or whole speech as feature frames of one kind."""
    settings: dict[str, Any] = {"kind": kind, "seconds": seconds, "speech": speech, **revised(kind)}
    if views:
        settings["views"] = True
    return Dataset(
        name=f"IEMOCAP {speech}",
        source="Busso et al. (2008), four classes with excited merged into happiness",
        classes=len(CLASSES),
        examples=5531 if speech == "all" else None,
        of_class=(1103, 1636, 1708, 1084) if speech == "all" and not views else (),
        folds=SESSIONS,
        test_to_train=1 / 8,
        files=(FOLDER,),
        load=partial(load_iemocap, **settings),
        lookalike=write_lookalike,
        **PACKAGES.get(kind, {}),
        on_request=f"IEMOCAP is available on request: {FOLDER.address}; then set {FOLDER.variable}",
    )


IEMOCAP = iemocap("log_mel", "all")

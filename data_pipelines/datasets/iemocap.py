"""IEMOCAP: five sessions of a woman and a man who act, improvised or by a script.

Source: Busso et al., "IEMOCAP: Interactive emotional dyadic motion capture database", Language Resources and
Evaluation 42 (2008). Four classes, with excited merged into happiness, as Neumann & Vu (2017) have them.

Where they are silent, we assume: of the session that a fold leaves out, one speaker, drawn by the seed, is the
validation part and the other the test part; activation and valence have three levels, up to 2, between, from 4.
"""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from data_pipelines import lookalike
from data_pipelines.dataset import DataError, Dataset, Fold, FolderOnRequest, Split
from data_pipelines.speech.features import PACKAGES, revised
from data_pipelines.speech.frames import stacked

CLASSES = ("anger", "happiness", "neutral", "sadness")
CODES = {"ang": 0, "hap": 1, "exc": 1, "neu": 2, "sad": 3}
SESSIONS, LEVELS = 5, 3
SPEECH = ("improvised", "scripted", "all")
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
    """One turn of a speaker, as its judges saw it."""

    name: str
    emotion: str  # a code of three letters, "xxx" where they did not agree
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
    """Return every judged utterance, by name.

    Raises DataError for a name outside of the convention, and where nothing is judged.
    """
    found = []
    for path in sorted(folder.glob("Session*/dialog/EmoEvaluation/Ses*.txt")):
        for name, emotion, valence, activation in JUDGED.findall(path.read_text("utf-8")):
            if not NAME.fullmatch(name):
                raise DataError(f"{path}: {name} is no name of an utterance such as Ses01F_impro01_M000.")
            found.append(Utterance(name, emotion, float(valence), float(activation)))
    if not found:
        raise DataError(f"{folder} has no judgements in Session*/dialog/EmoEvaluation/Ses*.txt.")
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
    """Return feature frames, float32 (utterances, frames, features + 1), as `stacked` lays them, and classes.

    A fold leaves a session out. With `views` the training labels are of class, activation and valence together:
    `(class * 3 + activation) * 3 + valence`. Raises DataError when a sound file is missing or can't be used.
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
    """Return low, middle or high, 0 to 2, of a mean rating from 1 to 5."""
    return 0 if rated <= 2 else 2 if rated >= 4 else 1


def iemocap(kind: str, speech: str, seconds: float = 7.5, views: bool = False) -> Dataset:
    """Return IEMOCAP's improvised or scripted speech, or all of it, as frames of a kind of features."""
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
        lookalike=lookalike.iemocap,
        **PACKAGES.get(kind, {}),
        on_request=f"IEMOCAP is given on request: {FOLDER.address}; then set {FOLDER.variable}",
    )


IEMOCAP = iemocap("log_mel", "all")

"""IEMOCAP: five sessions in each of which a woman and a man act, improvised or scripted.

Source: Busso et al., "IEMOCAP: Interactive emotional dyadic motion capture database", Language Resources and
Evaluation 42 (2008). Four classes, with excited merged into happiness, as in Neumann & Vu (2017).

Where they are silent, we assume: in the session that a fold leaves out, one speaker, drawn by the seed, is the
validation part and the other the test part; activation and valence have three levels: up to 2, between, from 4.
"""

import os
import re
import warnings
from collections.abc import Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from data_pipelines.dataset import GENERATED, DataError, Dataset, Fold, FolderOnRequest, LeftOut, Split
from data_pipelines.datasets.generated import voice
from data_pipelines.speech.features import PACKAGES, revised
from data_pipelines.speech.frames import stacked

CLASSES = ("anger", "happiness", "neutral", "sadness")
CODES = {"ang": 0, "hap": 1, "exc": 1, "neu": 2, "sad": 3}
OTHERS = {"fru", "sur", "fea", "dis", "oth", "xxx"}
SESSIONS, LEVELS = 5, 3
SOUNDS = "Session*/sentences/wav/*/Ses*.wav"
NAME = re.compile(r"Ses0([1-5])[FM]_(impro|script)\d\d\w*_([FM])\d\d\d")
JUDGED = re.compile(r"\[[\d.]+ - [\d.]+\]\t(\w+)\t(\w+)\t\[(\d+\.?\d*), (\d+\.?\d*), [\d.]+\]")


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

    @property
    def dialog(self) -> str:
        return self.name.rpartition("_")[0]


def utterances(folder: Path) -> list[Utterance]:
    """Return every rated utterance, sorted by name.

    Raises DataError for a malformed name, an unknown emotion, an utterance that is rated twice, and for a folder
    without ratings.
    """
    found: dict[str, Utterance] = {}
    for path in sorted(folder.glob("Session*/dialog/EmoEvaluation/Ses*.txt")):
        for rated in JUDGED.findall(path.read_text("utf-8", "replace")):
            one = _utterance(path, *rated)
            if one.name in found:
                raise DataError(f"{path}: {one.name} is rated twice. Expected one rating.")
            found[one.name] = one
    if not found:
        raise DataError(f"{folder} has no ratings in Session*/dialog/EmoEvaluation/Ses*.txt.")
    return sorted(found.values())


def _utterance(path: Path, name: str, emotion: str, valence: str, activation: str) -> Utterance:
    if not NAME.fullmatch(name):
        raise DataError(f"{path}: malformed name {name}. Expected one such as Ses01F_impro01_M000.")
    if emotion not in CODES.keys() | OTHERS:
        raise DataError(
            f"{path}: {name} has the emotion {emotion}. Expected one of {sorted(CODES.keys() | OTHERS)}."
        )
    return Utterance(name, emotion, float(valence), float(activation))


def gap(folder: Path) -> str:
    """Say what a folder of the release lacks: a session, a sound or a rating. Nothing if it is whole.

    Warns LeftOut of missing transcripts, which no recipe reads. Raises DataError as `utterances` does.
    """
    rated = utterances(folder)
    if missing := {*range(1, SESSIONS + 1)} - {utterance.session for utterance in rated}:
        return f"has no ratings of session {min(missing)}. Expected sessions 1 to {SESSIONS}"
    expected, found = {_sound(folder, utterance) for utterance in rated}, {*folder.glob(SOUNDS)}
    if silent := expected - found:
        return f"lacks {len(silent)} of {len(expected)} rated sounds, such as {min(silent).relative_to(folder)}"
    if unrated := found - expected:
        return f"has {len(unrated)} sounds without a rating, such as {min(unrated).relative_to(folder)}"
    transcripts = {_of_dialog(folder, utterance, "transcriptions") for utterance in rated}
    if lacking := {path for path in transcripts if not path.exists()}:
        first = min(lacking).relative_to(folder)
        text = f"{folder} lacks {len(lacking)} of {len(transcripts)} transcripts, such as {first}; none is read."
        warnings.warn(text, LeftOut, stacklevel=2)
    return ""


FOLDER = FolderOnRequest(
    "IEMOCAP_full_release",
    variable="RETABLE_IEMOCAP",
    address="https://sail.usc.edu/iemocap/",
    holds=SOUNDS,
    files=10039,
    gap=gap,
    terms="signed release form; academic, non-commercial research; not to be passed on",
)


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
    place = f"Session{utterance.session}/sentences/wav/{utterance.dialog}"
    return folder / place / f"{utterance.name}.wav"


def _of_dialog(folder: Path, utterance: Utterance, kind: str) -> Path:
    return folder / f"Session{utterance.session}/dialog/{kind}/{utterance.dialog}.txt"


def _level(rated: float) -> int:
    """Return 0 (low), 1 (middle) or 2 (high) for a mean rating from 1 to 5."""
    return 0 if rated <= 2 else 2 if rated >= 4 else 1


def lookalike(folder: Path) -> list[Path]:
    """Return the generated folder that the variable names, or write one.

    Raises DataError if the named one has a gap.
    """
    named = os.environ.get(FOLDER.variable)
    if not named or not (Path(named) / GENERATED).exists():
        return write_lookalike(folder)
    if lacking := gap(Path(named)):
        raise DataError(f"{named} {lacking}.")
    return [Path(named)]


def write_lookalike(folder: Path) -> list[Path]:
    """Write a small folder of the release's form: in each session an improvised and a scripted dialog."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / GENERATED).write_text("Generated sounds and labels. Not IEMOCAP.\n", "utf-8")
    unused = cycle(("xxx", "fru", "oth"))
    for session in range(1, SESSIONS + 1):
        for dialog in (f"Ses0{session}F_impro01", f"Ses0{session}M_script01_1"):
            spoken = [
                Utterance(f"{dialog}_{speaker}{n:03d}", emotion, 1.5 + n % 4, 4.5 - n % 4)
                for speaker in "FM"
                for n, emotion in enumerate(("ang", "hap", "neu", "sad", "exc", next(unused)))
            ]
            _write_dialog(folder, spoken)
    return [folder]


def _write_dialog(folder: Path, spoken: Sequence[Utterance]) -> None:
    """Write sounds, ratings and a transcript; the files that begin with a dot are those of a Mac's archive."""
    ratings = ["% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]", ""]
    transcript = []
    for number, one in enumerate(spoken):
        time = f"[{number}.0000 - {number}.9000]"
        rated = f"[{one.valence:.4f}, {one.activation:.4f}, 2.5000]"
        ratings += [f"{time}\t{one.name}\t{one.emotion}\t{rated}", "A-E1:\tNeutral;\t()", ""]
        transcript += [f"{one.name} {time}: Excuse me.", "M: Yeah."]
        sound = _sound(folder, one)
        sound.parent.mkdir(parents=True, exist_ok=True)
        sound.write_bytes(voice(number % 6, one.session))
        sound.with_name(f"._{sound.name}").write_bytes(b"")
    for kind, lines in (("EmoEvaluation", ratings), ("transcriptions", transcript)):
        path = _of_dialog(folder, spoken[0], kind)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines), "utf-8")
        path.with_name(f"._{path.name}").write_bytes(b"")


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
        lookalike=lookalike,
        **PACKAGES.get(kind, {}),
        on_request=f"IEMOCAP is available on request: {FOLDER.address}; then set {FOLDER.variable}",
    )


IEMOCAP = iemocap("log_mel", "all")

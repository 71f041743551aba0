"""Pictures of a trained speech network: attention under each utterance, and the confusion matrix."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.look.images import confusion
from benchmarks.look.subject import Trained
from data_pipelines.speech.features import SHIFT_SECONDS
from results.report import pictures
from results.verdicts import Verdict

UTTERANCES = 2  # of each class


def look_at_attention(
    subject: Trained,
    verdicts: Sequence[Verdict],
    folder: Path,
    ending: str,
    *,
    names: Sequence[str],
    span: int,
) -> list[Path]:
    """Draw the weights of some test utterances, each of `span` frames, under their features, and all mistakes."""
    scores, right = subject.predict(subject.fold.test.x), subject.fold.test.y
    answers = scores.argmax(axis=1)
    paths = [folder / f"{name}.{ending}" for name in ("confusion", "attention")]
    pictures.draw_confusion(confusion(right, answers, len(names)), names, paths[0])
    if "attention" not in subject.layers():
        return paths[:1]
    chosen = [row for label in range(len(names)) for row in np.flatnonzero(right == label)[:UTTERANCES]]
    weights = attention(subject, subject.images[chosen])
    panels = [
        pictures.AttentionPanel(
            f"{names[right[row]]}, answered {names[answers[row]]}", _frames(subject.images[row]), mine
        )
        for row, mine in zip(chosen, weights, strict=True)
    ]
    pictures.draw_attention(panels, paths[1], seconds=SHIFT_SECONDS, span=span * SHIFT_SECONDS)
    return paths


def attention(subject: Trained, x: np.ndarray) -> np.ndarray:
    """Return the weight of each stretch of each utterance, float32 (utterances, stretches)."""
    arrange = subject.recipe.arrange
    return subject.outputs("attention", x if arrange is None else arrange(x))[..., 0]


def _frames(x: np.ndarray) -> np.ndarray:
    """Return the features of the frames without padding, (frames, features)."""
    return x[x[:, -1] > 0, :-1]

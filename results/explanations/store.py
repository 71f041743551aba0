"""Answers in files: one of each cell, in a folder of records."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from results.atomic import atomic_path
from results.explanations.effects import Effect
from results.explanations.explanation import EFFECTS, Explanation, FactorEffects, Together
from results.ledger import ResultsError
from results.report.pages import slug

FOLDER = "explained"  # in a folder of records


def answer_file(folder: Path, place: tuple[str, ...]) -> Path:
    """Return the file of an answer in a folder of records."""
    return folder / FOLDER / place[0] / f"{slug(*place[1:])}.json"


def make_ready(folder: Path, paper: str) -> None:
    """Make the folder of a paper's answers. Raises ResultsError if it can't be written."""
    place = folder / FOLDER / paper
    try:
        place.mkdir(parents=True, exist_ok=True)
        probe = place / ".writable.lock"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ResultsError(f"The folder of answers {place} can't be written: {error.strerror}.") from error


def keep(answer: Explanation, folder: Path) -> Path:
    """Write an answer in place of an earlier one of its cell, and return its file."""
    path = answer_file(folder, answer.place)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(asdict(answer), indent=1) + "\n", "utf-8")
    return path


def kept(folder: Path, paper: str) -> list[Explanation]:
    """Return the answers of a paper in a folder of records. Raises ResultsError for a damaged file."""
    return [_read(path) for path in sorted((folder / FOLDER / paper).glob("*.json"))]


def _read(path: Path) -> Explanation:
    try:
        found = json.loads(path.read_text("utf-8"))
        tested = tuple(map(_factor_effects, found["factors"]))
        sets = tuple(Together(**one | {"names": tuple(one["names"])}) for one in found["sets"])
        return replace(Explanation(**found), factors=tested, sets=sets)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ResultsError(f"{path} is not an answer of `retable explain`: {error}. Remove it.") from error


def _factor_effects(found: dict[str, Any]) -> FactorEffects:
    return FactorEffects(**found | {name: found.get(name) and Effect(*found[name]) for name in EFFECTS})

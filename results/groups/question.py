"""What is asked of the runs of a store."""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from results.groups.runs import Key, Run, names_of, nearest, parse, require
from results.ledger import ResultsError

BETTER = ("higher", "lower")
LARGEST = sys.float_info.max  # a database of MLflow has it for infinity


class Repeats(StrEnum):
    """What is done with several runs of a group that are one sample."""

    REFUSE = "refuse"
    LATEST = "latest"
    MEAN = "mean"


class Level(StrEnum):
    """Which runs are taken where runs are nested in others."""

    ALL = "all"
    TOP = "top"
    NESTED = "nested"


@dataclass(frozen=True)
class Question:
    """Groups of runs by one or several keys, and how their values of a metric become samples."""

    metric: str
    group_by: tuple[Key, ...]
    pair_by: tuple[Key, ...] = ()
    unit: Key | None = None
    repeats: Repeats = Repeats.REFUSE
    level: Level = Level.ALL
    better: str = ""  # higher or lower; empty where the user does not say
    margin: float | None = None

    @property
    def pairs_over(self) -> tuple[Key, ...]:
        """Return the keys of a pair without the unit, which every pair has anyway."""
        return tuple(key for key in self.pair_by if key != self.unit)

    @property
    def by(self) -> str:
        """Return the names of the keys of the groups."""
        return ", ".join(map(str, self.group_by))

    @property
    def is_paired(self) -> bool:
        """Return whether equal values make pairs."""
        return bool(self.pair_by)


def asked(
    metric: str,
    group_by: Sequence[str],
    pair_by: Sequence[str] = (),
    *,
    unit: str | None = None,
    repeats: str = "refuse",
    level: str = "all",
    better: str = "",
    margin: float | None = None,
) -> Question:
    """Return the question that a user asks by names. Raises ResultsError for names of another form."""
    if margin is not None and not (0 < margin < math.inf):
        raise ResultsError(f"--margin is {margin:g}. Expected a number above 0, in the unit of {metric}.")
    groups = tuple(dict.fromkeys(parse(text, "--group-by") for text in group_by))
    pairs = tuple(dict.fromkeys(parse(text, "--pair-by") for text in pair_by))
    one = parse(unit, "--unit") if unit else None
    if twice := [str(key) for key in groups if key in pairs or key == one]:
        raise ResultsError(f"{twice[0]} can't both make the groups and be equal within a pair or unit.")
    choices = [
        ("--repeats", repeats, [*Repeats]),
        ("--level", level, [*Level]),
        ("--better", better, ["", *BETTER]),
    ]
    for option, given, known in choices:
        if given not in known:
            raise ResultsError(f"{option} is {given!r}. Expected {' or '.join(filter(None, known))}.")
    return Question(metric, groups, pairs, one, Repeats(repeats), Level(level), better, margin)


def suggestions(runs: Sequence[Run], metric: str | None) -> list[str]:
    """Return the metrics of runs, or with one of them the parameters that make groups, the coarsest first.

    Raises ResultsError for a metric that no run has.
    """
    metrics = names_of("metrics", runs)
    if metric is None:
        return metrics
    if metric not in metrics:
        raise ResultsError(nearest("metric", metric, metrics, " in these runs"))
    mine = [run for run in runs if metric in run.metrics]
    keys = [Key("params", name) for name in names_of("params", mine)]
    values = {key: {value for run in mine if (value := key.value(run)) is not None} for key in keys}
    makes_groups = [key for key in keys if 1 < len(values[key]) <= max(2, len(mine) - 1)]
    return [str(key) for key in sorted(makes_groups, key=lambda key: len(values[key]))]


def require_names(question: Question, runs: Sequence[Run]) -> None:
    """Raise ResultsError for a metric, parameter or tag that no run has, with the nearest name."""
    metrics = names_of("metrics", runs)
    if question.metric not in metrics:
        raise ResultsError(nearest("metric", question.metric, metrics, " in these runs"))
    for option, keys in (("--group-by", question.group_by), ("--pair-by", question.pair_by)):
        for key in keys:
            require(key, runs, option)
    if question.unit:
        require(question.unit, runs, "--unit")


def why_left_out(run: Run, question: Question) -> str:
    """Return why a run does not count; empty for one that does."""
    value = run.metrics.get(question.metric)
    if question.level == Level.TOP and run.parent:
        return "nested in others"
    if question.level == Level.NESTED and not run.parent:
        return "not nested in others"
    if run.status != "FINISHED":
        return run.status.lower()
    if value is None:
        return f"without {question.metric}"
    if lacking := [str(key) for key in _needed(question) if key.value(run) is None]:
        return f"without {lacking[0]}"
    if math.isnan(value):
        return f"whose {question.metric} is NaN"
    if abs(value) >= LARGEST:
        return f"whose {question.metric} is infinite"
    return ""


def _needed(question: Question) -> tuple[Key, ...]:
    unit = (question.unit,) if question.unit else ()
    return (*question.group_by, *question.pair_by, *unit)

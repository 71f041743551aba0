"""What differs between groups beside their keys: each could be the cause of a difference."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from results.groups.grouping import Group
from results.groups.question import Question
from results.groups.runs import NUMBER, Key, Run, brief
from results.groups.samples import seed_keys

OURS = "retable."  # tags that the suite wrote
COMMITS = ("mlflow.source.git.commit", "commit")  # the latter in runs of the suite
FINGERPRINT = "fingerprint"
CODE, DATA, SCRIPT = "code (git commit)", "data (mlflow.data)", "script (mlflow.source.name)"
LACKING = "not logged"
MOST_VALUES = 3  # of a group that a text names
MOST_GROUPS = 4
ATTRIBUTES = (Key("attributes", "experiment"), Key("attributes", "user"))


@dataclass(frozen=True)
class Factor:
    """A parameter, tag or other property with unequal values in the groups."""

    name: str
    values: Mapping[str, Mapping[str, int]]  # by group, the number of runs with each value
    is_parted: bool  # no group has two values: the groups can't be compared without it
    is_partly_lacking: bool  # some runs do not have it; the others have one value

    def text(self, names: Mapping[str, str]) -> str:
        """Return its name and which groups have which values; `names` are those of groups by label, in order."""
        by_values: dict[str, list[str]] = {}
        for label, name in names.items():
            by_values.setdefault(_in_words(self.values[label]), []).append(name)
        texts = [f"{text} in {_groups(labels)}" for text, labels in by_values.items()]
        more = f"; and {len(texts) - MOST_GROUPS} more" if len(texts) > MOST_GROUPS else ""
        return f"{self.name}: {'; '.join(texts[:MOST_GROUPS])}{more}"


def factors(groups: Sequence[Group], question: Question) -> tuple[list[Factor], list[str]]:
    """Return what differs between groups, the most important first, and what has another value in every run.

    Left out are the keys of the question, seeds, and what all groups have in equal shares.
    """
    runs = [run for group in groups for run in group.runs]
    found, always = [], []
    for name, text in _properties(runs, question).items():
        values = {group.label: Counter(text(run) for run in group.runs) for group in groups}
        every = sum(values.values(), Counter())
        if len(every) == 1 or len({_shares(counts) for counts in values.values()}) == 1:
            continue
        if len(every) == len(runs) > len(groups):
            always.append(name)
        elif not _names_the_group(groups, text):
            parted = all(len(counts) == 1 for counts in values.values())
            found.append(Factor(name, values, parted, LACKING in every and len(every) == 2))
    return sorted(found, key=_importance), always


def unknown(groups: Sequence[Group]) -> list[str]:
    """Return what no run names: the code, the data, or both."""
    runs = [run for group in groups for run in group.runs]
    known = {"the code": any(_commit(run) != LACKING for run in runs), "the data": any(run.data for run in runs)}
    return [name for name, is_known in known.items() if not is_known]


def _properties(runs: Sequence[Run], question: Question) -> dict[str, Callable[[Run], str]]:
    """Return the functions from a run to its properties, by name."""
    unit = (question.unit,) if question.unit else ()
    asked = {*question.group_by, *question.pair_by, *unit, *seed_keys(runs)}
    names = {Key("params", name) for run in runs for name in run.params}
    names |= {Key("tags", name) for run in runs for name in run.tags if _is_own(name, run)}
    return {
        CODE: _commit,
        DATA: lambda run: ", ".join(run.data) or LACKING,
        **{str(key): _valued(key) for key in sorted(names - asked)},
        **{str(key): _valued(key) for key in ATTRIBUTES if key not in asked},
        SCRIPT: lambda run: run.tags.get("mlflow.source.name", LACKING),
    }


def _valued(key: Key) -> Callable[[Run], str]:
    def text(run: Run) -> str:
        value = key.value(run)
        return LACKING if value is None else value

    return text


def _commit(run: Run) -> str:
    return next((run.tags[name] for name in COMMITS if run.tags.get(name)), LACKING)


def _is_own(tag: str, run: Run) -> bool:
    """Return whether a tag says something of its own; a fingerprint of the suite says what the settings say."""
    follows = tag in (FINGERPRINT, "command") and FINGERPRINT in run.tags
    return tag not in COMMITS and not follows and not tag.startswith(("mlflow.", OURS))


def _shares(counts: Mapping[str, int]) -> frozenset[tuple[str, Fraction]]:
    """Return the share of each value: groups of equal shares do not differ."""
    total = sum(counts.values())
    return frozenset((value, Fraction(count, total)) for value, count in counts.items())


def _names_the_group(groups: Sequence[Group], text: Callable[[Run], str]) -> bool:
    """Return whether a property is the name of the group again."""
    return all(text(run).casefold() == group.label.casefold() for group in groups for run in group.runs)


def _importance(factor: Factor) -> tuple[int, bool, bool]:
    """Return the rank: code and data, then parameters, then tags; before others, what parts the groups."""
    ranks = {CODE: 0, DATA: 0, SCRIPT: 3}
    kind = 1 if factor.name.startswith("params.") else 2
    return ranks.get(factor.name, kind), factor.is_partly_lacking, not factor.is_parted


def _in_words(counts: Mapping[str, int]) -> str:
    """Return the values of a group: all of a few, or the range of many numbers."""
    if len(counts) == 1:
        return _shown(next(iter(counts)))
    if len(counts) > MOST_VALUES and all(map(NUMBER.fullmatch, counts)):
        ends = (_shown(find(counts, key=float)) for find in (min, max))
        return f"{' to '.join(ends)} ({len(counts)} values)"
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    texts = [f"{_shown(value)} ({count})" for value, count in ordered[:MOST_VALUES]]
    return ", ".join(texts) + (f" and {len(counts) - MOST_VALUES} more" if len(counts) > MOST_VALUES else "")


def _shown(value: str) -> str:
    """Return a value on a line: a commit by its first characters, a number with six digits."""
    if re.fullmatch("[0-9a-f]{40}", value):
        return value[:8]
    is_long_number = NUMBER.fullmatch(value) and ("E" in value or "." in value)
    return f"{float(value):.6g}" if is_long_number else brief(value)


def _groups(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= MOST_GROUPS else f"{len(names)} groups"

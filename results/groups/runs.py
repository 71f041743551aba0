"""Runs of a store as plain data, and the names by which a command chooses among them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from difflib import get_close_matches
from typing import NamedTuple

from results.ledger import ResultsError

KINDS = {  # as MLflow's filters spell them
    **dict.fromkeys(("params", "param", "parameters", "parameter"), "params"),
    **dict.fromkeys(("tags", "tag"), "tags"),
    **dict.fromkeys(("attributes", "attribute", "attr", "run"), "attributes"),
}
ATTRIBUTES = ("date", "experiment", "run_name", "user")
OPTIMIZER, NUMBERED = "optimizer_name", re.compile(r"_\d+$")  # as mlflow.keras.autolog records it
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?")
MOST_NAMES = 12  # that a message lists


@dataclass(frozen=True)
class Run:
    """One run as its store has it: texts by name, and the last value of each metric."""

    id: str
    experiment: str
    status: str = "FINISHED"
    name: str = ""
    user: str = ""
    date: str = ""  # of its start
    started: int = 0  # milliseconds since 1970
    parent: str = ""  # the identifier of the run that it is nested in
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    data: tuple[str, ...] = ()  # name, digest and use of each data set


class Key(NamedTuple):
    """What a run is grouped or paired by, such as `params.seed`."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}"

    def text(self, run: Run) -> str | None:
        """Return the text that a run has, None for a run without it."""
        if self.kind == "attributes":
            return getattr(run, "name" if self.name == "run_name" else self.name) or None
        return (run.params if self.kind == "params" else run.tags).get(self.name)

    def value(self, run: Run) -> str | None:
        """Return what counts as the value: of a parameter, 1, 1.0, "1" and 1e0 are one number.

        Keras numbers the names of optimizers in a process: `adam_1` is `adam`.
        """
        text = self.text(run)
        if text is None or self.kind != "params":
            return text
        return NUMBERED.sub("", canonical(text)) if self.name == OPTIMIZER else canonical(text)


def parse(text: str, option: str) -> Key:
    """Return the key that a user names. Raises ResultsError for another form."""
    prefix, dot, name = text.partition(".")
    kind, name = KINDS.get(prefix.strip().casefold(), ""), name.strip().strip('`"')
    if not dot or not kind or not name:
        example = "" if dot else f", such as params.{text}"
        raise ResultsError(f"{option} is {text!r}. Expected params.NAME, tags.NAME or attributes.NAME{example}.")
    if kind == "attributes" and name not in ATTRIBUTES:
        raise ResultsError(f"{option} is {text!r}. {nearest('attribute', name, ATTRIBUTES)}")
    return Key(kind, name)


def require(key: Key, runs: Sequence[Run], option: str) -> None:
    """Raise ResultsError if no run has a value of a key, with the nearest name that one has."""
    if any(key.text(run) is not None for run in runs):
        return
    kind = {"params": "parameter", "tags": "tag", "attributes": "attribute"}[key.kind]
    known = names_of(key.kind, runs)
    other = {"params": "tags", "tags": "params"}.get(key.kind, "params")
    if key.name in names_of(other, runs):
        raise ResultsError(f"{option} is {key}. These runs have no {kind} {key.name!r}, but {other}.{key.name}.")
    raise ResultsError(f"{option} is {key}. {nearest(kind, key.name, known, ' in these runs')}")


def names_of(kind: str, runs: Iterable[Run]) -> list[str]:
    """Return the names of parameters, tags or metrics that runs have, the most frequent first."""
    return [name for name, _ in Counter(name for run in runs for name in getattr(run, kind, ())).most_common()]


def nearest(what: str, wanted: str, known: Sequence[str], where: str = "") -> str:
    """Return a sentence that there is no such name, with the nearest one and those that there are."""
    folded = {name.casefold(): name for name in known}
    near = get_close_matches(wanted.casefold(), folded, n=1, cutoff=0.5)
    guess = f" Did you mean {folded[near[0]]}?" if near else ""
    return f"There is no {what} {wanted!r}{where}.{guess} {listed(known)}"


def listed(known: Sequence[str]) -> str:
    """Return a sentence with the first names, and the number of the others."""
    more = f" and {len(known) - MOST_NAMES} more" if len(known) > MOST_NAMES else ""
    return f"Known: {', '.join(map(brief, known[:MOST_NAMES])) or 'none'}{more}."


def canonical(text: str) -> str:
    """Return one spelling for all spellings of a number; another text without quotes around it."""
    stripped = text.strip()
    if len(stripped) > 1 and stripped[0] == stripped[-1] and stripped[0] in "'\"":
        stripped = stripped[1:-1].strip()
    if not NUMBER.fullmatch(stripped):
        return stripped
    exact = Context(prec=len(stripped) + 1)  # a float would make one number of two long seeds
    plain = exact.normalize(Decimal(stripped))
    return str(abs(plain) if plain == 0 else plain)


def brief(text: str, most: int = 40) -> str:
    """Return a text on one line, with its middle left out where it is longer."""
    line = " ".join(text.split()) or "(empty)"
    return line if len(line) <= most else f"{line[: most * 3 // 5]}…{line[-(most * 2 // 5 - 1) :]}"


def in_order(text: str) -> tuple[bool, float, list[tuple[str, int]]]:
    """Return by what values are ordered: numbers first, by size, and numbers inside of texts by size too."""
    number = canonical(text)
    if NUMBER.fullmatch(number):
        return False, float(number), []
    parts = re.findall(r"([^0-9]*)([0-9]*)", text.casefold())
    return True, 0.0, [(letters, int(digits or -1)) for letters, digits in parts]

"""The answer to "why does ours differ from theirs?", kept in a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from results.explanations.effects import LEVEL, Effect

EFFECTS = ("screened", "screened_printed", "chosen", "effect")  # of a factor
FAR = "alone it moves the number by"  # begins the reason of a factor that moves it far more than the difference


class Outcome(StrEnum):
    """What an explanation may find."""

    NOTHING = "nothing to explain"
    EXPLAINED = "explained"
    NONE = "none of the declared factors"


@dataclass(frozen=True)
class FactorEffects:
    """A factor and what its change did."""

    name: str
    text: str
    origin: str
    reason: str = ""  # why it was not tested; empty where it was
    screened: Effect | None = None  # on the part that was looked at
    share: float | None = None  # of the variance of the screening
    chosen: Effect | None = None  # alone, on the part that was looked at
    effect: Effect | None = None  # alone, on the printed number
    p_holm: float | None = None  # of `effect`
    once: float | None = None  # by how much one run with the change alone differs in the printed number
    screened_printed: Effect | None = None  # as `screened`, on the printed number, if that is another one
    recipe: str = ""  # the fingerprint of the recipe with the change; empty where it can't be changed

    @property
    def is_shown(self) -> bool:
        """Return whether the change is shown to move the printed number."""
        return self.p_holm is not None and self.p_holm < LEVEL

    @property
    def best(self) -> Effect | None:
        """Return the most trustworthy effect, on the printed number where it is known."""
        return self.effect or self.screened_printed or self.screened


@dataclass(frozen=True)
class Together:
    """A set of changes, and what ours is with them."""

    names: tuple[str, ...]
    mean: float
    low: float  # of what a printed number of such runs may be, 95 %
    high: float
    runs: int
    holds: bool  # theirs is inside


@dataclass(frozen=True)
class Explanation:
    """Everything that an explanation has found, and where it comes from."""

    paper: str
    table: str
    row: str
    column: str
    metric: str
    theirs: float
    ours: float
    low: float  # of what a printed number of our runs may be, 95 %
    high: float
    runs: int  # behind ours
    part: str  # that was looked at to choose
    outcome: str
    factors: tuple[FactorEffects, ...]
    sets: tuple[Together, ...] = ()  # those that were tried; the first one is the answer, if it holds
    at_most: float | None = None  # how far a factor alone moves ours towards theirs
    trained: int = 0  # runs
    hours: float = 0.0  # of all runs, one at a time
    facts: Mapping[str, str] | None = None  # fingerprint, code, commit, versions, device, finished
    is_part_asked: bool = False  # the user chose the part
    are_factors_asked: bool = False  # the user named the only factors to test

    @property
    def place(self) -> tuple[str, ...]:
        return self.paper, self.table, self.row, self.column, self.metric

    @property
    def gap(self) -> float:
        return self.theirs - self.ours

    @property
    def named(self) -> tuple[str, ...]:
        """Return the changes that explain the difference; none where nothing does."""
        return next((one.names for one in self.sets if one.holds), ()) if self.outcome == Outcome.EXPLAINED else ()

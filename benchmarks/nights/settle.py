"""retable run --until-settled: train the open cells look by look."""

from collections.abc import Callable, Sequence

from benchmarks.jobs import Planned
from benchmarks.recipe import NotAttempted
from results.published import Cell
from results.verdicts import LOOKS, OPEN, Answer, Verdict, looks

Judge = Callable[[Sequence[Planned]], list[Verdict]]
Train = Callable[[Sequence[Cell], int], object]  # cells, and the runs that each is to have


def settle(planned: Sequence[Planned], judge: Judge, train: Train, warn: Callable[[str], None]) -> None:
    """Train cells at each look in turn, until none of them is open.

    A system without randomness is named and not trained: more runs would give the same number.
    """
    random = []
    for one in planned:
        if isinstance(one.recipe, NotAttempted) or one.obstacle:
            continue
        if one.recipe.runs == 1:
            warn(f"{one.cell.name} has no randomness: more runs would give the same number.")
        else:
            random.append(one)
    trained = False
    for number in range(len(LOOKS)):
        for look, cells in _open_at(random, judge(random), number).items():
            train(cells, look)
            trained = True
    if not trained:
        warn("Nothing was trained: every cell is settled, has had all looks, or cannot be run here.")


def _open_at(planned: Sequence[Planned], verdicts: Sequence[Verdict], number: int) -> dict[int, list[Cell]]:
    """Return the cells that a look may settle, by the runs of that look."""
    found: dict[int, list[Cell]] = {}
    for one, verdict in zip(planned, verdicts, strict=True):
        look = next_look(one, verdict)
        if look in _looks(one)[number : number + 1]:  # an earlier one is left where a seed failed
            found.setdefault(look, []).append(one.cell)
    return found


def next_look(planned: Planned, verdict: Verdict) -> int | None:
    """Return the runs at which the next look is taken; None where no more runs would change the verdict.

    What is stale begins again: its runs are not of today's code.
    """
    if verdict.answer not in (Answer.INCOMPLETE, *OPEN) and not verdict.stale:
        return None
    taken = 0 if verdict.answer == Answer.INCOMPLETE or verdict.stale else len(verdict.units)
    return next((look for look in _looks(planned) if look > taken), None)


def _looks(planned: Planned) -> tuple[int, ...]:
    return () if isinstance(planned.recipe, NotAttempted) else looks(planned.recipe.runs)

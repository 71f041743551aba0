"""The steps of an explanation: each factor once, a screening, the promising ones alone, and sets of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import copysign, log, sqrt
from statistics import fmean, stdev

import numpy as np

from benchmarks.explained.factors import Factor, NoEvidence
from benchmarks.explained.laboratory import NOTHING, Laboratory, Levels, Ran
from benchmarks.explained.sizes import Sizes
from benchmarks.explained.staleness import recipe_with
from benchmarks.jobs import Planned
from results.explanations.design import screening
from results.explanations.effects import Effect, corrected, paired, screened, shares
from results.explanations.explanation import FAR, FactorEffects, Outcome, Together
from results.verdicts import ROUNDING, Verdict

LARGEST_SET = 3
TOO_MUCH = 5  # times the gap, or what chance does
HALF = 0.5  # of the gap: a factor that closes as much of it in one run is promising too
NO_NUMBER = "it has no number of the part that is looked at"
SAME = "the numbers are equal with it and without it"


@dataclass
class Steps:
    """An explanation as it goes on; `tested` has each factor by name."""

    lab: Laboratory
    verdict: Verdict  # on our runs
    sizes: Sizes
    trial_seed: int = 0  # of the first run of each factor; the others follow
    tested: dict[str, FactorEffects] = field(default_factory=dict)
    alone: dict[str, float] = field(default_factory=dict)  # what chooses: differences of the first run
    sets: list[Together] = field(default_factory=list)

    @property
    def gap(self) -> float:
        """Return theirs less ours."""
        assert self.verdict.cell.value is not None and self.verdict.mean is not None
        return self.verdict.cell.value - self.verdict.mean

    @property
    def first_seed(self) -> int:
        """Return the first seed of the runs that confirm; those that chose are others."""
        return self.trial_seed + 1 + self.sizes.screening_seeds

    @property
    def seeds(self) -> range:
        return range(self.first_seed, self.first_seed + self.sizes.seeds)

    @property
    def active(self) -> list[str]:
        return [name for name, one in self.tested.items() if not one.reason]

    def try_each(self) -> None:
        """Run each factor once: those that can't be changed here, or change nothing, go no further."""
        runs = self.lab.run(
            [(NOTHING, self.trial_seed), *((frozenset({name}), self.trial_seed) for name in self.active)]
        )
        base = runs[NOTHING, self.trial_seed]
        if not base.is_whole:
            raise NoEvidence(f"The unchanged recipe failed: {base.error or NO_NUMBER}.")
        failed = [f"{name} ({runs[_only(name), self.trial_seed].error})" for name in self.active]
        if failed and not any(runs[_only(name), self.trial_seed].is_whole for name in self.active):
            raise NoEvidence(f"No factor can be changed here: {'; '.join(failed)}.")
        for name in self.active:
            mine = runs[frozenset({name}), self.trial_seed]
            reason = _why_not(base, mine) or self._too_much(_value(mine))
            self.tested[name] = replace(self.tested[name], reason=reason)
            if not reason:
                self._keep_first(name, base, mine)

    def _keep_first(self, name: str, base: Ran, mine: Ran) -> None:
        of_print = self.lab.factors[name].moves_validation
        self.alone[name] = _value(mine, of_print) - _value(base, of_print)
        self.tested[name] = replace(self.tested[name], once=_value(mine) - _value(base))

    def _too_much(self, found: float) -> str:
        """Say that a change moves the number far more than the gap: in a screening it would hide the others.

        It is compared with our mean, because one unchanged run may have failed to learn.
        """
        low, high = self.verdict.prediction or (0.0, 0.0)
        moved = found - (self.verdict.mean or 0.0)
        most = TOO_MUCH * max(abs(self.gap), (high - low) / 2)
        return f"{FAR} {moved:+.3g}, far more than the difference" if abs(moved) > most else ""

    def screen(self) -> None:
        """Change half of the factors in each run, by a design in which each is changed in half of the runs."""
        names = self.active
        if not names or not self.sizes.screening_seeds:
            return
        design = screening(len(names))
        levels = [frozenset(name for name, is_on in zip(names, row, strict=True) if is_on) for row in design]
        seeds = range(self.trial_seed + 1, self.first_seed)
        runs = self.lab.run([(one, seed) for seed in seeds for one in levels])
        kept = [(row, seed, runs[one, seed]) for seed in seeds for row, one in zip(design, levels, strict=True)]
        kept = [one for one in kept if one[2].is_whole]
        if not kept:
            return
        table, blocks = np.array([row for row, *_ in kept]), [seed for _, seed, _ in kept]
        looked, printed = ([_value(run, of) for *_, run in kept] for of in (False, True))
        found, share = screened(table, blocks, looked), shares(table, blocks, looked)
        of_test, share_of_test = screened(table, blocks, printed), shares(table, blocks, printed)
        for i, name in enumerate(names):
            moved = self.lab.factors[name].moves_validation
            effect, part = (of_test[i], share_of_test[i]) if moved else (found[i], share[i])
            other = of_test[i] if self.lab.on_validation and not moved else None
            self.tested[name] = replace(self.tested[name], screened=effect, share=part, screened_printed=other)

    def promising(self) -> list[str]:
        """Return the factors worth more runs: by the screening, and those that alone close half of the gap."""
        by_screening = sorted(self.active, key=self._strength, reverse=True)
        closing = [name for name in self.active if self.alone[name] * self.gap > HALF * self.gap**2]
        closing.sort(key=lambda name: abs(self.alone[name] - self.gap))
        few = self.sizes.promising // 3
        chosen = [*closing[:few], *by_screening]
        return list(dict.fromkeys(chosen))[: self.sizes.promising]

    def _strength(self, name: str) -> float:
        effect = self.tested[name].screened
        return abs(self.alone[name]) if effect is None else -effect.p_value

    def confirm(self) -> None:
        """Change the promising factors alone, with seeds that chose nothing."""
        names = self.promising()
        self.lab.run([(levels, seed) for seed in self.seeds for levels in (NOTHING, *map(_only, names))])
        effects: dict[str, Effect] = {}
        for name in names:
            looked, printed = (self._paired(_only(name), of) for of in (False, True))
            if printed is None:
                self.tested[name] = replace(self.tested[name], reason="its runs with more seeds failed")
                continue
            effects[name] = printed
            is_blind = self.lab.factors[name].moves_validation
            self.tested[name] = replace(self.tested[name], chosen=None if is_blind else looked, effect=printed)
        for name, p_value in zip(effects, corrected(list(effects.values())), strict=True):
            self.tested[name] = replace(self.tested[name], p_holm=p_value)

    def _paired(self, levels: Levels, of_print: bool) -> Effect | None:
        base, other = self._values(levels, of_print)
        return paired(base, other)

    def _values(self, levels: Levels, of_print: bool = True) -> tuple[list[float], list[float]]:
        """Return the numbers without and with changes, of the seeds that have both."""
        trained = self.lab.trained
        pairs = [(trained[NOTHING, seed], trained[levels, seed]) for seed in self.seeds]
        whole = [(one, other) for one, other in pairs if one.is_whole and other.is_whole]
        return [_value(one, of_print) for one, _ in whole], [_value(other, of_print) for _, other in whole]

    def explain(self) -> Outcome:
        """Find the smallest set of changes with which theirs may be one of ours."""
        if self.verdict.published_is_predicted:
            return Outcome.NOTHING
        helpful = [name for name in self.active if self._helps(name)]
        singles = [one for name in helpful if (one := self._together((name,)))]
        if not any(one.holds for one in singles):
            singles += self._larger(helpful)
        self.sets = sorted(singles, key=lambda one: (not one.holds, len(one.names), self._surprise(one)))
        return Outcome.EXPLAINED if any(one.holds for one in self.sets) else Outcome.NONE

    def _helps(self, name: str) -> bool:
        one = self.tested[name]
        return one.effect is not None and one.is_shown and one.effect.mean * self.gap > 0

    def _larger(self, helpful: Sequence[str]) -> list[Together]:
        """Try the sets whose effects together are nearest to the gap, the smallest sets first."""
        found: list[Together] = []
        sums = {name: one.effect.mean for name, one in self.tested.items() if one.effect}
        for size in range(2, LARGEST_SET + 1):
            sets = sorted(
                combinations(helpful, size), key=lambda names: abs(sum(map(sums.__getitem__, names)) - self.gap)
            )
            for names in sets[: max(self.sizes.sets - len(found), 0)]:
                self.lab.run([(frozenset(names), seed) for seed in self.seeds])
                found += [one for one in [self._together(names)] if one]
                if found and found[-1].holds:
                    return found
        return found

    def _together(self, names: Sequence[str]) -> Together | None:
        """Return what ours is with some changes, and where a printed number of such runs may lie."""
        base, other = self._values(frozenset(names))
        effect, cell = paired(base, other), self.verdict.cell
        if effect is None:
            return None
        count = len(other)
        if self.lab.folds == 1:
            mean, spread = fmean(other), stdev(other) * sqrt(1 / cell.runs + 1 / count)
        else:
            errors = [two - one for one, two in zip(base, other, strict=True)]
            own = (self.verdict.deviation or 0.0) ** 2 * (1 / cell.runs + 1 / len(self.verdict.units))
            mean, spread = (self.verdict.mean or 0.0) + effect.mean, sqrt(own + stdev(errors) ** 2 / count)
        half = _quantile(count - 1) * spread + cell.half_digit + ROUNDING
        holds = abs(mean - (cell.value or 0.0)) <= half
        return Together(tuple(names), mean, mean - half, mean + half, count, holds)

    def _surprise(self, one: Together) -> float:
        """Return minus the logarithm of the density of theirs, by a normal distribution of that interval."""
        half = (one.high - one.low) / 2
        return log(half) + 2 * ((one.mean - (self.verdict.cell.value or 0.0)) / half) ** 2

    def at_most(self) -> float | None:
        """Return how far a factor may move ours towards theirs: the farthest end of their intervals."""
        toward = copysign(1.0, self.gap)
        effects = [one.best for one in self.tested.values() if one.best and not one.reason]
        return max((max(0.0, toward * one.mean + one.half) for one in effects), default=None)


def _only(name: str) -> Levels:
    return frozenset({name})


def _value(run: Ran, of_print: bool = True) -> float:
    found = run.printed if of_print else run.looked
    assert found is not None
    return found


def _why_not(base: Ran, mine: Ran) -> str:
    """Say why a factor goes no further after its first run; nothing where it does."""
    if not mine.is_whole:
        return mine.error or NO_NUMBER
    assert base.record and mine.record
    is_same = base.losses == mine.losses and dict(base.record.metrics) == dict(mine.record.metrics)
    return SAME if is_same and base.record.key.backend == mine.record.key.backend else ""


def _quantile(free: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(free, 0.975))


def described(
    planned: Planned, factors: Mapping[str, Factor], reasons: Mapping[str, str]
) -> dict[str, FactorEffects]:
    """Return all factors by name, with why those that can't be changed are not tested."""
    return {
        name: FactorEffects(
            *(name, one.text, one.origin.value, reasons.get(name, "")), recipe=recipe_with(planned, one)
        )
        for name, one in factors.items()
    }

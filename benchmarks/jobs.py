"""One model to train, as plain data, and what a person may change about it."""

from dataclasses import dataclass, replace
from functools import partial

from benchmarks.recipe import Measurement, NotAttempted, Recipe, one_pass
from results.records import JobKey


@dataclass(frozen=True)
class Options:
    """What a person may change about a run. Other epochs or data make it a trial; nothing else does."""

    epochs: int | None = None
    lookalike: bool = False
    deterministic: bool = False  # sets every switch of the backend; slower
    checkpoint_after: float = 60.0  # seconds that an epoch must take for a checkpoint at its end

    @property
    def is_trial(self) -> bool:
        return self.epochs is not None or self.lookalike


@dataclass(frozen=True)
class Job:
    """One model to train; plain data that can travel to another process."""

    key: JobKey
    options: Options = Options()


def adjust(recipe: Recipe | Measurement | NotAttempted, options: Options) -> Recipe | Measurement | NotAttempted:
    """Return the recipe with a person's changes, and so with another fingerprint."""
    if isinstance(recipe, Recipe) and options.epochs is not None:
        recipe = replace(recipe, epochs=options.epochs)
    if not isinstance(recipe, NotAttempted) and options.lookalike and recipe.dataset:
        lookalike = replace(
            recipe.dataset, name=f"{recipe.dataset.name} look-alike", files=(), examples=None, of_class=()
        )
        recipe = replace(recipe, dataset=lookalike)
        if isinstance(recipe, Recipe):
            recipe = replace(recipe, order=partial(one_pass, order=recipe.order))
    return recipe

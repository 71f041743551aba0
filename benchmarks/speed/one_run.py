"""One timed run, in a process that the benchmark starts: by the suite, or by a plain script.

Its arguments are a benchmark, a system, epochs and seeds. It prints the test scores of the seeds as JSON.
"""

import json
import os
import sys
from dataclasses import replace
from functools import partial

from benchmarks.jobs import Job
from benchmarks.recipe import Recipe, fingerprint, one_pass
from benchmarks.runners.places import run_on_this_machine, share_of_machine
from benchmarks.speed.runs import RETABLE, WholeRuns
from benchmarks.speed.task import load_task
from data_pipelines.dataset import Fold, Split
from data_pipelines.download import fetch
from results.records import JobKey, RunRecord

HELD = 2**30  # bytes; the memory of a recipe is known after its first run


def main() -> None:
    """Run what the command line says."""
    name, system, epochs, *seeds = sys.argv[1:]
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    task = load_task(name)
    assert isinstance(task, WholeRuns)
    recipe = shortened(task, int(epochs))
    run = by_retable if system == RETABLE else partial(by_a_plain_script, task, system)
    print(json.dumps(run(recipe, [int(seed) for seed in seeds])), file=answer)


def shortened(task: WholeRuns, epochs: int) -> Recipe:
    """Return the recipe with its first metric, these epochs, and the first examples where there is a limit."""
    recipe = task.recipe()
    recipe = replace(recipe, epochs=epochs, metrics=recipe.metrics[:1], views=None)
    if task.examples is None:
        return recipe
    load = partial(first_examples, load=recipe.dataset.load, count=task.examples)
    dataset = replace(recipe.dataset, load=load, examples=None, of_class=())
    return replace(recipe, dataset=dataset, order=partial(one_pass, order=recipe.order))


def first_examples(paths, fold: int, seed: int, *, load, count: int) -> Fold:
    """Return the first training examples of a fold, and as large a share of its other parts."""
    whole = load(paths, fold, seed)
    share = count / len(whole.train.y)

    def first(part: Split) -> Split:
        most = round(share * len(part.y))
        return Split(part.x[:most], part.y[:most])

    valid = None if whole.valid is None else first(whole.valid)
    return whole._replace(train=first(whole.train), valid=valid, test=first(whole.test))


def by_retable(recipe: Recipe, seeds: list[int]) -> list[float]:
    """Train by the suite, with the share of the machine that a run takes by default."""
    mark = fingerprint(recipe)
    keys = [JobKey("speed", "", "", "", 0, seed, "tensorflow", mark, 1) for seed in seeds]
    records = run_on_this_machine([Job(key, recipe, peak_bytes=HELD) for key in keys], share_of_machine("auto"))
    found = {record.key.seed: record for record in records if isinstance(record, RunRecord)}
    if errors := [record.error for record in found.values() if record.error]:
        raise RuntimeError(errors[0])
    return [found[seed].metrics[recipe.metrics[0].name] for seed in seeds]


def by_a_plain_script(task: WholeRuns, system: str, recipe: Recipe, seeds: list[int]) -> list[float]:
    """Train a rival, one seed after the other."""
    import numpy as np

    from benchmarks.speed.plain import trained

    scores = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        seed_libraries(system, seed)
        files = [fetch(file) for file in recipe.dataset.files]
        fold = recipe.prepare(recipe.dataset.load(files, 0, seed), rng)
        scores.append(trained(task.rivals[system](fold, recipe), recipe, fold, rng, task.measure_rival))
    return scores


def seed_libraries(system: str, seed: int) -> None:
    """Seed the library of a rival."""
    if "PyTorch" in system:
        import torch

        torch.manual_seed(seed)
    else:
        import keras

        keras.utils.set_random_seed(seed)

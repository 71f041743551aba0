"""Plain scripts that a benchmark compares the suite with: stock layers, trained by a recipe's protocol."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from benchmarks.recipe import Recipe
from data_pipelines.dataset import Fold, Split
from results.metrics import score

SCORED = 500  # examples at a time


class Plain(Protocol):
    """A network of another implementation."""

    def train(self, split: Split, batches: Sequence[np.ndarray]) -> None:
        """Train on batches of row numbers."""

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """Return the outputs for examples."""

    def weights(self) -> Any:
        """Return a copy of all weights."""

    def restore(self, weights: Any) -> None:
        """Set all weights."""

    def rate(self) -> float:
        """Return the learning rate."""

    def set_rate(self, rate: float) -> None:
        """Set the learning rate."""


class PlainKeras:
    """A Keras model, trained by `fit`; by single batches, where `inputs` makes them."""

    def __init__(self, model: Any, optimizer: Any, loss: Any = None, inputs: Callable | None = None) -> None:
        import keras

        model.compile(optimizer, loss or keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        self.model, self.inputs = model, inputs

    def train(self, split: Split, batches: Sequence[np.ndarray]) -> None:
        if self.inputs is None:
            rows = np.concatenate(batches)
            self.model.fit(split.x[rows], split.y[rows], len(batches[0]), shuffle=False, verbose=0)
        else:
            for rows in batches:
                self.model.train_on_batch(self.inputs(split.x[rows]), split.y[rows])

    def outputs(self, x: np.ndarray) -> np.ndarray:
        if self.inputs is None:
            return self.model.predict(x, SCORED, verbose=0)
        size = self.model.inputs[0].shape[0] or SCORED  # a model with states has a fixed number of streams
        parts = (x[start : start + size] for start in range(0, len(x), size))
        return np.concatenate([self.model.predict_on_batch(self.inputs(part)) for part in parts])

    def weights(self) -> Any:
        return self.model.get_weights()

    def restore(self, weights: Any) -> None:
        self.model.set_weights(weights)

    def rate(self) -> float:
        return float(self.model.optimizer.learning_rate)

    def set_rate(self, rate: float) -> None:
        self.model.optimizer.learning_rate = rate


class PlainTorch:
    """A network of PyTorch; `inputs` makes a tensor of examples, `rate_at` is the rate of each step."""

    def __init__(
        self,
        network: Any,
        optimizer: Any,
        *,
        inputs: Callable[[np.ndarray], Any],
        loss: Callable[[Any, Any], Any] | None = None,
        rate_at: Callable[[int], float] | None = None,
        size: int = SCORED,
    ) -> None:
        import torch

        self.network, self.optimizer, self.inputs, self.rate_at, self.size = (
            network,
            optimizer,
            inputs,
            rate_at,
            size,
        )
        self.loss = loss or torch.nn.functional.cross_entropy
        self.steps = 0

    def train(self, split: Split, batches: Sequence[np.ndarray]) -> None:
        import torch

        self.network.train()
        labels = torch.from_numpy(np.asarray(split.y)).long()
        for rows in batches:
            if self.rate_at is not None:
                self.set_rate(self.rate_at(self.steps))
            loss = self.loss(self.network(self.inputs(split.x[rows])), labels[rows])
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.steps += 1

    def outputs(self, x: np.ndarray) -> np.ndarray:
        import torch

        self.network.eval()
        parts = (x[start : start + self.size] for start in range(0, len(x), self.size))
        with torch.no_grad():
            return np.concatenate([self.network(self.inputs(part)).numpy() for part in parts])

    def weights(self) -> Any:
        return {name: tensor.clone() for name, tensor in self.network.state_dict().items()}

    def restore(self, weights: Any) -> None:
        self.network.load_state_dict(weights)

    def rate(self) -> float:
        return self.optimizer.param_groups[0]["lr"]

    def set_rate(self, rate: float) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = rate


def trained(plain: Plain, recipe: Recipe, fold: Fold, rng: np.random.Generator, measure: Any = None) -> float:
    """Train by the recipe's order, epochs, validation and choice of the epoch; return the test score.

    `measure(plain, split)` returns the score of a part, by default the recipe's first metric.
    """
    measure = measure or (lambda plain, split: score(recipe.metrics[0], split.y, plain.outputs(split.x)))
    scores: list[float] = []
    best = None
    for _ in range(recipe.epochs):
        rows = recipe.order(fold.train.y, recipe.batch_size, rng)
        plain.train(fold.train, np.split(rows, range(recipe.batch_size, len(rows), recipe.batch_size)))
        if fold.valid is not None:
            scores.append(measure(plain, fold.valid))
        if recipe.keep is not None and recipe.keep(scores):
            best = plain.weights()
        if recipe.next_rate is not None:
            plain.set_rate(recipe.next_rate(scores, plain.rate()))
    if best is not None:
        plain.restore(best)
    return measure(plain, fold.test)

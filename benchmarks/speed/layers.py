"""Two layers of equal width over sequences of several lengths, timed in turn."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any, ClassVar

import numpy as np

from benchmarks import machine
from benchmarks.speed.contention import drift, product_seconds
from benchmarks.speed.task import REPEATS, Report
from benchmarks.training.backends import import_keras_quietly, select_backend

SHORTEST = 0.2  # seconds of a turn, at least


@dataclass(frozen=True, kw_only=True)
class Layers:
    """Two layers take turns in one process: the forward pass of a batch, and a training step on it.

    A turn is as many calls as take 0.2 seconds, after two that compile. The speed-up is the time of the second
    layer divided by that of the first one in the same turn: the median over turns, with their range. For seven
    turns it is a 98 % confidence interval of the median. The drift is that of a fixed product, timed at the start
    and at the end.
    """

    title: ClassVar[str] = "Layers"
    fewest_repeats: ClassVar[int] = 6
    layers: tuple[tuple[str, Callable[[int], Any]], tuple[str, Callable[[int], Any]]]  # names; of a width
    width: int
    lengths: tuple[int, ...]
    batch: int

    def measure(self, *, repeats: int = REPEATS) -> Report:
        """Time both layers at every length; a few minutes."""
        select_backend("tensorflow")
        import_keras_quietly()
        products = [product_seconds()]
        runs = [run for length in self.lengths for run in self._compared(length, repeats)]
        products.append(product_seconds())
        return {
            "what": f"{' and '.join(self._names)} of {self.width} units, batches of {self.batch}",
            "repeats": repeats,
            "device": machine.processor(),
            "backend": "tensorflow",
            "drift": drift(products),
            "runs": runs,
        }

    @property
    def _names(self) -> list[str]:
        return [name for name, _ in self.layers]

    def _compared(self, length: int, repeats: int) -> list[dict[str, Any]]:
        """Time both layers at a length: forward passes, then training steps."""
        x = np.random.default_rng(0).normal(size=(self.batch, length, self.width)).astype("float32")
        models = [compiled(build(self.width), x) for _, build in self.layers]
        forward = [partial(model.predict_on_batch, x) for model in models]
        training = [partial(model.train_on_batch, x, x) for model in models]
        return [
            compared(f"forward, {length} steps", forward, repeats),
            compared(f"training, {length} steps", training, repeats),
        ]

    def rows(self, report: Report) -> list[dict[str, str]]:
        """Return times and speed-ups as texts by heading."""
        first, second = self._names
        return [
            {
                "run": run["run"],
                f"ms, {first}": f"{1000 * run['first']:.2f}",
                f"ms, {second}": f"{1000 * run['second']:.2f}",
                f"speed-up of {first}": "{ratio:.2f} ({lowest_ratio:.2f} to {highest_ratio:.2f})".format(**run),
            }
            for run in report["runs"]
        ]


def compiled(layer: Any, x: np.ndarray) -> Any:
    """Return a compiled model of one layer for inputs like x, trained towards outputs of their shape."""
    import keras

    signal = keras.Input(x.shape[1:])
    model = keras.Model(signal, layer(signal))
    model.compile("sgd", "mean_squared_error")
    return model


def compared(name: str, calls: Sequence[Callable[[], Any]], repeats: int) -> dict[str, Any]:
    """Return the median seconds of two calls that take turns, and the ratio of the second to the first."""
    numbers = [_calls_in_a_turn(call) for call in calls]
    turns = [[_seconds(call, number) for call, number in zip(calls, numbers, strict=True)] for _ in range(repeats)]
    ratios = [second / first for first, second in turns]
    return {
        "run": name,
        "first": median(first for first, _ in turns),
        "second": median(second for _, second in turns),
        "ratio": median(ratios),
        "lowest_ratio": min(ratios),
        "highest_ratio": max(ratios),
    }


def _calls_in_a_turn(call: Callable[[], Any]) -> int:
    """Call twice, because the first compiles and the second may; return how many calls make a turn."""
    call(), call()
    return max(1, round(SHORTEST / _seconds(call, 1)))


def _seconds(call: Callable[[], Any], number: int) -> float:
    """Return the seconds of one of so many calls."""
    started = time.perf_counter()
    for _ in range(number):
        call()
    return (time.perf_counter() - started) / number

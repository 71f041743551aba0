"""LeNet-5 of LeCun et al. (1998), compared with stock layers.

The rivals leave out its table of maps, its trained pooling, its scaled tanh and its radial output units, which are
most of what the suite computes besides. They have its batches, momentum, epochs and falling rate.
"""

from benchmarks.papers.lecun1998.networks import FALLING, MOMENTUM, STEPS, falling
from benchmarks.recipe import Recipe
from benchmarks.speed.plain import PlainKeras, PlainTorch
from benchmarks.speed.runs import WholeRuns
from data_pipelines.dataset import Fold

RATE = 0.01


def plain_keras(fold: Fold, recipe: Recipe) -> PlainKeras:
    """Return stock Keras layers."""
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(6, 5, padding="same", activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(120, "tanh"),
            layers.Dense(84, "tanh"),
            layers.Dense(10),
        ]
    )
    return PlainKeras(model, falling(rate=RATE, momentum=MOMENTUM, steps=STEPS, shares=FALLING))


def plain_torch(fold: Fold, recipe: Recipe) -> PlainTorch:
    """Return PyTorch layers."""
    import torch
    from torch import nn

    network = nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)),
    )
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE, momentum=MOMENTUM)

    return PlainTorch(
        network,
        optimizer,
        inputs=lambda x: torch.from_numpy(x).permute(0, 3, 1, 2),
        rate_at=lambda step: RATE * next(share for last, share in FALLING if step < last * STEPS),
    )


TASK = WholeRuns(
    name="images",
    cell=("lecun1998", "MNIST", "LeNet-5 [no distortions]", "none"),
    unit="images",
    epochs=6,
    rivals={"plain Keras": plain_keras, "plain PyTorch": plain_torch},
)

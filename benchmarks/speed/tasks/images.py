"""LeNet-5 of LeCun et al. (1998), compared with stock layers.

The rivals leave out its table of maps, its trained pooling, its scaled tanh and its radial output units. The
suite has no saving for this network yet and is slower.
"""

from typing import Any

import numpy as np

from benchmarks.speed.steps import Step, TrainingSteps, keras_step, torch_step

RATE, MOMENTUM = 0.01, 0.9


def plain_keras() -> Step:
    """Return a training step of stock Keras layers."""
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
    return keras_step(model, keras.optimizers.SGD(RATE, MOMENTUM))


def plain_torch() -> Step:
    """Return a training step of PyTorch layers."""
    import torch
    from torch import nn

    network = nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)),
    )
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE, momentum=MOMENTUM)

    def loss(x: np.ndarray, y: Any) -> Any:
        return nn.functional.cross_entropy(network(torch.from_numpy(x).permute(0, 3, 1, 2)), y)

    return torch_step(optimizer, loss)


TASK = TrainingSteps(
    cell=("lecun1998", "MNIST", "LeNet-5 [no distortions]", "none"),
    batch_size=128,
    unit="images",
    rivals={"plain Keras": plain_keras, "plain PyTorch": plain_torch},
)

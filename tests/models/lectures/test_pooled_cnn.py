"""Networks that differ in how maps are reduced, and in nothing else."""

import numpy as np
import pytest

from models.lectures.pooled_cnn import pooled_cnn

SIZES = {"maps": (3, 5), "hidden": 7}


def test_all_reductions_have_one_size():
    models = [pooled_cnn((28, 28, 1), 10, reduction=name, **SIZES) for name in ("max", "average", "strides")]
    counts = {model.count_params() for model in models}
    assert counts == {(25 * 3 + 3) + (25 * 3 * 5 + 5) + (7 * 7 * 5 * 7 + 7) + (7 * 10 + 10)}
    assert {model.output_shape for model in models} == {(None, 10)}
    with pytest.raises(KeyError):
        pooled_cnn((28, 28, 1), 10, reduction="none", **SIZES)


def test_pools_take_the_maximum_or_the_average():
    x = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    found = {}
    for name in ("max", "average"):
        model = pooled_cnn((4, 4, 1), 2, reduction=name, maps=(1,), hidden=2)
        found[name] = np.ravel(model.layers[2](x)).tolist()
    assert found == {"max": [5, 7, 13, 15], "average": [2.5, 4.5, 10.5, 12.5]}

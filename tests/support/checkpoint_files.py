"""Checkpoints of a test, with other contents."""

import json

import numpy as np

from data_pipelines.whole_files import sealed_path


def changed(path, **others):
    """Write other contents into a checkpoint, with a seal that is right."""
    with np.load(path) as file:
        arrays = dict(file)
    about = json.loads(str(arrays["about"]))
    unknown = {name: value for name, value in others.items() if name not in about}
    about |= {name: value for name, value in others.items() if name in about}
    with sealed_path(path) as temporary:
        np.savez(temporary, **arrays | unknown | {"about": np.array(json.dumps(about))})

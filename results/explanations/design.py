"""Which factors are changed together: two levels each, in a fraction of all combinations.

Source: Plackett & Burman (1946), The Design of Optimum Multifactorial Experiments, for designs of Hadamard.
"""

import numpy as np

LEAST = 4  # runs


def screening(factors: int) -> np.ndarray:
    """Return which factors are changed in each run: bool (runs, factors), each changed in half of the runs.

    Any two factors are changed together in a quarter of them. With at most half as many factors as runs, the
    effect of a factor is not mixed with what two others do together. The first run changes nothing.
    """
    from scipy.linalg import hadamard

    runs = LEAST
    while runs <= factors:
        runs *= 2
    columns = [*range(runs // 2, runs), *range(1, runs // 2)][:factors]
    return hadamard(runs)[:, columns] < 0

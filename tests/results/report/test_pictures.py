"""Pictures are equal if their data are."""

import numpy as np
import pytest

from results.report.pictures import draw_bands, draw_features, draw_images


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_equal_data_give_equal_files(suffix, tmp_path):
    image = np.random.default_rng(0).uniform(size=(4, 4))
    panels = {"shift": {"net": [(1, 2.0, 1.5, 2.5), (0, 1.0, 0.5, 1.5)]}}
    for name in ("one", "two"):
        draw_images([image, image[:2]], ["a", "b"], tmp_path / f"{name}.{suffix}")
        draw_bands(panels, tmp_path / f"bands-{name}.{suffix}", "error")
    for kind in ("", "bands-"):
        first, second = ((tmp_path / f"{kind}{name}.{suffix}").read_bytes() for name in ("one", "two"))
        assert first == second
        assert len(first) > 2000


def test_a_dollar_sign_in_a_title_means_itself(tmp_path):
    draw_features(np.ones((4, 2)), ["a$b$", "$x_"], "$\\frac$", tmp_path / "a.svg", seconds=0.01)
    assert (tmp_path / "a.svg").exists()

"""The connection tables and output codes of LeCun's networks."""

import numpy as np

from models.lenet import C3_READS, LENET4_READS, glyph_codes
from models.zip_code_net import H2_READS


def test_connection_tables():
    assert [len(reads) for reads in C3_READS] == [3] * 6 + [4] * 9 + [6]
    assert C3_READS[12:15] == [[0, 1, 3, 4], [1, 2, 4, 5], [2, 3, 5, 0]]
    assert all(len(set(reads)) == len(reads) for reads in [*C3_READS, *LENET4_READS, *H2_READS])
    assert {len(reads) for reads in H2_READS} == {8}


def test_glyphs_are_distinct_7x12_bitmaps():
    codes = glyph_codes()
    assert codes.shape == (10, 84)
    assert set(np.unique(codes)) == {-1.0, 1.0}
    differing = (codes[:, None] != codes[None]).sum(axis=-1)
    assert differing[~np.eye(10, dtype=bool)].min() >= 10

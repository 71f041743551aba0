"""Planted errors are found, true tables are left alone."""

import ast
from pathlib import Path

import pytest

from results.audit.measure import measured
from results.audit.planted import KINDS, tables

FOLDER = Path(__file__).parents[3] / "results" / "audit"


def test_most_planted_errors_are_found():
    found = measured(tables(4 * len(KINDS), seed=3))
    assert found.planted.total() + found.true_tables == 4 * len(KINDS)
    assert found.recall >= 0.9
    assert found.false_alarms <= 0.01


@pytest.mark.slow
def test_a_thousand_tables():
    found = measured(tables(1000, seed=11))
    assert found.recall >= 0.9
    assert found.false_alarms <= 0.01
    assert all(found.found[kind] >= 0.75 * count for kind, count in found.planted.items())


def test_planting_and_checking_share_nothing():
    def ours(name):
        tree = ast.parse((FOLDER / name).read_text("utf-8"))
        return {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}

    assert {name for name in ours("planted.py") if name.startswith("results")} == {"results.audit.generated"}
    assert not [name for name in ours("generated.py") if name.startswith("results")]
    checks = [path.name for path in FOLDER.glob("*.py") if path.stem not in ("planted", "generated", "measure")]
    assert not [name for name in checks if {"results.audit.planted", "results.audit.generated"} & ours(name)]

"""Plans of nights, for tests."""

import json
from pathlib import Path

REHEARSAL = """
hours = {hours}
gate = {gate}
epochs = 3
lookalike = true
results = "out"
{more}

[[run]]
paper = "starter"
row = "LeNet-style"
column = "digits"
seeds = 3

[[run]]
paper = "lectures"
row = "convolution formula"
"""


def plan_in(
    folder: Path, hours: float = 1, gate: tuple[str, ...] = ("worse",), more: str = "", name="plan"
) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(REHEARSAL.format(hours=hours, gate=json.dumps(gate), more=more))
    return path

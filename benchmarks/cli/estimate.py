"""retable estimate: what a published column would cost on a GPU, from counted operations."""

import json
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import provenance
from benchmarks.cli.console import print_rows
from results.records import results_folder
from results.tables import estimate_rows

FILE = "estimate.json"
TERAFLOPS = 10.0


def estimate(
    teraflops: Annotated[float, typer.Option(min=0.001, help="10^12 operations a second of the GPU.")] = TERAFLOPS,
    output: Annotated[Path | None, typer.Option("--json", help="Where to write [in results/].")] = None,
) -> None:
    """Estimate the AG column of Zhang et al. (2015) at full protocol; builds its networks one by one."""
    from benchmarks.speed.estimate import COLUMN, estimates

    found = [{**one._asdict(), "hours": one.hours(teraflops)} for one in estimates()]
    report = {
        "what": f"{COLUMN} column at full protocol, at {teraflops:g} TFLOP/s",
        "commit": provenance.commit(),
        "versions": provenance.versions(),
        "estimates": found,
    }
    print_rows(estimate_rows(report), "table", f"An estimate: {report['what']}")
    counts = provenance.is_clean() and teraflops == TERAFLOPS
    path = output or results_folder() / ("speed" if counts else "trial/speed") / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    print(f"Written to {path}.")

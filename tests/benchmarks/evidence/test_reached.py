"""No function that runs while a number is made is outside of the code digest of its recipe."""

import gc
import inspect
import sys
import threading
from pathlib import Path

import keras
import pytest

from benchmarks.evidence.digests import reached
from benchmarks.evidence.reader import BOOKKEEPING, Reader
from benchmarks.evidence.roots import named_in
from benchmarks.evidence.source import PACKAGES, ROOT, Source
from benchmarks.jobs import Job, Options
from benchmarks.recipe import NotAttempted
from benchmarks.table import load_table, paper_names
from benchmarks.training.job import train

TRIAL = Options(epochs=1, lookalike=True)
DRIVERS = (
    "benchmarks.training.job",
    "benchmarks.recipe",
    "benchmarks.signals",
)  # they hand on what others compute
QUICK = {("starter", "digits"), ("starter", "WordSim-353")}
SOURCE = Source()


def cells_by_digests():
    """Return a cell for each state of code that recipes have today."""
    found = {}
    for one in (one for name in paper_names() for one in load_table(name).plan()):
        if not isinstance(one.recipe, NotAttempted) and not one.obstacle:
            found.setdefault(one.code, one.cell)
    return list(found.values())


class Tracer:
    """Collects the top-level definitions of the suite whose functions are called; use as a context."""

    def __init__(self) -> None:
        self.seen, self.codes = set(), set()

    def __enter__(self):
        threading.setprofile(self.note)
        sys.setprofile(self.note)
        return self

    def __exit__(self, *error) -> None:
        sys.setprofile(None)
        threading.setprofile(None)

    def note(self, frame, event, argument) -> None:
        if event != "call" or frame.f_code in self.codes:
            return
        self.codes.add(frame.f_code)  # to look at each function once saves a minute in a network
        is_function = frame.f_code.co_flags & inspect.CO_OPTIMIZED  # no module or class body at its import
        if is_function and frame.f_code.co_filename.startswith(str(ROOT)):
            path = Path(frame.f_code.co_filename).relative_to(ROOT)
            if path.parts[0] in PACKAGES and not frame.f_code.co_qualname.startswith("<"):
                module = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
                self.seen.add((module, frame.f_code.co_qualname.split(".")[0]))


def marked(cell):
    return pytest.param(cell, marks=() if (cell.paper, cell.column) in QUICK else pytest.mark.slow, id=cell.name)


@pytest.mark.parametrize("cell", map(marked, cells_by_digests()))
def test_all_that_runs_is_reached(cell):
    (planned,) = load_table(cell.paper).plan([cell], TRIAL)
    job = Job(planned.key(0, 0, "tensorflow"), planned.recipe, TRIAL, planned.code)
    keras.utils.clear_session()
    gc.collect()  # or the last test's model would end in this one
    with Tracer() as tracer:
        *_, record = train(job)
    assert not record.error
    look_alike = planned.recipe.dataset.lookalike
    named = named_in(look_alike)
    writer = Reader(SOURCE, named.strings)
    for place in named.places:
        writer.digest(place)
    outside = tracer.seen - set(reached(planned.recipe, SOURCE)) - set(writer.own)
    left_out = tuple(f"{name}." for name in (*BOOKKEEPING, *DRIVERS))
    assert {place for place in outside if not f"{place[0]}.".startswith(left_out)} == set()

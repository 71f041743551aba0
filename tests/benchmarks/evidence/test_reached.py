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
SOURCE = Source()


def cells_by_digests(paper):
    """Return a cell for each state of code that the recipes of a paper have today."""
    found = {}
    for one in load_table(paper).plan():
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


@pytest.mark.parametrize("column", ["digits", "WordSim-353"])
def test_all_that_runs_is_reached(column):
    assert outside_of_the_digest(load_table("starter").cells(column=column)[0]) == set()


@pytest.mark.slow
@pytest.mark.parametrize("paper", paper_names())
def test_all_that_runs_is_reached_in_every_state_of_code(paper):
    found = {cell.name: outside_of_the_digest(cell) for cell in cells_by_digests(paper)}
    assert found and not any(found.values()), found


def outside_of_the_digest(cell):
    """Return the definitions that a job of a cell runs, on look-alike data, and that its digest leaves out."""
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
    return {place for place in outside if not f"{place[0]}.".startswith(left_out)}

"""Were value and margin of a cell fixed before its runs?"""

from collections.abc import Iterator, Sequence

from benchmarks.certificates.checks import Check, Outcome, judged
from benchmarks.certificates.contents import GIT, HISTORY
from benchmarks.certificates.opened import Opened
from benchmarks.certificates.parts import margins
from benchmarks.certificates.parts.git_objects import file_at, is_whole
from results.published import Cell
from results.records import RunRecord

PATH = "results/published"  # of the printed cells in the suite's repository


def look(certificate: Opened) -> Iterator[Check]:
    """Yield what the history says of each cell, and what git's own objects prove of the commits of its runs."""
    history = certificate.files.get(HISTORY)
    changes = None if history is None else margins.read_history(history)
    for name, content in _objects(certificate).items():
        if not is_whole(name, content):
            yield Check("git's objects", Outcome.FAULT, "it is not what its name says", f"{GIT}/{name}")
    for cell, statement in certificate.stated:
        if cell.value is None:
            continue  # nothing printed, nothing to move
        point, records = f"{cell.name}, {cell.metric.name}", certificate.records_of(statement)
        if changes is None or not records:
            yield Check(f"{point}: history", Outcome.UNCHECKED, "no history of the printed cells", HISTORY)
        else:
            fault = margins.moved(cell, changes, min(record.finished for record in records))
            yield judged(f"{point}: fixed before the runs", fault, _written(cell, changes), HISTORY)
        yield _proved(certificate, cell, records)


def _objects(certificate: Opened) -> dict[str, bytes]:
    """Return git's objects by their names."""
    start = f"{GIT}/"
    return {name.removeprefix(start): text for name, text in certificate.files.items() if name.startswith(start)}


def _written(cell: Cell, changes: Sequence[margins.Change]) -> str:
    last = [change for change in changes if change.place == margins.place_of(cell)][-1]
    return f"value and margin are those of {last.date[:10]}, commit {last.commit[:12]}"


def _proved(certificate: Opened, cell: Cell, records: Sequence[RunRecord]) -> Check:
    """Compare the cell with what was printed at the commits of its runs."""
    point = f"{cell.name}, {cell.metric.name}: at the commits of the runs"
    objects = _objects(certificate)
    commits = sorted({record.commit for record in records})
    known = [commit for commit in commits if any(name.startswith(commit) for name in objects)]
    for commit in known:
        printed = margins.lines(file_at(objects, commit, f"{PATH}/{certificate.paper}.csv"))
        found = printed.get(margins.place_of(cell))
        if found is None or not margins.is_same(cell, found):
            was = "it was not there" if found is None else f"it was {found[0]} with the margin {found[1]}"
            return Check(point, Outcome.FAULT, f"at {commit} {was}", f"{GIT}/")
    if len(known) < len(commits):
        lost = next(commit for commit in commits if commit not in known)
        return Check(point, Outcome.UNCHECKED, f"the certificate lacks commit {lost}", f"{GIT}/")
    return Check(point, Outcome.OK, f"git's objects show the same at {len(known)} of {len(known)}", f"{GIT}/")

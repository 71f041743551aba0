"""Were value and margin of a cell fixed before its runs?"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from benchmarks.certificates.checks import Check, Outcome, judged
from benchmarks.certificates.contents import GIT, HISTORY
from benchmarks.certificates.opened import Opened
from benchmarks.certificates.parts import margins
from benchmarks.certificates.parts.git_objects import date_of, file_at, is_whole, way_to
from results.published import Cell
from results.records import RunRecord

PATH = "results/published"  # of the printed cells in the suite's repository
Printed = Mapping[margins.Place, tuple[str, str]]  # value and margin as they are written
SHORTEST = 7  # digits of a commit's name, as git shortens it


def look(certificate: Opened) -> Iterator[Check]:
    """Yield what the history says of each cell, and what git's own objects prove of the commits of its runs."""
    history = certificate.files.get(HISTORY)
    changes = None if history is None else _by_place(margins.read_history(history))
    dated = [change for mine in (changes or {}).values() for change in mine]
    yield from _wrong_objects(certificate, [change.commit for change in dated])
    yield from _wrong_changes(certificate, dated)
    printed = _printed(certificate)
    for cell, statement in certificate.stated:
        if cell.value is None:
            continue  # nothing printed, nothing to move
        point, records = f"{cell.name}, {cell.metric.name}", certificate.records_of(statement)
        if changes is None and not printed:
            text = "when value and margin were written is unknown: the suite's repository does not have them"
            yield Check(f"{point}: history", Outcome.UNCHECKED, text, HISTORY)
            continue
        if changes is None or not records:
            yield Check(f"{point}: history", Outcome.UNCHECKED, "no history of the printed cells", HISTORY)
        else:
            first = min((record.finished for record in records), key=margins.utc)
            mine = changes[margins.place_of(cell)]
            fault = margins.moved(cell, mine, first)
            yield judged(f"{point}: fixed before the runs", fault, _written(mine), HISTORY)
        yield _proved(cell, records, printed)


def _by_place(changes: Sequence[margins.Change]) -> Mapping[margins.Place, list[margins.Change]]:
    found = defaultdict(list)
    for change in changes:
        found[change.place].append(change)
    return found


def _objects(certificate: Opened) -> dict[str, bytes]:
    """Return git's objects by their names."""
    start = f"{GIT}/"
    return {name.removeprefix(start): text for name, text in certificate.files.items() if name.startswith(start)}


def _wrong_objects(certificate: Opened, commits: Collection[str]) -> Iterator[Check]:
    """Yield the objects that are damaged, and those to which no run leads, and none of the history's commits."""
    objects = _objects(certificate)
    point, needed = "git's objects", set[str]()
    for name, content in objects.items():
        if not is_whole(name, content):
            yield Check(point, Outcome.FAULT, "it is not what its name says", f"{GIT}/{name}")
            return
    for commit in _known({*commits, *(record.commit for record in certificate.records)}, objects):
        needed.update(way_to(objects, commit, f"{PATH}/{certificate.paper}.csv"))
    if strange := sorted(objects.keys() - needed):
        yield Check(point, Outcome.FAULT, "no run and no change leads to it", f"{GIT}/{strange[0]}")


def _wrong_changes(certificate: Opened, changes: Sequence[margins.Change]) -> Iterator[Check]:
    """Yield the changes that git's objects do not show as the history has them."""
    objects, path = _objects(certificate), f"{PATH}/{certificate.paper}.csv"
    known = set(_known({change.commit for change in changes}, objects))
    printed = {commit: margins.lines(file_at(objects, commit, path)) for commit in known}
    for change in changes:
        text = f"{change.commit[:12]} of {change.date}"
        if change.commit not in known:
            yield Check("history", Outcome.FAULT, f"the certificate lacks commit {text}", HISTORY)
        elif date_of(objects, change.commit) != margins.utc(change.date):
            yield Check("history", Outcome.FAULT, f"commit {text} has another date", HISTORY)
        elif printed[change.commit].get(change.place) != (change.value, change.margin):
            yield Check("history", Outcome.FAULT, f"commit {text} has another value or margin", HISTORY)


def _known(commits: Collection[str], objects: Collection[str]) -> list[str]:
    """Return the commits that are among git's objects."""
    whole = [commit for commit in commits if len(commit) >= SHORTEST]
    return sorted(commit for commit in whole if any(name.startswith(commit) for name in objects))


def _written(changes: Sequence[margins.Change]) -> str:
    last = changes[-1:]  # none is a fault already
    return "".join(f"value and margin are those of {one.date[:10]}, commit {one.commit[:12]}" for one in last)


def _printed(certificate: Opened) -> dict[str, Printed]:
    """Return what was printed at each commit of the runs that is among git's objects."""
    objects, path = _objects(certificate), f"{PATH}/{certificate.paper}.csv"
    commits = _known({record.commit for record in certificate.records}, objects)
    return {commit: margins.lines(file_at(objects, commit, path)) for commit in commits}


def _proved(cell: Cell, records: Sequence[RunRecord], printed: Mapping[str, Printed]) -> Check:
    """Compare the cell with what was printed at the commits of its runs."""
    point = f"{cell.name}, {cell.metric.name}: at the commits of the runs"
    commits = sorted({record.commit for record in records})
    known = [commit for commit in commits if commit in printed]
    for commit in known:
        found = printed[commit].get(margins.place_of(cell))
        if found is None or not margins.is_same(cell, found):
            was = "it was not there" if found is None else f"it was {found[0]} with the margin {found[1]}"
            return Check(point, Outcome.FAULT, f"at {commit} {was}", f"{GIT}/")
    if len(known) < len(commits):
        lost = next(commit for commit in commits if commit not in known)
        text = f"the certificate lacks commit {lost}" if lost else "some records name no commit"
        return Check(point, Outcome.UNCHECKED, text, f"{GIT}/")
    return Check(point, Outcome.OK, f"git's objects show the same at {len(known)} of {len(known)}", f"{GIT}/")

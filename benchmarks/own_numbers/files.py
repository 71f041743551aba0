"""Somebody's numbers in a CSV file: of several cells, or of several people.

A line has one number, in the column "value" or in the only column of numbers. With a column "fold", the folds of a
seed (column "seed"; without it, all lines are of one seed) are averaged to one run; otherwise a line is a run.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from benchmarks.own_numbers.judgement import Judgement, compared
from benchmarks.own_numbers.reference import Reference
from results.ledger import ResultsError

PLACE = ("table", "row", "column", "metric")
KNOWN = ("value", *PLACE, "name", "seed", "fold")
SURPLUS = None  # the key of what has no column
TOO_MANY = "has more fields than the first line has columns: a decimal comma, or a comma too many"


class Line(NamedTuple):
    """One line of a file."""

    number: int
    texts: Mapping[str, str]  # by column
    value: str
    problem: str = ""  # of its form


def judged(path: Path, find: Callable[..., Reference]) -> list[Judgement]:
    """Judge a file of one or several cells; `find` returns what is known of a place, given as keywords.

    A column "table", "row", "column" or "metric" says where a line belongs. Raises ResultsError with the line.
    """
    cells: dict[tuple[tuple[str, str], ...], list[Line]] = defaultdict(list)
    for line in read(path):
        cells[tuple((name, line.texts[name]) for name in PLACE if line.texts.get(name))].append(line)
    return [_of_lines(path, lines, find(**dict(where))) for where, lines in cells.items()]


def graded(path: Path, known: Reference) -> tuple[list[tuple[str, Judgement]], list[str]]:
    """Judge the numbers of several people for one cell; a person has a line for each run.

    Return each name with its judgement, and what is wrong with the lines of those that are left out.
    Raises ResultsError if the file has no column "name", or one that names a cell.
    """
    people: dict[tuple[str, int], list[Line]] = defaultdict(list)
    for line in read(path):
        if "name" not in line.texts:
            raise ResultsError(f"{path} has no column 'name'. Expected the columns name,value.")
        if places := [name for name in PLACE if name in line.texts]:
            raise ResultsError(
                f"{path} has the column {places[0]!r}. Expected one cell for all names, as options."
            )
        name = line.texts["name"]
        people[name, 0 if name else line.number].append(line)
    done, problems = [], []
    for (name, _), lines in people.items():
        try:
            done.append((_named(path, name, lines), _of_lines(path, lines, known)))
        except ResultsError as error:
            problems.append(f"{error} Not graded: {name or 'this line'}.")
    return done, problems


def read(path: Path) -> list[Line]:
    """Return the lines of a file, without blank ones. Raises ResultsError if none has a value to be read."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream, strict=True, restval="", restkey=SURPLUS)
            names = reader.fieldnames or ()
            found = [(reader.line_num, line) for line in reader]
    except UnicodeDecodeError as error:
        raise ResultsError(f"{path} can't be read: it is not in UTF-8. Save it as CSV UTF-8.") from error
    except (OSError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ResultsError(f"{path} can't be read: {reason}.") from error
    _refuse_equal_columns(path, names)
    rows = [(number, _stripped(line), TOO_MANY if SURPLUS in line else "") for number, line in found]
    if not rows:
        raise ResultsError(
            f"{path} has no lines. Expected a line of column names, such as value, then the values."
        )
    column = _column_of_values(path, [texts for _, texts, _ in rows])
    return [Line(number, texts, texts[column], problem) for number, texts, problem in rows]


def _refuse_equal_columns(path: Path, names: Sequence[str]) -> None:
    used = [name.strip() for name in names if name.strip()]
    if equal := next((name for name in used if used.count(name) > 1), None):
        raise ResultsError(f"{path} has several columns named {equal!r}.")


def _stripped(line: Mapping[str | None, str]) -> dict[str, str]:
    return {name.strip(): text.strip() for name, text in line.items() if name is not SURPLUS}


def _column_of_values(path: Path, rows: Sequence[Mapping[str, str]]) -> str:
    """Return the column named value, else the only one that has nothing but numbers."""
    if "value" in rows[0]:
        return "value"
    columns = [name for name in rows[0] if name not in KNOWN]
    numeric = [name for name in columns if all(_is_number(row[name]) for row in rows)]
    if len(numeric) == 1 and not _is_number(numeric[0]) and ";" not in numeric[0]:
        return numeric[0]
    given = ",".join(rows[0])
    raise ResultsError(
        f"{path} has the columns {given!r}. Expected one named value, or one column of numbers, and commas "
        f"between columns."
    )


def _of_lines(path: Path, lines: Sequence[Line], known: Reference) -> Judgement:
    """Judge the lines of one cell. Raises ResultsError that names them."""
    values = _runs(path, lines, known)
    try:
        return compared(known, values)
    except ResultsError as error:
        first, last = lines[0].number, lines[-1].number
        where = f"line {first}" if first == last else f"lines {first} to {last}"
        raise ResultsError(f"{path}, {where}: {error}") from error


def _runs(path: Path, lines: Sequence[Line], known: Reference) -> list[float]:
    """Return a value a run, in the order of the file: folds are averaged."""
    for line in lines:
        if line.problem:
            raise ResultsError(f"{path}, line {line.number}, {line.problem}.")
    values = [number_in(line.value, f"{path}, line {line.number}") for line in lines]
    by_seed: dict[str, dict[str, float]] = defaultdict(dict)
    for line, value in zip(lines, values, strict=True):
        seed = line.texts.get("seed", str(line.number) if "fold" not in line.texts else "")
        fold = line.texts.get("fold", "")
        if fold in by_seed[seed]:
            what = f"seed {seed or 'without a name'}" + (f", fold {fold}" if fold else "")
            raise ResultsError(f"{path}, line {line.number}: {what} is there twice.")
        by_seed[seed][fold] = value
    if "fold" in lines[0].texts:
        _check_folds(path, by_seed, known)
    return [fmean(folds.values()) for folds in by_seed.values()]


def _check_folds(path: Path, by_seed: Mapping[str, Mapping[str, float]], known: Reference) -> None:
    """Raise ResultsError for a seed that has not all folds of the protocol."""
    if known.protocol is None:
        raise ResultsError(f"{path} has folds, and {known.cell.name} has no recipe that says how many there are.")
    expected = known.protocol.folds
    for seed, folds in by_seed.items():
        if len(folds) != expected:
            of_seed = f"seed {seed}" if seed else "the only seed"
            whole = f"Expected {expected}: a run is a whole pass of the protocol"
            raise ResultsError(f"{path}: {of_seed} has {len(folds)} folds. {whole}.")


def _named(path: Path, name: str, lines: Iterable[Line]) -> str:
    if not name:
        raise ResultsError(f"{path}, line {next(iter(lines)).number}: the name is empty.")
    return name


def number_in(text: str, where: str) -> float:
    """Return the number that a text is. Raises ResultsError that begins with `where`."""
    if not _is_number(text):
        raise ResultsError(f"{where}: the value is {text!r}. Expected a number such as 91.2.")
    return float(text)


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text)) and "_" not in text  # Python reads 9_0 as 90
    except ValueError:
        return False

"""A CSV file with anybody's table, read as it was printed: marks, signs and gaps included.

Columns as in results/published/: table, row, column, metric, value; of these row and value are needed. Besides
them any of test_examples, folds, runs, deviation, min, max, best, of which empty fields are not known.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from results.audit.entries import Entry, Printed, printed
from results.ledger import LONGEST_FIELD, ResultsError
from results.metrics import METRICS, Metric

NEEDED = ("row", "value")
COUNTS = ("test_examples", "folds", "runs")
NUMBERS = ("deviation", "min", "max")
KNOWN = (*NEEDED, "table", "column", "metric", *COUNTS, *NUMBERS, "best", "margin", "note", "same_as", "quote")
GAPS = {"", "-", "--", "---", "–", "—", "n/a", "na", "nan", "none", "?", "tba"}  # noqa: RUF001
BOLD = re.compile(r"\\(?:textbf|mathbf|bf)\b|\*\*|<b>|<strong>|\bbold\b")
DRESSING = re.compile(
    r"\^\{?[\w,*†‡§]+\}?|\\[a-zA-Z]+|</?\w+>|[${}*†‡§¶^~\s%]|(?<=\d)[a-e](?=$)|\[\w{1,3}\]"
)  # around a number
PLUS_MINUS = re.compile(r"±|\+/-|\+-|\\pm")
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)")
HIGHER = ("accuracy", "recall", "precision", "f1", "score", "map", "bleu", "auc")
LOWER = ("error", "wer", "cer", "eer", "loss", "perplexity")
MARKED = ("1", "yes", "true", "best", "x", "*")
MOST_EXAMPLES = 10**12


@dataclass
class Read:
    """The entries of a file, and what is said of lines without a number."""

    entries: list[Entry] = field(default_factory=list)
    gaps: int = 0  # fields that say themselves that there is nothing
    texts: list[str] = field(default_factory=list)  # what can't be read as a number, with its line


def read_table(path: Path) -> Read:
    """Read a table. Raises ResultsError for a file without the needed columns, or with a bad line."""
    try:
        found = read_lines(_lines(path))
    except ValueError as error:
        raise ResultsError(f"{path}, {error}.") from error
    if not found.entries:
        raise ResultsError(f"{path} has no number to check. Expected the columns row,value, and a line for each.")
    return found


def read_lines(lines: Iterable[tuple[int, Mapping[str, Any]]]) -> Read:
    """Read numbered lines, texts by column. Raises ValueError that names the line for a count that is none."""
    found = Read()
    for number, line in lines:
        try:
            _add(found, number, line)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
    if _has_fractions(found.entries):
        found.entries = [replace(entry, whole=1) if entry.is_share else entry for entry in found.entries]
    return found


def _lines(path: Path) -> list[tuple[int, dict[str, str]]]:
    csv.field_size_limit(LONGEST_FIELD)
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream, strict=True, restval="", restkey="")
            lines = [
                (reader.line_num, {(name or "").strip(): text for name, text in line.items()}) for line in reader
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ResultsError(f"{path} can't be read: {reason}.") from error
    columns = list(lines[0][1]) if lines else []
    if lacking := [name for name in NEEDED if name not in columns]:
        raise ResultsError(
            f"{path} has no column {lacking[0]!r}, but {','.join(columns) or 'nothing'}. {_expected()}"
        )
    for name in columns:
        if near := get_close_matches(name, KNOWN, n=1, cutoff=0.8) if name not in KNOWN else []:
            raise ResultsError(f"{path} has the column {name!r}. Did you mean {near[0]!r}?")
    return lines


def _expected() -> str:
    return f"Expected {','.join(NEEDED)}, and any of {','.join(name for name in KNOWN[2:12])}."


def _add(found: Read, number: int, line: Mapping[str, Any]) -> None:
    """Add the entry of a line. Raises ValueError for a count or a metric that is none."""
    if isinstance(line.get(""), list):
        raise ValueError("more fields than the first line has columns")
    text = line["value"].strip()
    if text.casefold() in GAPS:
        found.gaps += 1
        return
    value, spread = _value(text)
    if value is None:
        found.texts.append(f"line {number}: {text[:40]!r}")
        return
    own, runs, folds = _number(line, "deviation"), _count(line, "runs"), _count(line, "folds")
    found.entries.append(
        Entry(
            line.get("table", "").strip(),
            line["row"].strip(),
            line.get("column", "").strip(),
            _metric(line.get("metric", "").strip()),
            value,
            test_examples=_count(line, "test_examples"),
            folds=folds or 1,
            runs=runs or (None if spread and not folds else 1),  # a deviation is of several
            deviation=own or spread,
            is_plus_minus=spread is not None and own is None,
            least=_number(line, "min"),
            most=_number(line, "max"),
            is_best=bool(BOLD.search(text)) or line.get("best", "").strip().casefold() in MARKED,
        )
    )


def _value(text: str) -> tuple[Printed | None, Printed | None]:
    """Return a number and the one after its plus-minus sign; None for other text."""
    first, *rest = PLUS_MINUS.split(text)
    spread = _bare(rest[0]) if len(rest) == 1 else None
    if not rest and (inside := re.fullmatch(r"(.*\d\S*)\s*\(([\d.]+)\)(.*)", text)):
        first, spread = inside[1] + inside[3], _bare(inside[2])
    return (None, None) if len(rest) > 1 else (_bare(first), spread)


def _bare(text: str) -> Printed | None:
    """Return the number in a text without footnotes, bold type, thousands separators and decimal commas."""
    bare = DRESSING.sub("", text).replace("\u2212", "-")
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", bare):
        bare = bare.replace(",", "")
    bare = re.sub(r"^([+-]?\d+),(\d{1,2})$", r"\1.\2", bare)
    try:
        return printed(bare) if NUMBER.fullmatch(bare) else None
    except InvalidOperation:
        return None


def _number(line: Mapping[str, str], column: str) -> Printed | None:
    text = line.get(column, "").strip()
    if text.casefold() in GAPS:
        return None
    if (number := _bare(text)) is None:
        raise ValueError(f"{column} is {text[:40]!r}, expected a number or nothing")
    return number


def _count(line: Mapping[str, str], column: str) -> int | None:
    text = line.get(column, "").strip().replace(",", "")
    if text.casefold() in GAPS:
        return None
    if not text.isdecimal() or not 1 <= int(text[:20]) <= MOST_EXAMPLES:
        raise ValueError(f"{column} is {text[:40]!r}, expected a whole number of 1 or more, or nothing")
    return int(text)


def _metric(name: str) -> Metric:
    """Return a metric of the suite, or one whose name has its direction and unit."""
    if name in METRICS:
        return METRICS[name]
    words = name.casefold() or "test accuracy"
    is_share = any(word in words for word in (*HIGHER[:5], "error", "rate", "%", "share", "proportion"))
    better = "lower" if any(word in words for word in LOWER) else "higher" if _is_score(words) else "exact"
    part = "training" if words.startswith("train") else "test"
    return Metric(words, "%" if is_share else "", better, part=part)


def _is_score(words: str) -> bool:
    return any(word in words for word in HIGHER)


def _has_fractions(entries: list[Entry]) -> bool:
    """Return whether shares are fractions of 1: no score is above 1. Errors alone do not tell: 0.3 % is usual."""
    scores = [entry.number for entry in entries if entry.is_share and entry.metric.better == "higher"]
    return bool(scores) and all(0 <= number.value <= 1 and number.half < 1 / 20 for number in scores)

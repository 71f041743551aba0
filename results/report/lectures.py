"""docs/lectures.md: what the slides of the lectures have, in their order, and what the suite has for it.

The file published/lecture-slides.csv has a line for each place on a slide, in the order of the slides: lecture;
slide, its heading; words, with " … " for all that is between; numbers, where words have this ellipsis: how many
stand there and their sum, for each different place; kind and reference:
- row: cells of a paper, as paper / table / row / column; what is left out or empty means all;
- claim: a row of published/lectures.csv, whose quote stands for the words where there are none;
- reason: why neither is there.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from results.metrics import EQUAL_ENTRIES
from results.published import FOLDER, LECTURES, Cell, Kind
from results.report.pages import PaperPage, counted
from results.tables import as_markdown, decimals, exact, number
from results.verdicts import Answer, Verdict, counted_once

TITLES = {
    "000": "T. Vu (2025), Convolutional Neural Nets",
    "001": "Deep Learning Techniques, Convolutional Neural Networks",
    "002": "P. Seegerer (2019), Convolutional Neural Networks",
    "003": "M. Silfverberg & H. Celikkanat (2020), Deep Learning for NLP, CNNs",
    "004": "M. Cochez, Deep Learning, lecture 3: Convolutional Neural Networks",
}
CLAIMS = "lectures-lecture-claims"  # the anchor of all claims in docs/cells.md
LONGEST = 60  # letters of a slide that are shown
ABOUT = """# Lectures

Written by `retable docs` from the records in `results/reproduced/`; changes by hand are lost.

What the slides of five lectures have, in their order, and what the suite has for it: rows of a paper, a **claim**
(a number of the slide, computed again from what the slide has), or the reason why neither is there. The printed
number is before ours. A claim that differs is a finding about the slide, and says what was found. *Words* are the
beginning of those on the slide.

[All cells](cells.md) has the margins and intervals, and [verdicts](verdicts.md) what their names mean. A test
compares `results/published/lecture-slides.csv` with the texts of the lectures: no number is left out but years,
links, numbers of lists, subscripts, and digits within names.
"""


class Place(NamedTuple):
    """Words of a slide, and what the suite has for them."""

    lecture: str
    slide: str
    words: str
    numbers: str
    kind: str
    reference: str


def read_places() -> list[Place]:
    """Return all places; claims without words of their own have those of their quote."""
    quotes = {line["row"]: line["quote"] for line in _lines(LECTURES)}
    places = [Place(**line) for line in _lines("lecture-slides")]
    return [place._replace(words=place.words or quotes[place.reference]) for place in places]


def _lines(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


def refers(reference: str, cell: Cell) -> bool:
    """Return whether a reference to rows means a cell."""
    return all(name in ("", found) for name, found in zip(reference.split(" / "), cell[:4], strict=False))


def lectures_document(pages: Sequence[PaperPage], places: Iterable[Place]) -> str:
    """Return docs/lectures.md."""
    verdicts = [verdict for page in pages for verdict in page.verdicts]
    sections = [
        f"## {lecture}: {TITLES[lecture]}\n\n{as_markdown(list(_rows(group, verdicts)))}"
        for lecture, group in groupby(places, key=lambda place: place.lecture)
    ]
    return "\n\n".join([ABOUT, *sections]) + "\n"


def _rows(places: Iterable[Place], verdicts: Sequence[Verdict]) -> Iterator[dict[str, str]]:
    """Yield the rows of a lecture's table, with what a slide has twice once, and its heading and words once."""
    for slide, group in groupby(places, key=lambda place: place.slide):
        once: dict[tuple[str, str], Place] = {}
        for place in group:
            once.setdefault((place.kind, place.reference), place)
        title = slide
        for words, same in groupby(once.values(), key=lambda place: place.words):
            shown = _shown(words)
            for place in same:
                for found, verdict in _answers(place, verdicts):
                    yield {"slide": title, "words": shown, "in the suite": found, "verdict": verdict}
                    title = shown = ""


def _answers(place: Place, verdicts: Sequence[Verdict]) -> Iterator[tuple[str, str]]:
    """Yield what the suite has for a place, or the reason why it has nothing, and our verdict."""
    if place.kind == "reason":
        yield place.reference, ""
    elif place.kind == "claim":
        (claim,) = (one for one in verdicts if (one.cell.paper, one.cell.row) == (LECTURES, place.reference))
        yield f"[claim](cells.md#{CLAIMS}): {place.reference}", _of_claim(claim)
    else:
        yield from _of_paper(place.reference, [one for one in verdicts if refers(place.reference, one.cell)])


def _of_claim(verdict: Verdict) -> str:
    """Return the printed number and ours, or how many entries are equal, with the answer and the note."""
    cell = verdict.cell
    if cell.metric == EQUAL_ENTRIES and verdict.mean is not None:
        text = f"{verdict.mean:.0f} of {cell.value:.0f} entries: {_in_short(verdict)}"
    else:
        text = _number(verdict)
    return f"{text}; {cell.note}" if cell.note else text


def _of_paper(reference: str, found: Sequence[Verdict]) -> Iterator[tuple[str, str]]:
    """Yield a paper with how often its results have each answer; of a table, its rows with their cells."""
    paper, *table = reference.split(" / ")
    link = f"[{paper}](cells.md#{paper})"
    if not table:
        results = counted_once(verdict for verdict in found if verdict.cell.kind == Kind.PERFORMANCE)
        yield link, ", ".join(f"{count} {answer}" for answer, count in counted(one.answer for one in results))
    rows: dict[str, list[Verdict]] = {}
    for verdict in found if table else ():
        rows.setdefault(verdict.cell.row, []).append(verdict)
    for answers, equal in groupby(rows, key=lambda row: _of_row(rows[row])):
        yield f"{link}, table {table[0]}: {'; '.join(equal)}", answers


def _of_row(cells: Sequence[Verdict]) -> str:
    """Return the answers of a row's cells; those without runs come last, together where the answer is the same."""
    with_runs = [f"{_name(one.cell, cells)} {_number(one)}" for one in cells if one.units]
    others: dict[Answer, list[Verdict]] = {}
    for one in cells:
        if not one.units:
            others.setdefault(one.answer, []).append(one)
    return "; ".join([*with_runs, *(_without_runs(answer, group, cells) for answer, group in others.items())])


def _name(cell: Cell, row: Sequence[Verdict]) -> str:
    """Return the column of a cell, or its metric where the row has one column."""
    return cell.metric.name if len({one.cell.column for one in row}) == 1 else cell.column


def _without_runs(answer: Answer, group: Sequence[Verdict], row: Sequence[Verdict]) -> str:
    """Name cells with their answer, and with the first reason if nothing was tried."""
    names = ", ".join(dict.fromkeys(_name(one.cell, row) for one in group))
    reasons = list(dict.fromkeys(one.reason for one in group)) if answer == Answer.NOT_ATTEMPTED else []
    more = " and others" if len(reasons) > 1 else ""
    return f"{names}: {answer}{f' ({reasons[0]}{more})' if reasons else ''}"


def _number(verdict: Verdict) -> str:
    """Return the printed number and ours, with the answer."""
    ours = number(verdict.mean, decimals(verdict.cell))
    numbers = ", ".join(filter(None, [exact(verdict.cell.value), f"ours {ours}" if ours else ""]))
    return f"{numbers}: {_in_short(verdict)}" if numbers else _in_short(verdict)


def _in_short(verdict: Verdict) -> str:
    return f"{verdict.answer}{', stale' if verdict.stale else ''}"


def _shown(words: str) -> str:
    """Return the beginning of words as code, so that formulas stay as they are."""
    short = words if len(words) <= LONGEST else words[:LONGEST].rsplit(" ", 1)[0] + " …"
    return f"`{short.replace('`', chr(39))}`"

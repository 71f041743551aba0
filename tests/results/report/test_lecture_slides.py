"""Every number of the lectures has a row, a claim or a reason."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pytest

from benchmarks.papers.lectures import CLAIMS
from benchmarks.table import load_table, paper_names
from results.published import Cell, read_cells
from results.report.lectures import TITLES, Place, read_places, refers
from tests.support.lecture_texts import ELLIPSIS, LectureText

PLACES = read_places()
CELLS = [cell for paper in paper_names() for cell in load_table(paper).cells()]
CONSTANTS = {  # of a formula, with a unit (2M, 44k), or a number that says what is counted
    ("zero rows of a sentence cut to 10", 0),
    ("zeros of the border around a 10x10 image", 0),
    ("toy convolution, size of the map", 1),
    ("size of the map of a 10x10 image", 1),
    ("weight-sharing matrix", 1),
    ("weights of one neuron over 1920x1080, in millions", 1),
    ("padding rule for filters of 3, 5 and 7", -1),
    ("features of a second of sound, in thousands", 1),
    ("features of ten seconds of video", 2),
    ("features of ten seconds of video", 44),
    ("top-5 error of the network that began it", 1000),
}


@pytest.fixture(scope="module")
def texts(mirror) -> dict[str, LectureText]:
    """Return the texts of the lectures, which lie beside the mirror."""
    folder = mirror.parent / "lectures"
    if not folder.is_dir():
        pytest.skip(f"needs the texts of the lectures in {folder}")
    return {path.name[:3]: LectureText(path.read_text("utf-8")) for path in sorted(folder.glob("*.txt"))}


def places_of(lecture: str) -> list[Place]:
    return [place for place in PLACES if place.lecture == lecture]


def faults(text: LectureText, places: Sequence[Place]) -> Iterator[str]:
    """Yield what is wrong: words that a text lacks, other numbers than a place has, numbers without a place."""
    covered = set()
    for place in places:
        found = list(text.places(place.words))
        if not found:
            yield f"the text lacks: {place.words}"
        covered.update(*found)
        if place.kind == "row":
            yield from (f"{place.reference}: {one}" for one in map(text.numbers_at, found) if not has(place, one))
        elif ELLIPSIS in place.words and counted_at(text, found) != place.numbers:
            yield f"{place.words} has {counted_at(text, found)}, not {place.numbers}"
    yield from (
        f"{number:g} at {text.text[max(0, at - 40) : at + 20]}"
        for at, number in text.numbers.items()
        if at not in covered
    )


def counted_at(text: LectureText, places: Sequence[range]) -> str:
    """Return how many numbers stand at each place, and their sum."""
    return " ".join(dict.fromkeys(f"{len(one)}:{sum(one):.6g}" for one in map(text.numbers_at, places)))


def has(place: Place, numbers: Sequence[float]) -> bool:
    """Return whether numbers are those of the cells that a place refers to; the names of rows may have others."""
    cells = [cell for cell in CELLS if refers(place.reference, cell)]
    printed = Counter(cell.value for cell in cells if cell.value is not None)
    found = Counter(numbers)
    return not found or (printed <= found and found - printed <= Counter(numbers_of_names(cells)))


def numbers_of_names(cells: Sequence[Cell]) -> list[float]:
    """Return the numbers in the names of tables and rows."""
    names = dict.fromkeys(name for cell in cells for name in (f"table {cell.table}", cell.row))
    return [number for name in names for number in LectureText(name).numbers.values()]


def test_places_refer_to_what_exists():
    claims = [cell.row for cell in read_cells("lectures")]
    assert {place.kind for place in PLACES} == {"row", "claim", "reason"}
    for place in PLACES:
        assert place.slide and place.words and place.reference, place
        if place.kind == "row":
            assert any(refers(place.reference, cell) for cell in CELLS), place
    assert {place.reference for place in PLACES if place.kind == "claim"} == set(claims)
    assert len(set(claims)) == len(claims)
    assert len(set(PLACES)) == len(PLACES)


def test_places_with_an_ellipsis_say_which_numbers_are_there():
    for place in PLACES:
        assert bool(place.numbers) == (ELLIPSIS in place.words and place.kind != "row"), place


@pytest.mark.parametrize("lecture", TITLES)
def test_every_number_has_a_row_a_claim_or_a_reason(texts, lecture):
    assert list(faults(texts[lecture], places_of(lecture))) == []


@pytest.mark.parametrize("lecture", TITLES)
def test_places_are_in_the_order_of_the_slides(texts, lecture):
    text, starts = texts[lecture], []
    for place in places_of(lecture):
        starts.append(next(iter(text.places(place.words))).start)
        assert text.slide(starts[-1]) == place.slide, place
    assert starts == sorted(starts)


@pytest.mark.parametrize("lecture", TITLES)
def test_a_number_put_into_a_text_is_found(texts, lecture):
    lines = texts[lecture].raw.splitlines(keepends=True)
    for at in range(0, len(lines), len(lines) // 4):
        changed = LectureText("".join([*lines[:at], f"0.{at}\n", *lines[at:]]))
        assert any(faults(changed, places_of(lecture))), lines[at]


@pytest.mark.parametrize("lecture", TITLES)
def test_another_number_in_a_text_is_found(texts, lecture):
    text = texts[lecture]
    for at in list(text.numbers)[:: len(text.numbers) // 4]:
        changed = LectureText(f"{text.text[:at]}9{text.text[at:]}")
        assert any(faults(changed, places_of(lecture))), text.text[at - 40 : at + 20]


def test_a_claim_has_the_numbers_of_its_words(texts):
    """Those that another place has too may be missing, and constants of formulas."""
    missing = set()
    for lecture, text in texts.items():
        had, covered = set(), {}
        for place in places_of(lecture):
            known = numbers_of_claim(place.reference) if place.kind == "claim" else set(text.numbers.values())
            for at in (at for span in text.places(place.words) for at in span if at in text.numbers):
                had |= {at} if text.numbers[at] in known else set()
                covered.setdefault(at, place.reference)
        missing |= {(claim, text.numbers[at]) for at, claim in covered.items() if at not in had}
    assert missing == CONSTANTS


def numbers_of_claim(row: str) -> set[float]:
    """Return the numbers that a claim computes with, those that it compares with, and those in its name."""
    (cell,) = (cell for cell in read_cells("lectures") if cell.row == row)
    claim = CLAIMS[cell.table].get(row)
    return {*numbers_in(claim), *LectureText(row).numbers.values(), cell.value}


def numbers_in(value: Any) -> Iterator[float]:
    if isinstance(value, partial):
        yield from numbers_in([*value.args, *value.keywords.values()])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from numbers_in(item)
    elif isinstance(value, int | float):
        yield float(value)


def test_what_a_number_is():
    text = LectureText("""# KN-5 (2012), word2vec
        1. Table 4: -0.5 to 5x5x3 and $n^2 - w_{12}^{l-1}$
        2M weights, 44kHz, 1-5 grams, 2D, $1920 \\times 1080$, <https://a.org/3> 3, 1/9, .""")
    assert list(text.numbers.values()) == [4, -0.5, 5, 5, 3, 2, 2, 44, 1, 5, 1920, 1080, 3, 1, 9]


def test_words_stand_for_all_between_an_ellipsis():
    text = LectureText("# A\n1 2\n3\n# B\n1 3 3")
    assert [text.numbers_at(place) for place in text.places("1 … 3")] == [[1, 2, 3], [1, 3]]
    assert [text.slide(place.start) for place in text.places("1")] == ["A", "B"]
    assert LectureText("PART ONE\n1\n2D - IMAGES\nso\n").slides == [(0, "PART ONE"), (10, "2D - IMAGES")]
    assert text.slide(0) == "A" and LectureText("so").slide(0) == "Title"

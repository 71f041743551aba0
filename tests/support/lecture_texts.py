"""The texts of the lectures: their numbers, their slides, and where words of them stand.

A number is a run of digits with its sign and decimals, in a table, a sentence, a formula, a heading or a matrix.
Some digits are never a result, a size or a count, and are left out:
- years from 1950 to 2039, links, and the numbers that begin the lines of a list;
- subscripts of formulas;
- digits that are part of a name: after a letter, with or without a hyphen or sign (`word2vec`, `LSTM-1`, `n-1`),
  and the dimensions 1D to 4D.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

NO_NUMBERS = re.compile(
    r"https?://[^\s>)\]]+"
    r"|^\s*\d+\.(?= )"  # of a list
    r"|_\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|_\w"
    r"|(?<![\w.])(?:19[5-9]|20[0-3])\d(?!\w)"
    r"|\b[1-4]-?D\b",
    re.MULTILINE,
)
NUMBER = re.compile(r"(?:(?<![\w.])|(?<=\dx))(?<![A-Za-z][-+])(?:(?<![\w)])[-+])?\d+(?:\.\d*)?")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
CAPITALS = re.compile(r"^(PART [A-Z]+\b.*|[0-9A-Z][^a-z\n]*[A-Z]{3}[^a-z\n]*)$", re.MULTILINE)
ELLIPSIS = " … "  # in words: and all between


@dataclass(frozen=True)
class LectureText:
    """The text of a lecture. `raw` has the line ends of its file."""

    raw: str

    @cached_property
    def text(self) -> str:
        """The text with single spaces."""
        return " ".join(self.raw.split())

    @cached_property
    def numbers(self) -> dict[int, float]:
        """All numbers, by their place in `text`."""
        kept = NO_NUMBERS.sub(lambda found: re.sub(r"\S", "i", found[0]), self.raw)  # the places stay
        return {found.start(): float(found[0]) for found in NUMBER.finditer(" ".join(kept.split()))}

    @cached_property
    def slides(self) -> list[tuple[int, str]]:
        """Place and heading of every slide; without marks of headings, of every line in capitals."""
        found = list(HEADING.finditer(self.raw)) or list(CAPITALS.finditer(self.raw))
        return [(len(" ".join(self.raw[: one.start()].split())), one[1].strip("*: ")) for one in found]

    def slide(self, place: int) -> str:
        """Return the heading above a place, or of it."""
        return [heading for start, heading in [(0, "Title"), *self.slides] if start <= place][-1]

    def places(self, words: str) -> Iterator[range]:
        """Yield where words stand; an ellipsis stands for as little as possible."""
        pattern = ".*?".join(map(re.escape, words.split(ELLIPSIS)))
        return (range(*found.span()) for found in re.finditer(pattern, self.text))

    def numbers_at(self, place: range) -> list[float]:
        """Return the numbers that stand at a place."""
        return [number for start, number in self.numbers.items() if start in place]

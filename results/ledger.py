"""A CSV file that is only appended to and survives a crash in the middle of a line."""

import csv
import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

Parsed = TypeVar("Parsed")
LONGEST_FIELD = 2**24  # characters; predictions of a large test part are longer than csv's usual limit


class ResultsError(Exception):
    """A results folder or file that can't be used; the text says what to do."""


@dataclass(frozen=True)
class Ledger:
    """One file; a line that ends without a line feed, or does not parse, is torn."""

    path: Path
    columns: Sequence[str]

    def read(self, parse: Callable[[Mapping[str, str]], Parsed]) -> tuple[list[Parsed], list[str]]:
        """Return what the lines say, and the torn lines as they stand. Raises ResultsError on other columns."""
        good, torn = [], []
        header, lines = self._lines()
        if header and not header.endswith("\n"):
            torn.append(header)
        elif header and header != self._text([self.columns]):
            raise ResultsError(f"{self.path} has the columns {header.strip()}. Expected {','.join(self.columns)}.")
        for line in lines:
            try:
                good.append(parse(self._fields(line)))
            except ValueError:
                torn.append(line)
        return good, torn

    def _lines(self) -> tuple[str, list[str]]:
        """Return the header and the other lines; nothing of a file that is not there."""
        if not self.path.exists():
            return "", []
        with self.path.open(encoding="utf-8", errors="replace", newline="\n") as stream:
            return stream.readline(), stream.readlines()

    def append(self, lines: Iterable[Sequence[str]]) -> None:
        """Add lines in one write, on disk at return. Raises ResultsError and leaves the file as it was."""
        try:
            self._append(lines)
        except OSError as error:
            raise ResultsError(
                f"{self.path} can't be written: {error.strerror}. What is in it is kept; mend this and run again."
            ) from error

    def _append(self, lines: Iterable[Sequence[str]]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not self.path.exists() or not self.path.stat().st_size
        text = self._text([self.columns] if is_new else []) + self._text(lines)
        if not is_new and not self._ends_whole():
            text = "\n" + text  # a torn line stays a line of its own
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            _write_all(descriptor, text.encode())
        finally:
            os.close(descriptor)

    def _ends_whole(self) -> bool:
        with self.path.open("rb") as stream:
            stream.seek(-1, os.SEEK_END)
            return stream.read() == b"\n"

    def keep(self, parse: Callable[[Mapping[str, str]], object], wanted: Callable[[Any], bool]) -> list[str]:
        """Leave only the lines that parse and are wanted; put torn ones into <file>.torn and return them."""
        _, torn = self.read(parse)
        _, lines = self._lines()
        kept = [line for line in lines if line not in torn and wanted(parse(self._fields(line)))]
        if not torn and len(kept) == len(lines):
            return []
        if torn:
            with Path(f"{self.path}.torn").open("a", encoding="utf-8") as aside:
                aside.writelines(line.rstrip("\n") + "\n" for line in torn)
        partial = Path(f"{self.path}.partial")
        with partial.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines([self._text([self.columns]), *kept])
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(self.path)
        return torn

    def _fields(self, line: str) -> dict[str, str]:
        """Split one line. Raises ValueError when it is torn."""
        if not line.endswith("\n"):
            raise ValueError("no line feed")
        csv.field_size_limit(LONGEST_FIELD)
        try:
            fields = next(csv.reader([line], strict=True))
        except (csv.Error, StopIteration) as error:
            raise ValueError(str(error)) from error
        return dict(zip(self.columns, fields, strict=True))

    @staticmethod
    def _text(lines: Iterable[Sequence[str]]) -> str:
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows(lines)
        return buffer.getvalue()


def _write_all(descriptor: int, content: bytes) -> None:
    """Write everything or, on a full disk, cut the file back to what it was."""
    before = os.fstat(descriptor).st_size
    try:
        while content:
            content = content[os.write(descriptor, content) :]
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, before)
        raise

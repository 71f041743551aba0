"""A CSV file that is only appended to, and from which a crash can tear at most the last line."""

import csv
import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from results.atomic import atomic_path, flush_folder

Parsed = TypeVar("Parsed")
LONGEST_FIELD = 2**24  # characters; the predictions of a large test part exceed csv's default limit


class ResultsError(Exception):
    """A results folder or file that cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Ledger:
    """One file. A line is torn if it lacks its line feed or cannot be parsed."""

    path: Path
    columns: Sequence[str]
    added: int = 0  # of the columns, the last; files of earlier versions lack some or all of them

    def read(self, parse: Callable[[Mapping[str, str]], Parsed]) -> tuple[list[Parsed], list[str]]:
        """Return the parsed lines and the torn lines. Raises ResultsError if the header has other columns."""
        good, torn = [], []
        header, lines = self._lines()
        lacking = self._lacking(header)
        if header and not header.endswith("\n"):
            torn.append(header)
        elif header and lacking is None:
            raise ResultsError(f"{self.path} has the columns {header.strip()}. Expected {','.join(self.columns)}.")
        for line in lines:
            try:
                good.append(parse(self._fields(line, lacking or 0)))
            except ValueError:
                torn.append(line)
        return good, torn

    def _lacking(self, header: str) -> int | None:
        """Return how many of the added columns a header lacks; None where it is not one of this file."""
        whole = len(self.columns)
        return next((n for n in range(self.added + 1) if header == self._text([self.columns[: whole - n]])), None)

    def _lines(self) -> tuple[str, list[str]]:
        """Return the header and the other lines; both are empty if there is no file."""
        if not self.path.exists():
            return "", []
        if not self.path.is_file():
            raise ResultsError(f"{self.path} is not a file.")
        with self.path.open(encoding="utf-8-sig", errors="replace", newline="\n") as stream:
            header, *lines = [f"{line[:-2]}\n" if line.endswith("\r\n") else line for line in stream] or [""]
        return header, lines  # as programs of Windows write them, too

    def append(self, lines: Iterable[Sequence[str]]) -> None:
        """Append lines in one write and flush them to disk. Raises ResultsError and leaves the file unchanged."""
        try:
            self._append(lines)
        except OSError as error:
            raise ResultsError(
                f"Cannot write {self.path}: {error.strerror}. Its content is unchanged; fix this and run again."
            ) from error

    def _append(self, lines: Iterable[Sequence[str]]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._add_columns()
        is_new = not self.path.exists() or not self.path.stat().st_size
        text = self._text([self.columns] if is_new else []) + self._text(lines)
        if not is_new and not self._ends_with_line_feed():
            text = "\n" + text  # keeps a torn line apart from the new ones
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            _write_all(descriptor, text.encode())
        finally:
            os.close(descriptor)
        if is_new:
            flush_folder(self.path.parent)

    def _add_columns(self) -> None:
        """Rewrite a file of an earlier version, with empty fields in the columns that it lacks."""
        header, lines = self._lines()
        if not (lacking := self._lacking(header)):
            return
        more = "," * lacking + "\n"
        with atomic_path(self.path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as stream:
            whole = [line for line in lines if line.endswith("\n")]
            stream.writelines([self._text([self.columns]), *(line.removesuffix("\n") + more for line in whole)])
            stream.writelines(line for line in lines if not line.endswith("\n"))

    def _ends_with_line_feed(self) -> bool:
        with self.path.open("rb") as stream:
            stream.seek(-1, os.SEEK_END)
            return stream.read() == b"\n"

    def prune(self, parse: Callable[[Mapping[str, str]], object], wanted: Callable[[Any], bool]) -> list[str]:
        """Drop unwanted lines, move torn lines to <file>.torn, and return the torn lines."""
        _, torn = self.read(parse)
        header, lines = self._lines()
        lacking = self._lacking(header)
        kept = [line for line in lines if line not in torn and wanted(parse(self._fields(line, lacking or 0)))]
        if not torn and len(kept) == len(lines):
            return []
        if torn:
            with Path(f"{self.path}.torn").open("a", encoding="utf-8") as aside:
                aside.writelines(line.rstrip("\n") + "\n" for line in torn)
        with atomic_path(self.path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines([self._text([self.columns]) if lacking is None else header, *kept])
        return torn

    def _fields(self, line: str, lacking: int) -> dict[str, str]:
        """Split one line, which has no field for the last columns. Raises ValueError if it is torn."""
        if not line.endswith("\n"):
            raise ValueError("no line feed")
        csv.field_size_limit(LONGEST_FIELD)
        try:
            fields = next(csv.reader([line], strict=True))
        except (csv.Error, StopIteration) as error:
            raise ValueError(str(error)) from error
        return dict(zip(self.columns, [*fields, *[""] * lacking], strict=True))

    @staticmethod
    def _text(lines: Iterable[Sequence[str]]) -> str:
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows(lines)
        return buffer.getvalue()


def _write_all(descriptor: int, content: bytes) -> None:
    """Write everything, or truncate the file to its former size and raise OSError."""
    before = os.fstat(descriptor).st_size
    try:
        while content:
            content = content[os.write(descriptor, content) :]
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, before)
        raise

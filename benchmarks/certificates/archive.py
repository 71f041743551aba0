"""The file itself: a ZIP archive with a manifest. Equal content gives equal bytes, and reading it is safe."""

import hashlib
import os
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from benchmarks.certificates.contents import MANIFEST, METADATA, SIGNATURE
from results.atomic import atomic_path
from results.ledger import ResultsError

NAME = re.compile(r"[\w][\w.+-]*(/[\w][\w.+-]*)*", re.ASCII)
LONGEST_NAME = 200
MOST_FILES = 10_000
MOST_BYTES = 2**28  # of all files, uncompressed
DATE = (1980, 1, 1, 0, 0, 0)  # the first that an archive can state; equal content shall give equal bytes
CHUNK = 2**20
READABLE = 0o644 << 16
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def manifest_of(files: Mapping[str, bytes]) -> bytes:
    """Return the hashes of files as `sha256sum` writes them; `sha256sum -c` checks them."""
    return "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(files.items())
        if name not in (MANIFEST, SIGNATURE)
    ).encode()


def check_place(path: Path) -> None:
    """Raise ResultsError where a certificate cannot be written: nothing is replaced."""
    if path.exists():
        raise ResultsError(f"{path} exists already. Give another name, or remove it.")
    if not path.parent.is_dir():
        raise ResultsError(f"The folder {path.parent} does not exist.")
    if not os.access(path.parent, os.W_OK):
        raise ResultsError(f"The folder {path.parent} can't be written.")


def write(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files to an archive, the metadata first. Raises ResultsError where there is one already."""
    check_place(path)
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name in sorted(files, key=lambda name: (name != METADATA, name)):
            entry = zipfile.ZipInfo(name, DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, READABLE
            archive.writestr(entry, files[name], compresslevel=9)


def read(path: Path) -> dict[str, bytes]:
    """Return the files of an archive by their names; nothing is written to disk.

    Raises ResultsError for a file that is cut, damaged, too large or no archive, or has a name that no certificate
    has, such as one that leads out of a folder.
    """
    try:
        with path.open("rb") as stream:
            return _read(path, stream)
    except OSError as error:
        raise ResultsError(f"{path} can't be read: {error.strerror or error}.") from error


def _read(path: Path, stream: BinaryIO) -> dict[str, bytes]:
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise ResultsError(f"{path} can't be read as a ZIP archive. Its end may be cut off.") from error
    with archive:
        entries = archive.infolist()
        _check(path, entries)
        return {entry.filename: _content(path, archive, entry) for entry in entries}


def _check(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """Raise ResultsError for entries that no certificate has."""
    size = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_FILES or size > MOST_BYTES:
        found = f"{path} has {len(entries)} files of {size} bytes"
        raise ResultsError(f"{found}. Expected at most {MOST_FILES} of {MOST_BYTES} bytes.")
    names = set()
    for entry in entries:
        name, kind = entry.filename, (entry.external_attr >> 16) & 0o170000
        if not NAME.fullmatch(name) or len(name) > LONGEST_NAME or kind not in (0, 0o100000):
            raise ResultsError(f"{path} has an entry {name[:LONGEST_NAME]!r}, which no certificate has.")
        if entry.compress_type not in METHODS:
            raise ResultsError(f"{path} has {name} compressed by another method than a certificate.")
        if name in names:
            raise ResultsError(f"{path} has {name} twice.")
        names.add(name)
    if both := names & {str(folder) for name in names for folder in PurePosixPath(name).parents}:
        raise ResultsError(f"{path} has {min(both)}, as a file and as a folder.")


def _content(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return the content of an entry, which may state another size than it has."""
    try:
        with archive.open(entry) as stream:
            content = stream.read(entry.file_size + 1)
            if len(content) == entry.file_size and not stream.read(1):
                return content
            reason = "its size is not what is stated"
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        reason = str(error) or type(error).__name__
    raise ResultsError(f"{path} is damaged at {entry.filename}: {reason}.")


def differences(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield the files that are not those of the manifest, and in what. Raises ResultsError without a manifest."""
    if MANIFEST not in files:
        raise ResultsError(f"{MANIFEST} is missing.")
    stated = _stated(files[MANIFEST])
    known = files.keys() - {MANIFEST, SIGNATURE}
    for name in sorted(known | stated.keys()):
        if name not in stated:
            yield name, f"{MANIFEST} lacks it"
        elif name not in known:
            yield name, "it is missing"
        elif hashlib.sha256(files[name]).hexdigest() != stated[name]:
            yield name, f"its content is not what {MANIFEST} states"


def _stated(manifest: bytes) -> dict[str, str]:
    """Return the hashes of a manifest by the names of files. Raises ResultsError."""
    found = {}
    for number, line in enumerate(manifest.decode(errors="replace").splitlines(), start=1):
        digest, _, name = line.partition("  ")
        if not re.fullmatch("[0-9a-f]{64}", digest) or not name or name in found:
            raise ResultsError(f"{MANIFEST}, line {number}, is malformed.")
        found[name] = digest
    return found

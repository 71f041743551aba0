"""How many changes of a certificate are noticed: as they are, and after all hashes were computed again."""

import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.certificates import archive
from benchmarks.certificates.archive import manifest_of
from benchmarks.certificates.checks import Outcome
from benchmarks.certificates.contents import MANIFEST, METADATA, SIGNATURE, STATEMENT, as_json, from_json
from benchmarks.certificates.measured.changes import CHANGES, OF_THE_SEAL, Files
from benchmarks.certificates.verifying import verify
from results.ledger import ResultsError

SHORTENED, DAMAGED = "the archive is cut", "a byte of the archive is flipped"
HEADER = 30  # bytes before the name of a file in an archive


class Count(NamedTuple):
    """What was noticed of one kind of change."""

    kind: str
    made: int
    noticed: int
    named: int  # of them, where the file that was changed is named
    resealed: int  # changes after which an author without a key computed all hashes again
    seen: int  # of them, noticed all the same


def counts(files: Mapping[str, bytes], each: int, again: int = 1, seed: int = 0) -> Iterator[Count]:
    """Yield the count of each kind: of so many changes each of a signed certificate, and so many sealed again."""
    for kind in CHANGES:
        random = Random(f"{kind} {seed}")
        found = [_noticed(*_changed(files, kind, random)) for _ in range(each)]
        twice = 0 if kind in OF_THE_SEAL else again
        sealed = [resealed(_changed(files, kind, random)[0]) for _ in range(twice)]
        seen = sum(_noticed(one, "")[0] for one in sealed)
        yield Count(kind, each, sum(one[0] for one in found), sum(one[1] for one in found), twice, seen)
    for kind in (SHORTENED, DAMAGED):
        found = [_noticed_archive(files, kind, Random(f"{kind} {seed} {turn}")) for turn in range(each)]
        yield Count(kind, each, sum(one[0] for one in found), sum(one[1] for one in found), 0, 0)


def _changed(files: Mapping[str, bytes], kind: str, random: Random) -> tuple[Files, str]:
    changed = dict(files)
    return changed, CHANGES[kind](changed, random)


def _noticed(files: Files, name: str) -> tuple[bool, bool]:
    """Return whether a change is noticed, and whether the file is named."""
    try:
        faults = [check for check in verify(files) if check.outcome == Outcome.FAULT]
    except ResultsError as error:
        return True, name in str(error)
    return bool(faults), any(name in f"{check.file} {check.text}" for check in faults)


def _noticed_archive(files: Mapping[str, bytes], kind: str, random: Random) -> tuple[bool, bool]:
    """Return the same for a change of the archive itself; a flip is made in the content of a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cell.zip"
        archive.write(path, files)
        content, name = path.read_bytes(), path.name
        if kind == SHORTENED:
            path.write_bytes(content[: random.randrange(len(content))])
        else:
            name, place = _place_of_content(path, random)
            flipped = content[place] ^ 1 << random.randrange(8)
            path.write_bytes(content[:place] + bytes([flipped]) + content[place + 1 :])
        try:
            return _noticed(archive.read(path), name)
        except ResultsError as error:
            return True, name in str(error)


def _place_of_content(path: Path, random: Random) -> tuple[str, int]:
    """Return the name of a file, and the place of one of its compressed bytes in an archive."""
    with zipfile.ZipFile(path) as opened:
        entry = random.choice([entry for entry in opened.infolist() if entry.compress_size])
    start = entry.header_offset + HEADER + len(entry.filename)
    return entry.filename, start + random.randrange(entry.compress_size)


def resealed(files: Files) -> Files:
    """Return files with another description and manifest and no signature, as an author without a key may."""
    sealed = {name: content for name, content in files.items() if name != SIGNATURE}
    sealed[STATEMENT] = as_json(from_json(STATEMENT, sealed) | {"signer": ""})
    if METADATA in sealed:
        sealed[METADATA] = _described(sealed)
    sealed[MANIFEST] = manifest_of(sealed)
    return sealed


def _described(files: Files) -> bytes:
    """Return the metadata with a file entity for each file, and for no other."""
    metadata = from_json(METADATA, files)
    names = files.keys() - {METADATA, MANIFEST}
    others = [one for one in metadata["@graph"] if one["@type"] != "File"]
    entities = [{"@id": name, "@type": "File", "name": name} for name in sorted(names)]
    return as_json(metadata | {"@graph": others + entities})

"""A file as it was at a commit, provable without the repository: the commit, the trees and the file itself.

Git names each of its objects by a hash over it, so that a commit names every file that it had.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.evidence.checkout import NoAnswer, git

KINDS = {40: "sha1", 64: "sha256"}  # of a repository, by the digits of its names


def proof(root: Path, commit: str, path: str) -> dict[str, bytes]:
    """Return the objects from a commit down to a file, by their names. Raises NoAnswer."""
    asked = git(root, "rev-parse", "--verify", f"{commit}^{{commit}}").decode().strip()
    names = [asked, f"{asked}^{{tree}}", *(f"{asked}:{part}" for part in _prefixes(path))]
    return dict(_object(root, name) for name in names)


def _prefixes(path: str) -> Iterator[str]:
    parts = path.split("/")
    for count in range(1, len(parts) + 1):
        yield "/".join(parts[:count])


def _object(root: Path, asked: str) -> tuple[str, bytes]:
    """Return the name of an object, and the bytes that git hashes."""
    answer = git(root, "cat-file", "--batch", asked=asked.encode())
    about, _, rest = answer.partition(b"\n")
    words = about.decode(errors="replace").split()
    if len(words) != 3:
        raise NoAnswer(f"the repository of the checkout has no {asked}")
    name, kind, size = words
    return name, f"{kind} {size}\0".encode() + rest[: int(size)]


def file_at(objects: Mapping[str, bytes], commit: str, path: str) -> bytes:
    """Return a file as it was at a commit, which may be the beginning of a name.

    Raises ValueError if an object is missing, or is not what its name says.
    """
    return _content(objects, way_to(objects, commit, path)[-1], b"blob")


def way_to(objects: Mapping[str, bytes], commit: str, path: str) -> list[str]:
    """Return the names of the objects from a commit down to a file. Raises ValueError as `file_at` does."""
    whole = [name for name in objects if name.startswith(commit)]
    if len(whole) != 1:
        raise ValueError(f"commit {commit} is not among the objects")
    header = _content(objects, whole[0], b"commit").split(b"\n", 1)[0]
    name = header.removeprefix(b"tree ").decode(errors="replace")
    names = [*whole, name]
    for part in path.split("/"):
        name = _entry(_content(objects, name, b"tree"), part, len(name))
        names.append(name)
    return names


def _content(objects: Mapping[str, bytes], name: str, kind: bytes) -> bytes:
    if name not in objects:
        raise ValueError(f"object {name} is missing")
    if not is_whole(name, objects[name]):
        raise ValueError(f"object {name} is not what its name says")
    header, _, content = objects[name].partition(b"\0")
    if not header.startswith(kind + b" "):
        raise ValueError(f"object {name} is not a {kind.decode()}")
    return content


def date_of(objects: Mapping[str, bytes], commit: str) -> datetime:
    """Return when a commit was made, in UTC. Raises ValueError."""
    header = _content(objects, commit, b"commit").partition(b"\n\n")[0]
    line = next((line for line in header.split(b"\n") if line.startswith(b"committer ")), b"")
    return datetime.fromtimestamp(int(line.split()[-2]), UTC)


def is_whole(name: str, content: bytes) -> bool:
    """Return whether an object is what its name says."""
    return hashlib.new(KINDS.get(len(name), "sha256"), content, usedforsecurity=False).hexdigest() == name


def _entry(tree: bytes, wanted: str, digits: int) -> str:
    """Return the name of the object that a tree has under a file's name."""
    start, size = 0, digits // 2
    while (end := tree.find(b"\0", start)) >= 0:
        after = end + 1 + size
        if tree[start:end].split(b" ", 1)[-1] == wanted.encode():
            return tree[end + 1 : after].hex()
        start = after
    raise ValueError(f"{wanted} is not in its tree")

"""Data files, fetched from a mirror or their official address and checked by hash; the only door to pooch.

A file gets its final name only if its hash is right.
"""

import errno
import hashlib
import os
import shutil
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from data_pipelines.archives import contents_digest, readable, unpacked_digest
from data_pipelines.cache import cache_folder
from data_pipelines.dataset import DataError, DataFile, FolderOnRequest, LocalFile, PackagedFile, RemoteFile
from data_pipelines.local_files import check_pinned, content_hash
from data_pipelines.whole_files import atomic_path, refuse_pipe, remove_leftovers, temporary_folder


def cached_path(file: DataFile) -> Path:
    """Return the path of `file`, whether it has been fetched or not."""
    if isinstance(file, PackagedFile):
        found = find_spec(file.package)
        if found is None or found.origin is None:
            raise DataError(f"{file.name} comes with the package {file.package}, which is not installed.")
        return Path(found.origin).parent / file.path
    if isinstance(file, LocalFile):
        return file.path
    own = os.environ.get(file.variable) if file.variable else None
    return Path(own) if own else cache_folder() / file.name


def fetch(file: DataFile) -> Path:
    """Return the path of `file` on this machine, fetching it if necessary.

    Raises DataError if no source has it, or if it has another hash.
    """
    path = cached_path(file)
    if not isinstance(file, RemoteFile) or path.exists() or os.environ.get(file.variable or "-"):
        check(path, file)
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path.parent, ".new-*")
    _obtain(file, path)
    return path


def needs_no_network(file: DataFile) -> bool:
    """Return whether a file is on this machine, in the cache or in a folder that is the mirror."""
    if not isinstance(file, RemoteFile) or cached_path(file).exists():
        return True
    return any("://" not in address and Path(address).exists() for address, _ in _sources(file))


def check(path: Path, file: DataFile) -> None:
    """Raise DataError unless the file at `path` exists and has the expected hash."""
    if isinstance(file, FolderOnRequest):
        _check_folder(path, file)
        return
    if isinstance(file, LocalFile):
        check_pinned(file)
        return
    if not path.exists():
        named = f", where {file.variable} points" if isinstance(file, RemoteFile) and file.variable else ""
        raise DataError(f"{file.name} is not at {path}{named}.")
    refuse_pipe(path)
    stat = path.stat()
    algorithm, expected = _hash(file)
    modified = time.time_ns() if path.is_dir() else stat.st_mtime_ns  # its own time ignores changed files
    received = _digest(path, algorithm, _contents(file), stat.st_size, modified)
    if received != expected:
        remedy = "Delete it and fetch again." if isinstance(file, RemoteFile) else "Reinstall the package."
        if isinstance(file, RemoteFile) and os.environ.get(file.variable or "-"):
            remedy = f"{file.variable} points there; unset it to fetch the file."
        raise DataError(
            f"{path} has {_title(algorithm)} {received}. Expected {expected} for {file.name}. {remedy}"
        )


def _check_folder(path: Path, file: FolderOnRequest) -> None:
    """Raise DataError unless the folder exists, without gaps and with as many files as its owners state."""
    if not path.is_dir():
        raise DataError(
            f"{file.name} is not at {path}. Request it at {file.address}, then set {file.variable} to its folder."
        )
    if file.gap and (lacking := file.gap(path)):
        raise DataError(f"{path} {lacking}. Copy {file.name} again.")
    if (found := sum(1 for _ in path.glob(file.holds))) != file.files:
        raise DataError(f"{path} has {found} files {file.holds}. Expected {file.files} for {file.name}.")


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, or of the files in a folder; what `fetch` has checked is not read again."""
    if path.is_dir():
        return content_hash(path)
    stat = path.stat()
    return _digest(path, "sha256", "", stat.st_size, stat.st_mtime_ns)


def _contents(file: DataFile) -> str:
    return file.contents if isinstance(file, RemoteFile) else ""


def _hash(file: RemoteFile | PackagedFile) -> tuple[str, str]:
    """Return the algorithm and the digest of a file's hash."""
    algorithm, _, digest = file.hash.rpartition(":")
    return algorithm or "sha256", digest


def _title(algorithm: str) -> str:
    titles = {"sha256": "SHA-256", "md5": "MD5", "contents": "contents of SHA-256"}
    return (titles | {"unpacked": "unpacked contents of SHA-256"})[algorithm]


@lru_cache
def _digest(path: Path, algorithm: str, contents: str, size: int, modified: int) -> str:
    """Hash a file, or the members that `contents` matches, once per process while size and time stay the same."""
    if algorithm == "contents":
        return contents_digest(path, contents)
    if algorithm == "unpacked":
        return unpacked_digest(path)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()


def _obtain(file: RemoteFile, path: Path) -> None:
    """Fetch the file from the first source that has it."""
    failures = []
    for address, is_archive in _sources(file):
        with temporary_folder(path.parent) as folder:
            try:
                received = _received(file, address, is_archive, folder)
            except (OSError, DataError) as error:
                if getattr(error, "errno", None) == errno.ENOSPC:
                    raise
                failures.append(f"{address}: {_reason(error)}")
                continue
            _keep(received, path)
            return
    tried = f" ({'; '.join(failures)})" if failures else ""
    if has_no_address(file):
        raise DataError(
            f"{file.name} could not be fetched{tried}. No public address has {file.address}, hash {file.hash}. "
            f"Set RETABLE_MIRROR to a folder or address that has {file.name}."
        )
    member = f" (member {file.member})" if file.member else ""
    raise DataError(
        f"{file.name} could not be fetched{tried}. "
        f"Either save {file.address}{member} as {path}, "
        f"or set RETABLE_MIRROR to a folder or address that has {file.name}."
    )


def has_no_address(file: RemoteFile) -> bool:
    """Return whether the address is a description, of a file that only a mirror can have."""
    return " " in file.address


def _sources(file: RemoteFile) -> Iterator[tuple[str, bool]]:
    """Yield (address, whether it is the archive) of every possible source, the mirror first."""
    mirror = os.environ.get("RETABLE_MIRROR")
    if mirror:
        folder = f"{mirror.rstrip('/')}/{Path(file.name).parent}"
        yield f"{folder}/{Path(file.name).name}", False
        if file.member:  # of the archive, unpacked there or not
            yield f"{folder}/{file.member}", False
            yield f"{folder}/{Path(file.address).name}", True
    if not has_no_address(file):
        yield file.address, file.member is not None


def _received(file: RemoteFile, address: str, is_archive: bool, folder: Path) -> Path:
    """Return a copy of the file in `folder`. Raises DataError if it has another hash."""
    if not is_archive:
        received = _download(address, folder)
    elif file.archive_sha256:  # the archive is kept, for its other members
        received = _extract(_whole_archive(file, address, folder), file, folder)
    else:
        received = _extract(_download(address, folder), file, folder)
    algorithm, expected = _hash(file)
    digest = _digest(received, algorithm, _contents(file), received.stat().st_size, 0)
    if digest != expected:
        raise DataError(f"it has {_title(algorithm)} {digest}. Expected {expected}. It was not kept")
    return received


def _whole_archive(file: RemoteFile, address: str, folder: Path) -> Path:
    """Return the cached archive of a member, after fetching it from `address` if necessary."""
    archive = RemoteFile(f"{Path(file.name).parent}/{Path(address).name}", address, file.archive_sha256 or "", 0)
    path = cached_path(archive)
    if path.exists():
        check(path, archive)
    else:
        _keep(_received(archive, address, False, folder), path)
    return path


def _keep(received: Path, path: Path) -> None:
    with atomic_path(path) as temporary:
        received.replace(temporary)


def _download(address: str, folder: Path) -> Path:
    """Copy or download `address` into `folder`, a download with a progress bar."""
    name = Path(address).name
    if "://" not in address:
        refuse_pipe(Path(address))
        return Path(shutil.copyfile(address, folder / name))
    import pooch  # only where something is downloaded: it takes as long to load as many a command

    pooch.get_logger().setLevel("ERROR")
    downloader = pooch.HTTPDownloader(progressbar=_bar() if sys.stderr.isatty() else False, timeout=30)
    return Path(pooch.retrieve(address, None, name, folder, downloader=downloader))


def _bar() -> object:
    """Return a bar on the terminal itself: the stream before it may show control characters as text."""
    from tqdm import tqdm

    terminal = getattr(sys.stderr, "rich_proxied_file", sys.stderr)
    return tqdm(total=1, file=terminal, ncols=79, unit="B", unit_scale=True)


def _extract(archive: Path, file: RemoteFile, folder: Path) -> Path:
    """Copy one member of a zip or tar archive into `folder`, under a safe name."""
    member = folder / "member"
    with readable("it is a damaged archive"):
        try:
            with _member(archive, file.member or "") as source, member.open("wb") as target:
                _copy(source, target, file.size)
        except KeyError as error:
            raise DataError(f"it has no member {file.member}") from error
    return member


def _copy(source: IO[bytes], target: IO[bytes], size: int) -> None:
    """Copy a stream, which must not hold more than is known of it: a few bytes may unpack to any number."""
    while block := source.read(2**20):
        target.write(block)
        if target.tell() > size:
            raise DataError(f"it has more than {size} bytes")


@contextmanager
def _member(archive: Path, name: str) -> Iterator[IO[bytes]]:
    """Open a member of an archive. Raises KeyError if it is missing."""
    if not tarfile.is_tarfile(archive):
        with zipfile.ZipFile(archive) as opened, opened.open(name) as source:
            yield source
        return
    with tarfile.open(archive) as tar:
        found = tar.extractfile(name)
        if found is None:
            raise KeyError(name)
        yield found


def _reason(error: BaseException) -> str:
    """Return the reason for a failure in a few words."""
    import requests

    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return str(error).splitlines()[0] if str(error) else type(error).__name__

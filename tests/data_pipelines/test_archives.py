"""Files in folders and archives."""

import gzip
import hashlib
import lzma
import shutil
import zipfile
from types import SimpleNamespace

import pytest

from data_pipelines.archives import contents_digest, unpacked_digest
from data_pipelines.dataset import DataError


def test_contents_are_compared_by_name_and_bytes(tmp_path):
    for folder, content in (("a", b"1"), ("b/deep", b"1"), ("c", b"2")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.wav").write_bytes(content)
    digests = [contents_digest(tmp_path / folder, r".*\.wav") for folder in "abc"]
    assert digests[0] == digests[1] != digests[2]
    with pytest.raises(DataError, match="Two files are named x.wav"):
        contents_digest(tmp_path, r".*\.wav")


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress], ids=["plain", "gzip", "xz"])
def test_a_file_is_hashed_as_unpacked(tmp_path, pack):
    content = b"one\ntwo\n" * 100
    (tmp_path / "words").write_bytes(pack(content))
    assert unpacked_digest(tmp_path / "words") == hashlib.sha256(content).hexdigest()
    if pack is not bytes:
        (tmp_path / "words").write_bytes(pack(content)[:-12])
        with pytest.raises(DataError, match="words can't be unpacked"):
            unpacked_digest(tmp_path / "words")


def packed(path, compression=zipfile.ZIP_STORED, content=b"sound" * 1000, name="x.wav"):
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr(name, content)
    return path.read_bytes()


def altered(content, old, new):
    assert old in content
    return content.replace(old, new)


STORED, UNKNOWN, ENCRYPTED = (b"\x14\0" + flags for flags in (b"\0\0\0\0", b"\0\0\x63\0", b"\1\0\0\0"))
HOSTILE = {
    "empty": lambda path: b"",
    "text": lambda path: b"no archive\n" * 100,
    "cut": lambda path: packed(path)[:-30],
    "flipped": lambda path: altered(packed(path), b"soundsound", b"sounbsound"),
    "corrupt LZMA": lambda path: altered(packed(path, zipfile.ZIP_LZMA), b"\x09\x04\x05\0", b"\xff" * 4),
    "corrupt bzip2": lambda path: altered(packed(path, zipfile.ZIP_BZIP2), b"BZh9", b"BZhX"),
    "corrupt deflate": lambda path: altered(packed(path, zipfile.ZIP_DEFLATED), b"x.wav\xed", b"x.wav\xff"),
    "unknown compression": lambda path: altered(packed(path), STORED, UNKNOWN),
    "encrypted": lambda path: altered(packed(path), STORED, ENCRYPTED),
    "a name that is not UTF-8": lambda path: altered(packed(path, name="\u00e9.wav"), b"\xc3\xa9", b"\xff\xfe"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_archive_is_refused_in_a_line(tmp_path, kind):
    path = tmp_path / "sounds.zip"
    path.write_bytes(HOSTILE[kind](path))
    with pytest.raises(DataError, match=r"sounds\.zip can't be unpacked: .|None of 0 files"):
        contents_digest(path, r".*\.wav")


def test_an_archive_that_would_fill_the_disk_is_not_unpacked(tmp_path, monkeypatch):
    packed(tmp_path / "bomb.zip", zipfile.ZIP_DEFLATED, bytes(10**7))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=10**6))
    with pytest.raises(DataError, match="unpacks to 10000000 bytes. .* has room for 1000000"):
        contents_digest(tmp_path / "bomb.zip", r".*\.wav")

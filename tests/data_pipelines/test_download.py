"""Fetching: cache, mirror, network on the loopback, hashes, archives."""

import hashlib
import signal
import subprocess
import sys
import tarfile
import threading
import zipfile
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from data_pipelines.archives import plain
from data_pipelines.dataset import DataError, PackagedFile, RemoteFile
from data_pipelines.download import cached_path, check, fetch

CONTENT = b"0 a sentence\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
UNREACHABLE = "http://127.0.0.1:9/data.txt"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments) -> None:
        pass


@pytest.fixture
def server(tmp_path):
    """Serve a folder over HTTP; yields its address and path."""
    folder = tmp_path / "served"
    folder.mkdir()
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_port}", folder
    httpd.shutdown()


def remote(address: str = UNREACHABLE, **settings) -> RemoteFile:
    return RemoteFile("set/data.txt", address, **{"hash": SHA256, "size": len(CONTENT)} | settings)


def kept(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "data").rglob("*") if path.is_file() and path.suffix != ".lock")


def test_from_the_network_then_from_the_cache(home, server):
    address, folder = server
    (folder / "data.txt").write_bytes(CONTENT)
    assert fetch(remote(f"{address}/data.txt")).read_bytes() == CONTENT
    (folder / "data.txt").unlink()
    assert fetch(remote(f"{address}/data.txt")) == home / "data" / "set" / "data.txt"


@pytest.mark.parametrize("over_http", [False, True], ids=["folder", "address"])
def test_from_a_mirror(home, server, monkeypatch, over_http):
    address, folder = server
    (folder / "set").mkdir()
    (folder / "set" / "data.txt").write_bytes(CONTENT)
    monkeypatch.setenv("RETABLE_MIRROR", address if over_http else str(folder))
    assert fetch(remote()).read_bytes() == CONTENT


def test_a_mirror_without_the_file_is_skipped(home, server, monkeypatch, tmp_path):
    address, folder = server
    (folder / "data.txt").write_bytes(CONTENT)
    monkeypatch.setenv("RETABLE_MIRROR", str(tmp_path / "empty"))
    assert fetch(remote(f"{address}/data.txt")).read_bytes() == CONTENT


def test_a_wrong_hash_keeps_nothing(home, server):
    address, folder = server
    (folder / "data.txt").write_bytes(b"something else")
    received = hashlib.sha256(b"something else").hexdigest()
    with pytest.raises(
        DataError, match=f"data.txt: it has SHA-256 {received}. Expected {SHA256}. It was not kept"
    ):
        fetch(remote(f"{address}/data.txt"))
    assert kept(home) == []


def test_without_any_source_the_error_names_file_address_and_both_ways_out(home):
    with pytest.raises(DataError) as caught:
        fetch(remote())
    text = str(caught.value)
    assert "\n" not in text
    assert all(part in text for part in ("set/data.txt", UNREACHABLE, str(home / "data"), "RETABLE_MIRROR"))


@pytest.mark.parametrize("as_member", [False, True], ids=["archive", "member"])
def test_a_member_of_an_archive(home, server, monkeypatch, as_member):
    address, folder = server
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr("../../escaped.txt", "evil")
        archive.writestr("inner/data.txt", CONTENT)
    digest = hashlib.sha256((folder / "all.zip").read_bytes()).hexdigest()
    if as_member:  # the mirror may hold the member instead of the archive
        (folder / "set").mkdir()
        (folder / "set" / "data.txt").write_bytes(CONTENT)
        monkeypatch.setenv("RETABLE_MIRROR", str(folder))
        (folder / "all.zip").unlink()
    file = remote(f"{address}/all.zip", member="inner/data.txt", archive_sha256=digest)
    assert fetch(file).read_bytes() == CONTENT
    assert kept(home) == (["data.txt"] if as_member else ["all.zip", "data.txt"])
    assert not list(home.parent.rglob("escaped.txt"))


def test_a_member_of_a_tar_archive(home, server):
    address, folder = server
    (folder / "data.txt").write_bytes(CONTENT)
    with tarfile.open(folder / "all.tgz", "w:gz") as archive:
        archive.add(folder / "data.txt", "inner/data.txt")
    assert fetch(remote(f"{address}/all.tgz", member="inner/data.txt")).read_bytes() == CONTENT
    with pytest.raises(DataError, match="it has no member data.txt"):
        fetch(replace(remote(f"{address}/all.tgz", member="data.txt"), name="set/other.txt"))


def test_an_archive_without_the_member(home, server):
    address, folder = server
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr("other.txt", "")
    with pytest.raises(DataError, match="all.zip: it has no member data.txt"):
        fetch(remote(f"{address}/all.zip", member="data.txt"))
    (folder / "all.zip").write_bytes(b"no archive")
    with pytest.raises(DataError, match="all.zip: it is a damaged archive"):
        fetch(remote(f"{address}/all.zip", member="data.txt"))
    assert kept(home) == []


def test_a_damaged_mirror_does_not_hide_the_official_address(home, server, monkeypatch):
    address, folder = server
    (folder / "set").mkdir()
    (folder / "set" / "data.txt").write_bytes(b"damaged")
    (folder / "data.txt").write_bytes(CONTENT)
    monkeypatch.setenv("RETABLE_MIRROR", str(folder))
    assert fetch(remote(f"{address}/data.txt")).read_bytes() == CONTENT


def test_an_archive_is_downloaded_once_for_all_its_members(home, server):
    address, folder = server
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr("data.txt", CONTENT)
        archive.writestr("more.txt", CONTENT)
    digest = hashlib.sha256((folder / "all.zip").read_bytes()).hexdigest()
    settings = {"address": f"{address}/all.zip", "hash": SHA256, "size": 13, "archive_sha256": digest}
    fetch(RemoteFile("set/data.txt", member="data.txt", **settings))
    (folder / "all.zip").unlink()
    assert fetch(RemoteFile("set/more.txt", member="more.txt", **settings)).read_bytes() == CONTENT


def test_a_damaged_file_in_the_cache_is_named(home):
    path = cached_path(remote())
    path.parent.mkdir(parents=True)
    path.write_bytes(b"damaged")
    with pytest.raises(DataError, match="Delete it and fetch again"):
        fetch(remote())


def test_two_processes_fetch_one_file(home, server):
    address, folder = server
    (folder / "data.txt").write_bytes(CONTENT)
    code = (
        "from data_pipelines.download import fetch; from data_pipelines.dataset import RemoteFile;"
        f"print(fetch(RemoteFile('set/data.txt', '{address}/data.txt', '{SHA256}', {len(CONTENT)})))"
    )
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    answers = {process.communicate()[0] for process in running}
    assert answers == {f"{home / 'data' / 'set' / 'data.txt'}\n"}
    assert kept(home) == ["data.txt"]


def test_a_packaged_file():
    file = PackagedFile("digits/digits.csv.gz", "sklearn", "datasets/data/digits.csv.gz", SHA256)
    with pytest.raises(DataError, match="Reinstall the package"):
        check(cached_path(file), file)
    with pytest.raises(DataError, match="comes with the package nowhere"):
        fetch(PackagedFile("x", "nowhere", "x", SHA256))


def test_a_hash_may_be_md5(home, server):
    address, folder = server
    (folder / "data.txt").write_bytes(CONTENT)
    good = remote(f"{address}/data.txt", hash="md5:" + hashlib.md5(CONTENT).hexdigest())
    assert fetch(good).read_bytes() == CONTENT
    with pytest.raises(DataError, match="has MD5 .* Expected 00"):
        fetch(replace(good, hash="md5:" + "0" * 32))


def test_a_member_that_holds_more_than_is_known_of_it_is_not_unpacked_whole(home, server):
    address, folder = server
    with zipfile.ZipFile(folder / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.txt", bytes(10**8))
    with pytest.raises(DataError, match=f"it has more than {len(CONTENT)} bytes"):
        fetch(remote(f"{address}/all.zip", member="data.txt"))
    assert kept(home) == []


def test_what_a_killed_download_left_goes_with_the_next(home, server):
    address, folder = server
    (folder / "data.txt").write_bytes(CONTENT)
    script = (
        "import os, signal; from data_pipelines import download; from data_pipelines.dataset import RemoteFile;"
        "download.shutil.copyfile = lambda *paths: os.kill(os.getpid(), signal.SIGKILL);"
        f"download.fetch(RemoteFile('set/data.txt', '{folder}/data.txt', '{SHA256}', {len(CONTENT)}))"
    )
    killed = subprocess.run([sys.executable, "-c", script])
    assert killed.returncode == -signal.SIGKILL
    assert [path.name for path in (home / "data" / "set").iterdir() if path.is_dir()]
    fetch(remote(f"{address}/data.txt"))
    assert kept(home) == ["data.txt"]


def test_a_device_is_no_file(home, tmp_path, monkeypatch):
    (tmp_path / "set").mkdir()
    device = tmp_path / "set" / "data.txt"
    device.symlink_to("/dev/null")
    monkeypatch.setenv("RETABLE_MIRROR", str(tmp_path))
    for read in (lambda: fetch(remote()), lambda: check(device, remote()), lambda: plain(device).__enter__()):
        with pytest.raises(DataError, match="data.txt is a pipe or a device"):
            read()

"""The file of a certificate is read with care: nothing is unpacked that no certificate has."""

import zipfile

import pytest

from benchmarks.certificates import archive
from results.ledger import ResultsError

FILES = {"certificate.json": b"{}", "published/a.csv": b"a,b\n"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cell.zip"


def zipped(path, *entries):
    with zipfile.ZipFile(path, "w") as opened:
        for entry, content in entries:
            opened.writestr(entry, content)


def test_files_come_back(path):
    archive.write(path, FILES)
    assert archive.read(path) == FILES


def test_nothing_is_replaced(path):
    archive.write(path, FILES)
    with pytest.raises(ResultsError, match="exists already"):
        archive.write(path, FILES)
    with pytest.raises(ResultsError, match="does not exist"):
        archive.write(path.parent / "none" / "cell.zip", FILES)


@pytest.mark.parametrize(
    "name", ["../a", "/etc/passwd", "a/../../b", "a\\b", "a//b", "a/", ".hidden", "C:a", "a" * 201, "\u00e9"]
)
def test_a_name_that_no_certificate_has_is_refused(name, path):
    zipped(path, (name, b""))
    with pytest.raises(ResultsError, match="which no certificate has"):
        archive.read(path)


def test_a_link_is_refused(path):
    entry = zipfile.ZipInfo("certificate.json")
    entry.external_attr = 0o120777 << 16
    zipped(path, (entry, b"/etc/passwd"))
    with pytest.raises(ResultsError, match="which no certificate has"):
        archive.read(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_is_refused(path):
    zipped(path, ("a", b"1"), ("a", b"2"))
    with pytest.raises(ResultsError, match="has a twice"):
        archive.read(path)


def test_a_file_that_is_a_folder_too_is_refused(path):
    zipped(path, ("code", b"1"), ("code/models/lenet.py", b"2"))
    with pytest.raises(ResultsError, match="has code, as a file and as a folder"):
        archive.read(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_compression_is_refused(method, path):
    with zipfile.ZipFile(path, "w", method) as opened:
        opened.writestr("a", b"content")
    with pytest.raises(ResultsError, match="compressed by another method"):
        archive.read(path)


def test_ten_gigabytes_are_not_unpacked(path):
    """The size is in the directory of the archive, which is read first."""
    zipped(path, ("a", b"content"))
    content = path.read_bytes()
    place = content.rindex(b"PK\x01\x02") + 24
    path.write_bytes(content[:place] + (0xF0000000).to_bytes(4, "little") + content[place + 4 :])
    with pytest.raises(ResultsError, match="has 1 files of 4026531840 bytes. Expected at most"):
        archive.read(path)


def test_a_size_that_is_too_small_is_noticed(path):
    """So is an entry that holds more than its directory states."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("a", b"content" * 1000)
    content = path.read_bytes()
    place = content.rindex(b"PK\x01\x02") + 24
    path.write_bytes(content[:place] + (7).to_bytes(4, "little") + content[place + 4 :])
    with pytest.raises(ResultsError, match="is damaged at a: "):
        archive.read(path)


def test_what_is_no_archive_is_named(path):
    path.write_text("a,b\n")
    with pytest.raises(ResultsError, match="can't be read as a ZIP archive"):
        archive.read(path)
    with pytest.raises(ResultsError, match="No such file"):
        archive.read(path.parent / "none.zip")


def test_a_malformed_manifest_is_named():
    with pytest.raises(ResultsError, match="line 1, is malformed"):
        list(archive.differences(FILES | {archive.MANIFEST: b"\xff\xfe"}))

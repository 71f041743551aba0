"""The command over data sets: pinning files of one's own."""

from pathlib import Path

from data_pipelines.dataset import LocalFile
from tests.benchmarks.cli.test_features import run


def test_pinned_files_are_printed_to_be_pasted(tmp_path, monkeypatch, capfd):
    (tmp_path / "one.csv").write_text("a\n1\n", "utf-8")
    (tmp_path / "leaves" / "oak").mkdir(parents=True)
    (tmp_path / "leaves" / "oak" / "1.png").write_bytes(b"?")
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "data", "pin", "one.csv", "leaves") == 0
    names = {"LocalFile": LocalFile, "Path": Path, "__file__": "my_paper.py"}
    first, second = (eval(f"LocalFile({text}", names) for text in capfd.readouterr().out.split("LocalFile(")[1:])
    assert (first.path, first.size) == (Path("one.csv"), 4)
    assert second.hash.startswith("folder:") and str(tmp_path) not in repr(second)


def test_pinning_with_an_address(tmp_path, monkeypatch, capfd):
    (tmp_path / "one.csv").write_text("a\n1\n", "utf-8")
    address = ("--address", "https://example.org/one.csv")
    assert run(monkeypatch, "data", "pin", tmp_path / "one.csv", *address) == 0
    printed = capfd.readouterr().out
    assert printed.startswith("RemoteFile(") and str(tmp_path) not in printed
    assert run(monkeypatch, "data", "pin", tmp_path / "one.csv", tmp_path, *address) == 1
    assert "There are 2 files and one address" in capfd.readouterr().err
    assert run(monkeypatch, "data", "pin", tmp_path / "none") == 1
    assert "There is no file or folder" in capfd.readouterr().err


def test_a_lookalike_is_written_to_a_new_folder(tmp_path, monkeypatch, capfd):
    monkeypatch.delenv("RETABLE_IEMOCAP", raising=False)
    assert run(monkeypatch, "data", "lookalike", "IEMOCAP all", tmp_path / "new") == 0
    assert capfd.readouterr().out.strip() == str(tmp_path / "new")
    assert len(list((tmp_path / "new").glob("Session*/dialog/transcriptions/Ses*.txt"))) == 10
    assert run(monkeypatch, "data", "lookalike", "IEMOCAP all", tmp_path / "new") == 1
    assert "exists. Expected a new folder." in capfd.readouterr().err

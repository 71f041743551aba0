"""Emo-DB: speakers apart, its own facts, other copies, and bad names."""

import shutil
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from data_pipelines.archives import unpacked
from data_pipelines.dataset import DataError
from data_pipelines.datasets import emodb as emodb_file
from data_pipelines.datasets.emodb import EMODB, FILE, MEN, NAMES, WOMEN
from data_pipelines.download import check, fetch
from data_pipelines.folds import speaker_folds


def speakers_of(monkeypatch, paths, fold: int, seed: int) -> list[set[str]]:
    """Return the speakers of each part: every utterance's features are replaced by its place in the archive."""
    with unpacked(paths[0], NAMES) as files:
        names = [path.name for path in files]
    monkeypatch.setattr(emodb_file, "stacked", lambda files, kind, seconds: np.arange(len(files)))
    parts = EMODB.load(paths, fold, seed)[:3]
    assert sorted(np.concatenate([part.x for part in parts])) == list(range(len(names)))
    return [{names[row][:2] for row in part.x} for part in parts]


@pytest.mark.parametrize("fold", range(5))
def test_no_speaker_of_emodb_is_in_two_parts(fold, tmp_path, monkeypatch):
    train, valid, test = speakers_of(monkeypatch, EMODB.lookalike(tmp_path), fold, seed=3)
    assert not (train & valid or train & test or valid & test)
    for pair in (valid, test):
        assert len(pair) == 2 and len(pair & set(WOMEN)) == 1


def test_every_speaker_is_tested_once_and_pairs_depend_on_the_seed_alone():
    pairs = speaker_folds(WOMEN, MEN, 0)
    assert sorted(speaker for pair in pairs for speaker in pair) == sorted(WOMEN + MEN)
    assert pairs == speaker_folds(WOMEN, MEN, 0)
    assert any(speaker_folds(WOMEN, MEN, seed) != pairs for seed in (1, 2))


def test_emodb_has_its_utterances(mirror, monkeypatch):
    monkeypatch.setattr(emodb_file, "stacked", lambda files, kind, seconds: np.arange(len(files)))
    path = mirror / FILE.name
    check(path, FILE)
    fold = EMODB.load([path], 0, 0)
    EMODB.check(fold)
    labels = np.concatenate([part.y for part in fold[:3]])
    assert np.bincount(labels).tolist() == [127, 71, 79, 62]  # anger, happiness, neutral, sadness


def test_another_archive_of_the_same_sounds_will_do(mirror, tmp_path, monkeypatch, home):
    """As the official one: other emotions beside, other folders, and so another hash of the whole."""
    monkeypatch.setenv("RETABLE_EMODB", str(tmp_path / "download.zip"))
    with zipfile.ZipFile(mirror / FILE.name) as ours, zipfile.ZipFile(tmp_path / "download.zip", "w") as theirs:
        for name in ours.namelist():
            theirs.writestr(f"download/{name}", ours.read(name))
        theirs.writestr("download/wav/03a01Ea.wav", b"disgust")
        theirs.writestr("download/erkennung.txt", b"")
    assert fetch(FILE) == tmp_path / "download.zip"
    folder = tmp_path / "folder"
    shutil.unpack_archive(tmp_path / "download.zip", folder)
    monkeypatch.setenv("RETABLE_EMODB", str(folder))
    assert fetch(FILE) == folder
    next(folder.rglob("03a01Fa.wav")).write_bytes(b"changed")
    with pytest.raises(DataError, match="Expected 0160d2b7.*RETABLE_EMODB points there"):
        check(folder, FILE)


def test_a_damaged_archive_and_an_unknown_speaker_are_refused(tmp_path, home):
    (tmp_path / "broken.zip").write_bytes(b"no zip")
    with pytest.raises(DataError, match="broken.zip can't be unpacked"):
        EMODB.load([tmp_path / "broken.zip"], 0, 0)
    (path,) = EMODB.lookalike(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("wav/77a01Fa.wav", archive.read("wav/03a01Fa.wav"))
    with pytest.raises(DataError, match="77a01Fa.wav has an unknown speaker"):
        EMODB.load([path], 0, 0)


def test_a_wrong_number_of_a_class_is_refused(tmp_path, home):
    fold = EMODB.load(EMODB.lookalike(tmp_path), 0, 0)
    replace(EMODB, examples=40, of_class=(10, 10, 10, 10)).check(fold)
    with pytest.raises(DataError, match=r"has \(10, 10, 10, 10\) examples a class. Expected \(9, 11, 10, 10\)"):
        replace(EMODB, examples=40, of_class=(9, 11, 10, 10)).check(fold)

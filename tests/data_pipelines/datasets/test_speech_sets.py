"""Emo-DB and IEMOCAP: speakers apart, their own facts, copies of one's own, and bad names."""

import shutil
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.jobs import obstacle
from benchmarks.table import load_table
from data_pipelines import lookalike
from data_pipelines.archives import contents_digest, unpacked
from data_pipelines.dataset import DataError
from data_pipelines.datasets import emodb as emodb_file
from data_pipelines.datasets.emodb import EMODB, FILE, MEN, NAMES, WOMEN, emodb
from data_pipelines.datasets.iemocap import FOLDER, IEMOCAP, Utterance, iemocap, utterances
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
    with pytest.raises(DataError, match="Expected 0160d2b7.*RETABLE_EMODB names it"):
        check(folder, FILE)


def test_contents_are_compared_by_name_and_bytes(tmp_path):
    for folder, content in (("a", b"1"), ("b/deep", b"1"), ("c", b"2")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.wav").write_bytes(content)
    digests = [contents_digest(tmp_path / folder, r".*\.wav") for folder in "abc"]
    assert digests[0] == digests[1] != digests[2]
    with pytest.raises(DataError, match="x.wav is there twice"):
        contents_digest(tmp_path, r".*\.wav")


def test_a_damaged_archive_and_a_stranger_are_told(tmp_path, home):
    (tmp_path / "broken.zip").write_bytes(b"no zip")
    with pytest.raises(DataError, match="broken.zip can't be unpacked"):
        EMODB.load([tmp_path / "broken.zip"], 0, 0)
    (path,) = EMODB.lookalike(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("wav/77a01Fa.wav", archive.read("wav/03a01Fa.wav"))
    with pytest.raises(DataError, match="77a01Fa.wav is of no speaker of Emo-DB"):
        EMODB.load([path], 0, 0)


@pytest.fixture
def actors(tmp_path):
    """Return a folder of IEMOCAP's form."""
    (folder,) = lookalike.iemocap(tmp_path)
    return folder


def test_judgements_are_read(actors):
    found = utterances(actors)
    assert len(found) == 5 * 2 * 12
    first = found[0]
    assert first == Utterance("Ses01F_impro01_F000", "ang", 1.5, 4.5)
    assert (first.session, first.is_improvised, first.is_of_a_woman) == (1, True, True)
    men = {utterance.name for utterance in found if not utterance.is_of_a_woman}
    assert {"Ses01F_impro01_M000", "Ses05M_script01_1_M005"} <= men and len(men) == 60
    assert sum(utterance.is_improvised for utterance in found) == 60


@pytest.mark.parametrize("fold", range(5))
def test_no_speaker_of_iemocap_is_in_two_parts(fold, actors, monkeypatch, home):
    chosen = [u for u in utterances(actors) if u.emotion != "xxx"]
    monkeypatch.setattr(
        "data_pipelines.datasets.iemocap.stacked", lambda files, kind, seconds: np.arange(len(files))
    )
    parts = IEMOCAP.load([actors], fold, 0)[:3]
    train, valid, test = ({(chosen[r].name[4], chosen[r].name[-4]) for r in part.x} for part in parts)
    assert len(train) == 8 and len(valid) == len(test) == 1
    assert {session for session, _ in valid | test} == {str(fold + 1)}
    assert not (train & valid or train & test or valid & test)


def test_types_of_speech_and_joint_labels(actors, home):
    sizes = {
        speech: len(iemocap("log_mel", speech).load([actors], 0, 0).train.y) for speech in ("improvised", "all")
    }
    assert sizes == {"improvised": 40, "all": 80}
    views = iemocap("log_mel", "improvised", views=True).load([actors], 0, 0)
    classes, activation, valence = np.unravel_index(views.train.y, (4, 3, 3))
    assert (classes[0], activation[0], valence[0]) == (0, 2, 0)  # angry, aroused, displeased
    assert views.test.y.max() < 4


def test_excited_counts_as_happy(actors, home):
    fold = IEMOCAP.load([actors], 0, 0)
    labels = np.concatenate([part.y for part in fold[:3]])
    assert np.bincount(labels).tolist() == [20, 40, 20, 20]


def test_iemocap_that_is_not_there_or_not_whole(actors, monkeypatch):
    assert "given on request" in obstacle(IEMOCAP)
    monkeypatch.setenv("RETABLE_IEMOCAP", str(actors / "nowhere"))
    with pytest.raises(
        DataError, match="IEMOCAP_full_release is not at .*nowhere. It is given on request: https://"
    ):
        fetch(FOLDER)
    monkeypatch.setenv("RETABLE_IEMOCAP", str(actors))
    assert not obstacle(IEMOCAP)
    with pytest.raises(DataError, match="has 120 files Session.* Expected 10039"):
        fetch(FOLDER)


def test_bad_names_missing_sounds_and_no_judgements_are_told(actors, home, tmp_path):
    (actors / "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav").unlink()
    with pytest.raises(DataError, match="Ses01F_impro01_F000.wav can't be read"):
        IEMOCAP.load([actors], 0, 0)
    judged = actors / "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt"
    judged.write_text(judged.read_text("utf-8").replace("Ses01F_impro01_F000", "Ses01F_play01_F000"), "utf-8")
    with pytest.raises(DataError, match="Ses01F_play01_F000 is no name of an utterance"):
        utterances(actors)
    (tmp_path / "bare").mkdir()
    with pytest.raises(DataError, match="has no judgements"):
        utterances(tmp_path / "bare")


def test_a_wrong_number_of_a_class_is_told(actors, home):
    with pytest.raises(DataError, match="has 100 examples. Expected 5531"):
        IEMOCAP.check(IEMOCAP.load([actors], 0, 0))
    (path,) = emodb("log_mel").lookalike(actors)
    fold = EMODB.load([path], 0, 0)
    replace(EMODB, examples=40, of_class=(10, 10, 10, 10)).check(fold)
    with pytest.raises(DataError, match=r"has \(10, 10, 10, 10\) examples a class. Expected \(9, 11, 10, 10\)"):
        replace(EMODB, examples=40, of_class=(9, 11, 10, 10)).check(fold)


def test_the_slides_cells_wait_for_iemocap_and_the_counts_add_up():
    table = load_table("neumann_vu2017")
    counts = {cell.row: cell.value for cell in table.cells("IEMOCAP")}
    assert counts["happy"] + counts["excited"] == counts["happy + excited"] == 1636
    assert counts["neutral"] + counts["angry"] + counts["sad"] + counts["happy + excited"] == 5531
    assert counts["improvised"] + counts["scripted"] == counts["all"] == FOLDER.files
    assert IEMOCAP.examples == sum(IEMOCAP.of_class)

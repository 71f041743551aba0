"""IEMOCAP: speakers apart, its own facts, and bad names."""

import numpy as np
import pytest

from data_pipelines.dataset import DataError
from data_pipelines.datasets.iemocap import FOLDER, IEMOCAP, Utterance, iemocap, utterances
from data_pipelines.download import fetch


@pytest.fixture
def actors(tmp_path):
    """Return a folder of IEMOCAP's form."""
    (folder,) = IEMOCAP.lookalike(tmp_path)
    return folder


def test_ratings_are_read(actors):
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
    monkeypatch.setenv("RETABLE_IEMOCAP", str(actors / "nowhere"))
    with pytest.raises(DataError, match="IEMOCAP_full_release is not at .*nowhere. Request it at https://"):
        fetch(FOLDER)
    monkeypatch.setenv("RETABLE_IEMOCAP", str(actors))
    with pytest.raises(DataError, match="has 120 files Session.* Expected 10039"):
        fetch(FOLDER)


def test_bad_names_missing_sounds_and_missing_ratings_are_refused(actors, home, tmp_path):
    (actors / "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav").unlink()
    with pytest.raises(DataError, match="Ses01F_impro01_F000.wav can't be read"):
        IEMOCAP.load([actors], 0, 0)
    ratings = actors / "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt"
    ratings.write_text(ratings.read_text("utf-8").replace("Ses01F_impro01_F000", "Ses01F_play01_F000"), "utf-8")
    with pytest.raises(DataError, match="malformed name Ses01F_play01_F000"):
        utterances(actors)
    (tmp_path / "bare").mkdir()
    with pytest.raises(DataError, match="has no ratings"):
        utterances(tmp_path / "bare")


def test_a_wrong_number_of_examples_is_refused(actors, home):
    with pytest.raises(DataError, match="has 100 examples. Expected 5531"):
        IEMOCAP.check(IEMOCAP.load([actors], 0, 0))
    assert IEMOCAP.examples == sum(IEMOCAP.of_class)

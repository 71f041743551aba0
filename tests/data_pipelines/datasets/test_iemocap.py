"""IEMOCAP: speakers apart, its own facts, bad names, and gaps."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.jobs import obstacle
from data_pipelines.dataset import DataError, LeftOut
from data_pipelines.datasets.iemocap import CODES, FOLDER, IEMOCAP, Utterance, gap, iemocap, utterances
from data_pipelines.download import check, fetch


@pytest.fixture
def actors(tmp_path):
    """Return a folder of IEMOCAP's form."""
    (folder,) = IEMOCAP.lookalike(tmp_path)
    return folder


@pytest.fixture
def places(monkeypatch):
    """Replace every utterance's features by its place among those of the four classes."""
    monkeypatch.setattr(
        "data_pipelines.datasets.iemocap.stacked", lambda files, kind, seconds: np.arange(len(files))
    )


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
def test_no_speaker_of_iemocap_is_in_two_parts(fold, actors, places):
    chosen = [u for u in utterances(actors) if u.emotion in CODES]
    parts = IEMOCAP.load([actors], fold, 0)[:3]
    train, valid, test = ({(chosen[r].name[4], chosen[r].name[-4]) for r in part.x} for part in parts)
    assert len(train) == 8 and len(valid) == len(test) == 1
    assert {session for session, _ in valid | test} == {str(fold + 1)}
    assert not (train & valid or train & test or valid & test)


def test_each_seed_tests_one_of_the_two_speakers_left_out(actors, places):
    chosen = [u for u in utterances(actors) if u.emotion in CODES]
    tested = set()
    for seed in range(8):
        train, valid, test = IEMOCAP.load([actors], 2, seed)[:3]
        of = [{chosen[row].is_of_a_woman for row in part.x} for part in (valid, test)]
        assert of[0] | of[1] == {True, False} and of[0] != of[1]
        assert {chosen[row].session for row in train.x} == {1, 2, 4, 5}
        tested |= of[1]
    assert tested == {True, False}


def test_other_emotions_are_left_out(actors, places):
    emotions = {utterance.emotion for utterance in utterances(actors)}
    assert emotions - CODES.keys() == {"xxx", "fru", "oth"}
    assert sum(len(part.y) for part in IEMOCAP.load([actors], 0, 0)[:3]) == 100


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


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("_F000\tang", "_F000\tangry", "Ses01F_impro01_F000 has the emotion angry. Expected one of "),
        ("_F001\t", "_F000\t", "Ses01F_impro01_F000 is rated twice"),
        ("[1.5000, 4.5000", "[1.5.0, 4.5000", "has 4 sounds without a rating"),
    ],
)
def test_malformed_ratings_are_named(before, after, said, actors):
    ratings = actors / "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt"
    spoilt = ratings.read_text("utf-8").replace(before, after).encode() + b"caf\xe9\n"
    ratings.write_bytes(spoilt)
    with pytest.raises(DataError, match=said):
        check(actors, replace(FOLDER, files=120))


SOUNDS, DIALOG = "Session3/sentences/wav", "Session3/dialog"


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ("Session3", "has no ratings of session 3. Expected sessions 1 to 5"),
        (
            f"{SOUNDS}/Ses03F_impro01/Ses03F_impro01_F002.wav",
            "lacks 1 of 120 rated sounds, .*_F002.wav",
        ),
        (f"{SOUNDS}/Ses03F_impro01", "lacks 12 of 120 rated sounds, such as .*/Ses03F_impro01_F000.wav"),
        (f"{DIALOG}/EmoEvaluation/Ses03F_impro01.txt", "has 12 sounds without a rating, such as .*_F000.wav"),
    ],
)
def test_a_gap_is_named_in_one_line(lost, said, actors):
    folder = replace(FOLDER, files=120)
    check(actors, folder)
    path = actors / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(DataError, match=said) as refused:
        check(actors, folder)
    assert "\n" not in str(refused.value)


def test_missing_transcripts_are_named_and_the_folder_is_taken(actors):
    (actors / DIALOG / "transcriptions/Ses03F_impro01.txt").unlink()
    with pytest.warns(LeftOut, match="lacks 1 of 10 transcripts, such as Session3/.*; none is read"):
        assert gap(actors) == ""


def test_a_generated_folder_that_is_named_is_taken_by_trials_alone(actors, tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER.variable, str(actors))
    assert IEMOCAP.lookalike(tmp_path / "unused") == [actors] and not (tmp_path / "unused").exists()
    assert "is generated: run it with --lookalike" in obstacle(IEMOCAP)
    shutil.rmtree(actors / "Session5")
    with pytest.raises(DataError, match="has no ratings of session 5"):
        IEMOCAP.lookalike(tmp_path / "unused")


def test_a_wrong_number_of_examples_is_refused(actors, home):
    with pytest.raises(DataError, match="has 100 examples. Expected 5531"):
        IEMOCAP.check(IEMOCAP.load([actors], 0, 0))
    assert IEMOCAP.examples == sum(IEMOCAP.of_class)

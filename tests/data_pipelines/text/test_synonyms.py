"""Synonyms: the MyThes file, how often each replaces a word, and texts that draw them."""

import numpy as np
import pytest

from data_pipelines.dataset import DataError
from data_pipelines.download import check
from data_pipelines.text.ragged import Ragged
from data_pipelines.text.synonyms import FILE, SynonymTexts, augmented, read_thesaurus

CHANCES = {"going_on": 0.5, "taking": 0.5}

TEXT = """UTF-8
good|2
(adj)|fine|bad (antonym)|nice (similar term)
(noun)|Good|benefit|fine
tiny|1
(adj)|little
lonely|1
(adj)|sociable (antonym)
"""


@pytest.fixture
def path(tmp_path):
    (tmp_path / "small.dat").write_text(TEXT, "utf-8")
    return tmp_path / "small.dat"


def test_synonyms_are_in_order_without_antonyms_and_the_word_itself(path):
    assert read_thesaurus(path) == {"good": ("fine", "nice", "benefit"), "tiny": ("little",)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("tiny|1\n(adj)|little\n", "tiny|9\n(adj)|little\n"), "line 5: 'tiny|9'"),
        (lambda text: text[: text.index("(noun)")], "line 2: 'good|2'"),
        (lambda text: text.replace("good|2", "good"), "line 2: 'good'"),
        (lambda text: text.removeprefix("UTF-8\n"), "line 1: b'good|2'"),
        (lambda text: text.replace("UTF-8", "ASCII").replace("fine", "f\xefne"), "line 1: b'ASCII'"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(path, change, message):
    path.write_text(change(TEXT), "utf-8")
    with pytest.raises(DataError, match=message.replace("|", r"\|")):
        read_thesaurus(path)


def test_replacements_have_the_paper_s_probabilities(path):
    """A text of one known word: changed with p, by the first synonym with q, by the second with (1 - q) q."""
    thesaurus, rng = read_thesaurus(path), np.random.default_rng(0)
    found = [augmented("a Good one", thesaurus, rng, **CHANCES) for _ in range(20000)]
    shares = {text: found.count(text) / len(found) for text in set(found)}
    expected = {"a Fine one": 0.25, "a Nice one": 0.125, "a Benefit one": 0.0625, "a Good one": 0.5625}
    assert shares == pytest.approx(expected, abs=0.012)


def test_the_number_of_visited_words_is_geometric(path):
    thesaurus, rng = read_thesaurus(path), np.random.default_rng(0)
    text = " ".join(["tiny"] * 20)
    changed = [augmented(text, thesaurus, rng, going_on=0.5, taking=1.0).count("little") for _ in range(20000)]
    shares = np.bincount(changed, minlength=5)[:5] / len(changed)
    np.testing.assert_allclose(shares, [0.5, 0.25, 0.125, 0.0625, 0.03125], atol=0.012)


def test_a_seed_gives_the_same_text_twice_and_nothing_else_changes(path):
    thesaurus = read_thesaurus(path)
    text = "tiny, good (tiny) goodness; at no.1 Tiny"
    one, two = (
        [augmented(text, thesaurus, np.random.default_rng(seed), **CHANCES) for seed in range(50)]
        for _ in range(2)
    )
    assert one == two and len(set(one)) > 3
    back = {t.replace("Little", "Tiny").replace("little", "tiny") for t in one}
    for synonym in ("fine", "nice", "benefit"):
        back = {t.replace(f" {synonym} ", " good ") for t in back}
    assert back == {text}


def test_texts_draw_their_synonyms_when_they_are_asked_for(path):
    def encode(texts: Ragged) -> np.ndarray:
        return np.array([values.tobytes().decode() for values in texts.rows(slice(None))])

    kept = Ragged(
        np.frombuffer(b"a tiny\xff" + "é".encode(), "uint8"), np.array([0, 7, 7, 9]), np.zeros(3, "int32")
    )
    texts = SynonymTexts(kept, encode, read_thesaurus(path))
    assert texts[[2, 0, 1]].tolist() == ["é", "a tiny\ufffd", ""]
    drawn = [texts.drawn_by(np.random.default_rng(seed), **CHANCES)[[0] * 20].tolist() for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert set(drawn[0]) == {"a tiny\ufffd", "a little\ufffd"}
    assert len(texts.drawn_by(np.random.default_rng(0))) == 3


@pytest.mark.slow
def test_the_thesaurus_of_the_mirror(mirror):
    check(mirror / FILE.name, FILE)
    thesaurus = read_thesaurus(mirror / FILE.name)
    assert len(thesaurus) > 140_000
    assert thesaurus["fined"] == ("penalized", "penalised", "punished")

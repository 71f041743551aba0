"""The commands over files of vectors, and what they compute: neighbours, analogies, similarities, maps."""

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from data_pipelines.dataset import DataError
from data_pipelines.text.vector_files import entries, write_binary
from data_pipelines.text.word2vec import analogies, known_vectors, rank_correlation


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return a file of vectors trained on generated text."""
    folder = tmp_path_factory.mktemp("vectors")
    rng = np.random.default_rng(0)
    words = [f"word{number}" for number in range(30)] + ["king", "man", "woman", "queen"]
    (folder / "text.txt").write_text("\n".join(" ".join(rng.choice(words, 9)) for _ in range(200)))
    arguments = ["vectors", "train", str(folder / "text.txt"), str(folder / "vectors.bin"), "--width", "12"]
    result = CliRunner().invoke(app, [*arguments, "--epochs", "2"])
    assert "34 words of width 12" in result.output, result.output
    return folder / "vectors.bin"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["info"], "binary, 34 words of width 12"),
        (["neighbours", "king", "word3", "--count", "2"], "word3: "),
        (["analogy", "man", "king", "woman"], "king - man + woman: "),
        (["evaluate"], "WordSim-353: Spearman's rank correlation"),
        (["plot", "king", "man", "woman"], "map.svg"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_commands(arguments, text, trained, tmp_path):
    command, *words = arguments
    output = ["--output", str(tmp_path / "map.svg")] if command == "plot" else []
    result = CliRunner().invoke(app, ["vectors", command, str(trained), *words, *output])
    assert text in result.output, result.output
    if command == "plot":
        assert all(word in (tmp_path / "map.svg").read_text() for word in words)
    if command == "analogy":
        assert not {"man", "king", "woman"} & set(result.output.partition(":")[2].replace(",", "").split())


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["neighbours", "absent"], "has no vector of 'absent'"),
        (["plot", "king", "man"], r"2 different vector\(s\) of width 12 make no map"),
        (["plot", "king", "king", "king"], r"1 different vector\(s\) of width 12 make no map"),
        (["plot", "king", "man", "woman", "--output", "map.pdf"], "Expected .svg or .png"),
    ],
)
def test_mistakes(arguments, text, trained):
    command, *rest = arguments
    result = CliRunner().invoke(app, ["vectors", command, str(trained), *rest])
    with pytest.raises(DataError, match=text):
        raise result.exception


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """Return vectors in which sex and rank are directions of their own."""
    path = tmp_path_factory.mktemp("known") / "vectors.bin"
    words = ["man", "woman", "king", "queen", "uncle", "aunt", "far"]
    vectors = [[1, 0, 0], [-1, 0, 0], [1, 1, 0], [-1, 1, 0], [1, 0, 1], [-1, 0, 1], [0, -3, -3]]
    write_binary(path, words, np.array(vectors, "float32") + [0, 0.1, 0.2])
    return path


def test_the_vectors_of_a_list_are_taken_in_its_order(known, tmp_path):
    (tmp_path / "list").write_text("queen\nman\n")
    taken = tmp_path / "new" / "some.bin"
    result = CliRunner().invoke(app, ["vectors", "take", str(known), str(tmp_path / "list"), str(taken)])
    assert "2 words of width 3" in result.output, result.output
    assert [entry.word for entry in entries(taken)] == ["queen", "man"]
    (tmp_path / "list").write_text("\n".join(f"absent{number}" for number in range(12)))
    result = CliRunner().invoke(app, ["vectors", "take", str(known), str(tmp_path / "list"), str(taken)])
    with pytest.raises(DataError, match="no vector of 'absent0'.* and 2 more"):
        raise result.exception
    result = CliRunner().invoke(app, ["vectors", "take", str(known), str(tmp_path / "none"), str(taken)])
    with pytest.raises(DataError, match="no list"):
        raise result.exception


def test_an_analogy_is_a_sum_of_directions(known):
    for words, expected in ((["man", "king", "woman"], "queen"), (["woman", "man", "aunt"], "uncle")):
        result = CliRunner().invoke(app, ["vectors", "analogy", str(known), *words, "--count", "1"])
        assert result.output.partition(": ")[2].startswith(expected), result.output


def test_analogies_are_counted_by_section(known, tmp_path):
    (tmp_path / "questions").write_text(
        ": sexes\nMan King Woman Queen\nman uncle woman aunt\nman a b c\n: wrong\nman king woman far\n"
    )
    found = {
        name: (right, asked) for name, right, asked in analogies(known_vectors(known), tmp_path / "questions")
    }
    assert (found["sexes"], found["wrong"]) == ((2, 2), (0, 1))


def test_similarities_are_ranked_as_people_rank_them(known, tmp_path):
    pairs = [("king", "queen"), ("man", "woman"), ("king", "man"), ("far", "king")]
    vectors = known_vectors(known)
    for sign in (1, -1):
        lines = (f"{one}\t{two}\t{sign * vectors.similarity(one, two) + 2}\n" for one, two in pairs)
        (tmp_path / "pairs").write_text("".join(lines))
        assert rank_correlation(vectors, tmp_path / "pairs")[0] == pytest.approx(sign)


def test_every_written_word_can_be_read(trained):
    assert len({entry.word for entry in entries(trained)}) == 34


@pytest.mark.parametrize(("content", "text"), [(b"\xe9\n", "byte 0: .* UTF-8"), (b"\xef\xbb\xbfking\nman\n", "")])
def test_lists_of_other_programs(content, text, trained, tmp_path):
    (tmp_path / "list.txt").write_bytes(content)
    taken = tmp_path / "taken.bin"
    result = CliRunner().invoke(app, ["vectors", "take", str(trained), str(tmp_path / "list.txt"), str(taken)])
    if text:
        with pytest.raises(DataError, match=text):
            raise result.exception
    else:
        assert [entry.word for entry in entries(taken)] == ["king", "man"]

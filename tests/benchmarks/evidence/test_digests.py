"""An edit changes the digests of the recipes whose numbers may change, and of no others."""

import operator
from dataclasses import replace

import pytest

from benchmarks.evidence.digests import digests, reached, todays_digests
from benchmarks.evidence.roots import UnknownCode
from benchmarks.evidence.source import Place, Source, read_file
from benchmarks.table import load_table

CELLS = {
    "sentences": ("kim2014", "2", "CNN-rand", "TREC"),
    "cross-validated": ("kim2014", "2", "CNN-rand", "CR"),
    "bigrams": ("kim2014", "2", "NBSVM", "CR"),
    "lenet5": ("lecun1998", "MNIST", "LeNet-5 [no distortions]", "none"),
    "distorted": ("lecun1998", "MNIST", "LeNet-5 [distortions]", "none"),
    "lenet1": ("lecun1998", "MNIST", "LeNet-1", "subsampled 16x16"),
    "neighbours": ("lecun1998", "MNIST", "K-NN Euclidean", "none"),
    "count": ("lecun1998", "architecture", "LeNet-1 total", "connections"),
    "zip codes": ("lecun1989", "text", "network", "test"),
    "letters": ("kim2016", "3", "LSTM-Char-Small", "PTB"),
    "topics": ("zhang2015", "4", "Sm. Conv.", "AG"),
    "speech": ("neumann_vu2017", "Emo-DB", "logMel (26), attention", "four classes"),
}
LENETS = {"lenet5", "distorted"}
MNIST = {*LENETS, "lenet1", "neighbours"}
TRAINED = {"sentences", "cross-validated", *LENETS, "lenet1", "zip codes", "letters", "topics", "speech"}
EDITS = {  # path, text, its replacement, the recipes that notice
    "the function of a partial": (
        "models/losses.py",
        "return others - right",
        "return others",
        {*LENETS, "lenet1"},
    ),
    "a network chosen by getattr": ("models/lenet.py", "_dense(84, 120,", "_dense(84, 121,", {*LENETS, "count"}),
    "another network of that module": (
        "models/lenet.py",
        "_dense(CLASSES, 192,",
        "_dense(CLASSES, 193,",
        {"lenet1", "count"},
    ),
    "a local import": (
        "models/lecun_layers.py",
        "1.7159 * ops",
        "1.7 * ops",
        {*LENETS, "lenet1", "count", "zip codes"},
    ),
    "a method": (
        "models/sentence_cnn.py",
        "ops.segment_max(",
        "ops.segment_sum(",
        {"sentences", "cross-validated"},
    ),
    "an initialiser": (
        "models/sentence_cnn.py",
        "RandomUniform(-0.01",
        "RandomUniform(-0.02",
        {"sentences", "cross-validated"},
    ),
    "a keyword's default": (
        "models/sentence_cnn.py",
        "max_norm: float = 3.0",
        "max_norm: float = 4.0",
        {"sentences", "cross-validated"},
    ),
    "an epsilon": (
        "models/optimizers.py",
        "/ (square + self.epsilon)",
        "/ (square + 1e-7)",
        {"sentences", "cross-validated"},
    ),
    "a decorated gradient": ("models/zhang_convnet.py", "@ops.custom_gradient\n", "", {"topics"}),
    "a module's constant": (
        "models/lenet.py",
        "PAPER, INK = -0.1",
        "PAPER, INK = -0.2",
        {*LENETS, "lenet1", "count"},
    ),
    "a regular expression": (
        "data_pipelines/text/tokens.py",
        're.compile(r"[,!]")',
        're.compile(r"[,;!]")',
        {"sentences", "cross-validated", "bigrams"},
    ),
    "an element of a lookup table": (
        "benchmarks/papers/lecun1998/networks.py",
        'Network("lenet1", 0.1',
        'Network("lenet1", 0.2',
        {"count"},
    ),
    "another row's function": (
        "benchmarks/papers/lecun1998/networks.py",
        "def size(fold: Fold",
        "def size(part: Fold",
        {"count"},
    ),
    "folds of a data set": (
        "data_pipelines/folds.py",
        "default_rng([seed, folds])",
        "default_rng([folds, seed])",
        {"cross-validated", "bigrams"},
    ),
    "a part of the loop": (
        "benchmarks/training/fitting.py",
        "weights=[len(batch) for batch in batches]",
        "weights=None",
        TRAINED,
    ),
    "an order of batches": (
        "data_pipelines/folds.py",
        "reshape(-1, batch_size)).ravel()",
        "reshape(-1, batch_size)).T.ravel()",
        {"sentences", "cross-validated"},
    ),
    "a distortion": (
        "data_pipelines/images.py",
        "amounts = rng.uniform(-1, 1,",
        "amounts = rng.uniform(-2, 2,",
        {"distorted"},
    ),
    "features behind a kept array": (
        "data_pipelines/speech/features.py",
        '"hann", bands',
        '"hamming", bands',
        {"speech"},
    ),
    "a metric": (
        "results/metrics.py",
        "return 100 - accuracy(labels, scores)",
        "return accuracy(labels, scores)",
        {*TRAINED, "neighbours"},
    ),
}
HARMLESS = {
    "a comment": ("models/lenet.py", "C3_READS = [  #", "C3_READS = [  # indeed:"),
    "a docstring": ("models/lenet.py", '"""Build LeNet-5:', '"""Build the network LeNet-5:'),
    "an annotation": ("models/lenet.py", "def lenet5() -> keras.Model", "def lenet5()"),
    "the command line": ("benchmarks/cli/run.py", "Train cells", "Teach cells"),
    "a report": ("results/report/pages.py", "SLUG_LENGTH = 60", "SLUG_LENGTH = 70"),
    "bookkeeping": ("benchmarks/training/checkpoints.py", "return own + list", "return list"),
}


@pytest.fixture(scope="module")
def recipes():
    found = {}
    for name, (paper, table, row, column) in CELLS.items():
        loaded = load_table(paper)
        found[name] = loaded.recipe(loaded.cells(table, row, column)[0])
    return found


@pytest.fixture(scope="module")
def today(recipes):
    return noticed_by(recipes, Source())


def noticed_by(recipes, source):
    known = {}
    return {name: digests(recipe, source, known) for name, recipe in recipes.items()}


def edited(path, old, new):
    """Return the source with one text replaced."""
    assert old in read_file(path), f"{path} has changed: choose another text"
    return Source(lambda name: read_file(name).replace(old, new) if name == path else read_file(name))


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_noticed_by_the_right_recipes(edit, recipes, today):
    path, old, new, expected = EDITS[edit]
    after = noticed_by(recipes, edited(path, old, new))
    assert {name for name in after if after[name] != today[name]} == expected


@pytest.mark.parametrize("edit", HARMLESS)
def test_a_harmless_edit_is_not_noticed(edit, recipes, today):
    assert noticed_by(recipes, edited(*HARMLESS[edit])) == today


def test_a_function_may_move_to_another_file_and_get_another_name(recipes, today):
    start = "def squares("
    text = read_file("models/losses.py")
    function = start + text.partition(start)[2].partition("\ndef ")[0]
    moved = {
        "models/losses.py": text.replace(function, "from models.moved import other as squares\n"),
        "models/moved.py": "from keras import ops\n" + function.replace(start, "def other("),
    }
    assert noticed_by(recipes, Source(lambda name: moved.get(name) or read_file(name))) == today


def test_definitions_may_be_in_another_order(recipes, today):
    def reversed_file(name):
        text = read_file(name)
        head, *functions = text.split("\n\n\ndef ") if name == "models/losses.py" else [text]
        return "\n\n\ndef ".join([head, *reversed(functions)]) + "\n"

    assert noticed_by(recipes, Source(lambda n: reversed_file(n) if read_file(n) else None)) == today


def test_the_parts_of_a_digest_are_apart(recipes, today):
    after = noticed_by(
        recipes, edited("data_pipelines/folds.py", "default_rng([seed, folds])", "default_rng(seed)")
    )
    old, new = today["cross-validated"], after["cross-validated"]
    assert old.data != new.data
    assert (old.core, old.loop) == (new.core, new.loop)


def test_a_change_of_a_table_after_its_definition_is_noticed(recipes, today):
    more = Source(lambda n: f"{read_file(n)}\nC3_READS.pop()\n" if n == "models/lenet.py" else read_file(n))
    after = noticed_by(recipes, more)
    assert {name for name in after if after[name] != today[name]} == {*LENETS, "lenet1", "count"}


def test_code_without_source_is_refused(recipes):
    with pytest.raises(UnknownCode, match="networks has no build"):
        digests(recipes["lenet1"], edited("benchmarks/papers/lecun1998/networks.py", "def build(", "def other("))
    with pytest.raises(UnknownCode, match="no source"):
        digests(replace(recipes["lenet1"], build=operator.methodcaller("build")), Source())


def test_a_syntax_error_names_the_file(recipes):
    with pytest.raises(SyntaxError) as error:
        digests(recipes["lenet5"], edited("models/lenet.py", "def lenet5()", "def lenet5("))
    assert error.value.filename == "models/lenet.py"


def test_what_is_reached_is_named(recipes):
    places = reached(recipes["lenet5"], Source())
    assert {Place("models.lenet", "lenet5"), Place("models.losses", "nearest_code")} <= set(places)
    assert Place("models.lenet", "lenet1") not in places
    assert todays_digests(recipes["lenet5"]) == digests(recipes["lenet5"], Source())


def test_a_lambda_stands_for_its_module(recipes):
    odd = replace(recipes["lenet1"], build=lambda fold, rng: None)
    odd.build.__module__, odd.build.__qualname__ = "models.losses", "<lambda>"
    assert Place("models.losses", "squares") in reached(odd, Source())

"""Kim (2014): vectors of the channels, and the rows that need GoogleNews."""

import numpy as np
import pytest

from benchmarks.jobs import Options, missing_jobs
from benchmarks.papers.kim2014 import ROWS, build, given_vectors
from benchmarks.recipe import fingerprint
from benchmarks.reproduce import verdicts
from benchmarks.runners.places import run_here
from benchmarks.table import load_table
from data_pipelines.dataset import Fold, Split
from results.records import JobKey, RunRecord
from results.tables import as_row, sentence
from results.verdicts import Answer


def fold_of(*vocabulary: str) -> Fold:
    x = np.array([[1, 2, 3, 0], [2, 3, 1, 3], [0, 0, 0, 0]] * 9)
    return Fold(Split(x, np.zeros(27)), None, Split(x[:1], np.zeros(1)), vocabulary)


def test_words_without_a_vector_are_drawn_and_shift_nothing():
    vectors = np.array([[9.0, 9.0], [np.nan, np.nan], [8.0, 8.0]], "float32")
    fold = fold_of("a", "b", "c")._replace(vectors=vectors)
    rng, untouched = np.random.default_rng(5), np.random.default_rng(5)
    table = given_vectors(fold, 2, rng)
    np.testing.assert_array_equal(table[[0, 1, 3]], [[0, 0], [9, 9], [8, 8]])
    assert (np.abs(table[2]) <= 0.25).all() and table[2].any()
    assert rng.random() == untouched.random()
    with pytest.raises(ValueError, match="no vectors of width 3"):
        given_vectors(fold, 3, rng)


def test_both_channels_begin_with_the_same_vectors():
    fold = fold_of("a", "b", "c")._replace(vectors=np.full((3, 4), np.nan, "float32"))
    settings = {"filters": (1,), "maps": 2, "dropout": 0.5, "max_norm": 3.0}
    channels = ROWS["CNN-multichannel"]
    model = build(fold, np.random.default_rng(0), classes=2, channels=channels, width=4, **settings)
    first, second = (model.get_layer(f"channel_{number}") for number in (0, 1))
    np.testing.assert_array_equal(first.get_weights()[0], second.get_weights()[0])
    assert [len(layer.trainable_weights) for layer in (first, second)] == [0, 1]


ROWS_TABLE = "GoogleNews, 31,530 words"


@pytest.mark.parametrize(
    ("table", "row", "column", "file", "reason"),
    [
        ("2", "CNN-multichannel", "TREC", "word2vec-google-news-300.gz", "needs the GoogleNews vectors (1.7 GB)"),
        (
            ROWS_TABLE,
            "CNN-static",
            "TREC",
            "googlenews-31530-words.bin.gz",
            "rows from a mirror, or from the full",
        ),
        ("1", "MR", "|V_pre|", "googlenews-vocabulary.txt.xz", "a list of 3,000,000 words, from a mirror only"),
    ],
)
def test_google_news_is_never_fetched_unasked(table, row, column, file, reason, home):
    paper = load_table("kim2014")
    cells = paper.cells(table, row, column)
    recipe = paper.recipe(cells[0])
    (absent,) = verdicts(paper.plan(cells), [])
    assert absent.answer == Answer.NOT_ATTEMPTED
    assert absent.reason.startswith(reason) and "see `retable data fetch" in absent.reason
    assert missing_jobs(paper.plan(cells), [], backend="tensorflow") == []
    earned = RunRecord(JobKey("kim2014", table, row, column, 0, 0, "jax", fingerprint(recipe), 1), {"value": 1.0})
    assert verdicts(paper.plan(cells), [earned])[0].answer != Answer.NOT_ATTEMPTED  # another machine had the file
    assert recipe.dataset.files[-1].name.endswith(f"/{file}")


def test_known_words_are_counted(home):
    paper = load_table("kim2014")
    cells = paper.cells("1", "MR", "|V_pre|")
    jobs = missing_jobs(paper.plan(cells, Options(lookalike=True)), [], backend="tensorflow")
    record = list(run_here(jobs))[-1]
    assert isinstance(record, RunRecord) and record.error == ""
    dataset = paper.recipe(cells[0]).dataset
    paths = dataset.lookalike(home.parent)
    known = set(paths[-1].read_text("utf-8").split("\n"))
    assert record.metrics == {"value": len(known & set(dataset.load(paths, 0, 0).vocabulary))}
    assert record.metrics["value"] > 100


def test_table_2_is_beside_the_rows_and_judges_nothing(home):
    paper = load_table("kim2014")
    for cells, printed in ((paper.cells(ROWS_TABLE, "CNN-static", "CR"), 84.7), (paper.cells("2"), None)):
        assert {one.beside for one in paper.plan(cells)} == {printed}
    assert paper.plan(paper.cells(ROWS_TABLE, "CNN-rand", "CR"))[0].beside is None  # it has no vectors
    planned = paper.plan(paper.cells(ROWS_TABLE, "CNN-static", "TREC"))
    key = planned[0].key(0, 0, "tensorflow")
    records = [
        RunRecord(key._replace(seed=seed), {"test accuracy": 92.0 + seed / 2}, code=planned[0].code)
        for seed in range(5)
    ]
    (verdict,) = verdicts(planned, records)
    row = as_row(verdict)
    assert (verdict.answer, row["published"]) == (Answer.MEASURED, "")
    assert row["published for another input"] == "92.8 (ours +0.20)"
    assert "For another input, the published value is 92.8 (ours +0.20)." in sentence(verdict)


def test_the_claims_of_section_4_are_judged_on_the_rows():
    paper = load_table("kim2014")
    asked = {(claim.better, claim.worse) for claim in paper.claims if claim.table == ROWS_TABLE}
    assert len(asked) == 3 and ("CNN-static", "CNN-rand") in asked
    rand = {cell.column: cell for cell in paper.cells("2", "CNN-rand")}
    for one in paper.plan(paper.cells(ROWS_TABLE, "CNN-rand")):
        assert one.fingerprint == fingerprint(paper.recipe(rand[one.cell.column]))  # trained once for both tables

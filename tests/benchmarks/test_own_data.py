"""Recipes on data of one's own: what their fingerprints and code digests depend on."""

from pathlib import Path

from benchmarks.evidence.digests import reached, todays_digests
from benchmarks.evidence.source import Place, Source
from benchmarks.recipe import Measurement, fingerprint
from data_pipelines.dataset import LocalFile
from data_pipelines.datasets.own_files import CrossValidation, RandomSplit, table_data, word_ids
from models.naive_bayes import multinomial
from results.metrics import ACCURACY

THIRDS = CrossValidation(3)
OWN = "data_pipelines.datasets.own_files"


def recipe(folder: str = "/here", digit: str = "1", split=THIRDS) -> Measurement:
    file = LocalFile(Path(folder) / "texts.csv", digit * 64, 9)
    texts = table_data("texts", file, label="y", classes=("no", "yes"), text="text", split=split)
    return Measurement(dataset=word_ids(texts), measure=multinomial, metrics=(ACCURACY,))


def test_a_fingerprint_has_the_files_hash_and_not_its_place():
    assert fingerprint(recipe("/here")) == fingerprint(recipe("/there"))
    others = recipe(digit="2"), recipe(split=CrossValidation(4)), recipe(split=RandomSplit(0.5, 0, 0.5))
    assert len({fingerprint(other) for other in (*others, recipe())}) == 4


def test_digests_cover_reading_and_splitting():
    found = reached(recipe(), Source())
    wanted = {f"{OWN}.splits": "drawn_rows", f"{OWN}.words": "words_and_marks", f"{OWN}.table_files": "texts"}
    assert {Place(*item) for item in wanted.items()} <= found.keys()
    assert Place("data_pipelines.folds", "stratified_folds") in found
    assert Place(f"{OWN}.tables", "write_tables") not in found
    assert todays_digests(recipe()).data

"""Which data keep a job from running."""

import pytest

from benchmarks.jobs import lacked_what_is_here, obstacle
from data_pipelines.datasets.iemocap import IEMOCAP
from data_pipelines.datasets.sentences import MR
from data_pipelines.datasets.topics import AG_10K_ROWS, SETS, TRAIN_10K, characters
from data_pipelines.datasets.vectors import (
    GOOGLE_NEWS_FILE,
    ROWS_FILE,
    VOCABULARY_FILE,
    with_google_news,
    with_rows,
    with_vocabulary,
)
from data_pipelines.download import cached_path
from results.records import JobKey, RunRecord

KEY = JobKey("paper", "1", "row", "column", 0, 0, "tensorflow", "mark", 1)


@pytest.mark.parametrize(
    ("dataset", "waits_for"),
    [
        (characters(AG_10K_ROWS, synonyms=True), TRAIN_10K),
        (characters(SETS[1], synonyms=True), SETS[1].files[0]),
        (with_google_news(MR), GOOGLE_NEWS_FILE),
        (with_rows(MR), ROWS_FILE),
        (with_vocabulary(MR), VOCABULARY_FILE),
    ],
    ids=lambda value: value.name,
)
def test_a_set_waits_for_its_files_on_request_alone(dataset, waits_for, home):
    assert "retable data fetch" in obstacle(dataset)
    path = cached_path(waits_for)
    path.parent.mkdir(parents=True)
    path.touch()
    assert len(dataset.files) > 1 and not obstacle(dataset)  # the run itself fetches the others


def test_a_set_waits_for_its_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("RETABLE_IEMOCAP", str(tmp_path / "nowhere"))
    assert "available on request" in obstacle(IEMOCAP)
    monkeypatch.setenv("RETABLE_IEMOCAP", str(tmp_path))
    assert not obstacle(IEMOCAP)


def test_a_failure_for_want_of_a_file_is_overcome_when_the_file_is_here(home):
    file = MR.files[0]
    failed = RunRecord(KEY, {}, error=f"DataError: {file.name} could not be fetched.")
    assert not lacked_what_is_here(failed, MR)
    path = cached_path(file)
    path.parent.mkdir(parents=True)
    path.touch()
    assert lacked_what_is_here(failed, MR)
    for error in ("", f"DataError: {path}, line 3: no label", "MemoryError: too much"):
        assert not lacked_what_is_here(RunRecord(KEY, {}, error=error), MR)

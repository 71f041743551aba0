"""Receipts: when they hold, how a store is known, and that no secret is written."""

import http.server
import json
import threading

import pytest

from results.tracking.about import PaperAbout
from results.tracking.receipts import Receipts, content_of, state_of
from results.verdicts import judge
from tests.results.tracking.samples import CELL, record


@pytest.fixture
def store(tmp_path):
    (tmp_path / "mlflow.db").write_bytes(b"content")
    return tmp_path / "mlflow.db"


def receipts(store):
    return Receipts(store.parent / "tracked", f"sqlite:///{store}", store.parent)


def given(store):
    kept = receipts(store)
    kept.give("paper", "all")
    kept.write()
    return receipts(store)


def test_a_receipt_holds_for_its_paper_its_content_and_its_store(store, tmp_path):
    kept = given(store)
    assert kept.hold("paper", "all")
    assert not kept.hold("another", "all") and not kept.hold("paper", "more")
    elsewhere = Receipts(tmp_path / "tracked", f"sqlite:///{store}", tmp_path / "others")
    assert not elsewhere.hold("paper", "all")


@pytest.mark.parametrize("beside", ["", "-journal", "-wal"])
def test_a_write_ends_a_receipt(store, beside):
    kept = given(store)
    store.with_name(f"mlflow.db{beside}").write_bytes(b"another")
    assert not kept.hold("paper", "all")


def test_a_lost_database_ends_a_receipt(store):
    kept = given(store)
    store.unlink()
    assert not kept.hold("paper", "all")
    assert not given(store).hold("paper", "all")  # nor can there be one


@pytest.mark.parametrize("text", ["", "{", "[]", '{"content": "all"}'])
def test_a_damaged_receipt_is_none(store, text):
    kept = given(store)
    (path,) = (store.parent / "tracked").iterdir()
    path.write_text(text)
    assert not kept.hold("paper", "all")


def test_where_none_can_be_written_none_is_kept(store):
    (store.parent / "tracked").write_text("a file")
    assert not given(store).hold("paper", "all")


def test_content_changes_with_records_verdicts_and_words():
    records = [record(0), record(1)]
    judged = [judge(CELL, records, folds=1, runs=2)]
    contents = {
        content_of(PaperAbout(), records, judged, {}),
        content_of(PaperAbout("title"), records, judged, {}),
        content_of(PaperAbout(), records[:1], judged, {}),
        content_of(PaperAbout(), records, [judge(CELL, records[:1], folds=1, runs=2)], {}),
    }
    assert len(contents) == 4


class Answers(http.server.BaseHTTPRequestHandler):
    experiment: dict = {}

    def do_GET(self):
        self.send_response(200 if self.experiment else 404)
        self.end_headers()
        self.wfile.write(json.dumps({"experiment": self.experiment, "asked": self.path}).encode())

    def log_message(self, *words):
        pass


@pytest.fixture
def server():
    with http.server.HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://bob:hunter2@127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_server_is_known_by_its_experiment(server, monkeypatch, tmp_path):
    states = []
    for stage, made in (("active", 1), ("active", 2), ("deleted", 1)):
        found = {"experiment_id": "7", "creation_time": made, "lifecycle_stage": stage}
        monkeypatch.setattr(Answers, "experiment", found)
        states.append(state_of(server, "paper"))
    assert states == ["7 1", "7 2", ""]
    monkeypatch.setattr(Answers, "experiment", {})
    assert not state_of(server, "paper")


def test_no_secret_is_written(server, monkeypatch, tmp_path):
    found = {"experiment_id": "7", "creation_time": 1, "lifecycle_stage": "active"}
    monkeypatch.setattr(Answers, "experiment", found)
    kept = Receipts(tmp_path / "tracked", server, tmp_path)
    kept.give("paper", "all")
    kept.write()
    assert kept.hold("paper", "all")
    (path,) = (tmp_path / "tracked").iterdir()
    assert "hunter2" not in f"{path.name} {path.read_text()}"


def test_a_silent_server_and_other_stores_have_no_state():
    assert state_of("http://127.0.0.1:9", "paper") == state_of("postgresql://host/base", "paper") == ""

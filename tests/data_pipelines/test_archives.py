"""Files in folders and archives."""

import pytest

from data_pipelines.archives import contents_digest
from data_pipelines.dataset import DataError


def test_contents_are_compared_by_name_and_bytes(tmp_path):
    for folder, content in (("a", b"1"), ("b/deep", b"1"), ("c", b"2")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.wav").write_bytes(content)
    digests = [contents_digest(tmp_path / folder, r".*\.wav") for folder in "abc"]
    assert digests[0] == digests[1] != digests[2]
    with pytest.raises(DataError, match="Two files are named x.wav"):
        contents_digest(tmp_path, r".*\.wav")

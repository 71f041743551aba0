"""Tables of one's own: formats, inputs, splits, look-alikes and malformed files."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from data_pipelines.dataset import DataError, LocalFile
from data_pipelines.datasets.own_files import CrossValidation, PartColumn, PartFiles, RandomSplit, table_data

HALVES = RandomSplit(0.5, 0, 0.5)
ROWS = [("good film", 2), ("a, bad one", 1), ("fine", 2), ("so\nso", 10), ("dull", 1), ("great", 10)]


def local(name: str) -> LocalFile:
    return LocalFile(Path("/nowhere") / name, "0" * 64, 1)


def reviews(name: str = "reviews.csv", **settings):
    given = {"label": "stars", "classes": (1, 2), "text": "review", "split": HALVES} | settings
    given["classes"] = (
        tuple(map(str, given["classes"])) if isinstance(given["classes"], tuple) else given["classes"]
    )
    return table_data("reviews", local(name), **given)


def written(
    folder: Path, name: str = "reviews.csv", content: str | bytes = "review,stars\na,1\nb,2\nc,1\nd,2\n"
) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def whole(fold) -> list[tuple[str, int]]:
    parts = [part for part in fold[:3] if part is not None]
    return sorted((text, int(y)) for part in parts for text, y in zip(part.x, part.y, strict=True))


@pytest.mark.parametrize("name", ["r.csv", "r.tsv", "r.jsonl", "r.parquet", "r.csv.gz", "r.JSONL.xz"])
def test_every_format_holds_the_same(name, tmp_path):
    import lzma

    import pandas

    frame, path = pandas.DataFrame(ROWS * 2, columns=["review", "stars"]), tmp_path / name
    if "parquet" in name:
        frame.to_parquet(path)
    elif "jsonl" in name.lower():
        text = frame.to_json(orient="records", lines=True)
        path.write_bytes(lzma.compress(text.encode()) if name.endswith("xz") else text.encode())
    else:
        frame.to_csv(path, index=False, sep="\t" if "tsv" in name else ",")
    fold = reviews(name, classes=(10, 2, 1)).load([path], 0, 0)
    numbers = {1: 0, 2: 1, 10: 2}  # whole numbers are sorted by value
    assert whole(fold) == sorted((text, numbers[stars]) for text, stars in ROWS * 2)
    assert fold.valid is None and fold.train.x.dtype == object and fold.train.y.dtype == "int32"


def test_columns_of_numbers(tmp_path):
    path = written(tmp_path, "n.csv", "\ufeffa,kind,b\n1,x,-.5\n\n2e3,y,4\n3,x,5\n4,y, 6\n")
    data = table_data("n", local("n.csv"), label="kind", classes=2, inputs=("b", "a"), split=HALVES)
    fold = data.load([path], 0, 0)
    found = np.concatenate([fold.train.x, fold.test.x])
    assert found.dtype == "float32" and sorted(found.tolist()) == [[-0.5, 1], [4, 2000], [5, 3], [6, 4]]


def test_files_for_the_parts(tmp_path):
    paths = [written(tmp_path, f"{name}.csv", f"review,stars\n{name},1\n{name},2\n") for name in ("a", "b", "c")]
    parts = PartFiles(train=local("a.csv"), valid=local("b.csv"), test=local("c.csv"))
    data = table_data("parts", parts, label="stars", classes=2, text="review")
    assert [file.name for file in data.files] == ["a.csv", "b.csv", "c.csv"]
    assert [part.x[0] for part in data.load(paths, 0, 0)[:3]] == ["a", "b", "c"]
    assert data.load(paths[:2], 0, 0).valid is None


def test_a_column_names_the_parts(tmp_path):
    path = written(tmp_path, content="review,stars,part\na,1,train\nb,2,train\nc,1,dev\nd,2,test\n")
    fold = reviews(split=PartColumn("part", valid="dev")).load([path], 0, 0)
    assert [part.x.tolist() for part in fold[:3]] == [["a", "b"], ["c"], ["d"]]
    with pytest.raises(
        DataError, match="line 4: part is 'dev'. Expected the name of a part, here one of train, test"
    ):
        reviews(split=PartColumn("part")).load([path], 0, 0)


def test_a_random_split_is_the_same_for_every_seed_and_a_cross_validation_is_not(tmp_path):
    rows = "".join(f"text {number},{number % 2}\n" for number in range(40))
    path = written(tmp_path, content=f"review,stars\n{rows}")

    def tested(split, fold, seed):
        return set(reviews(split=split, classes=2).load([path], fold, seed).test.x)

    fixed, crossed = RandomSplit(0.8, 0.1, 0.1), CrossValidation(5, valid=True)
    assert tested(fixed, 0, 0) == tested(fixed, 0, 1) != tested(RandomSplit(0.8, 0.1, 0.1, draw=1), 0, 0)
    assert tested(crossed, 0, 0) != tested(crossed, 0, 1)
    assert len(set().union(*(tested(crossed, fold, 3) for fold in range(5)))) == 40
    assert set(reviews(split=crossed, classes=2).load([path], 4, 3).valid.x) == tested(crossed, 0, 3)
    assert reviews(split=crossed).folds == 5 and reviews(split=crossed).test_to_train == 1 / 3


@pytest.mark.parametrize("name", ["r.csv", "r.tsv.gz", "r.jsonl", "r.ndjson.xz", "r.parquet"])
@pytest.mark.parametrize(
    "split", [HALVES, CrossValidation(4), PartColumn("part", valid="dev"), RandomSplit(0.9, 0.05, 0.05)]
)
def test_lookalikes_have_the_form_that_was_described(name, split, tmp_path):
    for settings in ({}, {"text": "", "inputs": ("a", "b")}):
        data = reviews(name, split=split, classes=("x", "y", "z"), **settings)
        (path,) = data.lookalike(tmp_path)
        fold = data.load([path], 0, 0)
        data.check(fold)
        for part in fold[:3]:
            assert part is None or set(part.y) == {0, 1, 2}
        assert path.name.endswith(name) and fold.train.x.shape[1:] == ((2,) if settings else ())


def test_lookalikes_of_files_of_one_name_differ(tmp_path):
    parts = PartFiles(train=local("train/x.csv"), test=local("test/x.csv"))
    data = table_data("x", parts, label="y", classes=3, text="t")
    paths = data.lookalike(tmp_path)
    assert len(set(paths)) == 2 and len(data.load(paths, 0, 0).test.y) == 18


MALFORMED = {
    "empty": (b"", "reviews.csv is empty"),
    "only a header": (b"review,stars\n", "reviews.csv has no rows"),
    "missing column": (
        b"review,star\na,1\n",
        "has no column 'stars'. Did you mean 'star'\\? It has: review, star",
    ),
    "column twice": (b"review,stars,stars\na,1,1\n", "has 2 columns 'stars'. Expected one"),
    "ragged": (b"review,stars\na,1\nb\n", "line 3 has 1 fields. Expected 2, as in the header"),
    "ragged after a long row": (b'review,stars\n"a\nb",1\nb,2,3\n', "line 4 has 3 fields"),
    "not UTF-8": (b"review,stars\na,1\nb\xe9,2\n", "line 3: byte 2 is 0xe9. Expected text in UTF-8"),
    "open quote": (b'review,stars\n"a,1\nb,2\n', "line 3: unexpected end of data. Is a quote not closed"),
    "long field": (
        b"review,stars\n" + b"a" * (2**24 + 1) + b",1\n",
        "line 2: .*limit.* Longer texts fit in JSON lines",
    ),
    "no label": (b"review,stars\na, \n", "line 2: stars is ' '. Expected a label"),
    "one class": (b"review,stars\na,1\nb,1\n", "has 1 class\\(es\\): '1'. Expected 2: '1', '2'"),
    "another class": (
        b"review,stars\na,1\nb,2\nc,3\n",
        "has 3 class\\(es\\): '1', '2', '3'. Expected 2: '1', '2'",
    ),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_csv(case, tmp_path):
    content, message = MALFORMED[case]
    path = written(tmp_path, content=content)
    with pytest.raises(DataError, match=message):
        reviews().load([path], 0, 0)


def test_the_only_example_of_a_class_is_for_training(tmp_path):
    fold = reviews().load([written(tmp_path, content="review,stars\na,1\nb,1\nc,2\n")], 0, 0)
    assert (len(fold.train.y), len(fold.test.y)) == (2, 1)


@pytest.mark.parametrize("value", ["old", "nan", "-inf", "1e39", "1_000", ""])
def test_text_and_numbers_that_are_not_finite(value, tmp_path):
    path = written(tmp_path, "n.csv", f"age,y\n1,0\n{value},1\n")
    data = table_data("n", local("n.csv"), label="y", classes=2, inputs=("age",), split=HALVES)
    with pytest.raises(DataError, match=f"line 3: age is {value!r}. Expected a finite number"):
        data.load([path], 0, 0)


def test_torn_and_foreign_files(tmp_path):
    whole_file = gzip.compress(b"review,stars\n" + b"some text,1\nother text,2\n" * 999)
    with pytest.raises(DataError, match="can't be unpacked"):
        reviews("r.csv.gz").load([written(tmp_path, "r.csv.gz", whole_file[:-20])], 0, 0)
    with pytest.raises(DataError, match="can't be read as Parquet"):
        reviews("r.parquet").load([written(tmp_path, "r.parquet", b"PAR1 is not enough")], 0, 0)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2 is not JSON"),
        ("[1]", "line 2 is \\[1\\]. Expected an object"),
        ('{"review": "a"}', "line 2 has no column 'stars'"),
        ('{"review": 5, "stars": 1}', "line 2: review is 5. Expected a text"),
        ('{"review": "a", "stars": null}', "line 2: stars is missing. Expected a label"),
        ('{"review": "a", "stars": NaN}', "line 2: stars is nan. Expected a label"),
    ],
)
def test_malformed_json_lines(line, message, tmp_path):
    path = written(tmp_path, "r.jsonl", f'{{"review": "a", "stars": 1}}\n{line}\n')
    with pytest.raises(DataError, match=message):
        reviews("r.jsonl").load([path], 0, 0)


def test_missing_column_and_value_of_parquet(tmp_path):
    import pandas

    path = tmp_path / "r.parquet"
    pandas.DataFrame({"review": ["a", None], "stars": [1, 2]}).to_parquet(path)
    with pytest.raises(DataError, match="row 2: review is missing. Expected a text"):
        reviews("r.parquet").load([path], 0, 0)
    with pytest.raises(DataError, match="no column 'reviews'. Did you mean 'review'"):
        reviews("r.parquet", text="reviews").load([path], 0, 0)


def test_a_class_that_training_lacks_is_refused(tmp_path):
    train = written(tmp_path, "a.csv", "review,stars\na,1\nb,1\n")
    test = written(tmp_path, "b.csv", "review,stars\nc,1\nd,2\n")
    parts = PartFiles(train=local("a.csv"), test=local("b.csv"))
    data = table_data("parts", parts, label="stars", classes=2, text="review")
    with pytest.raises(DataError, match="the test part has the class '2', which the training part lacks"):
        data.load([train, test], 0, 0)


def test_a_part_without_examples_is_refused(tmp_path):
    with pytest.raises(DataError, match="the validation part has no examples"):
        reviews(split=RandomSplit(0.8, 0.1, 0.1)).load([written(tmp_path)], 0, 0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"text": ""}, "needs one of `text`"),
        ({"inputs": ("a",)}, "needs one of `text`"),
        ({"split": None}, "needs one split"),
        ({"classes": 1}, "has 1 class\\(es\\). Expected two or more"),
    ],
)
def test_a_description_that_contradicts_itself(settings, message):
    with pytest.raises(ValueError, match=message):
        reviews(**settings)


def test_unknown_suffixes_and_splits():
    for name in ("reviews.xlsx", "reviews", "reviews.parquet.gz"):
        with pytest.raises(DataError, match="unknown suffix. Expected .csv, .tsv, .jsonl, .ndjson, .parquet"):
            reviews(name)
    with pytest.raises(ValueError, match="Expected 1 in sum"):
        RandomSplit(0.8, 0.1, 0.2)
    with pytest.raises(ValueError, match="has 2 folds. Expected at least 3"):
        CrossValidation(2, valid=True)

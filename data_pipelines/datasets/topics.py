"""The eight sets of Zhang, Zhao & LeCun (2015), as characters, words, counts or bags.

Source: section 4 and table 3. Archives come from fast.ai, AG's files from mhjabreel/CharCnn_Keras.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from data_pipelines.dataset import Dataset, Fold, RemoteFile
from data_pipelines.datasets import thesaurus
from data_pipelines.datasets.generated import SYLLABLES, VOCABULARY
from data_pipelines.text.classification import load_characters, load_counts, load_word_counts, load_words
from data_pipelines.text.csv_rows import MOST_MALFORMED, first_last
from data_pipelines.text.fasttext_bags import load_bags

ADDRESS = "https://s3.amazonaws.com/fast-ai-nlp/"
AG_ADDRESS = "https://raw.githubusercontent.com/mhjabreel/CharCnn_Keras/master/data/ag_news_csv/"
AG_TERMS = "non-commercial research (AG's corpus)"
YELP, AMAZON = "Yelp's data set agreement", "cite McAuley & Leskovec (2013)"


class Topics(NamedTuple):
    """A set as in table 3, and the form of its rows."""

    name: str
    classes: int
    fields: int  # of text in a row
    train: int
    test: int
    files: tuple[RemoteFile, ...]  # an archive with train.csv and test.csv, or these two
    is_of_ours: bool = False  # a part of a set that we chose, not a set of the paper

    @property
    def on_request(self) -> str:
        """Return why files are fetched only when named: they are large, or no public address has them."""
        if not any(file.on_request for file in self.files):
            return ""
        why = "rows that we chose, from a mirror only" if self.is_of_ours else "large"
        return f"{why}, see `retable data fetch {self.name!r}`"


def _ag(name: str, size: int, sha256: str) -> RemoteFile:
    return RemoteFile(f"ag_news/{name}", f"{AG_ADDRESS}{name}", sha256, size, terms=AG_TERMS)


AG_TEST = _ag("test.csv", 1857427, "521465c2428ed7f02f8d6db6ffdd4b5447c1c701962353eb2c40d548c3c85699")
TRAIN_10K = RemoteFile(
    "ag_news/train_10k.csv",
    f"9,982 rows of {AG_ADDRESS}train.csv",
    "c5c7ea50302160dc192a380cefca34078be1376fd2fa31623e7f66d573b82737",
    2479941,
    terms=AG_TERMS,
    on_request=True,
)
AG_FILES = (
    _ag("train.csv", 29470338, "76a0a2d2f92b286371fe4d4044640910a04a803fdd2538e0f3f29a5c6f6b672e"),
    AG_TEST,
)
AMAZON_FULL_FILES = tuple(
    RemoteFile(
        f"topics/amazon_review_full_{part}.csv",
        f"{ADDRESS}amazon_review_full_csv.tgz",
        f"md5:{digest}",
        0,  # not stated
        member=f"amazon_review_full_csv/{part}.csv",
        terms=AMAZON,
        on_request=True,
    )
    for part, digest in (
        ("train", "31b268b09fd794e0ca5a1f59a0358677"),
        ("test", "0f1e78ab60f625f2a30eab6810ef987c"),
    )
)
ARCHIVES = {  # bytes, SHA-256, terms
    "sogou_news": (
        *(384269937, "6b77fc935561d339b82aa552d7e31ea59eff492a494920579b3ce70604efb5c2"),
        "Sogou Lab's data licence",
    ),
    "dbpedia": (
        *(68341743, "42db5221ddedddb673a4cabcc5f3a7d869714c878bcfe4ba94b29d14aa38e417"),
        "CC BY-SA 3.0 and GFDL",
    ),
    "yelp_review_polarity": (
        *(166373201, "528f22e286cad085948acbc3bea7e58188416546b0e364d0ae4ca0ce666abe35"),
        YELP,
    ),
    "yelp_review_full": (
        *(196146755, "56006b0a17a370f1e366504b1f2c3e3754e4a3dda17d3e718a885c552869a559"),
        YELP,
    ),
    "yahoo_answers": (
        *(319476345, "2d4277855faf8b35259009425fa8f7fe1888b5644b47165508942d000f4c96ae"),
        "Yahoo Webscope: approved non-commercial research",
    ),
    "amazon_review_polarity": (
        *(688339454, "d2a3ee7a214497a5d1b8eaed7c8d7ba2737de00ada3b0ec46243983efa100361"),
        AMAZON,
    ),
}


def _archive(name: str) -> tuple[RemoteFile, ...]:
    size, digest, terms = ARCHIVES[name]
    address = f"{ADDRESS}{name}_csv.tgz"
    return (RemoteFile(f"topics/{name}_csv.tgz", address, digest, size, terms=terms, on_request=True),)


SETS = (
    Topics("AG", 4, 2, 120_000, 7_600, AG_FILES),
    Topics("Sogou", 5, 2, 450_000, 60_000, _archive("sogou_news")),
    Topics("DBP", 14, 2, 560_000, 70_000, _archive("dbpedia")),
    Topics("Yelp P", 2, 1, 560_000, 38_000, _archive("yelp_review_polarity")),
    Topics("Yelp F", 5, 1, 650_000, 50_000, _archive("yelp_review_full")),
    Topics("Yah. A", 10, 3, 1_400_000, 60_000, _archive("yahoo_answers")),
    Topics("Amz. F", 5, 2, 3_000_000, 650_000, AMAZON_FULL_FILES),
    Topics("Amz. P", 2, 2, 3_600_000, 400_000, _archive("amazon_review_polarity")),
)
TOPICS = {topics.name: topics for topics in SETS}


def characters(topics: Topics, *, full: bool = False, synonyms: bool = False) -> Dataset:
    """Return a set as character numbers, with separate capitals if `full`."""
    settings: dict[str, Any] = {"full": True} if full else {}
    return _dataset(topics, load_characters, settings, synonyms)


def words(
    topics: Topics, *, most: int, vectors: Mapping[str, Any] | None = None, synonyms: bool = False
) -> Dataset:
    """Return a set as numbers of its most frequent words; `vectors` are settings to train vectors with."""
    settings: dict[str, Any] = {"join": first_last, "most": most} | ({"vectors": vectors} if vectors else {})
    return _dataset(topics, load_words, settings, synonyms)


def counted(topics: Topics, *, most: int, longest: int) -> Dataset:
    """Return a set as counts of its most frequent n-grams, up to `longest` words."""
    return _dataset(topics, load_counts, {"join": first_last, "most": most, "longest": longest})


def counted_words(topics: Topics, *, vectors: Mapping[str, Any]) -> Dataset:
    """Return a set as counts of the words that have vectors; `vectors` are settings to train them with."""
    return _dataset(topics, load_word_counts, {"join": first_last, "vectors": vectors})


def bags(topics: Topics, *, longest: int, buckets: int) -> Dataset:
    """Return a set as bags of words and hashed n-grams."""
    return _dataset(topics, load_bags, {"longest": longest, "buckets": buckets})


def write_lookalike(
    folder: Path, *, classes: int, fields: int, rows: int = 42, synonyms: bool = False
) -> list[Path]:
    """Write train.csv and test.csv: a quoted class from 1, then fields; one word gives the class away.

    With `synonyms` also a thesaurus of the words.
    """
    paths = [folder / name for name in ("train.csv", "test.csv")]
    for number, path in enumerate(paths):
        rng = np.random.default_rng(number)
        lines = []
        for row in range(rows):
            texts = [" ".join(rng.choice(VOCABULARY, rng.integers(2, 9))) for _ in range(fields)]
            texts[-1] += f' ""Sign{SYLLABLES[row % classes]}"", \\nand so on.'
            lines.append(",".join(f'"{text}"' for text in (str(row % classes + 1), *texts)) + "\n")
        path.write_text("".join(lines), "utf-8")
    return [*paths, *thesaurus.write_lookalike(folder, VOCABULARY)] if synonyms else paths


def _dataset(
    topics: Topics, load: Callable[..., Fold], settings: dict[str, Any], synonyms: bool = False
) -> Dataset:
    settings = settings | ({"synonyms": True} if synonyms else {})
    form: dict[str, Any] = {"classes": topics.classes, "fields": topics.fields}
    return Dataset(
        name=topics.name,
        source="rows that we chose" if topics.is_of_ours else "Zhang et al. (2015), table 3",
        classes=topics.classes,
        examples=(topics.train, topics.test),
        left_out=MOST_MALFORMED,
        files=(*topics.files, *((thesaurus.FILE,) if synonyms else ())),
        load=partial(load, **form, **settings),
        lookalike=partial(write_lookalike, **form, synonyms=synonyms),
        on_request=topics.on_request,
    )


AG, SOGOU, DBPEDIA, YELP_POLARITY, YELP_FULL, YAHOO, AMAZON_FULL, AMAZON_POLARITY = map(characters, SETS)
AG_10K_ROWS = Topics("AG, 9,982 rows", 4, 2, 9_982, 7_600, (TRAIN_10K, AG_TEST), is_of_ours=True)
AG_10K = characters(AG_10K_ROWS)

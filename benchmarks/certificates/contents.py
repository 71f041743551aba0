"""What a certificate holds, and where."""

import json
from collections.abc import Mapping
from typing import Any

from results.ledger import ResultsError
from results.metrics import METRICS, Metric

FORMAT = 1  # of the files below; a later one may mean other things
METADATA = "ro-crate-metadata.json"
STATEMENT = "certificate.json"  # what is stated of each cell
MANIFEST = "manifest-sha256.txt"  # of all other files but the signature, as sha256sum writes it
SIGNATURE = "signature.json"
HISTORY = "published/history.csv"  # of values and margins
LABELS = "labels.csv"  # true classes of the test parts
RECORDS = "results"  # a folder as `retable merge` takes it
RECIPES, CODE, GIT = "recipes", "code", "git"  # folders
RECHECKED = "code/rechecked.csv"  # probes that found changed code to compute the same
LOCK = "code/requirements.lock"
LICENCE = "LICENSE"
HUB = "model-index.yml"  # the results as model hubs read them

Json = dict[str, Any]
HISTORY_COLUMNS = ("table", "row", "column", "metric", "commit", "date", "value", "margin")
LABEL_COLUMNS = ("recipe", "fold", "seed", "labels")


def as_json(value: Any) -> bytes:
    """Return plain data as the text of a file."""
    return (json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def is_count(value: Any, least: int = 0, *, may_lack: bool = False) -> bool:
    """Return whether a value that was read is a whole number of at least so many; None is one that lacks."""
    return may_lack if value is None else type(value) is int and value >= least


def from_json(name: str, files: Mapping[str, bytes]) -> Json:
    """Return the object that a file holds. Raises ResultsError."""
    try:
        found = json.loads(files[name])
    except KeyError as error:
        raise ResultsError(f"{name} is missing.") from error
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{name} is not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise ResultsError(f"{name} holds a {type(found).__name__}. Expected an object.")
    return found


def published_file(paper: str) -> str:
    """Return the name of the file with a paper's printed cells."""
    return f"published/{paper}.csv"


def recipe_file(fingerprint: str) -> str:
    """Return the name of the file with a recipe's settings, data and roots."""
    return f"{RECIPES}/{fingerprint}.json"


def metric_as_json(metric: Metric) -> Json:
    """Return a metric without its function."""
    return {name: getattr(metric, name) for name in ("name", "unit", "better", "part")}


def metric_from_json(stated: Json) -> Metric:
    """Return the suite's metric of a name, or one of the paper's own, which cannot be computed again."""
    return METRICS.get(stated["name"]) or Metric(**stated)

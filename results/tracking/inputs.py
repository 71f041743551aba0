"""Data sets as MLflow knows them: an input of a run for each part of the data."""

from collections.abc import Iterator
from typing import Any

from results.tracking.about import UsedData

ALWAYS = ("train", "test")  # parts that are named without a size too
LONGEST_NAME = 450  # characters; MLflow's limit is 500


def inputs_of(data: UsedData) -> list[Any]:
    """Return MLflow's inputs of a run.

    MLflow keeps one input for each name and digest. So the data set's own name has the training part, and those of
    the other parts follow it.
    """
    return list(_inputs(data))


def _inputs(data: UsedData) -> Iterator[Any]:
    from mlflow.entities import DatasetInput, InputTag

    for part in ("train", "validation", "test"):
        if part in ALWAYS or part in data.sizes:
            name = data.name[:LONGEST_NAME] if part == "train" else f"{data.name[:LONGEST_NAME]}, {part}"
            yield DatasetInput(_dataset(data, name, part), [InputTag("mlflow.data.context", part)])


def _dataset(data: UsedData, name: str, part: str) -> Any:
    """Return the entity of a part; the profile has its size and what the data set is made of."""
    import json

    from mlflow.data.meta_dataset import MetaDataset
    from mlflow.entities import Dataset

    profile: dict[str, Any] = {"num_rows": data.sizes.get(part), "rows of all parts": data.examples}
    profile |= {"of": data.text or None, "made of": list(data.sources) if len(data.sources) > 1 else None}
    known = {key: value for key, value in profile.items() if value is not None}
    made = MetaDataset(_source(data), name=name, digest=data.digest or None).to_dict()
    return Dataset(**made, profile=json.dumps(known))


def _source(data: UsedData) -> Any:
    """Return the address of the first file; where it has none, words that say what the data are."""
    from mlflow.data.code_dataset_source import CodeDatasetSource
    from mlflow.data.http_dataset_source import HTTPDatasetSource

    first = data.sources[0] if data.sources else ""
    if first.startswith(("https://", "http://")) and " " not in first:
        return HTTPDatasetSource(first)
    return CodeDatasetSource({"mlflow.source.name": "; ".join(data.sources) or data.text})

"""Data sets, one file per source format, each with a generator of small look-alike files."""

import pkgutil
from importlib import import_module

from data_pipelines.dataset import Dataset


def all_datasets() -> list[Dataset]:
    """Return every data set of this folder, in the order of files and lines."""
    modules = (import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Dataset)]
    return list({dataset.name: dataset for dataset in found}.values())

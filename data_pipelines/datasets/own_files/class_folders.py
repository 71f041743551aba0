"""Folders with a folder for each class."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from data_pipelines.dataset import DataError
from data_pipelines.datasets.own_files import splits
from data_pipelines.datasets.own_files.splits import Classes, DrawnSplit
from data_pipelines.local_files import files_in

Write = Callable[[Path, int, int], None]  # into a class's folder: the class and a number


def labelled_files(folder: Path, suffixes: Collection[str] = ()) -> tuple[list[Path], list[str]]:
    """Return the files in the folders of classes, with or without folders of their own, and the class of each.

    Only those with one of the suffixes, if given. Raises DataError for a folder without folders, and for a class
    without files.
    """
    files = [path for path in files_in(folder) if path.parent != folder]
    files = [path for path in files if not suffixes or path.suffix.lower() in suffixes]
    labels = [path.relative_to(folder).parts[0] for path in files]
    named = sorted(path.name for path in folder.glob("[!.]*") if path.is_dir())
    if not named:
        raise DataError(f"{folder} has no folders. Expected a folder for each class.")
    if empty := [name for name in named if name not in set(labels)]:
        wanted = f" ({', '.join(suffixes)})" if suffixes else ""
        raise DataError(f"The class folder {folder / empty[0]} has no files{wanted}.")
    return files, labels


def write_class_folders(
    folder: Path, *, names: Sequence[str], classes: Classes, split: DrawnSplit | None, write: Write
) -> list[Path]:
    """Write a generated folder for each name, with a folder of small files for each class."""
    folders = [folder / name for name in names]
    for number, path in enumerate(folders):
        for index, name in enumerate(splits.generated_names(classes)):
            (path / name).mkdir(parents=True)
            for turn in range(splits.fewest(split)):
                write(path / name, index, 1000 * number + turn)
    return folders

"""Data sets of one's own files: tables, folders of images and folders of sounds, each described in a few lines."""

from data_pipelines.datasets.own_files.images import image_folder
from data_pipelines.datasets.own_files.sounds import sound_folder
from data_pipelines.datasets.own_files.splits import CrossValidation, PartColumn, PartFiles, RandomSplit
from data_pipelines.datasets.own_files.tables import table_data
from data_pipelines.datasets.own_files.words import word_ids

__all__ = [
    "CrossValidation",
    "PartColumn",
    "PartFiles",
    "RandomSplit",
    "image_folder",
    "sound_folder",
    "table_data",
    "word_ids",
]

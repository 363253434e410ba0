"""Datasets by name: stored, simulated, or fetched from their official homes."""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_lib.datasets._load_dataset import list_datasets as list_datasets
    from longtail_lib.datasets._load_dataset import load_dataset as load_dataset
    from longtail_lib.datasets._read_movielens import read_movielens as read_movielens
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

"""Datasets by name: stored, simulated, or fetched from their official homes."""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_lib.datasets._load_dataset import list_datasets as list_datasets
    from longtail_lib.datasets._load_dataset import load_dataset as load_dataset
    from longtail_lib.datasets._read_amazon import read_amazon as read_amazon
    from longtail_lib.datasets._read_citeulike import read_citeulike as read_citeulike
    from longtail_lib.datasets._read_complete_journey import (
        read_complete_journey as read_complete_journey,
    )
    from longtail_lib.datasets._read_lastfm import read_lastfm as read_lastfm
    from longtail_lib.datasets._read_movielens import read_movielens as read_movielens
    from longtail_lib.datasets._read_movietweetings import (
        read_movietweetings as read_movietweetings,
    )
    from longtail_lib.datasets._read_online_retail import read_online_retail as read_online_retail
    from longtail_lib.datasets._read_recbole import read_recbole as read_recbole
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

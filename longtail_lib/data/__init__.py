"""Interactions and where they come from: simulated, downloaded, or your own."""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_lib.data._dataset import Dataset as Dataset
    from longtail_lib.data._dataset import DatasetCard as DatasetCard
    from longtail_lib.data._dataset import Truth as Truth
    from longtail_lib.data._download import DownloadError as DownloadError
    from longtail_lib.data._read_run import read_qrels as read_qrels
    from longtail_lib.data._read_run import read_run as read_run
    from longtail_lib.data._read_table import read_table as read_table
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

"""Interactions and where they come from: simulated, downloaded, or your own."""

from importlib import import_module
from typing import Any

_HOME = {
    "Dataset": "dataset",
    "DatasetCard": "dataset",
    "DownloadError": "download",
    "LogFigures": "interaction_counts",
    "Truth": "dataset",
    "favourites": "best_liked",
    "list_datasets": "registry",
    "load_dataset": "registry",
    "load_dirty_log": "simulated",
    "log_figures": "interaction_counts",
    "movielens_figures": "movielens_counts",
    "read_movielens": "movielens",
    "read_simulated": "simulated",
    "read_table": "table",
    "simulate": "simulator",
    "write_dirty_log": "simulated",
    "write_simulated": "simulated",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'longtail_lib.data' has no attribute {name!r}")
    value = getattr(import_module(f"longtail_lib.data.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

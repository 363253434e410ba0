"""Interactions and where they come from: simulated, downloaded, or your own."""

from longtail_lib.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
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
    },
)

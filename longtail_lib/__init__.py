"""Long-tail recommendation whose numbers can be trusted.

Names are imported when first used, so that `import longtail_lib` stays quick.

Examples
--------
>>> from longtail_lib import load_dataset, prepare, split, evaluate
>>> from longtail_lib.models import Popularity
>>> parts = split(prepare(load_dataset("shop"), min_rating=4), how="leave-last-out")
>>> report = evaluate(Popularity().fit(parts), parts, k=10)
"""

from longtail_lib.lazy_names import lazy_names

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "Dataset": "data",
        "DatasetCard": "data",
        "Split": "preprocessing",
        "compare": "evaluation",
        "evaluate": "evaluation",
        "load_dataset": "data",
        "prepare": "preprocessing",
        "read_movielens": "data",
        "read_table": "data",
        "split": "preprocessing",
        "tune": "tuning",
    },
)

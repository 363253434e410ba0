"""Long-tail recommendation whose numbers can be trusted.

Names are imported when first used, so that `import longtail_lib` stays quick.

Examples
--------
>>> from longtail_lib import load_dataset, prepare, split, evaluate
>>> from longtail_lib.models import Popularity
>>> parts = split(prepare(load_dataset("shop"), min_rating=4), how="leave-last-out")
>>> report = evaluate(Popularity().fit(parts), parts, k=10)
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
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
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'longtail_lib' has no attribute {name!r}")
    value = getattr(import_module(f"longtail_lib.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

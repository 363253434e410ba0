"""Pictures of data, models and reports, each with an alt text that holds the computed numbers.

Names are imported when first used, because matplotlib is slow to import.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "Picture": "picture",
    "group_bars": "group_bars",
    "lorenz_curve": "lorenz_curve",
    "pipeline_diagram": "pipeline_diagram",
    "popularity_curve": "popularity_curve",
    "score_distribution": "score_distribution",
    "score_forms": "score_forms",
    "side_by_side": "side_by_side",
    "style": "palette",
    "training_curves": "training_curves",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'longtail_lib.plots' has no attribute {name!r}")
    value = getattr(import_module(f"longtail_lib.plots.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

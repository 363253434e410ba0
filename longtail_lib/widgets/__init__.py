"""Sliders for learning by moving something; each has a static picture beside it.

See `Control` for what an author of a lesson needs to know.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "Control": "control",
    "core_slider": "core_size",
    "head_slider": "head_definition",
    "page_slider": "page_length",
    "rank_slider": "rank_metrics",
    "sigmoid_sliders": "sigmoid_weights",
    "size_sliders": "transformer_size",
    "temperature_slider": "softmax_temperature",
}

__all__ = [
    "Control",
    "core_slider",
    "head_slider",
    "page_slider",
    "rank_slider",
    "sigmoid_sliders",
    "size_sliders",
    "temperature_slider",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'longtail_lib.widgets' has no attribute {name!r}")
    return getattr(import_module(f"longtail_lib.widgets.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

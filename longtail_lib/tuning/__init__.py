"""Search for hyper-parameters on validation; test stays closed.

Names are imported when first used.
"""

from longtail_lib.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "Constraint": "objective",
        "Objective": "objective",
        "Trial": "trials",
        "Tuning": "result",
        "default_space": "spaces",
        "tune": "search",
    },
)

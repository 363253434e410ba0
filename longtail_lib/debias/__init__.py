"""What was shown and what was chosen: propensities, estimators, and models that correct for both.

Names are imported when first used, so that no estimator costs a model's imports.
"""

from longtail_lib.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {},
)

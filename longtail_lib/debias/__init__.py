"""What was shown and what was chosen: propensities, and estimators that correct for them.

Models that correct for popularity are in `longtail_lib.models`.
"""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_lib.debias._estimate import Estimate as Estimate
    from longtail_lib.debias._estimate import list_weights as list_weights
    from longtail_lib.debias._estimate import true_value as true_value
    from longtail_lib.debias._estimators import clipped_ips as clipped_ips
    from longtail_lib.debias._estimators import doubly_robust as doubly_robust
    from longtail_lib.debias._estimators import ips as ips
    from longtail_lib.debias._estimators import naive as naive
    from longtail_lib.debias._estimators import snips as snips
    from longtail_lib.debias._fit_propensity import PropensityFit as PropensityFit
    from longtail_lib.debias._fit_propensity import fit_propensity as fit_propensity
    from longtail_lib.debias._fit_propensity import popularity_propensity as popularity_propensity
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

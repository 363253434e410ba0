"""Search for hyper-parameters on validation; test stays closed.

Names are imported when first used.
"""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_lib.tuning._default_space import default_space as default_space
    from longtail_lib.tuning._objective import Constraint as Constraint
    from longtail_lib.tuning._objective import Objective as Objective
    from longtail_lib.tuning._trial import Trial as Trial
    from longtail_lib.tuning._tune import tune as tune
    from longtail_lib.tuning._tuning import Tuning as Tuning
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

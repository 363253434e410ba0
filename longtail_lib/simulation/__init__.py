"""A store with known truth: tastes, slates, choices and ratings from one seed.

Everything that is random or real-valued is held to arithmetic that gives the same bits on every
platform; `fixed_point` says how.

Examples
--------
>>> from longtail_lib.simulation import PRESETS
>>> sorted(PRESETS)[:1]
['music']
"""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_lib.simulation._preset import PRESETS as PRESETS
    from longtail_lib.simulation._preset import Preset as Preset
    from longtail_lib.simulation._read_simulated import read_simulated as read_simulated
    from longtail_lib.simulation._read_simulated import write_simulated as write_simulated
    from longtail_lib.simulation._simulate import simulate as simulate
    from longtail_lib.simulation._simulated_truth import SimulatedTruth as SimulatedTruth
    from longtail_lib.simulation._true_preference import true_preference as true_preference
    from longtail_lib.simulation._true_preference import true_propensity as true_propensity
    from longtail_lib.simulation._uniform_test import UniformTest as UniformTest
    from longtail_lib.simulation._uniform_test import uniform_test as uniform_test
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

"""A store with known truth: tastes, slates, choices and ratings from one seed.

Everything that is random or real-valued is held to arithmetic that gives the same bits on every
platform; `fixed_point` says how.

Examples
--------
>>> from longtail_lib.data.simulator import PRESETS
>>> sorted(PRESETS)[:1]
['music']
"""

from longtail_lib.data.simulator.defects import dirty_log
from longtail_lib.data.simulator.log_shape import LogShape, log_shape
from longtail_lib.data.simulator.preset import PRESETS, Preset
from longtail_lib.data.simulator.simulation import simulate
from longtail_lib.data.simulator.truth import SimulatedTruth

__all__ = [
    "PRESETS",
    "LogShape",
    "Preset",
    "SimulatedTruth",
    "dirty_log",
    "log_shape",
    "simulate",
]

"""Measure recommendations: full ranking, head, mid and tail, with intervals."""

from longtail_lib.evaluation.compare import compare
from longtail_lib.evaluation.comparison import Comparison, Difference
from longtail_lib.evaluation.evaluate import METRICS, evaluate
from longtail_lib.evaluation.exponent_sensitivity import propensity_sensitivity
from longtail_lib.evaluation.rating_error import rmse
from longtail_lib.evaluation.report import Report, Value
from longtail_lib.evaluation.top_k import top_k

__all__ = [
    "METRICS",
    "Comparison",
    "Difference",
    "Report",
    "Value",
    "compare",
    "evaluate",
    "propensity_sensitivity",
    "rmse",
    "top_k",
]

"""Measure recommendations: full ranking, head, mid and tail, with intervals."""

from longtail_lib.evaluation.compare import Comparison, Difference, compare
from longtail_lib.evaluation.evaluate import METRICS, evaluate
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
    "top_k",
]

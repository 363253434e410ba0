"""Measure recommendations: full ranking, head, mid and tail, with intervals."""

from longtail_lib.evaluation.compare import compare
from longtail_lib.evaluation.comparison import Comparison, Difference
from longtail_lib.evaluation.evaluate import METRICS, evaluate
from longtail_lib.evaluation.exponent_sensitivity import propensity_sensitivity
from longtail_lib.evaluation.exposure_by_provider import provider_exposure
from longtail_lib.evaluation.feedback_loop import feedback_loop
from longtail_lib.evaluation.feedback_rounds import FeedbackLoop
from longtail_lib.evaluation.feedback_seeds import feedback_over_seeds, feedback_table
from longtail_lib.evaluation.pareto_frontier import Frontier, frontier
from longtail_lib.evaluation.rating_error import rmse
from longtail_lib.evaluation.recommendation_worth import worth_table
from longtail_lib.evaluation.report import Report, Value
from longtail_lib.evaluation.rerank_path import rerank_path
from longtail_lib.evaluation.satisfaction_change import satisfaction_by_taste
from longtail_lib.evaluation.taste_groups import UserTaste, user_taste
from longtail_lib.evaluation.top_k import top_k
from longtail_lib.evaluation.trade_off import trade_off_table
from longtail_lib.evaluation.validated_choice import RerankChoice, rerank_choice

__all__ = [
    "METRICS",
    "Comparison",
    "Difference",
    "FeedbackLoop",
    "Frontier",
    "Report",
    "RerankChoice",
    "UserTaste",
    "Value",
    "compare",
    "evaluate",
    "feedback_loop",
    "feedback_over_seeds",
    "feedback_table",
    "frontier",
    "propensity_sensitivity",
    "provider_exposure",
    "rerank_choice",
    "rerank_path",
    "rmse",
    "satisfaction_by_taste",
    "top_k",
    "trade_off_table",
    "user_taste",
    "worth_table",
]

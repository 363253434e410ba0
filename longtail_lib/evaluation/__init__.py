"""Measure recommendations: full ranking, head, mid and tail, with intervals."""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_lib.evaluation._compare import Comparison as Comparison
    from longtail_lib.evaluation._compare import Difference as Difference
    from longtail_lib.evaluation._compare import compare as compare
    from longtail_lib.evaluation._evaluate import evaluate as evaluate
    from longtail_lib.evaluation._pool_reports import pool_reports as pool_reports
    from longtail_lib.evaluation._protocol import Protocol as Protocol
    from longtail_lib.evaluation._rank_users import rank_users as rank_users
    from longtail_lib.evaluation._report import Report as Report
    from longtail_lib.evaluation._report import Value as Value
    from longtail_lib.evaluation._rerank_path import RerankChoice as RerankChoice
    from longtail_lib.evaluation._rerank_path import rerank_choice as rerank_choice
    from longtail_lib.evaluation._rerank_path import rerank_path as rerank_path
    from longtail_lib.evaluation.metrics import METRICS as METRICS
    from longtail_lib.evaluation.metrics._lists import Lists as Lists
    from longtail_lib.evaluation.metrics._metric import Metric as Metric
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

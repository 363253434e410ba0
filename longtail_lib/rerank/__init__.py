"""Re-order a user's best candidates so that the tail is seen, at a price that is measured.

Pure functions on arrays. `candidates`, `scores`, `k` and what comes back are described at `mmr` and
mean the same everywhere; `longtail_lib.models.Reranked` makes a recommender of one of them.
"""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_lib.rerank._calibrated import calibrated as calibrated
    from longtail_lib.rerank._mmr import mmr as mmr
    from longtail_lib.rerank._tail_quota import adjusted_alpha as adjusted_alpha
    from longtail_lib.rerank._tail_quota import popularity_penalty as popularity_penalty
    from longtail_lib.rerank._tail_quota import quota_table as quota_table
    from longtail_lib.rerank._tail_quota import tail_quota as tail_quota
    from longtail_lib.rerank._xquad import xquad as xquad
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

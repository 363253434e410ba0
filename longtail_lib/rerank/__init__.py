"""Re-order a user's best candidates so that the tail is seen, at a price that is measured.

The methods are pure functions on arrays; `Reranked` makes a recommender of one of them. Names are
imported when first used.
"""

from longtail_lib.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "METHODS": "reranked_parameters",
        "Reranked": "reranked",
        "adjusted_alpha": "ranked_group_fairness",
        "calibrated": "calibration",
        "mmr": "maximal_marginal_relevance",
        "popularity_penalty": "log_popularity",
        "quota_table": "ranked_group_fairness",
        "tail_quota": "ranked_group_fairness",
        "xquad": "xquad_reranking",
    },
)

"""What was shown and what was chosen: propensities, estimators, and models that correct for both.

Names are imported when first used, so that no estimator costs a model's imports.
"""

from longtail_lib.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "BBN": "bbn",
        "CDN": "cdn",
        "Estimate": "estimate",
        "Feedback": "feedback",
        "LogitAdjusted": "logit_adjusted",
        "MACR": "macr",
        "PropensityFit": "propensity",
        "RelevanceMF": "relevance_mf",
        "calibrated_preference": "imputation",
        "clipped_ips": "estimators",
        "doubly_robust": "estimators",
        "draw_feedback": "feedback",
        "estimator_table": "estimator_experiment",
        "fit_propensity": "propensity",
        "fresh_feedback": "feedback",
        "ips": "estimators",
        "ips_accuracy": "choice_weighting",
        "item_preference": "imputation",
        "list_weights": "estimate",
        "naive": "estimators",
        "popularity_propensity": "propensity",
        "propensity_calibration": "calibration",
        "recommended_lists": "estimator_experiment",
        "snips": "estimators",
        "true_preference": "truth",
        "true_propensity": "truth",
        "true_value": "truth",
    },
)

"""Sliders for learning by moving something; each has a static picture beside it.

See `Control` for what an author of a lesson needs to know.
"""

from longtail_lib.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "Control": "control",
        "adjustment_slider": "adjustment_strength",
        "calibration_slider": "negative_calibration",
        "clip_slider": "clip_level",
        "core_slider": "core_size",
        "correction_slider": "logq_strength",
        "dimension_slider": "vector_dimensions",
        "cost_slider": "encoding_share",
        "exponent_slider": "popularity_exponent",
        "head_slider": "head_definition",
        "page_slider": "page_length",
        "prefix_explorer": "id_prefix",
        "rank_slider": "rank_metrics",
        "sigmoid_sliders": "sigmoid_weights",
        "size_sliders": "transformer_size",
        "tail_weight_slider": "tail_weight",
        "temperature_slider": "softmax_temperature",
        "text_weight_slider": "text_weight",
    },
)

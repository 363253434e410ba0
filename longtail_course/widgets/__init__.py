"""Sliders for learning by moving something; each has a static picture beside it.

See `Control` for what an author of a lesson needs to know.
"""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_course.widgets.adjustment_strength import adjustment_slider as adjustment_slider
    from longtail_course.widgets.clip_level import clip_slider as clip_slider
    from longtail_course.widgets.control import Control as Control
    from longtail_course.widgets.core_size import core_slider as core_slider
    from longtail_course.widgets.encoding_share import cost_slider as cost_slider
    from longtail_course.widgets.head_definition import head_slider as head_slider
    from longtail_course.widgets.id_prefix import prefix_explorer as prefix_explorer
    from longtail_course.widgets.logq_strength import correction_slider as correction_slider
    from longtail_course.widgets.negative_calibration import (
        calibration_slider as calibration_slider,
    )
    from longtail_course.widgets.page_length import page_slider as page_slider
    from longtail_course.widgets.popularity_exponent import exponent_slider as exponent_slider
    from longtail_course.widgets.rank_metrics import rank_slider as rank_slider
    from longtail_course.widgets.sigmoid_weights import sigmoid_sliders as sigmoid_sliders
    from longtail_course.widgets.softmax_temperature import temperature_slider as temperature_slider
    from longtail_course.widgets.tail_weight import tail_weight_slider as tail_weight_slider
    from longtail_course.widgets.text_weight import text_weight_slider as text_weight_slider
    from longtail_course.widgets.transformer_size import size_sliders as size_sliders
    from longtail_course.widgets.vector_dimensions import dimension_slider as dimension_slider
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

"""Runs that take longer than a lesson may, and their stored results.

Names are imported when first used.
"""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_course.experiments._check_drift import check_drift as check_drift
    from longtail_course.experiments._extend_results import extend_results as extend_results
    from longtail_course.experiments.debiased_models import debiased_results as debiased_results
    from longtail_course.experiments.pair_table import paired_table as paired_table
    from longtail_course.experiments.stored import stored_results as stored_results
    from longtail_course.experiments.text_control_results import TextControls as TextControls
    from longtail_course.experiments.text_control_results import text_controls as text_controls
    from longtail_course.experiments.text_cost import cost_table as cost_table
    from longtail_course.experiments.text_cost import seconds_per_point as seconds_per_point
    from longtail_course.experiments.twin_verdicts import verdict_table as verdict_table
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

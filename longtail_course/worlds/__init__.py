"""Simulated worlds that answer back: feedback loops, tastes, fresh logs, what a dirty log hides.

Names are imported when first used.
"""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_course.worlds._feedback_loop import feedback_loop as feedback_loop
    from longtail_course.worlds._fresh_feedback import Feedback as Feedback
    from longtail_course.worlds._fresh_feedback import draw_feedback as draw_feedback
    from longtail_course.worlds._fresh_feedback import fresh_feedback as fresh_feedback
    from longtail_course.worlds._log_figures import LogFigures as LogFigures
    from longtail_course.worlds._log_figures import LogShape as LogShape
    from longtail_course.worlds._log_figures import log_figures as log_figures
    from longtail_course.worlds._log_figures import log_shape as log_shape
    from longtail_course.worlds._movielens_figures import movielens_figures as movielens_figures
    from longtail_course.worlds._text_ceiling import TextCeiling as TextCeiling
    from longtail_course.worlds._text_ceiling import attribute_vectors as attribute_vectors
    from longtail_course.worlds._text_ceiling import text_ceiling as text_ceiling
    from longtail_course.worlds.best_liked import favourites as favourites
    from longtail_course.worlds.dataset_card import store_dataset as store_dataset
    from longtail_course.worlds.defects import dirty_log as dirty_log
    from longtail_course.worlds.estimator_experiment import estimator_table as estimator_table
    from longtail_course.worlds.estimator_experiment import recommended_lists as recommended_lists
    from longtail_course.worlds.exposure_by_provider import provider_exposure as provider_exposure
    from longtail_course.worlds.feedback_rounds import FeedbackLoop as FeedbackLoop
    from longtail_course.worlds.imputation import item_preference as item_preference
    from longtail_course.worlds.raw_log import RawLog as RawLog
    from longtail_course.worlds.raw_log import load_dirty_log as load_dirty_log
    from longtail_course.worlds.raw_log import write_dirty_log as write_dirty_log
    from longtail_course.worlds.recommendation_worth import worth_table as worth_table
    from longtail_course.worlds.satisfaction_change import (
        satisfaction_by_taste as satisfaction_by_taste,
    )
    from longtail_course.worlds.stored_real_data import STORED_REAL as STORED_REAL
    from longtail_course.worlds.stored_real_data import store_real_dataset as store_real_dataset
    from longtail_course.worlds.taste_groups import UserTaste as UserTaste
    from longtail_course.worlds.taste_groups import user_taste as user_taste
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

"""The article's own formulas and model, as printed and repaired.

NumPy where a formula is to be seen, Keras where the article uses TensorFlow. Names are imported
when first used, so that reading a formula never loads TensorFlow.
"""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_course.article.activation import logit as logit
    from longtail_course.article.activation import sigmoid as sigmoid
    from longtail_course.article.activation import sigmoid_derivative as sigmoid_derivative
    from longtail_course.article.article_two_tower import ArticleTwoTower as ArticleTwoTower
    from longtail_course.article.article_variant import ArticleVariant as ArticleVariant
    from longtail_course.article.article_variant import article_ablation as article_ablation
    from longtail_course.article.cosine_bound import cosine as cosine
    from longtail_course.article.cosine_bound import largest_reach as largest_reach
    from longtail_course.article.cosine_bound import sigmoid_cosine_floor as sigmoid_cosine_floor
    from longtail_course.article.cross_entropy_gradients import (
        repaired_gradients as repaired_gradients,
    )
    from longtail_course.article.gradients import Backward as Backward
    from longtail_course.article.gradients import printed_gradients as printed_gradients
    from longtail_course.article.numerical_gradient import finite_difference as finite_difference
    from longtail_course.article.preprocessing_step import preprocess_data as preprocess_data
    from longtail_course.article.projections import item_projection as item_projection
    from longtail_course.article.projections import project as project
    from longtail_course.article.projections import user_projection as user_projection
    from longtail_course.article.repaired_recommender import RepairedTwoTower as RepairedTwoTower
    from longtail_course.article.repaired_two_tower import (
        build_repaired_model as build_repaired_model,
    )
    from longtail_course.article.sampled_negatives import labelled_pairs as labelled_pairs
    from longtail_course.article.scoring import agreeing_scores as agreeing_scores
    from longtail_course.article.scoring import dot_score as dot_score
    from longtail_course.article.scoring import score_equation as score_equation
    from longtail_course.article.scoring import second_score as second_score
    from longtail_course.article.summed_inputs import article_score as article_score
    from longtail_course.article.summed_inputs import swap_features as swap_features
    from longtail_course.article.two_tower import build_model as build_model
    from longtail_course.article.two_tower import train_model as train_model
    from longtail_course.article.worked_numbers import WorkedExample as WorkedExample
    from longtail_course.article.worked_numbers import weights_for as weights_for
    from longtail_course.article.worked_numbers import worked_example as worked_example
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

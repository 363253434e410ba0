"""The article's own formulas and model, as printed and repaired.

NumPy where a formula is to be seen, Keras where the article uses TensorFlow. Names are imported
when first used, so that reading a formula never loads TensorFlow.
"""

from longtail_lib.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "Backward": "gradients",
        "WorkedExample": "worked_numbers",
        "agreeing_scores": "scoring",
        "article_score": "summed_inputs",
        "build_model": "two_tower",
        "build_repaired_model": "repaired_two_tower",
        "cosine": "cosine_bound",
        "dot_score": "scoring",
        "finite_difference": "numerical_gradient",
        "import_keras": "keras_backend",
        "item_projection": "projections",
        "largest_reach": "cosine_bound",
        "logit": "activation",
        "preprocess_data": "preprocessing_step",
        "printed_gradients": "gradients",
        "project": "projections",
        "repaired_gradients": "cross_entropy_gradients",
        "score_equation": "scoring",
        "second_score": "scoring",
        "sigmoid": "activation",
        "sigmoid_cosine_floor": "cosine_bound",
        "sigmoid_derivative": "activation",
        "swap_features": "summed_inputs",
        "train_model": "two_tower",
        "user_projection": "projections",
        "weights_for": "worked_numbers",
        "worked_example": "worked_numbers",
    },
)

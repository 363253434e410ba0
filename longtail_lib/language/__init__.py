"""A small language model on this machine, and what a recommender can ask of it.

Names are imported when first used.
"""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_lib.language._describe_items import Description as Description
    from longtail_lib.language._describe_items import describe_items as describe_items
    from longtail_lib.language._describe_items import read_descriptions as read_descriptions
    from longtail_lib.language._find_language_model import (
        fetch_language_model as fetch_language_model,
    )
    from longtail_lib.language._find_language_model import (
        find_language_model as find_language_model,
    )
    from longtail_lib.language._language_model import LanguageModel as LanguageModel
    from longtail_lib.language._likelihood_reranker import LikelihoodReranker as LikelihoodReranker
    from longtail_lib.language._likelihood_reranker import RankedTitles as RankedTitles
    from longtail_lib.language._log_likelihood import LogLikelihood as LogLikelihood
    from longtail_lib.language._position_bias import PositionBias as PositionBias
    from longtail_lib.language._position_bias import position_bias as position_bias
    from longtail_lib.language._shuffled_histories import other_histories as other_histories
    from longtail_lib.language._shuffled_histories import renamed_titles as renamed_titles
    from longtail_lib.language._shuffled_histories import shuffled_histories as shuffled_histories
    from longtail_lib.language._usage import Usage as Usage
    from longtail_lib.language._within_user_correlation import Correlation as Correlation
    from longtail_lib.language._within_user_correlation import (
        within_user_correlation as within_user_correlation,
    )
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

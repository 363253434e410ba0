"""A small language model on this machine, and what a recommender can ask of it.

Names are imported when first used.
"""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
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
    from longtail_lib.language._usage import Usage as Usage
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

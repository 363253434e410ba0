"""Everything that scores items.

Names are imported when first used, so that no model costs another's imports.
"""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_lib._import_keras import import_keras as import_keras
    from longtail_lib.models._negative_sampling import StreamFrequency as StreamFrequency
    from longtail_lib.models._recommender import NotFittedError as NotFittedError
    from longtail_lib.models._recommender import Recommender as Recommender
    from longtail_lib.models._recommender import UnsupportedError as UnsupportedError
    from longtail_lib.models._wrapped_recommender import WrappedRecommender as WrappedRecommender
    from longtail_lib.models._wrapped_recommender import unfitted_copy as unfitted_copy
    from longtail_lib.models.blend import Blend as Blend
    from longtail_lib.models.bpr import BPR as BPR
    from longtail_lib.models.content._item_vectors import item_vectors as item_vectors
    from longtail_lib.models.content._item_vectors import shuffled_vectors as shuffled_vectors
    from longtail_lib.models.content._stored_vectors import StoredVectors as StoredVectors
    from longtail_lib.models.content.content_knn import ContentKNN as ContentKNN
    from longtail_lib.models.content.content_tower import ContentTower as ContentTower
    from longtail_lib.models.content.ease_text import EaseText as EaseText
    from longtail_lib.models.content.fused_tower import FusedTower as FusedTower
    from longtail_lib.models.content.text_gate import TextGate as TextGate
    from longtail_lib.models.debiased.bbn import BBN as BBN
    from longtail_lib.models.debiased.cdn import CDN as CDN
    from longtail_lib.models.debiased.logit_adjusted import LogitAdjusted as LogitAdjusted
    from longtail_lib.models.debiased.macr import MACR as MACR
    from longtail_lib.models.debiased.relevance_mf import RelevanceMF as RelevanceMF
    from longtail_lib.models.ease import EASE as EASE
    from longtail_lib.models.generative.generative_retrieval import (
        GenerativeRetrieval as GenerativeRetrieval,
    )
    from longtail_lib.models.generative.semantic_ids import SemanticIds as SemanticIds
    from longtail_lib.models.gradient_recommender import GradientRecommender as GradientRecommender
    from longtail_lib.models.implicit_als import ImplicitALS as ImplicitALS
    from longtail_lib.models.item_knn import ItemKNN as ItemKNN
    from longtail_lib.models.oracle import Oracle as Oracle
    from longtail_lib.models.popularity import Popularity as Popularity
    from longtail_lib.models.random_ranking import Random as Random
    from longtail_lib.models.reranked import METHODS as METHODS
    from longtail_lib.models.reranked import Reranked as Reranked
    from longtail_lib.models.sequence._pretrain import pretrain as pretrain
    from longtail_lib.models.sequence._user_sequences import user_sequences as user_sequences
    from longtail_lib.models.sequence.bert4rec import BERT4Rec as BERT4Rec
    from longtail_lib.models.sequence.pretrained import Pretrained as Pretrained
    from longtail_lib.models.sequence.sasrec import SASRec as SASRec
    from longtail_lib.models.two_stage import TwoStage as TwoStage
    from longtail_lib.models.two_tower import TwoTower as TwoTower

    # The old name, for type checkers; at run time it works and warns.
    Ease = EASE
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__, {"Ease": "EASE"})

"""Small instances made to be understood: encoders, broken metrics, chains of items.

Names are imported when first used.
"""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_course.toys._concentration import concentration as concentration
    from longtail_course.toys._concentration import items_holding as items_holding
    from longtail_course.toys._frontier import Frontier as Frontier
    from longtail_course.toys._frontier import frontier as frontier
    from longtail_course.toys._item_chains import item_chains as item_chains
    from longtail_course.toys._linear_probe import LinearProbe as LinearProbe
    from longtail_course.toys._linear_probe import linear_probe as linear_probe
    from longtail_course.toys._split_summary import split_summary as split_summary
    from longtail_course.toys._train_share import train_share as train_share
    from longtail_course.toys.deciles import popularity_deciles as popularity_deciles
    from longtail_course.toys.interaction_svd import interaction_vectors as interaction_vectors
    from longtail_course.toys.masked_word import MaskedWord as MaskedWord
    from longtail_course.toys.neighbour_hubs import Hubness as Hubness
    from longtail_course.toys.neighbour_hubs import hubness as hubness
    from longtail_course.toys.neighbour_probe import Agreement as Agreement
    from longtail_course.toys.neighbour_probe import nearest_neighbours as nearest_neighbours
    from longtail_course.toys.neighbour_probe import neighbour_agreement as neighbour_agreement
    from longtail_course.toys.neighbour_table import nearest_items as nearest_items
    from longtail_course.toys.neighbour_table import probe_table as probe_table
    from longtail_course.toys.order_control import shuffle_order as shuffle_order
    from longtail_course.toys.popularity_probe import PopularityFit as PopularityFit
    from longtail_course.toys.popularity_probe import popularity_fit as popularity_fit
    from longtail_course.toys.random_vectors import RandomVectors as RandomVectors
    from longtail_course.toys.rating_error import rmse as rmse
    from longtail_course.toys.text_classifier import TextClassifier as TextClassifier
    from longtail_course.toys.text_variants import change_texts as change_texts
    from longtail_course.toys.trade_off import trade_off_table as trade_off_table
    from longtail_course.toys.transformer_size import (
        transformer_parameters as transformer_parameters,
    )
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

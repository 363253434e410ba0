"""Inequality of counts, and the head, mid and tail groups of a catalogue."""

from longtail_lib.tail.cold_items import cold_groups
from longtail_lib.tail.concentration import concentration, items_holding
from longtail_lib.tail.deciles import popularity_deciles
from longtail_lib.tail.gini import gini
from longtail_lib.tail.groups import Groups, popularity_groups
from longtail_lib.tail.lorenz import lorenz, top_share

__all__ = [
    "Groups",
    "cold_groups",
    "concentration",
    "gini",
    "items_holding",
    "lorenz",
    "popularity_deciles",
    "popularity_groups",
    "top_share",
]

"""Inequality of counts, and the head, mid and tail groups of a catalogue."""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_lib.tail._gini import gini as gini
    from longtail_lib.tail._gini import lorenz as lorenz
    from longtail_lib.tail._gini import top_share as top_share
    from longtail_lib.tail._groups import Groups as Groups
    from longtail_lib.tail._groups import cold_groups as cold_groups
    from longtail_lib.tail._groups import popularity_groups as popularity_groups
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

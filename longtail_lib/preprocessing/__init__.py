"""Clean, encode and split interaction logs."""

from longtail_lib.preprocessing.cleaning import prepare
from longtail_lib.preprocessing.item_hold_out import hold_out_items
from longtail_lib.preprocessing.normaliser import LeakageWarning, RatingNormaliser
from longtail_lib.preprocessing.parts import PARTS, Split
from longtail_lib.preprocessing.preparation import Preparation, Step
from longtail_lib.preprocessing.split_summary import split_summary
from longtail_lib.preprocessing.splitting import split
from longtail_lib.preprocessing.timestamps import Seconds, seconds

__all__ = [
    "PARTS",
    "LeakageWarning",
    "Preparation",
    "RatingNormaliser",
    "Seconds",
    "Split",
    "Step",
    "hold_out_items",
    "prepare",
    "seconds",
    "split",
    "split_summary",
]

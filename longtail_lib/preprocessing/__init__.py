"""Clean, encode and split interaction logs."""

from typing import TYPE_CHECKING

from longtail_lib._lazy_names import lazy_names

if TYPE_CHECKING:
    from longtail_lib.preprocessing._hold_out_items import hold_out_items as hold_out_items
    from longtail_lib.preprocessing._hold_out_new import hold_out_new_items as hold_out_new_items
    from longtail_lib.preprocessing._hold_out_new import hold_out_new_users as hold_out_new_users
    from longtail_lib.preprocessing._preparation import Preparation as Preparation
    from longtail_lib.preprocessing._preparation import Step as Step
    from longtail_lib.preprocessing._prepare import prepare as prepare
    from longtail_lib.preprocessing._rating_normaliser import LeakageWarning as LeakageWarning
    from longtail_lib.preprocessing._rating_normaliser import RatingNormaliser as RatingNormaliser
    from longtail_lib.preprocessing._seconds import Seconds as Seconds
    from longtail_lib.preprocessing._seconds import seconds as seconds
    from longtail_lib.preprocessing._split import split as split
    from longtail_lib.preprocessing._split_matrices import PARTS as PARTS
    from longtail_lib.preprocessing._split_matrices import Split as Split
    from longtail_lib.preprocessing._tied_times import TiedTimesWarning as TiedTimesWarning
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

"""Priorities that order equal scores, as `longtail_lib.models.tie_order` defines them."""

from longtail_lib.models.tie_order import TIE_RULE, id_keys, priorities, user_key

__all__ = ["TIE_RULE", "id_keys", "priorities", "user_key"]

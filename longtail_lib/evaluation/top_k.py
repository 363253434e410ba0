"""The k best columns of each row, as `longtail_lib.models.ranked_columns` finds them."""

from longtail_lib.models.ranked_columns import mask_seen, top_k

__all__ = ["mask_seen", "top_k"]

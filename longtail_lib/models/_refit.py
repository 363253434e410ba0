"""The last fit before the test: on train and validation, with what validation has decided."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_lib.preprocessing import Split

__all__ = ["refitted", "same_train"]


def refitted(model: Any, parts: Split) -> Any:
    """Fit a copy on `parts.final()`, after a fit on train where validation has to decide."""
    final = parts.final()
    if same_train(model, final):
        return model
    decided = model
    if model.decides_on_validation and not same_train(model, parts):
        decided = model._unfitted().fit(parts)
    return decided._settled(parts).fit(final)


def same_train(model: Any, parts: Split) -> bool:
    """Say whether a model was fitted on this train part."""
    if not hasattr(model, "item_ids_") or model._has_reread:
        return False
    seen, train = model.seen_, parts.train
    if seen is train:
        return True
    return (
        seen.shape == train.shape
        and np.array_equal(model.user_ids_, parts.user_ids)
        and np.array_equal(model.item_ids_, parts.item_ids)
        and np.array_equal(seen.indptr, train.indptr)
        and np.array_equal(seen.indices, train.indices)
        and np.array_equal(seen.data, train.data)
    )

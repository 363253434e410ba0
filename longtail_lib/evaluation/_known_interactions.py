"""What a model knew when it was fitted: said in reports, and refused where it is what is asked."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.preprocessing import Split
from longtail_lib.preprocessing._own_matrices import plain_value
from longtail_lib.preprocessing._rearranged import stored_parts

__all__ = ["AMOUNTS", "fitted_on", "refuse_known_answers"]

_TRAIN, _BOTH = "train", "train and validation"
_SHOWN_BOTH = "train, with histories of train and validation"
# Of models that differ in these, the one that knows more has the advantage.
AMOUNTS = {_TRAIN, _SHOWN_BOTH, _BOTH}


def refuse_known_answers(who: str, model: Any, parts: Split, part: str, name: str) -> None:
    """Refuse a model that was fitted on interactions of the part that it is measured on."""
    seen = _seen(model, parts)
    if seen is None:
        return
    asked = getattr(parts, part)
    both = asked.astype(bool).multiply(seen.astype(bool)).tocsr()
    both.eliminate_zeros()
    if not both.nnz:
        return
    row = int(np.flatnonzero(np.diff(both.indptr))[0])
    user, item = parts.user_ids[row], parts.item_ids[both.indices[both.indptr[row]]]
    raise ValueError(
        f"{who}: {name} was fitted on {both.nnz:,} of the {asked.nnz:,} {part} interactions of "
        f"{parts!r}, such as user {plain_value(user)!r} and item {plain_value(item)!r}: it would "
        "be asked what it was told. Fit it on this split, or, to measure how well it remembers, "
        "pass allow_known=True"
    )


def fitted_on(model: Any, parts: Split) -> str:
    """Say in words which interactions of a split a model knows of its users."""
    seen = _seen(model, parts)
    if seen is None:
        return "not said by the model"
    before_test = sum(getattr(parts, name).nnz for name in stored_parts(parts) if name != "test")
    if getattr(model, "_has_reread", False) and seen.nnz == before_test:
        return _SHOWN_BOTH
    if not _differ(seen, parts.train):
        if parts.parameters.get("final"):
            return "train and validation, joined"
        return _TRAIN if before_test > parts.train.nnz else "train (there is no validation)"
    if seen.nnz == before_test and not _differ(seen, parts.final().train):
        return _BOTH
    return "other interactions than this split's train and validation"


def _seen(model: Any, parts: Split) -> csr_matrix | None:
    seen = getattr(model, "seen_", None)
    return seen if seen is not None and seen.shape == parts.train.shape else None


def _differ(one: Any, other: Any) -> bool:
    return one.nnz != other.nnz or bool((one.astype(bool) != other.astype(bool)).nnz)

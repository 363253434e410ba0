"""What a model knew when it was fitted: said in reports, and refused where it is what is asked."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.preprocessing import Split

__all__ = ["fitted_on", "refuse_known_answers"]


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
        f"{parts!r}, such as user {_plain(user)!r} and item {_plain(item)!r}: it would be asked "
        "what it was told. Fit it on this split, or, to measure how well it remembers, pass "
        "allow_known=True"
    )


def fitted_on(model: Any, parts: Split) -> str:
    """Say in words which interactions of a split a model knows of its users."""
    seen = _seen(model, parts)
    if seen is None:
        return "not said by the model"
    before = [parts.train, parts.validation, *([] if parts.between is None else [parts.between])]
    total = sum(matrix.nnz for matrix in before)
    if getattr(model, "_has_reread", False) and seen.nnz == total:
        return "train, with histories of train and validation"
    if not _differ(seen, parts.train):
        if parts.parameters.get("final"):
            return "train and validation, joined"
        return "train" if total > parts.train.nnz else "train (there is no validation)"
    if seen.nnz == total and not _differ(seen, sum(matrix.astype(bool) for matrix in before)):
        return "train and validation"
    return "other interactions than this split's train and validation"


def _seen(model: Any, parts: Split) -> csr_matrix | None:
    seen = getattr(model, "seen_", None)
    return seen if seen is not None and seen.shape == parts.train.shape else None


def _differ(one: Any, other: Any) -> bool:
    return one.nnz != other.nnz or bool((one.astype(bool) != other.astype(bool)).nnz)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value

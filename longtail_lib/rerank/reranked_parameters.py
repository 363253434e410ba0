"""What the parameters of a re-ranked recommender may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from longtail_lib.rerank.candidates import check_share

__all__ = ["METHODS", "check_parameters"]

METHODS = ("xquad", "calibrated", "mmr", "tail_quota", "popularity_penalty")


def check_parameters(given: Mapping[str, Any]) -> None:
    """Refuse parameters of `Reranked` that cannot be meant.

    Parameters
    ----------
    given : mapping of str to parameter
        From `get_params`.

    Raises
    ------
    ValueError
        A parameter is unknown or out of range, or two exclude each other.
    """
    method = given["method"]
    if method not in METHODS:
        raise ValueError(f"Reranked: method must be one of {', '.join(METHODS)}, got {method!r}")
    most = np.inf if method == "popularity_penalty" else 1
    check_share(given["weight"], f"weight of {method}", "Reranked", most)
    for name, least in (("candidates", 1), ("k", 1), ("tail_candidates", 0)):
        value = given[name]
        if not isinstance(value, int | np.integer) or value < least:
            raise ValueError(f"Reranked: {name} must be a whole number from {least}, got {value!r}")
    if given["k"] > given["candidates"] + given["tail_candidates"]:
        raise ValueError(
            f"Reranked: k is {given['k']}, but there are only {given['candidates']} candidates "
            f"and {given['tail_candidates']} tail candidates; raise candidates"
        )
    if given["variant"] not in ("smooth", "binary"):
        raise ValueError(
            f"Reranked: variant must be 'smooth' or 'binary', got {given['variant']!r}"
        )
    if given["attribute"] is not None and given["vectors"] is not None:
        raise ValueError("Reranked: give either attribute or vectors, not both")
    if given["alpha"] is not None and not 0 < given["alpha"] < 1:
        raise ValueError(
            f"Reranked: alpha must lie above 0 and below 1, or be None, got {given['alpha']}"
        )

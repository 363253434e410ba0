"""Matrices of a caller's own as the parts of a split: checked, and in ascending order of ids."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import narwhals as nw
import numpy as np
from scipy.sparse import csr_matrix, issparse

from longtail_lib._stored_entries import owners

__all__ = ["checked_matrices", "plain_value"]

_CALLER = "Split.from_matrices"


def checked_matrices(
    parts: Mapping[str, Any],
    ids: Mapping[str, Any],
    tables: Mapping[str, Any],
    times: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return the fields of a `Split`."""
    matrices = {name: _matrix(name, given) for name, given in parts.items() if given is not None}
    shape = matrices["train"].shape
    for name, matrix in matrices.items():
        if matrix.shape != shape:
            raise ValueError(
                f"{_CALLER}: {name} has shape {matrix.shape}, train has {shape}; all parts are "
                "over the same users and the same catalogue"
            )
    keys = {
        what: _ids(what, ids[what], size)
        for what, size in zip(("user", "item"), shape, strict=True)
    }
    _check_disjoint(matrices, keys)
    # Models and lookups rely on ascending ids; the sort is stable and mostly changes nothing.
    order = {what: np.argsort(key, kind="stable") for what, key in keys.items()}
    stamps = {
        name: _times(name, given, matrices[name])
        for name, given in (times or {}).items()
        if name in matrices
    }
    none = csr_matrix(shape, dtype=np.float32)
    return {
        **{name: _ordered(matrices.get(name, none), order) for name in parts},
        "times": {name: _ordered(stamps.get(name, none), order) for name in parts}
        if times
        else None,
        **{f"{what}_ids": key[order[what]] for what, key in keys.items()},
        **{f"{what}s": _table(what, tables[what], order[what]) for what in keys},
    }


def _matrix(name: str, given: Any) -> csr_matrix:
    """One part as float32, without stored zeros."""
    try:
        values = given if issparse(given) else np.atleast_2d(given)
        matrix = csr_matrix(values, dtype=np.float32, copy=True)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{_CALLER}: {name} must be a matrix of numbers, one row a user, got "
            f"{type(given).__name__} ({error})"
        ) from error
    if not np.isfinite(matrix.data).all():
        raise ValueError(f"{_CALLER}: {name} holds values that are not finite")
    # Two entries for one pair would count twice wherever entries are counted.
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    matrix.sort_indices()
    return matrix


def _ids(what: str, given: Any, size: int) -> np.ndarray:
    """Ids of rows or columns; their places where the caller gave none."""
    if given is None:
        return np.arange(size)
    keys = np.asarray(given)
    if keys.shape != (size,):
        raise ValueError(
            f"{_CALLER}: {what}_ids must be {size} ids, one for each "
            f"{'row' if what == 'user' else 'column'}, got an array of shape {keys.shape}"
        )
    try:
        values, counts = np.unique(keys, return_counts=True)
    except TypeError as error:
        raise TypeError(f"{_CALLER}: {what}_ids must be all numbers or all text") from error
    if len(values) < size:
        raise ValueError(
            f"{_CALLER}: {what}_ids must be unique, got {plain_value(values[counts.argmax()])!r} "
            f"{counts.max()} times"
        )
    return keys


def _check_disjoint(matrices: Mapping[str, csr_matrix], keys: Mapping[str, np.ndarray]) -> None:
    """Refuse an interaction that is in two parts: what was learned must not be asked."""
    for one, other in combinations(matrices, 2):
        both = matrices[one].astype(bool).multiply(matrices[other].astype(bool)).tocoo()
        if both.nnz:
            user, item = keys["user"][both.row[0]], keys["item"][both.col[0]]
            raise ValueError(
                f"{_CALLER}: user {plain_value(user)!r} and item {plain_value(item)!r} are in "
                f"{one} and in {other} ({both.nnz:,} such {'pair' if both.nnz == 1 else 'pairs'}); "
                "an interaction belongs to one part"
            )


def _times(name: str, given: Any, matrix: csr_matrix) -> csr_matrix:
    """Timestamps at the interactions of a part; a zero is a time like any other."""
    stamps = csr_matrix(given) if issparse(given) else np.atleast_2d(np.asarray(given))
    if stamps.shape != matrix.shape:
        raise ValueError(
            f"{_CALLER}: times[{name!r}] has shape {stamps.shape}, {name} has {matrix.shape}"
        )
    # Of a sparse matrix, indexing gives a matrix of one row.
    values = np.asarray(stamps[owners(matrix), matrix.indices]).ravel()
    values = values.astype(np.float64 if values.dtype.kind == "f" else np.int64)
    return csr_matrix((values, matrix.indices.copy(), matrix.indptr.copy()), shape=matrix.shape)


def plain_value(value: Any) -> Any:
    """Say 3 instead of np.int64(3) in a message."""
    return value.item() if isinstance(value, np.generic) else value


def _ordered(matrix: csr_matrix, order: Mapping[str, np.ndarray]) -> csr_matrix:
    moved = matrix[order["user"]][:, order["item"]]
    moved.sort_indices()
    return moved


def _table(what: str, given: Any, order: np.ndarray) -> Any:
    """A table in the order of the ids, in the caller's own kind of frame."""
    if given is None:
        return None
    frame = nw.from_native(given, eager_only=True)
    if len(frame) != len(order):
        raise ValueError(
            f"{_CALLER}: {what}s has {len(frame):,} rows for {len(order):,} {what}s; one row each, "
            f"in the order of {what}_ids"
        )
    return frame[order.tolist()].to_native()

"""Five features an item and five a user, for any split: what the article's model is fed with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
from scipy.sparse import csr_matrix, diags_array
from scipy.sparse.linalg import svds

from longtail_lib.preprocessing import Split

__all__ = ["ArticleFeatures", "article_features"]

_NOT_ATTRIBUTES = {"item_id", "title", "text"}
_MOST_VALUES = 300


@dataclass(frozen=True)
class ArticleFeatures:
    """Feature vectors of all users and items of a split.

    Attributes
    ----------
    user : ndarray of float32, shape (n_users, n_features)
    item : ndarray of float32, shape (n_items, n_features)
        Both in [0, 1].
    names : tuple of str, length n_features
        What each column is.
    """

    user: np.ndarray
    item: np.ndarray
    names: tuple[str, ...]


def article_features(parts: Split, n_features: int = 5) -> ArticleFeatures:
    """Make the article's inputs X_u and X_i from a split, with nothing but its train part.

    The article asks for item features (tags, categories) and user behaviour, in five numbers
    each, and does not say how. Here:

    - An item's last feature is its popularity, log(1 + count), over the largest.
    - Its others are the first principal components of its attributes: every value of a text or
      list column ("a|b" is two values) is one 0/1 column, every column of numbers one more, and
      `item_id`, `title` and `text` stay out. Where the attributes give fewer components than
      wanted, singular vectors of the train matrix fill up.
    - A user's features are the means over the items of his train interactions; a user without
      any gets the mean of all users.
    - Each column is then scaled to [0, 1], users and items apart.

    Parameters
    ----------
    parts : Split
    n_features : int
        At least 1.

    Returns
    -------
    ArticleFeatures

    Raises
    ------
    ValueError
        n_features below 1.

    Examples
    --------
    >>> import polars as pl
    >>> items = pl.DataFrame({"item_id": [1, 2, 3], "kind": ["jazz", "rock", "jazz|rock"]})
    >>> parts = Split.from_matrices([[1, 1, 0], [0, 1, 1]], items=items)
    >>> made = article_features(parts, n_features=3)
    >>> made.names
    ('attributes 1', 'attributes 2', 'popularity')
    >>> made.item[:, 2].round(2)
    array([0., 1., 0.], dtype=float32)
    """
    if n_features < 1:
        raise ValueError(f"n_features must be at least 1, got {n_features}")
    popularity = np.log1p(parts.popularity)
    wanted = n_features - 1
    content = _principal_components(_attributes(parts.items, parts.n_items), wanted)
    behaviour = _singular_vectors(parts.train, wanted - content.shape[1])
    item = np.column_stack([content, behaviour, popularity])
    names = [f"attributes {place + 1}" for place in range(content.shape[1])]
    names += [f"behaviour {place + 1}" for place in range(behaviour.shape[1])]
    seen = csr_matrix(
        (np.ones(parts.train.nnz), parts.train.indices, parts.train.indptr), parts.train.shape
    )
    counts = np.diff(seen.indptr)
    user = (seen @ item) / np.maximum(counts, 1)[:, None]
    user[counts == 0] = user[counts > 0].mean(axis=0)
    return ArticleFeatures(_min_max(user), _min_max(item), (*names, "popularity"))


def _attributes(items: Any, n_items: int) -> np.ndarray:
    """Turn attribute columns into numbers, shape (n_items, n_columns), float64."""
    columns: list[np.ndarray] = []
    if items is None:
        return np.zeros((n_items, 0))
    frame = nw.from_native(items, eager_only=True)
    for name in sorted(set(frame.columns) - _NOT_ATTRIBUTES):
        column = frame.get_column(name)
        if column.dtype.is_numeric() or column.dtype == nw.Boolean:
            values = np.array(
                [np.nan if value is None else float(value) for value in column.to_list()]
            )
            finite = np.isfinite(values)
            if finite.any():
                filled = np.where(finite, values, values[finite].mean())
                columns.append(_min_max(filled[:, None])[:, 0])
            continue
        sets = [_values(value) for value in column.to_list()]
        counts = Counter(value for values in sets for value in values)
        # A value of one item alone says nothing about likeness; too many are names, not kinds.
        shared = sorted(value for value, count in counts.items() if count > 1)
        if len(shared) <= _MOST_VALUES:
            columns += [
                np.fromiter((value in values for values in sets), float, n_items)
                for value in shared
            ]
    return np.column_stack(columns) if columns else np.zeros((n_items, 0))


def _values(value: Any) -> set[str]:
    if isinstance(value, str):
        return {part for part in value.split("|") if part}
    if isinstance(value, list | tuple | np.ndarray) or hasattr(value, "to_list"):
        return {str(part) for part in value}
    return set()


def _principal_components(table: np.ndarray, wanted: int) -> np.ndarray:
    """Project centred rows on the directions of largest variance, shape (n, at most wanted)."""
    if wanted <= 0 or table.shape[1] == 0:
        return np.zeros((len(table), 0))
    centred = table - table.mean(axis=0)
    variances, directions = np.linalg.eigh(centred.T @ centred)
    kept = np.flatnonzero(variances[::-1] > 1e-9 * max(variances[-1], 1e-30))[:wanted]
    return centred @ _signed(directions[:, ::-1][:, kept])


def _singular_vectors(train: csr_matrix, wanted: int) -> np.ndarray:
    """Return the first right singular vectors of the train matrix, columns of items scaled."""
    wanted = min(wanted, min(train.shape) - 1)
    if wanted <= 0:
        return np.zeros((train.shape[1], 0))
    popularity = np.bincount(train.indices, minlength=train.shape[1])
    ones = csr_matrix((np.ones(train.nnz), train.indices, train.indptr), train.shape)
    scaled = ones @ diags_array(1 / np.sqrt(np.maximum(popularity, 1)))
    # A fixed start: the default one is random.
    vectors = svds(scaled, k=wanted, v0=np.ones(min(train.shape)), return_singular_vectors="vh")[2]
    return _signed(vectors[::-1].T)


def _signed(directions: np.ndarray) -> np.ndarray:
    """Fix the free sign of each column: its largest entry is positive."""
    largest = np.abs(directions).argmax(axis=0)
    return directions * np.where(directions[largest, np.arange(directions.shape[1])] < 0, -1, 1)


def _min_max(values: np.ndarray) -> np.ndarray:
    low, high = values.min(axis=0), values.max(axis=0)
    return ((values - low) / np.where(high > low, high - low, 1.0)).astype(np.float32)

"""The cells of the user-item matrix, with the weights that training gives them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.debias.propensity import popularity_propensity
from longtail_lib.debias.relevance_loss import RELEVANCE_ESTIMATORS, inverse_propensity
from longtail_lib.debias.truth import true_propensity
from longtail_lib.models.training_batches import equal_batches
from longtail_lib.preprocessing.parts import Split

__all__ = ["RelevanceCells"]


class RelevanceCells:
    """Choices, weights and what was observed, in dense blocks of users.

    Parameters
    ----------
    parts : Split
    estimator : {"naive", "ips", "snips", "doubly-robust"}
    propensity : {"popularity", "true"} or array, shape (n_items,) or (n_users, n_items)
    exponent : float
        For "popularity".
    clip : float
        Smallest propensity to divide by.
    shown : csr_matrix, array or None, shape (n_users, n_items)
        1 for each pair that was shown.

    Attributes
    ----------
    propensity : ndarray of float32, shape (1, n_items) or (n_users, n_items)
    scale : float
        1, or for "snips" what makes the weights average 1: over train choices, or over what was
        shown where that is known.

    Raises
    ------
    ValueError
        A parameter out of range or an array that does not fit the split.

    Examples
    --------
    >>> train = csr_matrix(np.array([[1, 1], [1, 0]], dtype=np.float32))
    >>> parts = Split(train, train * 0, train * 0, np.arange(2), np.arange(2), None, None, "x")
    >>> cells = RelevanceCells(parts, "ips", np.array([0.5, 0.25]), clip=0.0)
    >>> cells.block(np.array([0]))[0].tolist()          # chosen, weight, propensity
    [[1.0, 1.0], [2.0, 4.0], [0.5, 0.25]]
    """

    def __init__(
        self,
        parts: Split,
        estimator: str,
        propensity: Any,
        exponent: float = 0.5,
        clip: float = 0.0,
        shown: Any = None,
    ) -> None:
        if estimator not in RELEVANCE_ESTIMATORS:
            names = ", ".join(map(repr, RELEVANCE_ESTIMATORS))
            raise ValueError(f"estimator must be one of {names}, got {estimator!r}")
        if not 0 <= clip <= 1:
            raise ValueError(f"clip must lie between 0 and 1, got {clip}")
        self.chosen = parts.train.astype(bool).astype(np.float32)
        self.clip = clip
        self.shown = None if shown is None else _impressions(shown, parts)
        if estimator == "naive":
            self.propensity = np.ones((1, parts.n_items), dtype=np.float32)
        else:
            self.propensity = _propensities(propensity, exponent, parts)
        # Refuses what cannot be divided by, before training begins.
        inverse_propensity(self.propensity, clip)
        self.scale = 1.0
        if estimator == "snips":
            counted = self.chosen if self.shown is None else self.shown
            total = sum(float((block[1] * block[3]).sum()) for block in self._with(counted))
            target = counted.nnz if self.shown is None else parts.n_users * parts.n_items
            self.scale = target / total

    def block(self, rows: np.ndarray) -> np.ndarray:
        """Return chosen, weight and observed of some users, shape (n, 3, n_items), float32.

        Observed is 1 for what was shown, or the propensity where that is not known.
        """
        propensity = self.propensity if len(self.propensity) == 1 else self.propensity[rows]
        block = np.empty((len(rows), 3, self.chosen.shape[1]), dtype=np.float32)
        block[:, 0] = self.chosen[rows].toarray()
        block[:, 1] = inverse_propensity(propensity, self.clip, self.scale)
        block[:, 2] = propensity if self.shown is None else self.shown[rows].toarray()
        return block

    def batches(self, batch_size: int, rng: np.random.Generator) -> Any:
        """Stream user rows and their blocks, users in random order.

        Returns
        -------
        tf.data.Dataset
            Of (size,) int32 and (size, 3, n_items) float32.
        """
        import tensorflow as tf

        n_users, n_items = self.chosen.shape
        count, size = equal_batches(n_users, batch_size)
        order = rng.permutation(n_users)[: count * size].astype(np.int32).reshape(count, size)

        def blocks() -> Iterator[tuple[np.ndarray, np.ndarray]]:
            for rows in order:
                yield rows, self.block(rows)

        return (
            tf.data.Dataset.from_generator(
                blocks,
                output_signature=(
                    tf.TensorSpec((size,), tf.int32),
                    tf.TensorSpec((size, 3, n_items), tf.float32),
                ),
            )
            .apply(tf.data.experimental.assert_cardinality(count))
            .prefetch(2)
        )

    def _with(self, matrix: csr_matrix, step: int = 256) -> Iterator[np.ndarray]:
        """Yield blocks of all users, transposed, with another matrix as a fourth part."""
        for start in range(0, matrix.shape[0], step):
            rows = np.arange(start, min(start + step, matrix.shape[0]))
            block = np.moveaxis(self.block(rows), 1, 0)
            yield np.concatenate([block, matrix[rows].toarray()[None]])


def _impressions(shown: Any, parts: Split) -> csr_matrix:
    shown = csr_matrix(shown).astype(bool)
    shown.eliminate_zeros()
    if shown.shape != parts.train.shape:
        raise ValueError(
            f"shown has shape {shown.shape}, the split {parts.train.shape}; rows and columns must "
            "be those of the split"
        )
    if parts.train.astype(bool).multiply(shown).nnz < parts.train.nnz:
        raise ValueError(
            "some interactions of train are not in shown; what was chosen must have been shown, "
            "so the impressions are of another log or in another order"
        )
    return shown.astype(np.float32)


def _propensities(propensity: Any, exponent: float, parts: Split) -> np.ndarray:
    if isinstance(propensity, str):
        if propensity == "popularity":
            return popularity_propensity(parts, exponent).astype(np.float32)[None]
        if propensity == "true":
            return true_propensity(parts)
        raise ValueError(f"propensity must be 'popularity', 'true' or an array, got {propensity!r}")
    values = np.asarray(propensity, dtype=np.float32)
    if values.shape not in ((parts.n_items,), parts.train.shape):
        raise ValueError(
            f"propensity has shape {values.shape}; pass one value an item, ({parts.n_items},), or "
            f"one a pair, {parts.train.shape}"
        )
    return np.atleast_2d(values)

"""EASE: a linear autoencoder with a zero diagonal, solved in closed form."""

from __future__ import annotations

from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from scipy.linalg.lapack import spotrf, spotri
from scipy.sparse import csc_matrix, csr_matrix

from longtail_lib._parameters import Constraint, Interval, Nullable
from longtail_lib._top_candidates import largest_weights
from longtail_lib.models._item_weights import ItemWeights
from longtail_lib.models._memory import available_memory
from longtail_lib.models._stored_arrays import Stored, floats, matrix_parts, parts_of, stored_matrix
from longtail_lib.preprocessing import Split

__all__ = ["EASE"]

# Floats in one dense block: 16 MiB.
_BLOCK = 2**22


class EASE(ItemWeights):
    r"""Predict each user's interactions from the others by one matrix of item-item weights.

    With X the train matrix, D the diagonal matrix of popularities, alpha the
    `popularity_exponent` and :math:`\tilde X = c X D^{-\alpha}`, the weights B minimise

    .. math:: \lVert \tilde X - \tilde X B \rVert_F^2 + l2 \lVert B \rVert_F^2
              \quad \text{with} \quad B_{jj} = 0,

    which is solved by :math:`P = (\tilde X^T \tilde X + l2 I)^{-1}` and
    :math:`B_{ij} = -P_{ij} / P_{jj}` off the diagonal. The constant c gives :math:`\tilde X` the
    sum of squares of X, so that one l2 weighs the same at every exponent. Scores are
    :math:`\tilde X B = X W` with :math:`W = c D^{-\alpha} B`.

    With `popularity_exponent=0` this is EASE as published. A positive exponent gives less say to
    popular items and predicts smaller values for them, which moves recommendations towards the
    tail. Park et al. (2025) study such normalisation of linear autoencoders; their DAN scales the
    user side as well, by exponents of its own, and weights the ridge term. The one-sided form
    above, with the same scaling on input and target, a uniform ridge and the constant c, is ours.

    Parameters
    ----------
    l2 : float
        Ridge penalty, above 0. Larger for noisier or larger logs.
    popularity_exponent : float
        alpha; 0 leaves interactions as they are, .5 gives every item the same norm (where the
        train values are ones).
    top_weights : int or None
        Keep, of each column of W, this many weights largest in absolute value, as a sparse
        matrix. It saves memory, disk and time once fitted, not while fitting, and costs accuracy:
        on the course's shop of 4,000 items NDCG@10 falls by 3% with 200 a column and by 8% with
        40. None keeps all.

    Attributes
    ----------
    weights_ : ndarray or csr_matrix of float32, shape (n_items, n_items)
        W; column j says how much each seen item speaks for item j.

    Raises
    ------
    ValueError
        From `fit`: l2 too small for the matrix to be positive definite in float32.
    MemoryError
        From `fit`: the catalogue needs more memory than is available; the message says how much.

    Notes
    -----
    One float32 array of n_items x n_items is allocated; the Gram matrix, its Cholesky factor
    (LAPACK spotrf), its inverse (spotri) and W take that place one after the other. Cold items
    are left out of the first three, which changes no weight and saves time.

    BLAS adds in another order with another number of threads or on another processor, so that
    scores differ in the last bits: with one thread and with two by at most 1.6e-6, on the four
    simulated stores and MovieLens latest-small, where no list of ten differed. Items whose scores
    are that close, as in a small log, may change places; metrics hardly move by it. For the same
    bits fit on one thread, such as with `threadpoolctl.threadpool_limits(1)`.

    References
    ----------
    Steck (2019), "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019.
    Park, Yoon, Kim and Lee (2025), "Why is Normalization Necessary for Linear Recommenders?",
    SIGIR 2025.

    Examples
    --------
    >>> from longtail_lib.preprocessing import Split
    >>> train = [[1, 1, 0], [1, 1, 0], [0, 1, 1], [1, 0, 0]]
    >>> parts = Split.from_matrices(train, item_ids=["a", "b", "c"])
    >>> model = EASE(l2=1.0).fit(parts)
    >>> items, scores = model.recommend(3, k=2)      # has only seen "a"
    >>> items.tolist(), [f"{score:.3f}" for score in scores[0]]
    ([['b', 'c']], ['0.500', '-0.167'])
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "l2": Interval(
            Real,
            0,
            closed="neither",
            mend="without a penalty the matrix to invert is not positive definite",
        ),
        "popularity_exponent": Interval(Real),
        "top_weights": Nullable(Interval(Integral, 1), "for all"),
    }

    def __init__(
        self, l2: float = 200.0, popularity_exponent: float = 0.0, top_weights: int | None = None
    ) -> None:
        self.l2 = l2
        self.popularity_exponent = popularity_exponent
        self.top_weights = top_weights

    def _fit(self, parts: Split) -> None:
        # Cold items have no weights, so they need no place in the matrix that is inverted.
        weights = self._solve(parts, np.flatnonzero(parts.popularity))
        self.weights_ = weights if self.top_weights is None else _prune(weights, self.top_weights)

    def _solve(
        self, parts: Split, chosen: np.ndarray, side: np.ndarray | None = None
    ) -> np.ndarray:
        """Return W, with weights among the chosen items alone."""
        popularity = np.maximum(parts.popularity[chosen], 1)
        scale = popularity.astype(np.float32) ** np.float32(-self.popularity_exponent)
        items = parts.train.T.tocsr()[chosen]
        per_item = np.diff(items.indptr)
        before = np.square(items.data, dtype=np.float64).sum()
        items.data *= np.repeat(scale, per_item)
        c = np.float32(np.sqrt(before / np.square(items.data, dtype=np.float64).sum()))
        items.data *= c
        room = np.empty(parts.n_items**2, dtype=np.float32)
        weights = room[: len(chosen) ** 2].reshape(len(chosen), len(chosen))
        _fill_gram(weights, items)
        if side is not None:
            _add_gram(weights, side)
        np.einsum("ii->i", weights)[:] += np.float32(self.l2)
        self._invert(weights)
        # P fills the upper triangle; W takes its place.
        _mirror(weights)
        weights /= -np.diagonal(weights).copy()
        np.fill_diagonal(weights, 0)
        if self.popularity_exponent:
            weights *= (c * scale)[:, None]
        return _spread(room, chosen, parts.n_items)

    def _check_parameters(self, parts: Split) -> None:
        super()._check_parameters(parts)
        needed, free = memory_needed(parts.n_items), available_memory()
        if free is not None and needed > free:
            raise MemoryError(
                f"{type(self).__name__}: {parts.n_items:,} items need {needed / 1e9:.1f} GB of "
                f"memory and {free / 1e9:.1f} GB are free; drop rare items with "
                "prepare(..., min_item_interactions=...) or use ItemKNN"
            )

    def _invert(self, gram: np.ndarray) -> None:
        """Replace the upper triangle of a C-ordered Gram matrix by that of its inverse."""
        # LAPACK counts columns first: our upper triangle is its lower one, without a copy.
        _, failed = spotrf(gram.T, lower=1, clean=0, overwrite_a=1)
        if failed == 0:
            _, failed = spotri(gram.T, lower=1, overwrite_c=1)
        if failed:
            raise ValueError(
                f"{type(self).__name__}: with l2={self.l2} the matrix to invert is not positive "
                "definite in float32; choose a larger l2"
            )

    def _state_shapes(self) -> dict[str, Stored]:
        n_items = len(self.item_ids_)
        if self.top_weights is None:
            return {"weights": floats(n_items, n_items)}
        return matrix_parts(n_items)

    def _state(self) -> dict[str, np.ndarray]:
        return {"weights": self.weights_} if self.top_weights is None else parts_of(self.weights_)

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        if self.top_weights is None:
            self.weights_ = state["weights"]
            return
        self.weights_ = stored_matrix(state, (len(self.item_ids_), len(self.item_ids_)))


def memory_needed(n_items: int) -> int:
    """Return the bytes that fitting takes: one float32 matrix and the blocks that fill it."""
    return 4 * n_items * n_items + 4 * 4 * max(n_items, min(_BLOCK, n_items * n_items))


def _fill_gram(gram: np.ndarray, items: csr_matrix) -> None:
    """Fill the upper triangle of the Gram matrix of rows; what lies below stays arbitrary."""
    n = items.shape[0]
    step = max(1, min(n, _BLOCK // n))
    for start in range(0, n, step):
        block = items[start : start + step] @ items[start:].T.tocsr()
        gram[start : start + step, start:] = block.toarray()


def _add_gram(gram: np.ndarray, rows: np.ndarray) -> None:
    """Add the products of dense rows to the upper triangle, in blocks."""
    n = len(rows)
    step = max(1, min(n, _BLOCK // n))
    for start in range(0, n, step):
        gram[start : start + step, start:] += rows[start : start + step] @ rows[start:].T


def _mirror(matrix: np.ndarray, step: int = 1024) -> None:
    """Copy the upper triangle to the lower one, in blocks that stay in the cache."""
    n = len(matrix)
    for start in range(0, n, step):
        stop = min(start + step, n)
        corner = np.triu(matrix[start:stop, start:stop])
        matrix[start:stop, start:stop] = corner + np.triu(corner, 1).T
        for left in range(stop, n, step):
            right = min(left + step, n)
            matrix[left:right, start:stop] = matrix[start:stop, left:right].T


def _spread(room: np.ndarray, warm: np.ndarray, n_items: int) -> np.ndarray:
    """Move a matrix of warm items at the start of `room` to its places in the whole catalogue."""
    n_warm = len(warm)
    whole = room.reshape(n_items, n_items)
    if n_warm == n_items:
        return whole
    end = n_items
    for place in range(n_warm - 1, -1, -1):
        row = room[place * n_warm : (place + 1) * n_warm].copy()
        whole[warm[place] : end] = 0
        whole[warm[place], warm] = row
        end = warm[place]
    whole[:end] = 0
    return whole


def _prune(weights: np.ndarray, keep: int) -> csr_matrix:
    """Keep the weights of each column that are largest in absolute value."""
    n = len(weights)
    keep = min(keep, n)
    rows = np.empty((n, keep), dtype=np.int32)
    values = np.empty((n, keep), dtype=np.float32)
    step = max(1, min(n, _BLOCK // n))
    for start in range(0, n, step):
        columns = np.ascontiguousarray(weights[:, start : start + step].T)
        best = np.sort(largest_weights(np.abs(columns), keep), axis=1)
        rows[start : start + step] = best
        values[start : start + step] = np.take_along_axis(columns, best, axis=1)
    pruned = csc_matrix(
        (values.ravel(), rows.ravel(), np.arange(0, n * keep + 1, keep)), shape=(n, n)
    ).tocsr()
    pruned.eliminate_zeros()
    pruned.sort_indices()
    return pruned

"""Matrix factorisation by alternating least squares, weighted for implicit feedback."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._one_blas_thread import one_blas_thread
from longtail_lib._parameters import BOOLEAN, SEED, Constraint, Interval
from longtail_lib.models._kept import kept
from longtail_lib.models._stored_arrays import Stored, floats
from longtail_lib.models._vector_products import VectorProducts
from longtail_lib.preprocessing import Split

__all__ = ["ImplicitALS", "LatentFactors"]


class LatentFactors(VectorProducts):
    """Score by the product of a user's and an item's factors, plus the item's bias."""

    user_factors_: np.ndarray
    item_factors_: np.ndarray
    item_biases_: np.ndarray
    factors: int

    _user_side = "user_factors_"
    _item_side = "item_factors_"

    _constraints: ClassVar[dict[str, Constraint]] = {
        "factors": Interval(Integral, 1),
        "iterations": Interval(Integral, 1),
        "seed": SEED,
        "progress": BOOLEAN,
    }

    def _train(self, theirs: Any, parts: Split, advice: str) -> None:
        """Run implicit's own fit, quietly, and refuse factors that are not finite."""
        from implicit.recommender_base import ModelFitError

        try:
            theirs.fit(parts.train, show_progress=self.progress)
            finite = all(np.isfinite(x).all() for x in (theirs.user_factors, theirs.item_factors))
        except ModelFitError:
            finite = False
        if not finite:
            raise ValueError(
                f"{type(self).__name__}: training gave factors that are not finite; {advice}"
            )

    def _products(self, user_rows: np.ndarray, columns: Any) -> np.ndarray:
        scores = super()._products(user_rows, columns)
        scores += self.item_biases_[columns]
        return scores

    def _state_shapes(self) -> dict[str, Stored]:
        n_users, n_items = self.seen_.shape
        return {
            "user_factors": floats(n_users, self.factors),
            "item_factors": floats(n_items, self.factors),
            "item_biases": floats(n_items),
        }


def import_implicit(model: str) -> Any:
    """Import the CPU side of the package implicit, or say how to install it."""
    try:
        import implicit.cpu.als
        import implicit.cpu.bpr
    except ImportError as error:
        raise ImportError(
            f"{model} wraps the package implicit, which is not installed here; run "
            "'pip install \"longtail-lib[tuning]\"'"
        ) from error
    return implicit.cpu


# Interactions times factors below which starting threads takes longer than they save.
_SMALL = 2**20


class ImplicitALS(LatentFactors):
    r"""Factorise the whole 0/1 matrix, with more weight on interactions than on their absence.

    Trained by `implicit.als.AlternatingLeastSquares`. With x_ui the train value (1, or the
    rating), p_ui = 1 where there is an interaction and 0 elsewhere, it minimises

    .. math:: \sum_{u,i} c_{ui} (p_{ui} - w_u \cdot h_i)^2
              + regularization \, (\sum_u \lVert w_u \rVert^2 + \sum_i \lVert h_i \rVert^2),

    where c_ui is alpha x_ui for an interaction and 1 for every other pair. **This is not the
    1 + alpha x of Hu, Koren and Volinsky**: on a matrix of ones their alpha is ours less 1, and at
    alpha = 1 an interaction weighs no more than its absence.

    The penalty decides more than anything else here. On the course's shop, implicit's own default
    of .01 measures below Popularity and a tuned one above EASE; see Rendle et al. (2022). A larger
    log or a larger alpha wants a larger one.

    Each half-step takes three conjugate gradient steps towards every user's (then every item's)
    normal equations, from where the last round ended. That measures the same as solving them
    exactly and takes a quarter of the time.

    implicit starts from small factors of one sign, and counts in float32. Such a start is nearly
    of rank one: the other directions grow from next to nothing and the rounding errors grow with
    them, so that on the course's shop NDCG differs in the third decimal from processor to
    processor. Ours starts from normal factors around 0, and counts in float64 while it trains.
    That measures the same, takes no longer, and scores agree to seven decimals.

    New users, and histories that went on (`with_histories`), get the exact solution of their own
    equations with the items as they are. So a known user whose history is passed as a new one
    scores nearly, not exactly, as before.

    Parameters
    ----------
    factors : int
        Length of the vectors.
    regularization : float > 0
        The same for all users and items, however many interactions they have. Where it is too
        large for a small log, all factors shrink to 0.
    alpha : float > 0
        Weight of an interaction of value 1.
    iterations : int
        Rounds over users and items.
    seed : int
        Initial factors. Two fits on one machine give equal scores, whatever the number of
        threads: a user's equations do not depend on another's.
    progress : bool
        Show a progress bar over iterations.

    Attributes
    ----------
    user_factors_, item_factors_ : ndarray of float32, shape (n_users, factors), (n_items, factors)
        w and h. The product is the score, about 1 for a sure interaction. A cold item has h = 0
        and scores 0.
    item_biases_ : ndarray of float32, shape (n_items,)
        Zeros.

    Raises
    ------
    ValueError
        From `fit`: a parameter out of range, or factors that are not finite.
    ImportError
        From `fit`: implicit is not installed. A saved model loads and scores without it.

    Notes
    -----
    Names in implicit: factors, regularization, alpha, iterations; use_cg is True and dtype
    float64. BLAS is held at one thread while fitting; implicit's threads use all cores.

    References
    ----------
    Hu, Koren and Volinsky (2008), "Collaborative Filtering for Implicit Feedback Datasets",
    ICDM 2008. Takács, Pilászy and Tikk (2011), "Applications of the Conjugate Gradient Method for
    Implicit Feedback Collaborative Filtering", RecSys 2011. Rendle, Krichene, Zhang and Koren
    (2022), "Revisiting the Performance of iALS on Item Recommendation Benchmarks", RecSys 2022.

    Examples
    --------
    >>> from longtail_lib.preprocessing import Split
    >>> train = [[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]
    >>> parts = Split.from_matrices(train, item_ids=["a", "b", "c", "d"])
    >>> model = ImplicitALS(factors=2, regularization=0.1).fit(parts)
    >>> items, _ = model.recommend(2, k=1)           # has seen "a", which goes with "b"
    >>> items.tolist()
    [['b']]
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "regularization": Interval(Real, 0, closed="neither"),
        "alpha": Interval(Real, 0, closed="neither"),
    }

    def __init__(
        self,
        factors: int = 64,
        regularization: float = 50.0,
        alpha: float = 10.0,
        iterations: int = 15,
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.factors = factors
        self.regularization = regularization
        self.alpha = alpha
        self.iterations = iterations
        self.seed = seed
        self.progress = progress

    def _fit(self, parts: Split) -> None:
        implicit = import_implicit("ImplicitALS")
        with one_blas_thread():
            theirs = implicit.als.AlternatingLeastSquares(
                factors=self.factors,
                regularization=self.regularization,
                alpha=self.alpha,
                iterations=self.iterations,
                dtype=np.float64,
                num_threads=1 if parts.train.nnz * self.factors < _SMALL else 0,
            )
            start = _starting_factors(parts.n_users, parts.n_items, self.factors, self.seed)
            theirs.user_factors, theirs.item_factors = start
            self._train(theirs, parts, "choose a larger regularization")
        self.user_factors_ = theirs.user_factors.astype(np.float32)
        self.item_factors_ = theirs.item_factors.astype(np.float32)
        self.item_biases_ = np.zeros(parts.n_items, dtype=np.float32)

    def _fold_in(self, known: csr_matrix, columns: np.ndarray, lengths: np.ndarray) -> None:
        self._solve_users()

    def _reread(self, parts: Split) -> None:
        self._solve_users()

    def _solve_users(self) -> None:
        """Solve the equations of each user's factors, with the items' as they are."""
        items = self.item_factors_
        # The one part that grows with the catalogue.
        gram = kept(self, "gram", (items,), lambda: _gram(items))
        everywhere = gram + self.regularization * np.eye(items.shape[1])
        factors = np.zeros((self.seen_.shape[0], items.shape[1]))
        for row in np.flatnonzero(np.diff(self.seen_.indptr)):
            own = slice(*self.seen_.indptr[row : row + 2])
            weight = self.alpha * self.seen_.data[own].astype(np.float64)
            chosen = items[self.seen_.indices[own]].astype(np.float64)
            weighted = chosen * (weight - 1)[:, None]
            factors[row] = np.linalg.solve(everywhere + weighted.T @ chosen, weight @ chosen)
        self.user_factors_ = factors.astype(np.float32)


def _gram(items: np.ndarray) -> np.ndarray:
    rows = items.astype(np.float64)
    return rows.T @ rows


def _starting_factors(
    n_users: int, n_items: int, factors: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw factors for users and items of either sign, in rows of length about 1."""
    rng = np.random.default_rng(seed)
    drawn = (rng.standard_normal((n, factors)) for n in (n_users, n_items))
    users, items = (rows / np.sqrt(factors) for rows in drawn)
    return users, items

"""Matrix factorisation trained on pairs of items: Bayesian personalised ranking."""

from __future__ import annotations

from numbers import Real
from typing import ClassVar

import numpy as np

from longtail_lib._one_blas_thread import one_blas_thread
from longtail_lib._parameters import Constraint, Interval
from longtail_lib.models.implicit_als import LatentFactors, import_implicit
from longtail_lib.preprocessing import Split

__all__ = ["BPR"]


class BPR(LatentFactors):
    r"""Learn to score what a user has seen above what the user has not.

    Trained by `implicit.bpr.BayesianPersonalizedRanking`, one pair at a time. With
    :math:`s_{ui} = w_u \cdot h_i + b_i` a step goes down the gradient of

    .. math:: -\log \sigma(s_{ui} - s_{uj}) + \frac{regularization}{2}
              (\lVert w_u \rVert^2 + \lVert h_i \rVert^2 + \lVert h_j \rVert^2 + b_i^2 + b_j^2)

    for a train interaction (u, i), drawn uniformly, and a negative j. implicit draws j from the
    train interactions as well, that is **in proportion to popularity**, and skips the step where u
    has seen j. Rendle et al. draw j uniformly. Popular negatives hold popular items down: the
    order of a user's list owes less to popularity than under uniform negatives. Values of the
    train matrix are not used: an interaction is one interaction.

    Parameters
    ----------
    factors : int
        Length of the vectors; the item bias is beside them.
    learning_rate : float > 0
        Of plain stochastic gradient descent.
    regularization : float >= 0
        Weight decay at every step, of what the step touches.
    iterations : int
        Epochs; one epoch draws as many pairs as there are train interactions.
    seed : int
        Initial factors and pairs. Two fits on one machine give equal scores, because training
        runs on one thread: implicit's own default lets threads overwrite one another's steps.
        Another C++ library may draw other pairs.
    progress : bool
        Show a progress bar over epochs, with the share of pairs in the right order.

    Attributes
    ----------
    user_factors_, item_factors_ : ndarray of float32, shape (n_users, factors), (n_items, factors)
        w and h.
    item_biases_ : ndarray of float32, shape (n_items,)
        b. A cold item is in no pair. implicit leaves its score at 0, which is above every item
        with a negative score; here it gets h = 0 and the lowest bias of the warm items.

    Raises
    ------
    ValueError, ImportError
        As in `ImplicitALS`.

    Notes
    -----
    Names in implicit: factors, learning_rate, regularization, iterations, random_state (here
    seed); verify_negative_samples is True and num_threads 1.

    References
    ----------
    Rendle, Freudenthaler, Gantner and Schmidt-Thieme (2009), "BPR: Bayesian Personalized Ranking
    from Implicit Feedback", UAI 2009.

    Examples
    --------
    >>> from longtail_lib.preprocessing import Split
    >>> train = [[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]
    >>> parts = Split.from_matrices(train, item_ids=["a", "b", "c", "d"])
    >>> model = BPR(factors=2, learning_rate=0.1).fit(parts)
    >>> items, _ = model.recommend(2, k=1)           # has seen "a", which goes with "b"
    >>> items.tolist()
    [['b']]
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "learning_rate": Interval(Real, 0, closed="neither"),
        "regularization": Interval(Real, 0),
    }

    def __init__(
        self,
        factors: int = 64,
        learning_rate: float = 0.01,
        regularization: float = 0.02,
        iterations: int = 100,
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.factors = factors
        self.learning_rate = learning_rate
        self.regularization = regularization
        self.iterations = iterations
        self.seed = seed
        self.progress = progress

    def _fit(self, parts: Split) -> None:
        implicit = import_implicit("BPR")
        with one_blas_thread():
            theirs = implicit.bpr.BayesianPersonalizedRanking(
                factors=self.factors,
                learning_rate=self.learning_rate,
                regularization=self.regularization,
                iterations=self.iterations,
                num_threads=1,
                random_state=self.seed,
            )
            advice = "choose a smaller learning_rate or a larger regularization"
            self._train(theirs, parts, advice)
        # implicit keeps the bias as one more factor, which is 1 for every user.
        self.user_factors_ = np.ascontiguousarray(theirs.user_factors[:, :-1])
        self.item_factors_ = np.ascontiguousarray(theirs.item_factors[:, :-1])
        self.item_biases_ = theirs.item_factors[:, -1].copy()
        warm = parts.popularity > 0
        self.item_biases_[~warm] = self.item_biases_[warm].min()

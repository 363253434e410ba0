"""Matrix factorisation trained on all pairs, corrected for what was never shown."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._import_keras import import_keras
from longtail_lib._parameters import ARRAY, AnyOf, Constraint, Interval, Nullable, Options
from longtail_lib.models._stored_arrays import Stored, floats
from longtail_lib.models._vector_products import VectorProducts
from longtail_lib.models.debiased._relevance_loss import (
    RELEVANCE_ESTIMATORS,
    RELEVANCE_LOSSES,
    RelevanceCells,
    pointwise_loss,
    relevance_weights,
)
from longtail_lib.models.gradient_recommender import GradientRecommender
from longtail_lib.preprocessing import Split

__all__ = ["RelevanceMF"]


class RelevanceMF(VectorProducts, GradientRecommender):
    r"""Factorise preferences, not choices: a pointwise loss over the whole matrix.

    The predicted preference of user u for item i is :math:`\sigma(p_u \cdot q_i + b_u + b_i)`.
    Every pair of the matrix is a cell of the loss :math:`a\,\delta^{(1)} + b\,\delta^{(0)}`, whose
    weights come from `relevance_weights`: "naive" takes what was not chosen for disliked, "ips"
    divides each choice by its propensity, "snips" scales these weights to an average of 1, and
    "doubly-robust" adds imputed preferences.

    Imputed preferences m come from a second factorisation, trained beside the first, in each
    batch, neither passing a gradient to the other. From choices alone it minimises
    :math:`(\theta m - Y)^2`; where impressions are known, :math:`w\,O\,(\delta_m - \delta)^2`
    with the imputed error :math:`\delta_m = m\,\delta^{(1)} + (1 - m)\,\delta^{(0)}`.

    Parameters
    ----------
    dim : int
        Length of the vectors p and q.
    estimator : {"naive", "ips", "snips", "doubly-robust"}
    propensity : {"popularity", "true"} or array, shape (n_items,) or (n_users, n_items)
        "popularity" guesses :math:`(n_i / \max n)^{exponent}`; "true" asks the simulator and
        needs a split with truth. An array follows rows and columns of the split.
    exponent : float
        For "popularity".
    clip : float
        Smallest propensity that is divided by, from 0 (none) to 1 (which is "naive").
    shown : csr_matrix, array or None, shape (n_users, n_items)
        1 for each pair that was shown, where impressions were logged. Choices of train must be
        among them.
    loss : {"bounded-log", "log", "squared"}
        See `pointwise_loss`. "squared" is unbiased and learns slowly where choices are rare;
        "log" has no lower bound where weights exceed 1; "bounded-log" gives up some bias for one.
    l2 : float
        Penalty on the squared length of each vector of the batch's users and of all items.
    epochs, batch_size, learning_rate, patience, checkpoint, seed, progress
        As in `GradientRecommender`; a batch counts users, with all their cells.

    Attributes
    ----------
    user_vectors_, item_vectors_ : ndarray of float32, shape (n_users, dim), (n_items, dim)
    user_bias_, item_bias_ : ndarray of float32, shape (n_users,), (n_items,)
        Scores are the log-odds of a preference; `preference` turns them into probabilities.

    Notes
    -----
    Simplifications. Saito et al. have no biases; without them a vector must carry the level of
    sparse choices. "snips" scales by one number for all users, so that the average weight of a
    train choice (of a shown pair, where `shown` is given) is 1; from choices alone its loss aims
    at preferences times that number, which ranks the same. Wang et al. update prediction and
    imputation in turns; here both move in every step.

    `save` writes what scoring needs. A `propensity` or `shown` given as an array is left out and
    has to be given again before another `fit`.

    References
    ----------
    Saito, Yaginuma, Nishino, Sakata and Nakata (2020), "Unbiased Recommender Learning from
    Missing-Not-At-Random Implicit Feedback", WSDM 2020.
    Wang, Zhang, Sun and Qi (2019), "Doubly Robust Joint Learning for Recommendation on Data
    Missing Not at Random", ICML 2019.

    Examples
    --------
    >>> RelevanceMF(estimator="snips", clip=0.2).get_params()["clip"]
    0.2
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "dim": Interval(Integral, 1),
        "estimator": Options(*RELEVANCE_ESTIMATORS),
        "propensity": AnyOf(Options("popularity", "true"), ARRAY),
        "exponent": Interval(Real, 0),
        "clip": Interval(Real, 0, 1),
        "shown": Nullable(ARRAY, "for choices alone"),
        "loss": Options(*RELEVANCE_LOSSES),
        "l2": Interval(Real, 0),
    }

    def __init__(
        self,
        dim: int = 64,
        estimator: str = "ips",
        propensity: Any = "popularity",
        exponent: float = 0.5,
        clip: float = 0.3,
        shown: Any = None,
        loss: str = "bounded-log",
        l2: float = 4.0,
        epochs: int = 20,
        batch_size: int = 128,
        learning_rate: float = 0.01,
        patience: int | None = None,
        checkpoint: Any = None,
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.dim = dim
        self.estimator = estimator
        self.propensity = propensity
        self.exponent = exponent
        self.clip = clip
        self.shown = shown
        self.loss = loss
        self.l2 = l2
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.checkpoint = checkpoint
        self.seed = seed
        self.progress = progress

    def preference(self, user_rows: Any) -> np.ndarray:
        """Predicted preference in (0, 1), shape (n, n_items)."""
        return 1.0 / (1.0 + np.exp(-self.score(user_rows)))

    def _fit(self, parts: Split) -> None:
        self._cells = RelevanceCells(
            parts, self.estimator, self.propensity, self.exponent, self.clip, self.shown
        )
        try:
            super()._fit(parts)
        finally:
            # May hold a matrix over all pairs that scoring does not need.
            del self._cells

    def _build(self, parts: Split) -> Any:
        keras = import_keras()
        row = keras.layers.Input(shape=(), dtype="int32", name="user_row")
        outputs = self._factorisation(row, parts, "preference", 0)
        if self.estimator == "doubly-robust":
            imputed = self._factorisation(row, parts, "imputation", 1)
            outputs = keras.ops.stack([outputs, imputed], axis=1)
        network = keras.Model(row, outputs, name="relevance_mf")
        network.compile(
            keras.optimizers.Adam(self.learning_rate), self._loss(keras), jit_compile=False
        )
        return network

    def _factorisation(self, row: Any, parts: Split, name: str, place: int) -> Any:
        """Log-odds of all items for the users of a batch."""
        keras = import_keras()
        layers, seed = keras.layers, 4 * self.seed + 2 * place
        # Beside the sum of a user's cells: l2 |p_u|^2, and each q_i once for all users together.
        penalty = keras.regularizers.L2(self.l2 / parts.n_users)
        level = parts.train.nnz / (parts.n_users * parts.n_items)
        user = layers.Embedding(
            parts.n_users,
            self.dim,
            embeddings_initializer=keras.initializers.RandomNormal(stddev=0.1, seed=seed),
            embeddings_regularizer=penalty,
            name=f"{name}_user",
        )(row)
        bias = layers.Embedding(
            parts.n_users, 1, embeddings_initializer="zeros", name=f"{name}_user_bias"
        )(row)
        item = layers.Dense(
            parts.n_items,
            kernel_initializer=keras.initializers.RandomNormal(stddev=0.1, seed=seed + 1),
            kernel_regularizer=penalty,
            bias_initializer=keras.initializers.Constant(np.log(level / (1 - level))),
            name=f"{name}_item",
        )
        return item(user) + bias

    def _loss(self, keras: Any) -> Any:
        """Return the loss of a batch: the sum over each user's cells."""
        ops = keras.ops
        estimator, form, is_shown = self.estimator, self.loss, self.shown is not None

        def relevance(cells: Any, outputs: Any) -> Any:
            chosen, weight, observed = cells[:, 0], cells[:, 1], cells[:, 2]
            if estimator != "doubly-robust":
                shown = observed if is_shown else None
                weights = relevance_weights(estimator, chosen, weight, shown=shown)
                return ops.sum(pointwise_loss(outputs, *weights, loss=form), axis=1)
            log_odds, imputed = outputs[:, 0], ops.sigmoid(outputs[:, 1])
            weights = relevance_weights(
                estimator,
                chosen,
                weight,
                shown=observed,
                imputed=ops.stop_gradient(imputed),
            )
            if is_shown:
                # How much a cell's error grows with its preference.
                linear = "squared" if form == "squared" else "log"
                slope = ops.stop_gradient(pointwise_loss(log_odds, 1.0, -1.0, loss=linear))
                error = weight * observed * ops.square((imputed - chosen) * slope)
            else:
                error = ops.square(observed * imputed - chosen)
            return ops.sum(pointwise_loss(log_odds, *weights, loss=form) + error, axis=1)

        return relevance

    def _batches(self, parts: Split, epoch: int, rng: np.random.Generator) -> Any:
        return self._cells.batches(self.batch_size, rng)

    def _snapshot(self, network: Any) -> dict[str, np.ndarray]:
        kernel, item_bias = network.get_layer("preference_item").get_weights()
        return {
            "user_vectors": network.get_layer("preference_user").get_weights()[0],
            "item_vectors": np.ascontiguousarray(kernel.T),
            "user_bias": network.get_layer("preference_user_bias").get_weights()[0][:, 0],
            "item_bias": item_bias,
        }

    def _products(self, user_rows: np.ndarray, columns: Any) -> np.ndarray:
        scores = super()._products(user_rows, columns)
        scores += self.item_bias_[columns]
        scores += self.user_bias_[user_rows, None]
        return scores

    def _snapshot_shapes(self) -> dict[str, Stored]:
        n_users, n_items = self.seen_.shape
        return {
            "user_vectors": floats(n_users, self.dim),
            "item_vectors": floats(n_items, self.dim),
            "user_bias": floats(n_users),
            "item_bias": floats(n_items),
        }

    @property
    def _not_stored(self) -> tuple[str, ...]:
        return ("shown",) if isinstance(self.propensity, str) else ("shown", "propensity")

    def _fold_in(self, known: csr_matrix, columns: np.ndarray, lengths: np.ndarray) -> None:
        super()._fold_in(known, columns, lengths)
        # The same for all items, so it moves no item of a list.
        self.user_bias_ = np.full(len(lengths), self.user_bias_.mean(), dtype=np.float32)

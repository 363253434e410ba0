"""Popularity taken out by counterfactual reasoning over three branches."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._import_keras import import_keras
from longtail_lib._parameters import Constraint, Interval, Nullable
from longtail_lib.models._network_variables import named
from longtail_lib.models._stored_arrays import Stored, floats
from longtail_lib.models._training_batches import batches_of, shuffled_pairs
from longtail_lib.models._training_progress import validation_ndcg
from longtail_lib.models._vector_products import VectorProducts
from longtail_lib.models.gradient_recommender import GradientRecommender
from longtail_lib.preprocessing import Split

__all__ = ["MACR", "counterfactual_score", "three_branch_loss"]


# Values of c tried on validation, as multiples of a large match among train interactions.
_MULTIPLES = np.linspace(0.0, 2.0, 11)
_LARGE = 0.95


class MACR(VectorProducts, GradientRecommender):
    r"""Learn what item and user explain alone, and subtract it when ranking.

    Three branches share the vectors p and q: the match :math:`\hat y_{ui} = p_u \cdot q_i`, the
    item :math:`\hat y_i = w \cdot q_i` and the user :math:`\hat y_u = v \cdot p_u`. They are
    trained together by `three_branch_loss` on interactions and on negatives drawn evenly from
    the catalogue. Ranking is by `counterfactual_score`,

    .. math:: (\hat y_{ui} - c)\,\sigma(\hat y_i)\,\sigma(\hat y_u)

    Parameters
    ----------
    dim : int
        Length of the vectors p and q.
    c : float or None
        Reference value, in the unit of the match. None tries 11 values from 0 to twice the size
        that 95% of the matches of train interactions stay below, and takes the best validation
        NDCG@10. Validation is as long-tailed as the log, so a c chosen there removes less
        popularity than one chosen on a balanced sample would.
    item_weight, user_weight : float
        alpha and beta, weights of the loss of the item and of the user branch. Where alpha is
        small (the paper has .001 and .01), the item branch learns what serves the fused score
        and need not follow popularity; `item_effect_` shows what it did.
    negatives : int
        Negatives for each interaction.
    l2 : float
        Penalty on the squared length of each vector, beside the loss of one row.
    epochs, batch_size, learning_rate, patience, checkpoint, seed, progress
        As in `GradientRecommender`; a batch counts interactions and negatives. Early
        stopping measures with c, or with 0 where c is None.

    Attributes
    ----------
    user_vectors_, item_vectors_ : ndarray of float32, shape (n_users, dim), (n_items, dim)
    user_effect_, item_effect_ : ndarray of float32, shape (n_users,), (n_items,)
        :math:`\sigma(\hat y_u)` and :math:`\sigma(\hat y_i)`.
    c_ : float
        The reference value in use. May be set anew without another fit.
    c_trials_ : dict of str to ndarray of float64
        "c" and "validation NDCG@10" of the values tried; empty where c was given.

    Raises
    ------
    ValueError
        From `fit`: a parameter out of range, or c=None and no validation interactions.

    Notes
    -----
    What differs from the paper: the item and the user branch are linear in the vectors, as in the
    authors' code for matrix factorisation; c is chosen on validation interactions as they come,
    not on a balanced sample of them; and the default of `item_weight` is larger than theirs. The
    plain twin, with the same network and negatives, is
    `MACR(c=0.0, item_weight=0.0, user_weight=0.0)`.

    References
    ----------
    Wei, Feng, Chen, Wu, Yi and He (2021), "Model-Agnostic Counterfactual Reasoning for
    Eliminating Popularity Bias in Recommender System", KDD 2021.

    Examples
    --------
    >>> MACR(c=5.0).get_params()["c"]
    5.0
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "dim": Interval(Integral, 1),
        "c": Nullable(Interval(Real), "to choose it on validation"),
        "item_weight": Interval(Real, 0),
        "user_weight": Interval(Real, 0),
        "negatives": Interval(Integral, 1, mend="without negatives every score only grows"),
        "l2": Interval(Real, 0),
    }

    def __init__(
        self,
        dim: int = 64,
        c: float | None = None,
        item_weight: float = 0.1,
        user_weight: float = 0.01,
        negatives: int = 4,
        l2: float = 0.003,
        epochs: int = 20,
        batch_size: int = 8192,
        learning_rate: float = 0.01,
        patience: int | None = None,
        checkpoint: Any = None,
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.dim = dim
        self.c = c
        self.item_weight = item_weight
        self.user_weight = user_weight
        self.negatives = negatives
        self.l2 = l2
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.checkpoint = checkpoint
        self.seed = seed
        self.progress = progress

    def _check_parameters(self, parts: Split) -> None:
        super()._check_parameters(parts)
        if self.c is None and parts.validation.nnz == 0:
            raise ValueError(
                f"MACR: c=None chooses c on validation, and the validation part of {parts!r} is "
                "empty; split with a larger share for validation, or give c a number"
            )

    @property
    def decides_on_validation(self) -> bool:
        return self.c is None or super().decides_on_validation

    def _settled(self, parts: Split) -> Self:
        settled = super()._settled(parts)
        settled.c = self.c_ if self.c is None else self.c
        return settled

    def _fit(self, parts: Split) -> None:
        self.c_ = 0.0 if self.c is None else float(self.c)
        super()._fit(parts)
        self.c_trials_ = {}
        if self.c is None:
            self._choose_c(parts)

    def _choose_c(self, parts: Split) -> None:
        train = parts.train.tocoo()
        products = self.user_vectors_[train.row] * self.item_vectors_[train.col]
        large = float(np.quantile(np.abs(products.sum(axis=1)), _LARGE))
        tried = _MULTIPLES * large
        found = []
        for value in tried:
            self.c_ = float(value)
            found.append(validation_ndcg(self._score, parts))
        self.c_ = float(tried[int(np.argmax(found))])
        self.c_trials_ = {"c": tried, "validation NDCG@10": np.array(found)}

    def _build(self, parts: Split) -> Any:
        keras = import_keras()
        layers, seed = keras.layers, 4 * self.seed
        inputs, vectors, effects = [], [], []
        for place, (side, count) in enumerate((("user", parts.n_users), ("item", parts.n_items))):
            inputs.append(layers.Input(shape=(), dtype="int32", name=f"{side}_row"))
            start = keras.initializers.RandomNormal(stddev=0.1, seed=seed + place)
            vectors.append(
                layers.Embedding(
                    count,
                    self.dim,
                    embeddings_initializer=start,
                    embeddings_regularizer=keras.regularizers.L2(self.l2 / parts.n_users),
                    name=side,
                )(inputs[-1])
            )
            start = keras.initializers.GlorotUniform(seed + 2 + place)
            effect = layers.Dense(
                1, use_bias=False, kernel_initializer=start, name=f"{side}_branch"
            )
            effects.append(effect(vectors[-1]))
        match = keras.ops.sum(vectors[0] * vectors[1], axis=1, keepdims=True)
        outputs = keras.ops.concatenate([match, effects[1], effects[0]], axis=1)
        network = keras.Model(inputs, outputs, name="macr")
        item_weight, user_weight = self.item_weight, self.user_weight

        def loss(label: Any, outputs: Any) -> Any:
            branches = (outputs[:, place] for place in range(3))
            return three_branch_loss(label[:, 0], *branches, item_weight, user_weight)

        network.compile(keras.optimizers.Adam(self.learning_rate), loss, jit_compile=False)
        return network

    def _batches(self, parts: Split, epoch: int, rng: np.random.Generator) -> Any:
        users, items = shuffled_pairs(parts.train, rng)
        drawn = rng.integers(parts.n_items, size=(len(users), self.negatives), dtype=np.int32)
        columns = np.column_stack([items, drawn]).ravel()
        rows = np.repeat(users, 1 + self.negatives)
        labels = np.zeros((len(users), 1 + self.negatives), dtype=np.float32)
        labels[:, 0] = 1
        return batches_of(((rows, columns), labels.reshape(-1, 1)), self.batch_size)

    def _snapshot(self, network: Any) -> dict[str, np.ndarray]:
        learned = {}
        for side in ("user", "item"):
            vectors = network.get_layer(side).get_weights()[0]
            log_odds = vectors @ network.get_layer(f"{side}_branch").get_weights()[0][:, 0]
            learned[f"{side}_vectors"] = vectors
            learned[f"{side}_effect"] = 1.0 / (1.0 + np.exp(-log_odds))
        return learned

    def _snapshot_shapes(self) -> dict[str, Stored]:
        sides = zip(("user", "item"), self.seen_.shape, strict=True)
        return {
            f"{side}_{what}": floats(n, *width)
            for side, n in sides
            for what, width in (("vectors", (self.dim,)), ("effect", ()))
        }

    def _products(self, user_rows: np.ndarray, columns: Any) -> np.ndarray:
        match = super()._products(user_rows, columns)
        return counterfactual_score(
            match, self.item_effect_[columns], self.user_effect_[user_rows], np.float32(self.c_)
        )

    def _state_shapes(self) -> dict[str, Stored]:
        trials = Stored("float64", (len(_MULTIPLES),))
        names = ("trials_c", "trials_validation NDCG@10") if self.c is None else ()
        return super()._state_shapes() | {"c": Stored("float64", ())} | dict.fromkeys(names, trials)

    def _fold_in(self, known: csr_matrix, columns: np.ndarray, lengths: np.ndarray) -> None:
        super()._fold_in(known, columns, lengths)
        # One factor for all items, so it moves no item of a list.
        self.user_effect_ = np.full(len(lengths), self.user_effect_.mean(), dtype=np.float32)

    def _state(self) -> dict[str, np.ndarray]:
        trials = {f"trials_{name}": values for name, values in self.c_trials_.items()}
        return {**super()._state(), **trials, "c": np.array(self.c_)}

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        super()._restore(state)
        self.c_ = float(state["c"])
        self.c_trials_ = named(state, "trials")


def three_branch_loss(
    label: Any,
    match: Any,
    item: Any,
    user: Any,
    item_weight: float = 1e-3,
    user_weight: float = 1e-3,
) -> Any:
    r"""Binary cross-entropy of the fused score, of the item alone and of the user alone."""
    ops = import_keras().ops
    label, match, item, user = (
        ops.convert_to_tensor(value, dtype="float32") for value in (label, match, item, user)
    )

    def cross_entropy(log_odds: Any) -> Any:
        return ops.softplus(log_odds) - label * log_odds

    fused = match * ops.sigmoid(item) * ops.sigmoid(user)
    return (
        cross_entropy(fused) + item_weight * cross_entropy(item) + user_weight * cross_entropy(user)
    )


def counterfactual_score(
    match: np.ndarray, item: np.ndarray, user: np.ndarray, c: float
) -> np.ndarray:
    r"""Score :math:`(\hat y_{ui} - c)\,\sigma(\hat y_i)\,\sigma(\hat y_u)`."""
    return (match - c) * item * user[:, None]

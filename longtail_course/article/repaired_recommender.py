"""The article's two-tower model, repaired: linear towers, temperature, cross-entropy."""

from __future__ import annotations

from numbers import Real
from typing import Any, ClassVar

import numpy as np

from longtail_course.article.article_features import ArticleFeatures, article_features
from longtail_lib._parameters import Constraint, Interval, Options
from longtail_lib.models import Recommender, import_keras, retrieval_losses
from longtail_lib.preprocessing import Split

__all__ = ["RepairedTwoTower", "sampled_softmax"]


class RepairedTwoTower(Recommender):
    """Score items by the cosine of two linear towers, trained by cross-entropy.

    The same five features as `ArticleTwoTower` go in. Repaired are the activation (none, so that
    a cosine can be negative), the scale (cosine over a temperature) and the loss (cross-entropy
    over the catalogue, estimated with uniformly drawn negatives, in place of squared error).
    Five averages say little about a person, though; with `features="id"` each user and item
    gets a learned vector of its own beside them.

    Parameters
    ----------
    dim : int
        Length of the tower outputs.
    temperature : float > 0
        Cosines are divided by it before the loss.
    epochs, batch_size, learning_rate
        Training; the optimiser is Adam.
    features : {"same", "id"}
        "same": the inputs of `ArticleTwoTower`, so that the two can be compared. "id": these and
        an embedding of each user and item. A cold item's embedding is trained as a negative only.
    seed : int
        Initial weights, negatives and order of rows. Two fits on one machine give equal scores.
    progress : bool
        Show a progress bar over epochs.

    Attributes
    ----------
    user_vectors_, item_vectors_ : ndarray of float32, shape (n_users, dim), (n_items, dim)
        Tower outputs at length 1; their product is the score, in [-1, 1].
    history_ : dict of str to ndarray of float64, shape (epochs,)
        "loss" of each epoch.
    network_ : keras.Model
        The trained network; not kept by `save`.

    References
    ----------
    X. Yi et al., "Sampling-bias-corrected neural modeling for large corpus item
    recommendations", RecSys 2019, uses normalised towers with a temperature.

    Examples
    --------
    >>> RepairedTwoTower(features="id")
    RepairedTwoTower(dim=32, temperature=0.1, epochs=10, batch_size=512, learning_rate=0.01, \
features='id', seed=0, progress=False)
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "temperature": Interval(Real, 0, closed="neither"),
        "features": Options("same", "id"),
    }

    def __init__(
        self,
        dim: int = 32,
        temperature: float = 0.1,
        epochs: int = 10,
        batch_size: int = 512,
        learning_rate: float = 0.01,
        features: str = "same",
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.dim = dim
        self.temperature = temperature
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.features = features
        self.seed = seed
        self.progress = progress

    def _fit(self, parts: Split) -> None:
        inputs = article_features(parts, n_features=5)
        self.network_ = self._network(parts.n_users, parts.n_items)
        self.history_ = {"loss": self._train(parts, inputs)}
        self.user_vectors_ = self._tower("user", inputs.user)
        self.item_vectors_ = self._tower("item", inputs.item)

    def _network(self, n_users: int, n_items: int) -> Any:
        """Build the network: a user, his item, and one negative a row; scores out."""
        keras = import_keras()
        ops = keras.ops
        user_input, user = self._side("user", ["user"], n_users, 0)
        item_input, item, negative = self._side("item", ["item", "negative"], n_items, 1)
        own = ops.sum(user * item, axis=1, keepdims=True)
        others = ops.matmul(user, ops.transpose(negative))
        logits = ops.concatenate([own, others], axis=1) / self.temperature
        network = keras.Model([*user_input, *item_input], logits, name="repaired_two_tower")
        # Ten steps a call change nothing but the time.
        network.compile(
            optimizer=keras.optimizers.Adam(self.learning_rate),
            loss=sampled_softmax,
            steps_per_execution=10,
        )
        return network

    def _side(self, tower: str, roles: list[str], n_rows: int, place: int) -> list[Any]:
        """Return inputs and unit vectors of one tower, applied to each role."""
        keras = import_keras()
        seed = 4 * self.seed + 2 * place
        layer = keras.layers.Dense(
            self.dim,
            kernel_initializer=keras.initializers.GlorotUniform(seed),
            name=f"{tower}_tower",
        )
        embedding = keras.layers.Embedding(
            n_rows,
            self.dim,
            embeddings_initializer=keras.initializers.RandomNormal(stddev=0.05, seed=seed + 1),
            name=f"{tower}_id",
        )
        inputs, vectors = [], []
        for role in roles:
            x = keras.layers.Input(shape=(5,), name=f"x_{role}")
            row = keras.layers.Input(shape=(), dtype="int32", name=f"{role}_row")
            vector = layer(x)
            if self.features == "id":
                vector = vector + embedding(row)
            inputs += [x, row]
            vectors.append(keras.layers.UnitNormalization(axis=-1)(vector))
        return [inputs, *vectors]

    def _train(self, parts: Split, inputs: ArticleFeatures) -> np.ndarray:
        """Shuffle and draw negatives with a generator of our own; return the loss by epoch."""
        from tqdm.auto import tqdm

        rng = np.random.default_rng(self.seed)
        counts = np.diff(parts.train.indptr)
        all_users = np.repeat(np.arange(parts.n_users, dtype=np.int32), counts)
        losses = []
        for epoch in tqdm(range(self.epochs), desc="epochs", disable=not self.progress):
            order = rng.permutation(parts.train.nnz)
            users, items = all_users[order], parts.train.indices[order].astype(np.int32)
            negatives = rng.integers(parts.n_items, size=len(order), dtype=np.int32)
            x = [inputs.user[users], users, inputs.item[items], items]
            history = self.network_.fit(
                [*x, inputs.item[negatives], negatives],
                np.column_stack([items, negatives]),
                batch_size=self.batch_size,
                initial_epoch=epoch,
                epochs=epoch + 1,
                shuffle=False,
                verbose=0,
            )
            losses.append(history.history["loss"][-1])
        return np.array(losses)

    def _tower(self, name: str, features: np.ndarray) -> np.ndarray:
        weights, bias = self.network_.get_layer(f"{name}_tower").get_weights()
        outputs = features @ weights + bias
        if self.features == "id":
            outputs += self.network_.get_layer(f"{name}_id").get_weights()[0]
        lengths = np.linalg.norm(outputs, axis=1, keepdims=True)
        return outputs / np.maximum(lengths, 1e-12)

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        return self.user_vectors_[user_rows] @ self.item_vectors_.T

    def _state(self) -> dict[str, np.ndarray]:
        return {
            "user_vectors": self.user_vectors_,
            "item_vectors": self.item_vectors_,
            "loss": self.history_["loss"],
        }

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        self.user_vectors_ = state["user_vectors"]
        self.item_vectors_ = state["item_vectors"]
        self.history_ = {"loss": state["loss"]}


def sampled_softmax(item_rows: Any, logits: Any) -> Any:
    """Compute the cross-entropy of each pair's own item against the negatives of its batch.

    The library's `retrieval_losses.sampled_softmax`, with what `compile` hands to a loss.

    A batch of n positive pairs comes with n items drawn uniformly from the catalogue, which serve
    all n users as negatives. Where a negative happens to be the pair's own item, it is left out.
    Uniform negatives estimate the softmax over the whole catalogue. Taking the other pairs' items
    instead ("in-batch") would show popular items as negatives more often, and so teach how much
    more than its popularity an item suits a user, which is another question.

    Parameters
    ----------
    item_rows : tensor of int, shape (n, 2)
        The pair's own item, and one of the negatives of the batch.
    logits : tensor of float, shape (n, 1 + n)
        Scores of the own item, then of all negatives.

    Returns
    -------
    tensor of float, shape (n,)

    References
    ----------
    Y. Bengio and J.-S. Senécal, "Quick Training of Probabilistic Neural Nets by Importance
    Sampling", AISTATS 2003.

    Examples
    --------
    >>> loss = sampled_softmax([[7, 9], [8, 7]], [[2.0, 0.0, 5.0], [0.0, 0.0, 0.0]])
    >>> [round(float(value), 4) for value in loss]
    [0.1269, 1.0986]
    """
    ops = import_keras().ops
    rows = ops.cast(item_rows, "int32")
    logits = ops.convert_to_tensor(logits, dtype="float32")
    keep = retrieval_losses.keep_other_items(rows[:, 0], rows[:, 1])
    return retrieval_losses.sampled_softmax(logits[:, 0], logits[:, 1:], keep)

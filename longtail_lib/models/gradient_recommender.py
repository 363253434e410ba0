"""The one training loop of every Keras model here: epochs, early stopping, checkpoints."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np

from longtail_lib._parameters import BOOLEAN, PATH, SEED, Constraint, Interval, Nullable
from longtail_lib.models._network_variables import (
    assign,
    named,
    numbered,
    values_of,
    variables_of,
)
from longtail_lib.models._recommender import Recommender
from longtail_lib.models._stored_arrays import Stored
from longtail_lib.models._training_progress import (
    fingerprint,
    read_checkpoint,
    validation_ndcg,
    write_checkpoint,
)
from longtail_lib.preprocessing import Split

__all__ = ["GradientRecommender"]


class GradientRecommender(Recommender):
    """Base class of recommenders that are trained by gradient, in Keras.

    A subclass stores in its constructor at least the parameters below, and writes four methods:

    `_build(parts)`
        Return a compiled Keras model whose weights exist. Give every initialiser and every
        dropout a seed made from `self.seed`; Keras' global seed is left alone. Compiled with
        `jit_compile=False` a small network starts seconds sooner on a CPU.
    `_batches(parts, epoch, rng)`
        Return one epoch of what the network's `fit` takes: a tf.data stream of batches, as
        `training_batches.batches_of` makes it, or a tuple (x, y) of arrays, which are cut into
        batches of `batch_size` in their order. `rng` depends on seed and epoch alone, so an epoch
        is the same after a resumption.
    `_snapshot(network)`
        Return the arrays that scoring needs, from the network's present weights, by name. They
        become attributes: "user_vectors" is kept as `user_vectors_`, and saved.
    `_score(user_rows)`
        Score from these attributes.

    A subclass that carries more than weights from epoch to epoch also writes `_carried` and
    `_carry_on`.

    Parameters
    ----------
    epochs : int
        At least 1; the most epochs trained.
    batch_size : int
        At least 1; how many interactions a batch holds, where the class does not count otherwise.
    learning_rate : float
        Above 0; of Adam, in all models of the library that are trained so.
    patience : int or None
        Stop when validation NDCG@10 has not risen for so many epochs, and keep the weights of the
        best epoch. None trains all epochs, keeps the last weights and never reads validation.
    checkpoint : str, path or None
        Folder that holds the state after each epoch. A later `fit` with equal parameters and data
        goes on from there, and ends with what an uninterrupted one ends with. A fit that had
        ended is not trained again.
    seed : int
        Of first weights, dropout, batches and negatives.
    progress : bool
        Show a bar over epochs with loss and validation NDCG@10.

    Attributes
    ----------
    history_ : dict of str to ndarray of float64, shape (epochs trained,)
        "loss" and, with `patience`, "validation NDCG@10".
    best_epoch_ : int
        Epoch whose weights are kept, counted from 1.
    network_ : keras.Model
        The trained network; not kept by `save`.

    Raises
    ------
    ValueError
        From `fit`: a parameter out of range, `patience` without validation interactions, a
        checkpoint of another training, or a loss that is not a number.

    Examples
    --------
    The smallest subclass, whose scores are one weight an item:

    >>> class Constant(GradientRecommender):
    ...     def __init__(self, epochs=3, batch_size=2, learning_rate=0.1, patience=None,
    ...                  checkpoint=None, seed=0, progress=False):
    ...         self.epochs, self.batch_size, self.learning_rate = epochs, batch_size, learning_rate
    ...         self.patience, self.checkpoint = patience, checkpoint
    ...         self.seed, self.progress = seed, progress
    ...     def _build(self, parts):
    ...         keras = import_keras()
    ...         row = keras.layers.Input(shape=(), dtype="int32")
    ...         network = keras.Model(row, keras.layers.Embedding(parts.n_items, 1)(row))
    ...         network.compile(keras.optimizers.Adam(self.learning_rate), "mse")
    ...         return network
    ...     def _batches(self, parts, epoch, rng):
    ...         return np.arange(parts.n_items), parts.popularity[:, None].astype(np.float32)
    ...     def _snapshot(self, network):
    ...         return {"weights": network.get_weights()[0][:, 0]}
    ...     def _score(self, user_rows):
    ...         return np.tile(self.weights_, (len(user_rows), 1))
    """

    epochs: int
    batch_size: int
    learning_rate: float
    patience: int | None
    checkpoint: Any
    seed: int
    progress: bool

    _constraints: ClassVar[dict[str, Constraint]] = {
        "epochs": Interval(Integral, 1),
        "batch_size": Interval(Integral, 1),
        "learning_rate": Interval(Real, 0, closed="neither"),
        "patience": Nullable(
            Interval(Integral, 1, noun="whole number of epochs"), "to train all epochs"
        ),
        "checkpoint": Nullable(PATH, "to keep no state"),
        "seed": SEED,
        "progress": BOOLEAN,
    }

    @abstractmethod
    def _build(self, parts: Split) -> Any:
        """Return the compiled network, its weights made."""

    @abstractmethod
    def _batches(self, parts: Split, epoch: int, rng: np.random.Generator) -> Any:
        """Return one epoch of batches; epochs count from 0."""

    @abstractmethod
    def _snapshot(self, network: Any) -> dict[str, np.ndarray]:
        """Return what scoring needs from the network's present weights."""

    def _snapshot_shapes(self) -> dict[str, Stored] | None:
        """What each array of `_snapshot` must be; None takes from a file what is there."""
        return None

    def _carried(self) -> dict[str, np.ndarray]:
        """Return what `_batches` changes and the next epoch reads, for the checkpoint."""
        return {}

    def _carry_on(self, carried: Mapping[str, np.ndarray]) -> None:
        """Take back what `_carried` gave; called with nothing at the start of a new fit."""

    def _fit(self, parts: Split) -> None:
        from tqdm.auto import tqdm

        self.network_ = self._build(parts)
        self.network_.optimizer.build(self.network_.trainable_variables)
        own = fingerprint(type(self).__name__, self.get_params(), parts)
        loss, ndcg, best = self._resume(own)
        with tqdm(
            total=self.epochs,
            initial=len(loss),
            desc=type(self).__name__,
            unit="epoch",
            disable=not self.progress,
        ) as bar:
            while len(loss) < self.epochs and not self._has_stopped(ndcg):
                epoch = len(loss)
                loss.append(self._train_epoch(parts, epoch))
                shown = {"loss": f"{loss[-1]:.4f}"}
                if self.patience is not None:
                    self._learn(self._snapshot(self.network_))
                    ndcg.append(validation_ndcg(self._score, parts))
                    shown["validation NDCG@10"] = f"{ndcg[-1]:.4f}"
                    if np.argmax(ndcg) == epoch:
                        best = values_of(self.network_.weights)
                if self.checkpoint is not None:
                    about = {"loss": loss, "ndcg": ndcg}
                    write_checkpoint(self.checkpoint, own, about, self._arrays(best))
                bar.set_postfix(shown, refresh=False)
                bar.update()
        if best:
            assign(self.network_.weights, best)
        self._learn(self._snapshot(self.network_))
        self.history_ = {"loss": np.array(loss)}
        if self.patience is not None:
            self.history_["validation NDCG@10"] = np.array(ndcg)
        self.best_epoch_ = int(np.argmax(ndcg)) + 1 if ndcg else len(loss)

    def _check_parameters(self, parts: Split) -> None:
        super()._check_parameters(parts)
        if self.patience is not None and parts.validation.nnz == 0:
            raise ValueError(
                f"{type(self).__name__}: patience={self.patience} stops early on validation "
                f"NDCG@10, and the validation part of {parts!r} is empty; split with a larger "
                "share for validation, or train all epochs with patience=None"
            )

    @property
    def decides_on_validation(self) -> bool:
        return self.patience is not None

    def _settled(self, parts: Split) -> Self:
        if self.patience is None:
            return super()._settled(parts)
        return self._unfitted(epochs=self.best_epoch_, patience=None)

    def _has_stopped(self, ndcg: Sequence[float]) -> bool:
        return bool(ndcg) and len(ndcg) - 1 - int(np.argmax(ndcg)) >= self.patience

    def _train_epoch(self, parts: Split, epoch: int) -> float:
        """Train one epoch and return its mean loss."""
        data = self._batches(parts, epoch, np.random.default_rng([self.seed, epoch]))
        if isinstance(data, tuple):
            x, y = data
            history = self.network_.fit(x, y, batch_size=self.batch_size, shuffle=False, verbose=0)
        else:
            history = self.network_.fit(data, shuffle=False, verbose=0)
        loss = history.history["loss"][-1]
        if not np.isfinite(loss):
            raise ValueError(
                f"{type(self).__name__}: the loss of epoch {epoch + 1} is {loss}; try a smaller "
                "learning_rate or a stronger penalty"
            )
        return loss

    def _resume(self, own: Mapping[str, str]) -> tuple[list[float], list[float], list[np.ndarray]]:
        """Take up a checkpoint where one lies; return loss, validation NDCG and best weights."""
        self._carry_on({})
        stored = None
        if self.checkpoint is not None:
            present = self._arrays(values_of(self.network_.weights))
            stored = read_checkpoint(self.checkpoint, own, present)
        if stored is None:
            return [], [], []
        about, arrays = stored
        assign(variables_of(self.network_), numbered(arrays, "variable"))
        self._carry_on(named(arrays, "carried"))
        return about["loss"], about["ndcg"], numbered(arrays, "best")

    def _arrays(self, best: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """What a checkpoint holds beside the course of the training."""
        present = values_of(variables_of(self.network_))
        return {
            **{f"variable_{place}": value for place, value in enumerate(present)},
            **{f"best_{place}": value for place, value in enumerate(best)},
            **{f"carried_{name}": value for name, value in self._carried().items()},
        }

    def _learn(self, snapshot: Mapping[str, np.ndarray]) -> None:
        self._learned = tuple(snapshot)
        for name, value in snapshot.items():
            setattr(self, f"{name}_", value)

    def _state_shapes(self) -> dict[str, Stored] | None:
        learned = self._snapshot_shapes()
        if learned is None:
            return None
        epochs = Stored("float64", ("epochs",))
        curves = ["loss"] if self.patience is None else ["loss", "validation NDCG@10"]
        return {
            **{f"learned_{name}": one for name, one in learned.items()},
            **{f"history_{name}": epochs for name in curves},
            "best_epoch": Stored("int64", ()),
        }

    def _state(self) -> dict[str, np.ndarray]:
        return {
            **{f"learned_{name}": getattr(self, f"{name}_") for name in self._learned},
            **{f"history_{name}": values for name, values in self.history_.items()},
            "best_epoch": np.array(self.best_epoch_),
        }

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        self._learn(named(state, "learned"))
        self.history_ = named(state, "history")
        self.best_epoch_ = int(state["best_epoch"])
        if not 1 <= self.best_epoch_ <= len(self.history_["loss"]) <= self.epochs:
            raise ValueError(f"epoch {self.best_epoch_} is none of those that were trained")

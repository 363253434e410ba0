"""What frozen history vectors tell about the next item, read off by a linear map alone."""

from __future__ import annotations

import os
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix

from longtail_lib._parameters import Constraint, Interval
from longtail_lib.models import Pretrained, Recommender, user_sequences
from longtail_lib.models.content._item_vectors import text_vectors
from longtail_lib.models.sequence._user_sequences import ordered_items, packed_pairs
from longtail_lib.models.sequence.pretrained import as_pretrained
from longtail_lib.preprocessing import Split

__all__ = ["LinearProbe", "linear_probe"]

_ROWS = 64


class LinearProbe(Recommender):
    """Ridge regression from pretrained history vectors to the item that came next.

    The pretrained encoder stays frozen. For every item a linear map from the vector of a history
    to whether this item came next is solved in closed form, so that the probe tells what the
    pretraining put into its vectors, and nothing that further training might add.

    Parameters
    ----------
    pretrained : Pretrained, path or None
        What `pretrain` gave; None only after loading.
    vectors : ndarray of float32, shape (n_items, d), or None
        Text vectors; None encodes the items' text. Neither is saved.
    l2 : float
        Penalty on squared weights, above 0.

    Attributes
    ----------
    user_vectors_ : ndarray of float32, shape (n_users, dim + 1)
        Frozen history vectors, and a 1.
    item_vectors_ : ndarray of float32, shape (n_items, dim + 1)
        The map: an item that never came next has zeros.

    References
    ----------
    G. Alain and Y. Bengio, "Understanding intermediate layers using linear classifier probes",
    ICLR 2017 workshop.

    Examples
    --------
    >>> LinearProbe(None, l2=10.0).l2
    10.0
    """

    _array_params = ("vectors",)
    _constraints: ClassVar[dict[str, Constraint]] = {
        "l2": Interval(Real, 0, closed="neither"),
    }

    def __init__(
        self,
        pretrained: Pretrained | str | os.PathLike[str] | None,
        vectors: np.ndarray | None = None,
        l2: float = 10.0,
    ) -> None:
        self.pretrained = pretrained
        self.vectors = vectors
        self.l2 = l2

    def _fit(self, parts: Split) -> None:
        pretrained = as_pretrained(self.pretrained)
        vectors = text_vectors(parts)[0] if self.vectors is None else self.vectors
        if len(vectors) != parts.n_items:
            raise ValueError(
                f"LinearProbe: vectors has {len(vectors)} rows, the catalogue of {parts!r} has "
                f"{parts.n_items} items; pass one row for each, in the order of item_ids"
            )
        pretrained.fits(self, vectors, "LinearProbe")
        from longtail_lib.models.content._item_layers import centred_text

        encoder = _encoder(pretrained)
        items = centred_text(vectors) @ pretrained.adapter
        # First of all: a split without times is told by this.
        sequences = user_sequences(parts, pretrained.max_length)
        packed = packed_pairs(*ordered_items(parts), pretrained.max_length)
        gram, answers = 0.0, 0.0
        for start in range(0, len(packed["item"]), _ROWS):
            block = {name: rows[start : start + _ROWS] for name, rows in packed.items()}
            found = encoder(
                items[np.maximum(block["item"], 0)],
                block["item"],
                block["position"],
                block["segment"],
            )
            real = block["segment"] > 0
            found = _with_one(np.asarray(found)[real]).astype(np.float64)
            target = block["target"][real]
            gram = gram + found.T @ found
            hits = (np.ones(len(target)), target, np.arange(len(target) + 1))
            answers = answers + csr_matrix(hits, shape=(len(target), parts.n_items)).T @ found
        gram = gram + self.l2 * np.eye(len(gram))
        self.item_vectors_ = cho_solve(cho_factor(gram), answers.T).T.astype(np.float32)
        self.user_vectors_ = _with_one(encoder.encode(items, sequences))

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        return self.user_vectors_[user_rows] @ self.item_vectors_.T

    def _state(self) -> dict[str, np.ndarray]:
        return {"user_vectors": self.user_vectors_, "item_vectors": self.item_vectors_}

    def _restore(self, state: dict[str, np.ndarray]) -> None:
        self.user_vectors_, self.item_vectors_ = state["user_vectors"], state["item_vectors"]


def linear_probe(
    pretrained: Pretrained | str | os.PathLike[str],
    parts: Split,
    vectors: np.ndarray | None = None,
    l2: float = 10.0,
) -> LinearProbe:
    """Return a `LinearProbe` fitted on a split."""
    return LinearProbe(pretrained, vectors, l2).fit(parts)


def _encoder(pretrained: Pretrained) -> Any:
    from longtail_lib.models.sequence._sequence_network import SequenceEncoder

    encoder = SequenceEncoder(
        pretrained.dim, pretrained.max_length, pretrained.blocks, pretrained.heads
    )
    encoder.build()
    for variable, value in zip(encoder.weights, pretrained.encoder, strict=True):
        variable.assign(value)
    return encoder


def _with_one(vectors: np.ndarray) -> np.ndarray:
    return np.hstack([vectors, np.ones((len(vectors), 1), dtype=vectors.dtype)])

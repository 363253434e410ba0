"""BERT4Rec: masked items from the whole history around them."""

from __future__ import annotations

import os
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np

from longtail_lib._parameters import Constraint, Interval
from longtail_lib.models.sequence._sequence_batches import masked_batches
from longtail_lib.models.sequence._sequence_recommender import SequenceRecommender
from longtail_lib.models.sequence._user_sequences import PADDING
from longtail_lib.preprocessing import Split

__all__ = ["BERT4Rec"]


class BERT4Rec(SequenceRecommender):
    """Guess masked items of a history from what stands before and after them.

    The network is that of `SASRec` without the causal mask. In training some items of each batch
    are replaced by a learned mask, others in each epoch. To recommend, a mask is put behind the
    history, and the items that fit there best come first.

    Parameters
    ----------
    dim, blocks, heads, max_length, dropout, loss, n_negatives, calibration
        See `SASRec`. A user is scored by his latest `max_length - 1` train items and the mask.
    mask_share : float
        Share of items masked in training, between 0 and 1.
    last_share : float
        Share of histories, in each epoch others, of which the last item alone is masked, because
        this is what a recommendation asks. The published code has one of eleven.
    order, similarity, temperature, fusion, vectors
        See `SASRec`.
    epochs, batch_size, learning_rate, patience, checkpoint, seed, progress
        As in `GradientRecommender`; a batch counts places, `batch_size / max_length` rows of them.

    Attributes
    ----------
    user_vectors_, item_vectors_ : ndarray of float32, shape (n_users, dim), (n_items, dim)
        Their product is the score. A user without train interactions has zeros.
    history_, best_epoch_, network_
        See `GradientRecommender`.

    Raises
    ------
    ValueError
        From `fit`: as `SASRec`, a window below 2, or a share outside 0 to 1.

    Notes
    -----
    An epoch teaches `mask_share` as many targets as one of `SASRec`, so more epochs are needed;
    Petrov and Macdonald found that published defaults train far too briefly. They also found that
    what sets BERT4Rec apart from SASRec as published is its loss more than looking both ways.

    References
    ----------
    F. Sun et al., "BERT4Rec: Sequential Recommendation with Bidirectional Encoder Representations
    from Transformer", CIKM 2019.
    A. V. Petrov and C. Macdonald, "A Systematic Review and Replicability Study of BERT4Rec for
    Sequential Recommendation", RecSys 2022.
    A. V. Petrov and C. Macdonald, "gSASRec: Reducing Overconfidence in Sequential Recommendation
    Trained with Negative Sampling", RecSys 2023.

    Examples
    --------
    >>> BERT4Rec(mask_share=0.3).get_params()["loss"]
    'cross-entropy'
    """

    _causal = False

    _constraints: ClassVar[dict[str, Constraint]] = {
        "mask_share": Interval(Real, 0, 1, closed="neither"),
        "last_share": Interval(Real, 0, 1),
        "max_length": Interval(Integral, 2, mend="an item and the mask behind it are the least"),
    }

    def __init__(
        self,
        dim: int = 64,
        blocks: int = 1,
        heads: int = 2,
        max_length: int = 50,
        dropout: float = 0.2,
        mask_share: float = 0.3,
        last_share: float = 0.1,
        loss: str = "cross-entropy",
        n_negatives: int = 256,
        calibration: float = 0.75,
        order: str = "time",
        similarity: str = "dot",
        temperature: float = 0.1,
        fusion: str | None = None,
        vectors: np.ndarray | str | None = None,
        epochs: int = 30,
        batch_size: int = 512,
        learning_rate: float = 0.01,
        patience: int | None = 5,
        checkpoint: str | os.PathLike[str] | None = None,
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.dim = dim
        self.blocks = blocks
        self.heads = heads
        self.max_length = max_length
        self.dropout = dropout
        self.mask_share = mask_share
        self.last_share = last_share
        self.loss = loss
        self.n_negatives = n_negatives
        self.calibration = calibration
        self.order = order
        self.similarity = similarity
        self.temperature = temperature
        self.fusion = fusion
        self.vectors = vectors
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.checkpoint = checkpoint
        self.seed = seed
        self.progress = progress

    def _batches(self, parts: Split, epoch: int, rng: np.random.Generator) -> Any:
        return masked_batches(
            parts,
            self.max_length,
            self._rows_a_batch(),
            rng,
            share=self.mask_share,
            last_share=self.last_share,
            loss=self.loss,
            n_negatives=self.n_negatives,
            dealt=self.order == "dealt",
        )

    def _query(self, sequences: np.ndarray) -> np.ndarray:
        from longtail_lib.models.sequence._user_sequences import MASK

        query = np.roll(sequences, -1, axis=1)
        query[:, -1] = MASK
        query[(sequences == PADDING).all(axis=1)] = PADDING
        return query

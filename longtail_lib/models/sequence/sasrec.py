"""SASRec: the next item from the history so far, by causal self-attention."""

from __future__ import annotations

import os
from typing import Any, ClassVar

import numpy as np

from longtail_lib._parameters import Constraint, Nullable, Options, Satisfies
from longtail_lib.models.sequence._sequence_batches import next_item_batches
from longtail_lib.models.sequence._sequence_recommender import SequenceRecommender
from longtail_lib.models.sequence.pretrained import Pretrained, as_pretrained
from longtail_lib.preprocessing import Split

__all__ = ["SASRec", "freeze", "start_from"]


class SASRec(SequenceRecommender):
    """Predict what comes next at every place of every history at once.

    Items are vectors, the same ones for reading a history and for scoring the catalogue. A
    position is learned for each place, counted from the end. Attention sees the present and the
    past only, so that all places of a history are training examples in one pass.

    Parameters
    ----------
    dim : int
        Length of the vectors.
    blocks, heads : int
        Blocks of attention, and heads in each; heads divide dim.
    max_length : int
        The window: a user is scored by his latest so many train items. In training a longer
        history is cut into several.
    dropout : float
    loss : {"cross-entropy", "sampled-cross-entropy", "bce", "gbce"}
        "cross-entropy" compares the next item with the whole catalogue. The others compare it with
        items drawn for each place: "bce" with one, which the user has not chosen, as SASRec was
        published; the others with `n_negatives`.
    n_negatives : int
        Drawn uniformly for each place; of no effect with "cross-entropy" and "bce".
    calibration : float
        For "gbce": 0 is plain binary cross-entropy, 1 gives probabilities; see `gbce_exponent`.
    order : {"time", "dealt"}
        In training, histories in the order of time, or in an order that is dealt anew in each
        epoch, which helps where the order says little, because one that is read again and again is
        learned by heart. Users are scored by their histories in the order of time either way.
    similarity : {"dot", "cosine"}
    temperature : float
        Above 0. With "cosine" the logit is the cosine over it.
    fusion : None or str
        How text joins the item vectors, see `FusedTower`; None learns from ids alone.
    vectors : ndarray of float, shape (n_items, d), str or None
        Text vectors for `fusion`, see `ContentRecommender`.
    pretrained : Pretrained, path or None
        What `pretrain` gave, to start from; needs `fusion` "text" or "sum", and the same dim,
        blocks, heads and max_length. Not saved: what was made of it is.
    train : {"all", "top", "items", "nothing"}
        With `pretrained`: fine-tune everything; the last block, the last normalisation and the
        item vectors; the item vectors alone, with the encoder frozen; or nothing, which shows what
        the pretraining knows by itself.
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
        From `fit`: a split without times, a parameter out of range, vectors of another catalogue,
        a pretraining of another shape or text encoder, or what `GradientRecommender` raises.

    Notes
    -----
    Several short histories share a row, and attention does not cross from one to another. So the
    time of an epoch depends on the number of interactions, and not on how short histories are.
    Only places that have a next item are compared with the catalogue.

    The published model adds attention to inputs that are normalised before it, as here, and draws
    one negative. With cross-entropy it is a different competitor: see Klenitskiy and Vasilev.

    References
    ----------
    W.-C. Kang and J. McAuley, "Self-Attentive Sequential Recommendation", ICDM 2018.
    A. Klenitskiy and A. Vasilev, "Turning Dross Into Gold Loss: is BERT4Rec really better than
    SASRec?", RecSys 2023.
    A. V. Petrov and C. Macdonald, "gSASRec: Reducing Overconfidence in Sequential Recommendation
    Trained with Negative Sampling", RecSys 2023.

    Examples
    --------
    >>> SASRec(loss="gbce").get_params()["calibration"]
    0.75
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "pretrained": Nullable(
            Satisfies(
                "what pretrain gave or the path it was saved to",
                lambda value: isinstance(value, Pretrained | str | os.PathLike),
            )
        ),
        "train": Options("all", "top", "items", "nothing"),
    }

    def __init__(
        self,
        dim: int = 64,
        blocks: int = 1,
        heads: int = 2,
        max_length: int = 50,
        dropout: float = 0.2,
        loss: str = "cross-entropy",
        n_negatives: int = 256,
        calibration: float = 0.75,
        order: str = "time",
        similarity: str = "dot",
        temperature: float = 0.1,
        fusion: str | None = None,
        vectors: np.ndarray | str | None = None,
        pretrained: Pretrained | str | os.PathLike[str] | None = None,
        train: str = "all",
        epochs: int = 15,
        batch_size: int = 512,
        learning_rate: float = 0.003,
        patience: int | None = 3,
        checkpoint: str | os.PathLike[str] | None = None,
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.dim = dim
        self.blocks = blocks
        self.heads = heads
        self.max_length = max_length
        self.dropout = dropout
        self.loss = loss
        self.n_negatives = n_negatives
        self.calibration = calibration
        self.order = order
        self.similarity = similarity
        self.temperature = temperature
        self.fusion = fusion
        self.vectors = vectors
        self.pretrained = pretrained
        self.train = train
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.checkpoint = checkpoint
        self.seed = seed
        self.progress = progress

    def _batches(self, parts: Split, epoch: int, rng: np.random.Generator) -> Any:
        return next_item_batches(
            parts,
            self.max_length,
            self._rows_a_batch(),
            rng,
            loss=self.loss,
            n_negatives=self.n_negatives,
            dealt=self.order == "dealt",
        )

    def _start(self, network: Any, parts: Split) -> None:
        if self.pretrained is None:
            return
        start_from(network, as_pretrained(self.pretrained), self)
        freeze(network, self.train)

    def _train_epoch(self, parts: Split, epoch: int) -> float:
        if self.train != "nothing":
            return super()._train_epoch(parts, epoch)
        data = self._batches(parts, epoch, np.random.default_rng([self.seed, epoch]))
        return float(self.network_.evaluate(data, verbose=0))

    def _check_parameters(self, parts: Split) -> None:
        super()._check_parameters(parts)
        if self.pretrained is None and self.train != "all":
            raise ValueError(
                f"SASRec: train={self.train!r} leaves weights as the pretraining made them, and "
                "none is given; pass pretrained=, or train='all'"
            )
        if self.pretrained is not None and self.similarity != "dot":
            raise ValueError(
                "SASRec: pretrained weights were trained with dot products, so similarity must be "
                f"'dot', got {self.similarity!r}"
            )
        if self.pretrained is not None and self.fusion not in ("text", "sum"):
            raise ValueError(
                "SASRec: pretrained weights read text vectors, so fusion must be 'text' or 'sum', "
                f"got {self.fusion!r}"
            )


def start_from(network: Any, pretrained: Pretrained, model: Any) -> None:
    """Put pretrained weights into a network whose item layer reads text."""
    name = type(model).__name__
    text = getattr(network.items, "text", network.items)
    pretrained.fits(model, text.vectors, name)
    known = model._text_encoder, pretrained.text_encoder
    if all(known) and known[0] != known[1]:
        raise ValueError(
            f"{name}: {pretrained!r} reads vectors of the text encoder {known[1][:12]}, and the "
            f"items were encoded by {known[0][:12]}; use the same weights"
        )
    text.adapter.kernel.assign(pretrained.adapter)
    for variable, value in zip(network.encoder.weights, pretrained.encoder, strict=True):
        variable.assign(value)


def freeze(network: Any, train: str) -> None:
    """Freeze what is not to be trained."""
    encoder = network.encoder
    network.items.trainable = train != "nothing"
    encoder.positions.trainable = train == "all"
    for place, block in enumerate(encoder.blocks):
        last = place == len(encoder.blocks) - 1
        block.trainable = train == "all" or (train == "top" and last)
    encoder.last.trainable = train in ("all", "top")

"""From pretrained weights to a new catalogue: where training starts, and what stays frozen."""

from __future__ import annotations

from typing import Any

from longtail_lib.models.sequence.pretrained import Pretrained

__all__ = ["TRAINED", "freeze", "start_from"]

TRAINED = ("all", "top", "items", "nothing")


def start_from(network: Any, pretrained: Pretrained, model: Any) -> None:
    """Put pretrained weights into a network whose item layer reads text.

    Parameters
    ----------
    network : SequenceNetwork
    pretrained : Pretrained
    model : SASRec
        Whose parameters the network was made from.

    Raises
    ------
    ValueError
        Another shape, or text vectors of another encoder.
    """
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
    """Freeze what is not to be trained.

    Parameters
    ----------
    network : SequenceNetwork
    train : {"all", "top", "items", "nothing"}
        See `SASRec`.
    """
    encoder = network.encoder
    network.items.trainable = train != "nothing"
    encoder.positions.trainable = train == "all"
    for place, block in enumerate(encoder.blocks):
        last = place == len(encoder.blocks) - 1
        block.trainable = train == "all" or (train == "top" and last)
    encoder.last.trainable = train in ("all", "top")

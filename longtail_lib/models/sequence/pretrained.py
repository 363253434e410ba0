"""What pretraining leaves: weights that know no catalogue, and where they came from."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from numbers import Integral
from pathlib import Path
from typing import Any, Self

import numpy as np

from longtail_lib._parameters import Constraint, Interval, Nullable, Satisfies, check_parameters
from longtail_lib.models._model_file import damaged, read_model_file, write_model_file
from longtail_lib.models._stored_arrays import Stored, floats

__all__ = ["MOST_BLOCKS", "Pretrained", "as_pretrained", "encoder_shapes"]

_FORMAT = 1
_SHAPE = ("dim", "blocks", "heads", "max_length")
# Far more than any sequence model has, so that a file cannot ask for a list without end.
MOST_BLOCKS = 1000
_STORED: dict[str, Constraint] = {
    **dict.fromkeys(_SHAPE, Interval(Integral, 1)),
    "blocks": Interval(Integral, 1, MOST_BLOCKS),
    "domains": Satisfies(
        "a list of names",
        lambda names: isinstance(names, list) and all(isinstance(name, str) for name in names),
    ),
    "text_encoder": Nullable(Satisfies("a name", lambda name: isinstance(name, str))),
}


class Pretrained:
    """Weights of a sequence encoder and of the map from text vectors to its items.

    Parameters
    ----------
    adapter : ndarray of float32, shape (d, dim)
        From text vectors to item vectors.
    encoder : sequence of ndarray
        Weights of a `SequenceEncoder`, in its order.
    dim, blocks, heads, max_length : int
        Of the encoder.
    domains : sequence of str
        Names of the catalogues it was trained on.
    text_encoder : str or None
        Hash of the model that made the text vectors, where it is known.

    Notes
    -----
    Not a recommender: it scores nothing until a `SASRec` or a `LinearProbe` takes it to a
    catalogue.
    """

    def __init__(
        self,
        adapter: np.ndarray,
        encoder: Sequence[np.ndarray],
        *,
        dim: int,
        blocks: int,
        heads: int,
        max_length: int,
        domains: Sequence[str] = (),
        text_encoder: str | None = None,
    ) -> None:
        self.adapter, self.encoder = adapter, list(encoder)
        self.dim, self.blocks, self.heads, self.max_length = dim, blocks, heads, max_length
        self.domains, self.text_encoder = tuple(domains), text_encoder

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write to one `.npz` file, without pickle; it appears whole or not at all."""
        about = {
            "format": _FORMAT,
            "model": "Pretrained",
            "parameters": {
                **{name: getattr(self, name) for name in _SHAPE},
                "domains": list(self.domains),
                "text_encoder": self.text_encoder,
            },
        }
        weights = {f"encoder_{place}": value for place, value in enumerate(self.encoder)}
        return write_model_file(path, about, {"adapter": self.adapter, **weights})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read what `save` wrote."""
        with read_model_file(path, _MEND) as (about, stored):
            if about["model"] != "Pretrained" or about["format"] != _FORMAT:
                raise ValueError(
                    f"{path} holds a {about['model']} in format {about['format']}, and a "
                    f"Pretrained in format {_FORMAT} is asked for; a recommender belongs to its "
                    "catalogue, pretrain gives what can go to another"
                )
            with damaged(path, _MEND):
                own = about["parameters"]
                check_parameters("Pretrained", own, _STORED)
                if own["dim"] % own["heads"]:
                    raise ValueError(f"{own['heads']} heads do not divide dim {own['dim']}")
                weights = encoder_shapes(own["dim"], own["blocks"], own["max_length"])
                found = stored.read({"adapter": floats("width", own["dim"]), **weights})
                stored.finish()
                return cls(found.pop("adapter"), list(found.values()), **own)

    def fits(self, model: Any, vectors: np.ndarray, name: str) -> None:
        """Raise ValueError unless a model has this encoder's shape, and vectors this adapter's."""
        differ = [
            f"{parameter} is {getattr(model, parameter)} and was {getattr(self, parameter)}"
            for parameter in _SHAPE
            if hasattr(model, parameter) and getattr(model, parameter) != getattr(self, parameter)
        ]
        if differ:
            raise ValueError(
                f"{name}: {self!r} does not fit: {'; '.join(differ)}. Give the model the same "
                "values, or pretrain with others"
            )
        if vectors.shape[1] != len(self.adapter):
            raise ValueError(
                f"{name}: {self!r} reads text vectors of {len(self.adapter)} numbers, got "
                f"{vectors.shape[1]}; encode the catalogue with the text encoder of the pretraining"
            )

    def __repr__(self) -> str:
        digest = hashlib.sha256()
        for array in (self.adapter, *self.encoder):
            digest.update(np.ascontiguousarray(array).tobytes())
        shape = ", ".join(f"{name}={getattr(self, name)}" for name in _SHAPE)
        domains = ", ".join(self.domains) or "unknown"
        return f"Pretrained({shape}, on {domains}, {digest.hexdigest()[:8]})"


_MEND = "pretrain and save it again"


def encoder_shapes(
    dim: int, blocks: int, max_length: int, causal: bool = True
) -> dict[str, Stored]:
    """What the weights of a `SequenceEncoder` must be, in its order, without making one."""
    norm = [floats(dim)] * 2
    dense = [floats(dim, dim), floats(dim)]
    block = [floats(dim, 3 * dim), floats(3 * dim), *dense, *norm, *norm, *dense, *dense]
    mask = [] if causal else [floats(dim)]
    weights = [floats(max_length, dim), *mask, *block * blocks, *norm]
    return {f"encoder_{place}": one for place, one in enumerate(weights)}


def as_pretrained(pretrained: Any) -> Pretrained:
    """Return a Pretrained as it is, or read one from a path."""
    if isinstance(pretrained, Pretrained):
        return pretrained
    if isinstance(pretrained, str | os.PathLike):
        return Pretrained.load(pretrained)
    raise TypeError(
        f"pretrained must be what pretrain gave or the path it was saved to, got "
        f"{type(pretrained).__name__}"
    )

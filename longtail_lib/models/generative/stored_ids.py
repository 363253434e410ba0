"""How semantic ids go into a file and come back, and what vectors they take."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

import numpy as np

from longtail_lib.models.generative.residual_autoencoder import ResidualAutoencoder
from longtail_lib.models.generative.unique_ids import share_alone
from longtail_lib.models.model_file import damaged, read_model_file, write_model_file

__all__ = ["StoredIds", "finite_rows"]

_FORMAT = 1


class StoredIds:
    """The storing half of `SemanticIds`."""

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the fitted ids to one `.npz` file, without pickle."""
        self._check_fitted()
        names = ("levels", "codes", "method", "spread", "seed")
        about = {
            "format": _FORMAT,
            "model": type(self).__name__,
            "parameters": {name: getattr(self, name) for name in names},
        }
        return write_model_file(path, about, self.state())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read ids that `save` wrote.

        Raises
        ------
        FileNotFoundError
            No such file.
        ValueError
            The file holds something else, or is damaged.
        """
        about, arrays = read_model_file(path)
        if about["model"] != cls.__name__ or about["format"] != _FORMAT:
            raise ValueError(
                f"{path} holds a {about['model']} in format {about['format']}, expected "
                f"{cls.__name__} in format {_FORMAT}"
            )
        try:
            return cls(**about["parameters"]).restore(arrays)
        except Exception as error:
            raise damaged(path, error) from error

    def state(self) -> dict[str, np.ndarray]:
        """Return everything learned as arrays by name."""
        maps = self._autoencoder
        sides = {} if maps is None else {"encoder": maps.encoder, "decoder": maps.decoder}
        return {
            "codes": self.codes_,
            "sizes": np.array(self.sizes_),
            "codebooks": self.codebooks_,
            "errors": self.errors_,
            "dead_codes": self.dead_codes_,
            **{
                f"{side}_{place}": weight
                for side, weights in sides.items()
                for place, weight in enumerate(weights)
            },
        }

    def restore(self, state: dict[str, np.ndarray]) -> Self:
        """Take back what `state` gave, and return self."""
        self.codes_, self.codebooks_ = state["codes"], state["codebooks"]
        self.sizes_ = tuple(state["sizes"].tolist())
        self.errors_, self.dead_codes_ = state["errors"], state["dead_codes"]
        self.unique_before_ = share_alone(self.codes_[:, :-1])
        self.unique_after_ = share_alone(self.codes_)
        self._autoencoder = None
        if "encoder_0" in state:
            encoder, decoder = (
                tuple(state[f"{side}_{place}"] for place in range(4))
                for side in ("encoder", "decoder")
            )
            self._autoencoder = ResidualAutoencoder(encoder, decoder, self.codebooks_)
        return self


def finite_rows(vectors: np.ndarray, width: int | None = None) -> np.ndarray:
    vectors = np.asarray(vectors)
    if vectors.ndim != 2 or not vectors.size or vectors.dtype.kind not in "iuf":
        raise ValueError(
            f"SemanticIds takes vectors of numbers as a matrix (n_items, d), got shape "
            f"{vectors.shape} of {vectors.dtype}"
        )
    if width is not None and vectors.shape[1] != width:
        raise ValueError(
            f"SemanticIds was fitted on vectors of length {width}, got {vectors.shape[1]}"
        )
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    if not np.isfinite(vectors).all():
        row = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
        raise ValueError(
            f"SemanticIds: the vector of row {row} is not finite; encode the texts again, or put "
            "zeros for an item without text"
        )
    return vectors

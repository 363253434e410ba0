"""Static vectors of tokens: a text is the mean of its tokens, whatever their order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from longtail_lib.text._encoder import unit_rows
from longtail_lib.text._encoder_config import encoder_config

__all__ = ["TokenTable"]

_NAME = "embedding.weight"


class TokenTable:
    """A trained vector for each token of a vocabulary, and nothing that mixes them.

    Parameters
    ----------
    folder : Path
        Its model.safetensors holds one table of shape (vocab_size, hidden_size).
    """

    def __init__(self, folder: Path) -> None:
        from safetensors import safe_open

        config = encoder_config(folder)
        path, shape = folder / "model.safetensors", (config["vocab_size"], config["hidden_size"])
        try:
            with safe_open(path, framework="np") as file:
                self.table = file.get_tensor(_NAME).astype(np.float32)
        except Exception as error:
            raise ValueError(f"{path} does not hold {_NAME} ({error}); get it again") from error
        if self.table.shape != shape:
            raise ValueError(
                f"{path}: {_NAME} has shape {self.table.shape}, and config.json says {shape}; get "
                "both files again"
            )

    def mean(self, ids: Sequence[Sequence[int]]) -> np.ndarray:
        """Return the mean vector of each text's tokens, at length 1, float32 (n, dimensions)."""
        starts = np.cumsum([0, *map(len, ids)])[:-1]
        rows = self.table[np.concatenate([np.asarray(row, np.intp) for row in ids])]
        return unit_rows(np.add.reduceat(rows, starts, axis=0)).astype(np.float32)

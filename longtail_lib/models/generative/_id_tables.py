"""How semantic ids go into a file and come back, and what vectors they take."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import narwhals as nw
import numpy as np
import polars as pl
from scipy.optimize import linear_sum_assignment

from longtail_lib._parameters import check_parameters_of
from longtail_lib.models._model_file import damaged, read_model_file, write_model_file
from longtail_lib.models._stored_arrays import Stored, StoredArrays, floats
from longtail_lib.models.generative._residual_codebooks import ResidualAutoencoder

__all__ = [
    "StoredIds",
    "finite_rows",
    "items_with_prefix",
    "last_tokens",
    "purity_by_depth",
    "rows_with_prefix",
    "share_alone",
    "spread_last_code",
]


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
        """Read ids that `save` wrote."""
        with read_model_file(path) as (about, stored):
            if about["model"] != cls.__name__ or about["format"] != _FORMAT:
                raise ValueError(
                    f"{path} holds a {about['model']} in format {about['format']}, expected "
                    f"{cls.__name__} in format {_FORMAT}"
                )
            with damaged(path):
                ids = cls(**about["parameters"]).restore(stored)
                stored.finish()
        return ids

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

    def _state_shapes(self) -> dict[str, Stored]:
        """What each array of `state` must be."""
        levels = self.levels
        shapes = {
            "codes": Stored("int32", ("items", levels + 1)),
            "sizes": Stored("int64", (levels + 1,)),
            "codebooks": floats(levels, self.codes, "latent"),
            "errors": Stored("float64", (levels,)),
            "dead_codes": Stored("int64", (levels,)),
        }
        if self.method == "rq-vae":
            for side, ends in (("encoder", ("width", "latent")), ("decoder", ("latent", "width"))):
                layers = (ends[0], f"{side} units"), (f"{side} units", ends[1])
                for place, layer in enumerate(layers):
                    shapes[f"{side}_{2 * place}"] = floats(*layer)
                    shapes[f"{side}_{2 * place + 1}"] = floats(layer[1])
        return shapes

    def restore(self, stored: StoredArrays) -> Self:
        """Take back what `state` gave, and return self."""
        check_parameters_of(self)
        state = stored.read(self._state_shapes())
        _check_codes(state["codes"], state["sizes"], self.codes)
        self.codes_, self.codebooks_ = state["codes"], state["codebooks"]
        self.sizes_ = tuple(state["sizes"].tolist())
        self.errors_, self.dead_codes_ = state["errors"], state["dead_codes"]
        self.unique_before_ = share_alone(self.codes_[:, :-1])
        self.unique_after_ = share_alone(self.codes_)
        self._autoencoder = None
        if self.method == "rq-vae":
            encoder, decoder = (
                tuple(state[f"{side}_{place}"] for place in range(4))
                for side in ("encoder", "decoder")
            )
            self._autoencoder = ResidualAutoencoder(encoder, decoder, self.codebooks_)
        return self


def _check_codes(codes: np.ndarray, sizes: np.ndarray, most: int) -> None:
    """Refuse ids with tokens that there are not, or that two items share."""
    levels = codes.shape[1] - 1
    if sizes.tolist() != [most] * levels + [int(codes[:, -1].max()) + 1]:
        raise ValueError(f"sizes are {sizes.tolist()}, which are not those of the codes")
    if codes.min() < 0 or (codes >= sizes).any() or share_alone(codes) < 1:
        raise ValueError("codes hold unknown tokens, or an id twice")


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


def share_alone(codes: np.ndarray) -> float:
    """Return the share of items whose id no other item has."""
    _, place, counts = np.unique(codes, axis=0, return_inverse=True, return_counts=True)
    return float((counts[place.ravel()] == 1).mean())


def last_tokens(codes: np.ndarray, taken: np.ndarray | None = None) -> np.ndarray:
    """Number the items that share an id: 0, 1, 2 and so on, in their order."""
    before = 0 if taken is None else len(taken)
    both = np.asarray(codes) if taken is None else np.concatenate([taken, codes])
    if not len(both):
        return np.zeros(0, dtype=np.int32)
    _, group = np.unique(both, axis=0, return_inverse=True)
    group = group.ravel()
    order = np.argsort(group, kind="stable")
    counts = np.bincount(group)
    first = np.cumsum(counts) - counts
    numbers = np.empty(len(both), dtype=np.int32)
    numbers[order] = np.arange(len(both)) - first[group[order]]
    return numbers[before:]


def spread_last_code(codes: np.ndarray, residual: np.ndarray, book: np.ndarray) -> np.ndarray:
    """Give items that agree in all codes different last ones, at the least total error."""
    codes = codes.copy()
    _, group = np.unique(codes[:, :-1], axis=0, return_inverse=True)
    group = group.ravel()
    order = np.argsort(group, kind="stable")
    for rows in np.split(order, np.cumsum(np.bincount(group))[:-1]):
        if len(np.unique(codes[rows, -1])) == len(rows):
            continue
        errors = ((residual[rows][:, None] - book[None]) ** 2).sum(axis=2)
        rounds = -(-len(rows) // len(book))
        places, chosen = linear_sum_assignment(np.tile(errors, rounds))
        codes[rows[places], -1] = chosen % len(book)
    return codes


def rows_with_prefix(codes: np.ndarray, prefix: Sequence[int]) -> np.ndarray:
    """Return the rows of `codes`, shape (n_items, tokens), that begin with a prefix."""
    return np.flatnonzero((codes[:, : len(prefix)] == prefix).all(axis=1))


def items_with_prefix(codes: np.ndarray, items: Any, prefix: Sequence[int]) -> pl.DataFrame:
    """List the items whose id begins with a prefix; see `SemanticIds.prefix_table`."""
    frame = nw.from_native(items, eager_only=True)
    if len(frame) != len(codes):
        raise ValueError(
            f"prefix_table: the item table has {len(frame)} rows and there are ids of "
            f"{len(codes)} items; pass the table whose vectors were fitted, in the same order"
        )
    prefix = tuple(int(token) for token in prefix)
    if len(prefix) > codes.shape[1]:
        raise ValueError(
            f"prefix_table: a prefix has at most {codes.shape[1]} tokens, got {len(prefix)}"
        )
    rows = rows_with_prefix(codes, prefix)
    rows = rows[np.lexsort(codes[rows].T[::-1])]
    shown = [name for name in ("item_id", "title", "category") if name in frame.columns]
    columns = {name: frame[name].to_numpy()[rows].tolist() for name in shown}
    ids = ["-".join(map(str, code)) for code in codes[rows].tolist()]
    return pl.DataFrame({"id": pl.Series(ids, dtype=pl.String), **columns})


def purity_by_depth(codes: np.ndarray, labels: Any, depths: int, seed: int) -> pl.DataFrame:
    """Measure how far a prefix tells the label; see `SemanticIds.prefix_purity`."""
    labels = np.asarray(labels)
    if labels.shape != (len(codes),):
        raise ValueError(
            f"prefix_purity: expected one label for each of {len(codes)} items, got shape "
            f"{labels.shape}"
        )
    known, label = np.unique(labels.astype(str), return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(label)
    rows = []
    for depth in range(1, depths + 1):
        prefixes, group = np.unique(codes[:, :depth], axis=0, return_inverse=True)
        group = group.ravel()
        rows.append(
            {
                "tokens": depth,
                "prefixes": len(prefixes),
                "purity": round(_purity(group, label, len(known)), 3),
                "purity of shuffled labels": round(_purity(group, shuffled, len(known)), 3),
            }
        )
    return pl.DataFrame(rows)


def _purity(group: np.ndarray, label: np.ndarray, n_labels: int) -> float:
    pairs, counts = np.unique(group.astype(np.int64) * n_labels + label, return_counts=True)
    most = np.zeros(group.max() + 1)
    np.maximum.at(most, pairs // n_labels, counts)
    return float(most.sum() / len(group))

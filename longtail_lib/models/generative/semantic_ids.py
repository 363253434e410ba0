"""Semantic ids: a short sequence of tokens for each item, alike where texts are alike."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl

from longtail_lib._parameters import (
    BOOLEAN,
    SEED,
    Constraint,
    Interval,
    Options,
    check_parameters_of,
)
from longtail_lib.models._recommender import NotFittedError
from longtail_lib.models.generative._id_tables import (
    StoredIds,
    finite_rows,
    items_with_prefix,
    last_tokens,
    purity_by_depth,
    share_alone,
    spread_last_code,
)
from longtail_lib.models.generative._residual_codebooks import (
    fit_codebooks,
    quantise,
    sum_of_codes,
    train_autoencoder,
)

__all__ = ["SemanticIds"]


class SemanticIds(StoredIds):
    """Write each item's vector as a few tokens, from coarse to fine.

    The first token names the nearest of `codes` vectors, the next one the nearest of another
    `codes` vectors to what is left, and so on. Items that still agree are told apart by a last
    token that counts them.

    Parameters
    ----------
    levels : int
        Tokens that come from the vector, at least 1; ids have one token more.
    codes : int
        Vectors of each level's codebook, from 2 to the number of items.
    method : {"residual-k-means", "rq-vae"}
        Codebooks by k-means on the vectors' residuals; or trained together with an encoder and a
        decoder in Keras.
    spread : bool
        Items that would share all codes get other codes at the last level, at the least total
        error, so that hardly any needs the last token. False gives every item its nearest codes.
    seed : int

    Attributes
    ----------
    codes_ : ndarray of int32, shape (n_items, levels + 1)
        No two rows are equal.
    sizes_ : tuple of int, length levels + 1
        Tokens of each place; the last is the size of the largest group told apart by it.
    codebooks_ : ndarray of float32, shape (levels, codes, d)
        For "rq-vae" in the space of the encoder.
    errors_ : ndarray of float64, shape (levels,)
        Share of the variance that is left after each level, where the codes were fitted. With
        nearest codes it never rises from level to level.
    unique_before_, unique_after_ : float
        Share of items whose id no other item has, without and with the last token.
    dead_codes_ : ndarray of int64, shape (levels,)
        Codes of each level that no item has.

    Notes
    -----
    An item without text has a row of zeros. All such items agree in their codes, `spread` hands
    out codes among them that mean nothing, and the last token tells apart the others.

    References
    ----------
    S. Rajput et al., "Recommender systems with generative retrieval", NeurIPS 2023: semantic ids
    for recommendation (TIGER), with RQ-VAE and a last token against collisions.
    B. Zheng et al., "Adapting large language models by integrating collaborative semantics for
    recommendation", ICDE 2024: spreading items evenly over the last level's codes.

    Examples
    --------
    >>> vectors = np.array([[0, 0], [0, 1], [9, 0], [9, 1]], dtype=np.float32)
    >>> ids = SemanticIds(levels=2, codes=2).fit(vectors)
    >>> bool(ids.codes_[0, 0] == ids.codes_[1, 0] != ids.codes_[2, 0])
    True
    >>> np.array_equal(ids.decode(ids.codes_), vectors)
    True
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "levels": Interval(Integral, 1, 16),
        "codes": Interval(Integral, 2),
        "method": Options("residual-k-means", "rq-vae"),
        "spread": BOOLEAN,
        "seed": SEED,
    }

    def __init__(
        self,
        levels: int = 3,
        codes: int = 64,
        method: str = "residual-k-means",
        spread: bool = True,
        seed: int = 0,
    ) -> None:
        self.levels = levels
        self.codes = codes
        self.method = method
        self.spread = spread
        self.seed = seed

    def fit(self, vectors: np.ndarray) -> Self:
        """Learn codebooks from vectors, shape (n_items, d), and give every item its id."""
        vectors = finite_rows(vectors)
        check_parameters_of(self)
        if self.codes > len(vectors):
            raise ValueError(
                f"SemanticIds: codes must be a whole number from 2 to {len(vectors)} (the number "
                f"of items), got {self.codes}; take fewer codes"
            )
        rng = np.random.default_rng(self.seed)
        self._autoencoder = None
        if self.method == "rq-vae":
            self._autoencoder = train_autoencoder(vectors, self.levels, self.codes, seed=self.seed)
            self.codebooks_ = self._autoencoder.codebooks
        else:
            self.codebooks_ = fit_codebooks(vectors, self.levels, self.codes, rng)
        points = self._points(vectors)
        codes, left = quantise(points, self.codebooks_)
        if self.spread:
            rest = points - sum_of_codes(codes[:, :-1], self.codebooks_)
            codes = spread_last_code(codes, rest, self.codebooks_[-1])
            rest = rest - self.codebooks_[-1][codes[:, -1]]
            left[-1] = (rest.astype(np.float64) ** 2).sum(axis=1).mean()
        variance = points.var(axis=0, dtype=np.float64).sum()
        # Where all vectors are alike nothing is left to explain.
        self.errors_ = left / variance if variance > 0 else np.zeros(self.levels)
        last = last_tokens(codes)
        self.codes_ = np.column_stack([codes, last]).astype(np.int32)
        self.sizes_ = (*(self.codes,) * self.levels, int(last.max()) + 1)
        self.unique_before_ = share_alone(codes)
        self.unique_after_ = share_alone(self.codes_)
        self.dead_codes_ = np.array(
            [self.codes - len(np.unique(codes[:, level])) for level in range(self.levels)]
        )
        return self

    def encode(self, vectors: np.ndarray) -> np.ndarray:
        """Give ids to items that were not there when the codebooks were learned.

        Takes vectors, shape (n, d), and gives int32, shape (n, levels + 1): nearest codes, and a
        last token that makes each id differ from all others, fitted or new. It may be as large as
        a model that was trained on `sizes_` has not seen.
        """
        self._check_fitted()
        vectors = finite_rows(vectors, self._width)
        codes, _ = quantise(self._points(vectors), self.codebooks_)
        last = last_tokens(codes, taken=self.codes_[:, :-1])
        return np.column_stack([codes, last]).astype(np.int32)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Return the vectors that ids stand for, or their first tokens.

        `codes` has shape (n, m), from one token to whole ids; the last token adds nothing. What
        comes back is float32, shape (n, d).
        """
        self._check_fitted()
        codes = np.asarray(codes)
        if codes.ndim != 2 or not 1 <= codes.shape[1] <= self.levels + 1:
            raise ValueError(
                f"SemanticIds.decode takes ids of 1 to {self.levels + 1} tokens as rows of a "
                f"matrix, got shape {codes.shape}"
            )
        own = codes[:, : self.levels]
        if own.size and (own.min() < 0 or own.max() >= self.codes):
            raise ValueError(
                f"SemanticIds.decode: tokens go from 0 to {self.codes - 1}, got {own.min()} to "
                f"{own.max()}"
            )
        total = sum_of_codes(own, self.codebooks_)
        return total if self._autoencoder is None else self._autoencoder.vectors(total)

    def prefix_table(self, items: Any, prefix: Sequence[int] = ()) -> pl.DataFrame:
        """List the items whose id begins with some tokens, ordered by id.

        The frame has "id" and, where the table has them, item_id, title and category.

        Parameters
        ----------
        items : frame
            Item table in the order of the fitted vectors, as `parts.items` is.
        prefix : sequence of int
            Such as (3,) or (3, 17); empty lists all items.
        """
        self._check_fitted()
        return items_with_prefix(self.codes_, items, prefix)

    def prefix_purity(self, labels: Any, seed: int = 0) -> pl.DataFrame:
        """Measure how far the first tokens tell a label, such as the category.

        Purity is the share of items that have their prefix' most common label. It rises with the
        number of prefixes whatever these mean, so the same with shuffled labels stands beside it.
        `labels` has shape (n_items,); there is a row for 1, 2, ... `levels` tokens.
        """
        self._check_fitted()
        return purity_by_depth(self.codes_, labels, self.levels, seed)

    @property
    def _width(self) -> int:
        maps = self._autoencoder
        return self.codebooks_.shape[2] if maps is None else maps.encoder[0].shape[0]

    def _points(self, vectors: np.ndarray) -> np.ndarray:
        return vectors if self._autoencoder is None else self._autoencoder.latent(vectors)

    def _check_fitted(self) -> None:
        if not hasattr(self, "codes_"):
            raise NotFittedError("these SemanticIds are not fitted yet; call fit(vectors) first")

    def __repr__(self) -> str:
        names = ("levels", "codes", "method", "spread", "seed")
        inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"SemanticIds({inside})"

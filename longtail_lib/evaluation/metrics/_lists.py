"""What a metric reads: the lists of some users at one cut-off, as a group of items sees them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib.evaluation.metrics.accuracy import Found, Hits
from longtail_lib.preprocessing import Split

__all__ = ["Lists"]


@dataclass(frozen=True)
class Lists:
    """Lists of some users at one cut-off, as one group of the catalogue sees them.

    What `Metric(of_lists=...)` reads: `items`, columns, int (n, k), best first, -1 where a list has
    ended; `k`; the mask `group` of the catalogue, None overall; `hits`, relevant items of the group
    in lists that may be longer than k; `n_relevant`, int (n,), those of the group, found or not;
    `relevant`, csr (n, n_items), those of any group; `users`, int (n,), rows of the split `parts`;
    and `popularity`, int (n_items,), in train.
    """

    items: np.ndarray
    k: int
    group: np.ndarray | None
    hits: Hits
    n_relevant: np.ndarray
    relevant: csr_matrix
    users: np.ndarray
    parts: Split
    popularity: np.ndarray

    @cached_property
    def found(self) -> Found:
        """What the metrics of accuracy share."""
        return Found.of(self.hits, self.n_relevant, self.k)

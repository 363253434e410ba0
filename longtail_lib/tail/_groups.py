"""Head, mid and tail: three disjoint groups that cover the whole catalogue."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from longtail_lib._parameters import Options, constrained
from longtail_lib.tail._gini import checked_counts

__all__ = ["Groups", "cold_groups", "popularity_groups"]


@dataclass(frozen=True, eq=False)
class Groups:
    """A label for every item of the catalogue, and words that say how it came about.

    Build it with `popularity_groups`, or pass your own labels. The last name is the group that
    metrics of the tail look at.

    Parameters
    ----------
    labels : array of int8, shape (n_items,)
        Place in `names` of the group of each item.
    names : sequence of str
        Two or more distinct names, none of them "overall".
    definition : str
        How items were assigned, in words; reports print it.

    Examples
    --------
    >>> own = Groups([0, 1, 1], names=("series", "films"), definition="by kind")
    >>> own.mask("films").tolist()
    [False, True, True]
    """

    labels: np.ndarray
    names: tuple[str, ...] = ("head", "mid", "tail")
    definition: str = "labels given by the caller"

    def __post_init__(self) -> None:
        labels, names = np.asarray(self.labels), tuple(self.names)
        if len(names) < 2 or len(set(names)) < len(names) or "overall" in names:
            raise ValueError(
                f"Groups: names must be two or more different words, none of them 'overall', "
                f"got {names}"
            )
        whole = labels.ndim == 1 and labels.size > 0 and labels.dtype.kind in "iu"
        if not whole or labels.min() < 0 or labels.max() >= len(names):
            raise ValueError(
                f"Groups: labels must be one integer from 0 to {len(names) - 1} for each item of "
                f"the catalogue, got {labels.dtype} of shape {labels.shape}"
                + (f" from {labels.min()} to {labels.max()}" if whole else "")
            )
        object.__setattr__(self, "labels", labels.astype(np.int8))
        object.__setattr__(self, "names", names)

    @property
    def sizes(self) -> np.ndarray:
        """Items in each group, in the order of `names`, int64."""
        return np.bincount(self.labels, minlength=len(self.names))

    def mask(self, name: str) -> np.ndarray:
        """Which items belong to a group, bool, shape (n_items,)."""
        if name not in self.names:
            raise KeyError(f"no group {name!r}; the groups are {', '.join(self.names)}")
        return self.labels == self.names.index(name)

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        sizes = zip(self.names, self.sizes, strict=True)
        return f"Groups({', '.join(f'{name} {size:,}' for name, size in sizes)}; {self.definition})"


@constrained(by=Options("items", "interactions"))
def popularity_groups(
    counts: Any,
    head: float = 0.2,
    tail: float = 0.5,
    by: Literal["items", "interactions"] = "items",
    names: Sequence[str] = ("head", "mid", "tail"),
) -> Groups:
    """Cut the catalogue into head, mid and tail by popularity.

    Items are put in descending order of popularity; equal counts keep the order of the catalogue.
    The head is cut off at the front, the tail at the end, the mid lies between. Cold items come
    last and so belong to the tail first.

    The default tail is half of the catalogue. On MovieLens latest-small, leave-last-out over
    ratings of 3.5 and more, that leaves 66 of 609 users with a tail item in test: enough to tell
    0 from 5%. A tail of 30% leaves 43 users; one of 80% has 170, but no mid is left, and items
    with 9 train interactions call themselves tail.

    Parameters
    ----------
    counts : array-like, shape (n_items,)
        Train interactions of every catalogue item; `Split.popularity`.
    head, tail : float
        Shares in [0, 1] that add up to at most 1.
    by : {"items", "interactions"}
        What the shares are shares of. "items": ceil(head x n) items and floor(tail x n) items.
        "interactions": the head is the fewest items that together hold at least `head` of all
        interactions, the tail the most items that together hold at most `tail` of them.
    names : sequence of three str
        Names of the groups, most popular first.

    Examples
    --------
    >>> groups = popularity_groups([9, 1, 4, 0, 2, 1, 0, 3, 1, 0])
    >>> groups.labels.tolist()
    [0, 1, 0, 2, 1, 2, 2, 1, 2, 2]
    >>> groups
    Groups(head 2, mid 3, tail 5; head: the 20% of catalogue items with most train interactions; \
tail: the 50% with fewest, cold items included; mid: the rest)
    """
    values = checked_counts(counts, "popularity_groups")
    if not (0 <= head <= 1 and 0 <= tail <= 1 and head + tail <= 1 + 1e-12):
        raise ValueError(
            f"popularity_groups: head and tail must be shares in [0, 1] that add up to at most 1, "
            f"got head={head} and tail={tail}"
        )
    if len(tuple(names)) != 3:
        raise ValueError(f"popularity_groups: names must be three words, got {tuple(names)}")
    n = len(values)
    order = np.argsort(-values, kind="stable")
    if by == "items":
        # Rounding first keeps ceil(0.07 * 100) at 7 although the product is 7.000000000000001.
        n_head = math.ceil(round(head * n, 9))
        n_tail = math.floor(round(tail * n, 9))
        definition = (
            f"{names[0]}: the {100 * head:g}% of catalogue items with most train interactions; "
            f"{names[2]}: the {100 * tail:g}% with fewest, cold items included; "
            f"{names[1]}: the rest"
        )
    else:
        held = np.cumsum(values[order])
        total = held[-1]
        slack = 1e-9 * total
        n_head = int(np.searchsorted(held, head * total - slack)) + 1 if head > 0 else 0
        held_by_last = np.cumsum(values[order][::-1])
        n_tail = int(np.searchsorted(held_by_last, tail * total + slack, side="right"))
        n_tail = min(n_tail, n - n_head)
        definition = (
            f"{names[0]}: the fewest items that hold {100 * head:g}% of train interactions; "
            f"{names[2]}: the most items that hold {100 * tail:g}% of them, cold items included; "
            f"{names[1]}: the rest"
        )
    labels = np.ones(n, dtype=np.int8)
    labels[order[:n_head]] = 0
    labels[order[n - n_tail :]] = 2
    return Groups(labels, tuple(names), definition)


def cold_groups(counts: Any) -> Groups:
    """Cut the catalogue into warm items and cold ones, which have no train interaction.

    `counts` as in `popularity_groups`; without a cold item they are a ValueError. "cold" is the
    last name, so metrics of the tail are about cold items.

    Examples
    --------
    >>> groups = cold_groups([3, 0, 1])
    >>> groups
    Groups(warm 2, cold 1; warm: items with train interactions; cold: items without)
    >>> groups.mask("cold").tolist()
    [False, True, False]
    """
    values = checked_counts(counts, "cold_groups")
    cold = np.asarray(values) == 0
    if not cold.any():
        raise ValueError(
            "cold_groups: every item has train interactions, so none is cold; make some with "
            "longtail_lib.preprocessing.hold_out_items(parts)"
        )
    return Groups(
        cold.astype(np.int8),
        ("warm", "cold"),
        "warm: items with train interactions; cold: items without",
    )

"""Controls: the same question with one thing taken away, so that an effect can be told from none.

Each keeps everything but one: `shuffled_histories` all but the order of a history,
`other_histories` all but whose it is, `renamed_titles` all but which item a title belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from longtail_lib._parameters import SEED, constrained

__all__ = ["other_histories", "renamed_titles", "shuffled_histories"]

T = TypeVar("T")


@constrained(seed=SEED)
def shuffled_histories(histories: Sequence[Sequence[T]], *, seed: int = 0) -> list[list[T]]:
    """Deal each history in an order drawn by lot.

    A ranker that does as well on these does not read the order.

    Returns
    -------
    list of lists
        As `histories`.

    Examples
    --------
    >>> shuffled_histories([["a", "b", "c"], ["d"]], seed=0)
    [['c', 'a', 'b'], ['d']]
    """
    rng = np.random.default_rng(seed)
    return [[history[place] for place in rng.permutation(len(history))] for history in histories]


@constrained(seed=SEED)
def other_histories(histories: Sequence[Sequence[T]], *, seed: int = 0) -> list[list[T]]:
    """Give every user the history of another one.

    A ranker that does as well on these does not read the history, only the candidates.

    Returns
    -------
    list of lists
        As `histories`, at least two.

    Examples
    --------
    >>> other_histories([["a"], ["b"], ["c"]], seed=0)
    [['b'], ['c'], ['a']]
    """
    return [list(histories[place]) for place in _derangement(len(histories), seed, "histories")]


@constrained(seed=SEED)
def renamed_titles(titles: Sequence[T], *, seed: int = 0) -> list[T]:
    """Give every item of a catalogue the title of another one.

    Histories and candidates written with these titles have the same items, and their titles the
    same lengths and commonness, but what they say no longer fits. A ranker that does as well on
    these does not read what titles mean.

    Returns
    -------
    list
        As `titles`, at least two.

    Examples
    --------
    >>> renamed_titles(["lamp", "map", "sea"], seed=0)
    ['map', 'sea', 'lamp']
    """
    return [titles[place] for place in _derangement(len(titles), seed, "titles")]


def _derangement(n: int, seed: int, what: str) -> np.ndarray:
    """A permutation in one cycle, so that nothing stays where it is."""
    if n < 2:
        raise ValueError(f"{what}: there must be at least two to change places, got {n}")
    order = np.random.default_rng(seed).permutation(n)
    moved = np.empty(n, np.int64)
    moved[order] = np.roll(order, -1)
    return moved

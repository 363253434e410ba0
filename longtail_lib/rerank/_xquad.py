"""xQuAD: give the tail as much room as the user's own history does."""

from __future__ import annotations

from numbers import Real
from typing import Any, Literal

import numpy as np

from longtail_lib._parameters import Interval, Options, constrained
from longtail_lib.rerank._candidates import checked_candidates, greedy, item_values, user_values

__all__ = ["xquad"]


@constrained(weight=Interval(Real, 0, 1), variant=Options("smooth", "binary"))
def xquad(
    candidates: Any,
    scores: Any,
    *,
    tail: Any,
    preference: Any,
    weight: float,
    k: int,
    variant: Literal["smooth", "binary"] = "smooth",
) -> np.ndarray:
    r"""Re-rank with xQuAD, whose aspects are the tail and the rest of the catalogue.

    Place after place the list S takes the candidate v with the largest

    .. math:: (1 - weight)\, rel(v) + weight \sum_{d \in \{tail, rest\}}
              P(d \mid u)\, 1[v \in d]\, lack(d, S)

    where rel(v) is the user's score scaled to [0, 1] and P(tail | u) the user's `preference`.
    `lack` says what S is short of. Binary: 1 until S holds an item of d, then 0, so that
    one tail item settles it. Smooth: 1 less the share of d among the items of S, and 1 for an
    empty S.

    Parameters
    ----------
    candidates, scores, k
        As in `mmr`; so is what comes back, positions among the candidates, int64 (n, k).
    tail : array of bool, shape (n_items,)
        Which items are tail.
    preference : array of float, shape (n,)
        P(tail | u): the share of tail items in each user's history.
    weight : float
        0 keeps the order, 1 forgets the scores.
    variant : {"smooth", "binary"}

    Notes
    -----
    What differs from the paper: its smooth variant multiplies 1 - share once for each item of S.
    Here, as in most implementations, it is taken once, because the product forgets d after three
    or four places.

    References
    ----------
    Abdollahpouri, H., Burke, R., Mobasher, B. (2019). Managing popularity bias in recommender
    systems with personalized re-ranking. FLAIRS-32.

    Santos, R. L. T., Macdonald, C., Ounis, I. (2010). Exploiting query reformulations for web
    search result diversification. WWW 2010, 881-890.

    Examples
    --------
    >>> tail = np.array([False, False, False, True])
    >>> candidates, scores = [[0, 1, 2, 3]], [[0.9, 0.8, 0.7, 0.1]]
    >>> for weight in (0.0, 0.8):
    ...     xquad(candidates, scores, tail=tail, preference=[0.5], weight=weight, k=3).tolist()
    [[0, 1, 2]]
    [[0, 3, 1]]
    """
    found = checked_candidates(candidates, scores, k, "xquad")
    tail = item_values(tail, found, "tail", "xquad").astype(bool)[found.columns]
    preference = user_values(preference, found, "preference", "xquad").astype(np.float32)
    if len(preference) and not (preference.min() >= 0 and preference.max() <= 1):
        raise ValueError(
            "xquad: preference must be a share between 0 and 1 for each user, got "
            f"{preference.min():g} to {preference.max():g}"
        )
    users = np.arange(len(tail))
    chosen = np.zeros(len(tail), dtype=np.float32)
    base = np.float32(1 - weight) * found.relevance

    def lack(held: np.ndarray, step: int) -> np.ndarray:
        if variant == "binary":
            return (held == 0).astype(np.float32)
        return 1 - held / np.float32(max(step, 1))

    def gains(step: int) -> np.ndarray:
        of_tail = np.float32(weight) * preference * lack(chosen, step)
        of_rest = np.float32(weight) * (1 - preference) * lack(step - chosen, step)
        return base + np.where(tail, of_tail[:, None], of_rest[:, None])

    def choose(best: np.ndarray) -> None:
        chosen[:] += tail[users, best]

    return greedy(found, gains, choose)

"""Whether a model's choice among listed candidates depends on where they stand in the list."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from numbers import Integral
from string import ascii_uppercase
from typing import NamedTuple

import numpy as np

from longtail_lib._parameters import SEED, Interval, constrained
from longtail_lib.language._language_model import LanguageModel

__all__ = ["PositionBias", "position_bias"]

_TEMPLATE = (
    "Products that one customer bought, one after another: {history}.\n"
    "Which of these did the customer buy next?\n{candidates}\nAnswer:"
)


class PositionBias(NamedTuple):
    """What a model chose when the same candidates stood in several orders.

    Parameters
    ----------
    counts : ndarray of int64, shape (m,)
        How often the choice stood at each place.
    agreement : float
        Share of pairs of following orders of one user in which the same item was chosen: 1 for who
        reads the items, about 1 / m for who looks at the place alone.
    p_value : float
        Of a chi-squared test that all places are chosen equally often, as they are by whoever
        minds the items alone, because orders are drawn by lot.
    """

    counts: np.ndarray
    agreement: float
    p_value: float


@constrained(orders=Interval(Integral, 2), seed=SEED)
def position_bias(
    model: LanguageModel,
    histories: Sequence[Sequence[str]],
    candidates: Sequence[Sequence[str]],
    *,
    orders: int = 4,
    template: str = _TEMPLATE,
    seed: int = 0,
) -> PositionBias:
    """Ask for one of the candidates by its letter, with the list in several orders.

    Ranking by the likelihood of single titles, as `LikelihoodReranker` does, has no such bias; a
    prompt that lists candidates has.

    Parameters
    ----------
    model : LanguageModel
    histories : list of lists of str, length n
    candidates : list of lists of str, length n
        The same number m for each user, 2 to 26.
    orders : int
        Orders for each user, drawn by lot.
    template : str
        With `{history}` and `{candidates}`; a letter follows where it ends.
    seed : int

    Returns
    -------
    PositionBias

    References
    ----------
    Hou, Y., Zhang, J., Lin, Z., Lu, H., Xie, R., McAuley, J., Zhao, W. X. (2024). Large language
    models are zero-shot rankers for recommender systems. ECIR.
    """
    from scipy.stats import chisquare

    sizes = {len(own) for own in candidates}
    if len(histories) != len(candidates) or len(sizes) != 1 or not 2 <= min(sizes) <= 26:
        raise ValueError(
            f"position_bias: {len(histories)} histories and {len(candidates)} lists of "
            f"{sorted(sizes)} candidates; give every user the same number from 2 to 26"
        )
    if any(template.count(part) != 1 for part in ("{history}", "{candidates}")):
        raise ValueError("position_bias: template must hold {history} and {candidates} once each")
    m, rng = sizes.pop(), np.random.default_rng(seed)
    orders_of = [rng.permutation(m) for _ in range(len(candidates) * orders)]
    prompts = []
    for user, (history, own) in enumerate(zip(histories, candidates, strict=True)):
        for order in orders_of[user * orders : (user + 1) * orders]:
            listed = "\n".join(
                f"{letter}. {own[place]}"
                for letter, place in zip(ascii_uppercase, order, strict=False)
            )
            head, _, tail = template.partition("{history}")
            tail = tail.replace("{candidates}", listed)
            prompts.append(head.replace("{candidates}", listed) + "; ".join(history) + tail)
    letters = [f" {letter}" for letter in ascii_uppercase[:m]]
    found = model.log_likelihood(
        [prompt for prompt in prompts for _ in letters], letters * len(prompts)
    )
    places = found.total.reshape(len(prompts), m).argmax(axis=1)
    chosen = [order[place] for order, place in zip(orders_of, places, strict=True)]
    same = [
        first == second
        for user in range(len(candidates))
        for first, second in pairwise(chosen[user * orders : (user + 1) * orders])
    ]
    counts = np.bincount(places, minlength=m)
    return PositionBias(counts, float(np.mean(same)), float(chisquare(counts).pvalue))

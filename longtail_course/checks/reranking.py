"""Checks of lesson 11: an xQuAD step, a quota, dominated points, a weight chosen on validation."""

from __future__ import annotations

import numpy as np

from longtail_course.checks.exercise import Exercise
from longtail_course.checks.function_exercise import FunctionExercise
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.quiz import Quiz, quiz
from longtail_course.toys import _frontier as pareto_frontier
from longtail_lib.rerank import quota_table

__all__ = [
    "CANDIDATES",
    "GENRES",
    "HISTORY",
    "choose_weight",
    "dominated",
    "lesson_quiz",
    "quota_kept",
    "xquad_gains",
]

# Five candidates of one user, best first.
CANDIDATES = {
    "title": ["Night Train", "Cold Harbour", "Soup for Ten", "Moss and Rain", "The Lock"],
    "genre": ["crime", "crime", "cookery", "poetry", "crime"],
    "relevance": [1.0, 0.9, 0.7, 0.4, 0.0],
    "tail": [False, False, False, True, True],
    "popularity": [800, 300, 500, 9, 2],
}
# Crime, cookery, poetry; and the share of each in the user's history.
GENRES = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]])
HISTORY = np.array([0.5, 0.1, 0.4])

_SCORES, _TAIL = np.array(CANDIDATES["relevance"]), np.array(CANDIDATES["tail"])


def _gains(
    relevance: np.ndarray, tail: np.ndarray, preference: float, weight: float, tail_share: float
) -> np.ndarray:
    wanted = np.where(tail, preference * (1 - tail_share), (1 - preference) * tail_share)
    return (1 - weight) * relevance + weight * wanted


xquad_gains = FunctionExercise(
    task="Write `xquad_gains(relevance, tail, preference, weight, tail_share)`: the gain of each "
    "candidate, where `tail_share` is the share of tail items in the list so far.",
    expected=_gains,
    cases=[
        (_SCORES, _TAIL, 0.4, 0.6, 0.0),
        (_SCORES, _TAIL, 0.4, 0.6, 0.5),
        (np.array([1.0, 0.25, 0.0]), np.array([True, False, True]), 0.2, 0.8, 0.25),
    ],
    mistakes=[
        Mistake(
            "what is there instead of what is lacking",
            "You reward what the list is full of. The gain grows with what the list lacks: 1 less "
            "the share of the group.",
            produces=lambda relevance, tail, preference, weight, tail_share: (
                (1 - weight) * relevance
                + weight
                * np.where(tail, preference * tail_share, (1 - preference) * (1 - tail_share))
            ),
        ),
        Mistake(
            "only the tail gains",
            "With a list of head items alone it is right. Where the list holds tail items, the "
            "rest is lacking too, by 1 less its own share.",
            produces=lambda relevance, tail, preference, weight, tail_share: (
                (1 - weight) * relevance + weight * tail * preference * (1 - tail_share)
            ),
        ),
        Mistake(
            "preference for the tail used for the rest",
            "A user who wants 40% tail wants 60% of the rest: that is 1 less the preference.",
            produces=lambda relevance, tail, preference, weight, tail_share: (
                (1 - weight) * relevance
                + weight * preference * np.where(tail, 1 - tail_share, tail_share)
            ),
        ),
        Mistake(
            "preference left out",
            "Every user gets the same push here. xQuAD pushes as much as this user's history "
            "wants.",
            produces=lambda relevance, tail, preference, weight, tail_share: (
                (1 - weight) * relevance + weight * np.where(tail, 1 - tail_share, tail_share)
            ),
        ),
        Mistake(
            "weights swapped",
            "At weight 0 the order of the model has to stay. Which term does 1 - weight belong to?",
            produces=lambda relevance, tail, preference, weight, tail_share: _gains(
                relevance, tail, preference, 1 - weight, tail_share
            ),
        ),
        Mistake(
            "relevance not weighted",
            "You added to the whole relevance. It counts 1 - weight.",
            produces=lambda relevance, tail, preference, weight, tail_share: (
                _gains(relevance, tail, preference, weight, tail_share) + weight * relevance
            ),
        ),
    ],
    means="The tail gains as long as the list holds less of it than the rest.",
)


def _kept(tail: np.ndarray, share: float) -> np.ndarray:
    return np.cumsum(tail) >= quota_table(len(tail), share)


_ONE = np.array([False, True, False, True])
_TWO = np.array([True, False, False, False, False, True, False, True])

quota_kept = FunctionExercise(
    task="Write `quota_kept(tail, share)`: for each prefix of the list, whether it holds at least "
    "floor(share x length) tail items.",
    expected=_kept,
    cases=[(_ONE, 0.5), (_TWO, 0.25), (_TWO, 0.5), (~_ONE, 0.75)],
    mistakes=[
        Mistake(
            "rounded up",
            "You ask more than the quota: half of a list of one is half an item, and the quota "
            "rounds it down to none.",
            produces=lambda tail, share: (
                np.cumsum(tail) >= np.ceil(share * np.arange(1, len(tail) + 1))
            ),
        ),
        Mistake(
            "whole list only",
            "You looked at the whole list. A list may keep its quota by putting all tail items "
            "last, where nobody looks; so every prefix is asked.",
            produces=lambda tail, share: np.full(
                len(tail), tail.sum() >= np.floor(share * len(tail))
            ),
        ),
        Mistake(
            "single places instead of prefixes",
            "You compared each place on its own. How many tail items stand at this place or above? "
            "`np.cumsum` counts.",
            produces=lambda tail, share: (
                tail >= np.floor(share * np.arange(1, len(tail) + 1)).astype(bool)
            ),
        ),
        Mistake(
            "more than the quota",
            "Exactly the quota is enough: at least, not more than.",
            produces=lambda tail, share: (
                np.cumsum(tail) > np.floor(share * np.arange(1, len(tail) + 1))
            ),
        ),
        Mistake(
            "lengths from 0",
            "The first prefix has length 1: `np.arange(1, k + 1)`.",
            produces=lambda tail, share: np.cumsum(tail) >= np.floor(share * np.arange(len(tail))),
        ),
    ],
    means="A quota of prefixes cannot be met at the end of the list alone.",
)


def _better(points: np.ndarray, strict: bool) -> np.ndarray:
    one, other = points[:, None, :], points[None, :, :]
    at_least = (other >= one).all(axis=2)
    return ((other > one).all(axis=2) if strict else at_least).any(axis=1)


dominated = FunctionExercise(
    task="Write `dominated(points)`: for each row (NDCG, tail share), whether another row is at "
    "least as high in both and higher in one.",
    expected=pareto_frontier.dominated,
    cases=[
        (np.array([[3.0, 1.0], [2.0, 2.0], [1.0, 1.5]]),),
        (np.array([[1.0, 1.0], [2.0, 2.0]]),),
        (np.array([[3.0, 1.0], [3.0, 2.0], [1.0, 3.0], [1.0, 3.0]]),),
        (np.array([[0.33, 0.01], [0.32, 0.05], [0.31, 0.04], [0.30, 0.20], [0.32, 0.03]]),),
    ],
    mistakes=[
        Mistake(
            "higher in both only",
            "Equal in one and higher in the other dominates too. Compare with >= in both, and ask "
            "for > in at least one.",
            produces=lambda points: _better(points, strict=True),
        ),
        Mistake(
            "dominated by itself",
            "Every point is at least as high as itself, so you call all dominated. It must be "
            "higher in at least one.",
            produces=lambda points: _better(points, strict=False),
        ),
        Mistake(
            "higher in one",
            "Higher in one metric alone is a trade, not a defeat: the other metric must not be "
            "lower.",
            produces=lambda points: (points[None] > points[:, None]).any(axis=2).any(axis=1),
        ),
        Mistake(
            "compared with the best of each metric",
            "You compared with the best NDCG and the best tail share, which belong to different "
            "points. One and the same point must be as good in both.",
            produces=lambda points: ~(points == points.max(axis=0)).any(axis=1),
        ),
    ],
    means="What is left is the frontier: no point of it can be had for nothing.",
)


def _chosen(weights: np.ndarray, ndcg: np.ndarray, tail_share: np.ndarray, base: float) -> float:
    allowed = np.asarray(ndcg) >= 0.99 * base
    return float(weights[int(np.argmax(np.where(allowed, tail_share, -1)))])


choose_weight = Exercise(
    task="Set `chosen` to the weight with the largest tail share among those that keep 99% of "
    "`base`, the model's own NDCG.",
    given={
        "weights": np.array([0.2, 0.4, 0.6, 0.8]),
        "ndcg": np.array([0.255, 0.253, 0.249, 0.21]),
        "tail_share": np.array([0.002, 0.02, 0.09, 0.31]),
        "base": 0.25,
    },
    expected=_chosen,
    mistakes=[
        Mistake(
            "largest tail share of all",
            "That weight shows most of the tail, and breaks the condition. Look only at weights "
            "whose NDCG is at least 99% of the model's own.",
            produces=lambda weights, ndcg, tail_share, base: weights[np.argmax(tail_share)],
        ),
        Mistake(
            "best NDCG",
            "That weight is the most accurate. Among those that are accurate enough we want the "
            "one that shows most of the tail.",
            produces=lambda weights, ndcg, tail_share, base: weights[np.argmax(ndcg)],
        ),
        Mistake(
            "99% of the best weight",
            "You took 99% of the best NDCG on the path. The condition is about `base`, what the "
            "model reaches without re-ranking.",
            produces=lambda weights, ndcg, tail_share, base: _chosen(
                weights, ndcg, tail_share, np.max(ndcg)
            ),
        ),
        Mistake(
            "place instead of weight",
            "This is the place in the array. Which weight stands there?",
            produces=lambda weights, ndcg, tail_share, base: int(
                np.flatnonzero(weights == _chosen(weights, ndcg, tail_share, base))[0]
            ),
        ),
        Mistake(
            "tail share instead of weight",
            "This is the tail share that the weight buys. Which weight is it?",
            produces=lambda weights, ndcg, tail_share, base: tail_share[
                np.flatnonzero(weights == _chosen(weights, ndcg, tail_share, base))[0]
            ],
        ),
    ],
    means="Validation allows {expected}. Only now may the test part be opened, once.",
)


def lesson_quiz() -> Quiz:
    """Ask the closing question of lesson 11."""
    return quiz(
        "A team reports: 're-ranking gives the tail forty times as many places, and NDCG falls by "
        "one per cent only'. What do you ask first?",
        [
            (
                "Nothing: one per cent for forty times as much is a bargain",
                False,
                "Forty times nearly nothing may be little, and places are not hits. Ask for the "
                "absolute shares, and for what the items in these places are worth.",
            ),
            (
                "How many places it was before, and how often the tail items shown are wanted",
                True,
                "The base decides what 'forty times' means, and tail NDCG or, in a simulation, the "
                "true preference says whether the places serve anybody.",
            ),
            (
                "Whether they tried a stronger weight on test",
                False,
                "The weight is chosen on validation. A weight that was tried on test until it "
                "looked good will look worse on the next log.",
            ),
            (
                "Why NDCG fell at all, since a fair list costs nothing",
                False,
                "It usually costs something: places in the list are scarce. The frontier says how "
                "much.",
            ),
        ],
    )

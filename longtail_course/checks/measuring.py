"""Checks of lesson 06: NDCG by hand, coverage, a bootstrap interval, a clinic of metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from longtail_course.checks.exercise import Exercise
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.quiz import Quiz, quiz
from longtail_lib.evaluation.metrics.accuracy import accuracy, find_hits

__all__ = [
    "HIT",
    "bootstrap_interval",
    "coverage",
    "diagnosis",
    "lesson_quiz",
    "ndcg",
]

# One list of six items: those at ranks 2 and 5 are relevant.
HIT = np.array([0, 1, 0, 0, 1, 0])


def _discounts(n: int) -> np.ndarray:
    return 1 / np.log2(np.arange(2, n + 2))


def _ndcg(hit: np.ndarray, k: int) -> float:
    hits = find_hits(np.arange(len(hit))[None, :], csr_matrix(hit[None, :]))
    return float(accuracy(hits, np.array([hit.sum()]), k, ["NDCG"])["NDCG"][0])


ndcg = Exercise(
    task="Set `ndcg` to the NDCG of the list at cut-off k.",
    given={"hit": HIT, "k": 5},
    expected=_ndcg,
    mistakes=[
        Mistake(
            "not divided by the ideal",
            "This is the DCG. Divide it by the DCG of the best list: all relevant items first.",
            produces=lambda hit, k: hit[:k] @ _discounts(k),
        ),
        Mistake(
            "ideal list full of relevant items",
            "Your ideal list holds k relevant items. There are only as many as `hit.sum()` says.",
            produces=lambda hit, k: hit[:k] @ _discounts(k) / _discounts(k).sum(),
        ),
        Mistake(
            "number of hits instead of the ideal",
            "You divided by the number of relevant items. The places of the ideal list are "
            "discounted too.",
            produces=lambda hit, k: hit[:k] @ _discounts(k) / hit.sum(),
        ),
        Mistake(
            "logarithm of the rank",
            "The formula has rank + 1 under the logarithm. With the rank alone, rank 1 would "
            "divide by 0.",
            produces=lambda hit, k: hit[1:k] @ _discounts(k - 1) / _discounts(int(hit.sum())).sum(),
        ),
        Mistake(
            "one over the rank",
            "You discounted by the rank itself. NDCG uses the logarithm, which falls more slowly.",
            produces=lambda hit, k: (
                (hit[:k] / np.arange(1, k + 1)).sum() / (1 / np.arange(1, hit.sum() + 1)).sum()
            ),
        ),
    ],
    means="The list is worth {expected:.3f} of the best order of the same items.",
)

coverage = Exercise(
    task="Set `coverage` to the share of the catalogue that stands in at least one list.",
    given={
        "lists": np.array([[0, 1, 2], [0, 2, 3]]),
        "popularity": np.array([4, 2, 1, 1, 1, 0, 0]),
    },
    expected=lambda lists, popularity: len(np.unique(lists)) / len(popularity),
    mistakes=[
        Mistake(
            "cold items left out of the catalogue",
            "You divided by the items that have train interactions. Cold items are for sale too, "
            "and a model that recommends them would pass 1.",
            produces=lambda lists, popularity: len(np.unique(lists)) / np.count_nonzero(popularity),
        ),
        Mistake(
            "divided by the places",
            "You divided by the number of places in all lists. Coverage is a share of the "
            "catalogue.",
            produces=lambda lists, popularity: len(np.unique(lists)) / lists.size,
        ),
        Mistake(
            "places instead of different items",
            "You counted places. An item that stands in a thousand lists counts once.",
            produces=lambda lists, popularity: lists.size / len(popularity),
        ),
        Mistake(
            "number of items instead of a share",
            "This is how many different items are recommended. Divide by the catalogue.",
            produces=lambda lists, popularity: len(np.unique(lists)),
        ),
        Mistake(
            "first places only",
            "You counted the first place of each list. All ten places are shown.",
            produces=lambda lists, popularity: len(np.unique(lists[:, 0])) / len(popularity),
        ),
    ],
    means="{expected:.1%} of the catalogue is shown to somebody, and the rest to nobody.",
)


def _interval(values: np.ndarray, draws: np.ndarray, ends: tuple[float, float]) -> np.ndarray:
    return np.quantile(values[draws].mean(axis=1), ends)


bootstrap_interval = Exercise(
    task="Set `interval` to the 2.5% and the 97.5% quantile of the means of the drawn users.",
    given={
        "values": np.array([0.0, 0.0, 0.4, 1.0, 0.6]),
        "draws": np.random.default_rng(0).integers(0, 5, (40, 5)),
    },
    expected=lambda values, draws: _interval(values, draws, (0.025, 0.975)),
    mistakes=[
        Mistake(
            "quantiles of users instead of means",
            "These are the quantiles of single users. They say how users differ, and not how sure "
            "the mean is. Take the mean of each draw first.",
            produces=lambda values, draws: np.quantile(values, (0.025, 0.975)),
        ),
        Mistake(
            "quantiles before the mean",
            "You took the quantiles of all drawn values. First one mean for each draw: "
            "`mean(axis=1)`.",
            produces=lambda values, draws: np.quantile(values[draws], (0.025, 0.975)),
        ),
        Mistake(
            "mean along the wrong axis",
            "You averaged over the draws. One draw is one row: which axis leaves a mean for each "
            "row?",
            produces=lambda values, draws: np.quantile(values[draws].mean(axis=0), (0.025, 0.975)),
        ),
        Mistake(
            "90% interval",
            "Below your lower end lie 5% of the means and above the upper end another 5%. Together "
            "that is 10%, not 5%.",
            produces=lambda values, draws: _interval(values, draws, (0.05, 0.95)),
        ),
        Mistake(
            "95% below and above",
            "You left 5% out at one end and nothing at the other, or the whole range. Leave out "
            "the same at both ends.",
            produces=lambda values, draws: _interval(values, draws, (0.0, 0.95)),
        ),
        Mistake(
            "one standard deviation",
            "Mean plus and minus one standard deviation of the users: that is their spread. Use "
            "the means of the draws.",
            produces=lambda values, draws: values.mean() + np.array([-1, 1]) * values.std(),
        ),
    ],
    means="With other users from the same shop the mean would mostly lie between {expected[0]:.3f} "
    "and {expected[1]:.3f}.",
)


# The patients are those of `longtail_course.checks.clinic`.
_FINDINGS = {
    "A": "rises when hits are lost",
    "B": "leaves the range",
    "C": "denies the ideal list",
    "D": "healthy",
    "E": "falls with variety",
}


def _says(patient: str, *findings: str) -> Callable[[Any], bool]:
    return lambda answer: answer[patient] in findings


def _with(**changes: str) -> dict[str, str]:
    return {**_FINDINGS, **changes}


diagnosis = Exercise(
    task="Set `diagnosis` to a dictionary with a finding for each patient, A to E.",
    expected=_FINDINGS,
    mistakes=[
        Mistake(
            "the two NDCG confused",
            "C and D share a name. On the ideal lists one of them gives a perfect list less than "
            "1: which one?",
            recognises=lambda answer: (
                answer["C"] == "healthy" or answer["D"] == "denies the ideal list"
            ),
            sample=_with(C="healthy", D="denies the ideal list"),
        ),
        Mistake(
            "MRR taken for healthy",
            "Compare A on two users served and on one user served. Which result is better for the "
            "users?",
            recognises=_says("A", "healthy"),
            sample=_with(A="healthy", D="rises when hits are lost"),
        ),
        Mistake(
            "coverage taken for healthy",
            "Look for a share that is larger than the whole. In which row does it appear?",
            recognises=_says("B", "healthy"),
            sample=_with(B="healthy"),
        ),
        Mistake(
            "entropy measured against the ideal list",
            "Entropy does not look at relevance, so ideal lists mean nothing to it. Compare one "
            "list for all with a list for each.",
            recognises=_says("E", "denies the ideal list", "leaves the range", "healthy"),
            sample=_with(E="denies the ideal list"),
        ),
        Mistake(
            "a healthy patient treated",
            "D passes every row: 1 on ideal lists, less when a user is lost, more with a list for "
            "each.",
            recognises=lambda answer: answer["D"] != "healthy",
            sample=_with(D="falls with variety"),
        ),
        Mistake(
            "a patient without finding",
            "One patient has no finding yet. Every letter from A to E is a key.",
            recognises=lambda answer: not set(_FINDINGS) <= set(answer),
            sample={"A": "rises when hits are lost"},
        ),
    ],
    means="Four of the five are broken, each in its own way, and no single test finds them all.",
)


def lesson_quiz() -> Quiz:
    """Ask the closing question of lesson 06."""
    return quiz(
        "A new model raises NDCG@10 from .25 to .27. Which sentence would convince you most that "
        "it is better for your shop?",
        [
            (
                "Against 99 sampled negatives it even reaches .65",
                False,
                "Another, easier question. Sampled negatives reward putting an item into the best "
                "tenth of the catalogue, and users see ten places.",
            ),
            (
                "The interval of the new model overlaps the old one's, so nothing has changed",
                False,
                "Overlapping intervals decide nothing. Both models meet the same easy and hard "
                "users; the paired difference leaves these out.",
            ),
            (
                "The whole interval of the paired difference lies above 0, on all candidates",
                True,
                "Full ranking, the same users, an interval of the difference. Now look at head, "
                "mid, tail and exposure to see where the gain comes from.",
            ),
            (
                "Coverage and novelty rose as well",
                False,
                "They rise for a random list too. They say what is shown, and not whether anyone "
                "wants it.",
            ),
            (
                "It has been measured on train interactions, where there are many more of them",
                False,
                "Then it gets credit for remembering. Seen items belong out of the list and out "
                "of the relevant items.",
            ),
        ],
    )

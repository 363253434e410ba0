"""Checks of lesson 01: the head's share, Gini by hand, items that hold half, who loses."""

from __future__ import annotations

import math

import numpy as np

from longtail_course.checks.exercise import Exercise
from longtail_course.checks.function_exercise import FunctionExercise
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.quiz import Quiz, quiz
from longtail_course.toys import items_holding
from longtail_lib.tail import gini, lorenz, top_share

__all__ = ["FIVE", "coefficient", "head_share", "lesson_quiz", "n_half", "with_tail_favourite"]

# Interactions of five items, in the order of the catalogue; one of them is cold.
FIVE = np.array([4, 0, 12, 1, 3])
TEN = np.array([5, 4, 1, 0, 2, 3, 7, 1, 0, 6])


def _taken(counts: np.ndarray, head: float) -> int:
    return math.ceil(head * len(counts))


head_share = FunctionExercise(
    task="Write `head_share(counts, head)`: the share of all interactions that the most popular "
    "`head` of the items holds.",
    expected=top_share,
    cases=[(FIVE, 0.2), (TEN, 0.5), (np.array([2, 9, 1, 0, 5, 2, 1]), 0.2)],
    mistakes=[
        Mistake(
            "first items instead of most popular",
            "You took the first items of the catalogue. Which order puts the most popular first?",
            produces=lambda counts, head: counts[: _taken(counts, head)].sum() / counts.sum(),
        ),
        Mistake(
            "least popular items",
            "`np.sort` sorts upwards, so the first ones are the least popular. Turn the order "
            "round with `[::-1]`.",
            produces=lambda counts, head: (
                np.sort(counts)[: _taken(counts, head)].sum() / counts.sum()
            ),
        ),
        Mistake(
            "rounded down",
            "A fifth of seven items is 1.4. Round up to whole items, with `math.ceil` or "
            "`np.ceil`.",
            produces=lambda counts, head: (
                np.sort(counts)[::-1][: int(head * len(counts))].sum() / counts.sum()
            ),
        ),
        Mistake(
            "without the cold items",
            "The head is a share of the whole catalogue. Items with no interactions count too.",
            produces=lambda counts, head: top_share(counts[counts > 0], head),
        ),
        Mistake(
            "divided by the number of items",
            "Divide by the number of all interactions, not by the number of items.",
            produces=lambda counts, head: (
                np.sort(counts)[::-1][: _taken(counts, head)].sum() / len(counts)
            ),
        ),
        Mistake(
            "not divided",
            "This is the number of interactions that the head holds. Divide it by all of them.",
            produces=lambda counts, head: np.sort(counts)[::-1][: _taken(counts, head)].sum(),
        ),
    ],
    means="It sorts, takes the front, rounds up, and keeps the cold items in the catalogue.",
)


def _area(counts: np.ndarray) -> float:
    x, y = lorenz(counts)
    return float(np.trapezoid(y, x))


def _unsorted(counts: np.ndarray) -> float:
    y = np.concatenate([[0], np.cumsum(counts)]) / counts.sum()
    return float(1 - 2 * np.trapezoid(y, dx=1 / len(counts)))


coefficient = Exercise(
    task="Set `coefficient` to 1 minus twice the area under the Lorenz curve of the five items.",
    given={"counts": FIVE},
    expected=lambda counts: gini(counts),
    mistakes=[
        Mistake(
            "area not doubled",
            "You subtracted the area once. With equal items the area is one half, and the "
            "coefficient has to be 0.",
            produces=lambda counts: 1 - _area(counts),
        ),
        Mistake(
            "area alone",
            "This is the area under the curve. The coefficient is 1 minus twice that area.",
            produces=_area,
        ),
        Mistake(
            "twice the area",
            "This is twice the area. Subtract it from 1.",
            produces=lambda counts: 2 * _area(counts),
        ),
        Mistake(
            "width of the steps forgotten",
            "`np.trapezoid(y)` takes every step to be 1 wide. Here a step is a fifth: give it x "
            "as well.",
            produces=lambda counts: 1 - 2 * len(counts) * _area(counts),
        ),
        Mistake(
            "rectangles up to the right end",
            "These rectangles reach above the curve. The curve rises within each step: take the "
            "mean of its two ends.",
            produces=lambda counts: float(1 - 2 * lorenz(counts)[1][1:].mean()),
        ),
        Mistake(
            "rectangles from the left end",
            "These rectangles stay below the curve. The curve rises within each step: take the "
            "mean of its two ends.",
            produces=lambda counts: float(1 - 2 * lorenz(counts)[1][:-1].mean()),
        ),
        Mistake(
            "not sorted",
            "The counts are in the order of the catalogue. A Lorenz curve starts with the least "
            "popular item.",
            produces=_unsorted,
        ),
        Mistake(
            "most popular first",
            "You started with the most popular item, so the curve lies above the diagonal. Sort "
            "upwards.",
            produces=lambda counts: -gini(counts),
        ),
        Mistake(
            "cold item left out",
            "You left the cold item out, and inequality with it. All five items belong to the "
            "catalogue.",
            produces=lambda counts: gini(counts[counts > 0]),
        ),
    ],
    means="The coefficient is {expected:.2f}, and `gini` of the library says the same.",
)


n_half = Exercise(
    task="Set `n_half` to the smallest number of items that together hold at least half of all "
    "interactions.",
    given={"counts": TEN},
    expected=lambda counts: items_holding(counts, 0.5),
    mistakes=[
        Mistake(
            "stopped one item early",
            "With this many items you are still below half: it takes one more. A position in "
            "Python starts at 0, a number of items at 1.",
            produces=lambda counts: items_holding(counts, 0.5) - 1,
        ),
        Mistake(
            "half of the items",
            "This is half of the catalogue. How few items hold half of the interactions?",
            produces=lambda counts: len(counts) // 2,
        ),
        Mistake(
            "least popular first",
            "You added up from the least popular item. That gives the largest number of items "
            "that does it, not the smallest.",
            produces=lambda counts: int(
                np.searchsorted(np.cumsum(np.sort(counts)), counts.sum() / 2) + 1
            ),
        ),
        Mistake(
            "not sorted",
            "You added up in the order of the catalogue. Which order needs the fewest items?",
            produces=lambda counts: int(np.searchsorted(np.cumsum(counts), counts.sum() / 2) + 1),
        ),
        Mistake(
            "share instead of a number",
            "This is the share of the catalogue. The number of items is asked for.",
            produces=lambda counts: items_holding(counts, 0.5) / len(counts),
        ),
    ],
    means="{expected:,} items hold half of all interactions.",
)


with_tail_favourite = Exercise(
    task="Set `share` to the share of users who have at least one tail item (label 2) among their "
    "ten best-liked items.",
    given={
        "labels": np.array(
            [
                [0, 0, 1, 2, 2],
                [0, 0, 0, 0, 1],
                [2, 1, 2, 0, 2],
                [0, 0, 0, 0, 0],
                [0, 2, 0, 0, 1],
                [0, 0, 0, 0, 0],
                [0, 0, 1, 0, 0],
            ]
        )
    },
    expected=lambda labels: (labels == 2).any(axis=1).mean(),
    mistakes=[
        Mistake(
            "share of items",
            "This is the share of tail items among all favourites. The question is about users: "
            "does a row hold a 2 at all?",
            produces=lambda labels: (labels == 2).mean(),
        ),
        Mistake(
            "all instead of any",
            "`all` asks for users whose favourites are nothing but tail items. One is enough: "
            "`any`.",
            produces=lambda labels: (labels == 2).all(axis=1).mean(),
        ),
        Mistake(
            "wrong axis",
            "You looked down the columns, over users. Each user is a row: `axis=1`.",
            produces=lambda labels: (labels == 2).any(axis=0).mean(),
        ),
        Mistake(
            "mid counted too",
            "You counted mid items as well. The labels are 0 for head, 1 for mid, 2 for tail.",
            produces=lambda labels: (labels >= 1).any(axis=1).mean(),
        ),
        Mistake(
            "best item only",
            "You looked at one place of each list. Look at all of them.",
            produces=lambda labels: (labels[:, 0] == 2).mean(),
        ),
        Mistake(
            "number of users",
            "This is the number of users. Divide it by the number of all of them, or take `mean`.",
            produces=lambda labels: (labels == 2).any(axis=1).sum(),
        ),
    ],
    means="{expected:.1%} of the users lose a favourite to a recommender that never shows the "
    "tail.",
)


def lesson_quiz() -> Quiz:
    """Ask the closing question of lesson 01."""
    return quiz(
        "The less popular half of a catalogue holds a small part of a real log. What follows?",
        [
            (
                "Users do not like these items",
                False,
                "The log counts choices among what was shown. An item that was hardly shown could "
                "hardly be chosen, however much it is liked.",
            ),
            (
                "Users like these items as much as the others; they were only shown less",
                False,
                "That is the opposite error. In the shop the truth says that tail items are liked "
                "less on average too, by less than their popularity suggests.",
            ),
            (
                "Few interactions went there; how much the items are liked, the log alone cannot "
                "say",
                True,
                "Popularity mixes what users like with what they were shown. To part the two takes "
                "a simulator's truth, known propensities, or an experiment.",
            ),
            (
                "A recommender should show as many tail items as possible",
                False,
                "Most favourites of most users are head items. Showing the tail to everybody "
                "serves them worse; finding the right tail item for the right user does not.",
            ),
        ],
    )

"""Checks of lesson 07: cold tail items, what test covers, a penalty, a median rank."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from longtail_course.checks.exercise import Exercise
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.quiz import Quiz, quiz

__all__ = ["cold_share", "lesson_quiz", "median_rank", "penalty", "tail_in_test"]

cold_share = Exercise(
    task="Set `cold` to the share of the tail items that have no train interaction.",
    given={
        "popularity": np.array([9, 5, 4, 0, 1, 0, 1, 0, 1, 2]),
        "tail": np.array([0, 0, 0, 1, 1, 1, 1, 1, 0, 0], dtype=bool),
    },
    expected=lambda popularity, tail: float((popularity[tail] == 0).mean()),
    mistakes=[
        Mistake(
            "share of the whole catalogue",
            "You divided by the catalogue. How many items does the tail have?",
            produces=lambda popularity, tail: (popularity == 0).mean(),
        ),
        Mistake(
            "number instead of share",
            "This is how many tail items are cold. Divide by the number of tail items.",
            produces=lambda popularity, tail: np.count_nonzero(popularity[tail] == 0),
        ),
        Mistake(
            "one interaction counted as cold",
            "A cold item has none. One interaction is little, but it is not nothing.",
            produces=lambda popularity, tail: (popularity[tail] <= 1).mean(),
        ),
        Mistake(
            "exactly one interaction",
            "These are the tail items that do have a train interaction. Which value does a cold "
            "item have?",
            produces=lambda popularity, tail: (popularity[tail] == 1).mean(),
        ),
    ],
    means="{expected:.1%} of the tail items are cold: no model has seen anybody choose them.",
)

tail_in_test = Exercise(
    task="Set `covered` to the share of the tail items that have at least one test interaction.",
    given={
        "test_items": np.array([0, 1, 0, 2, 4, 4, 4, 6, 1, 3, 3]),
        "tail": np.array([0, 0, 0, 0, 1, 1, 1, 1, 1], dtype=bool),
    },
    expected=lambda test_items, tail: len(np.unique(test_items[tail[test_items]])) / tail.sum(),
    mistakes=[
        Mistake(
            "interactions instead of items",
            "You counted interactions. An item that three users chose counts once.",
            produces=lambda test_items, tail: tail[test_items].sum() / tail.sum(),
        ),
        Mistake(
            "share of the test interactions",
            "This is the share of test that falls on the tail. The question is about tail items: "
            "how many of them appear?",
            produces=lambda test_items, tail: tail[test_items].mean(),
        ),
        Mistake(
            "divided by the catalogue",
            "Above the line you have tail items. Below it stand all items of the tail, not of the "
            "catalogue.",
            produces=lambda test_items, tail: (
                len(np.unique(test_items[tail[test_items]])) / len(tail)
            ),
        ),
        Mistake(
            "all items of test",
            "You counted head and mid too. `tail[test_items]` says which interactions are with "
            "tail items.",
            produces=lambda test_items, tail: len(np.unique(test_items)) / tail.sum(),
        ),
        Mistake(
            "number instead of share",
            "This is how many tail items appear in test. Divide by the size of the tail.",
            produces=lambda test_items, tail: len(np.unique(test_items[tail[test_items]])),
        ),
        Mistake(
            "share of the items in test",
            "You divided by the different items of test. Below the line stand all items of the "
            "tail.",
            produces=lambda test_items, tail: (
                len(np.unique(test_items[tail[test_items]])) / len(np.unique(test_items))
            ),
        ),
    ],
    means="Test says something about {expected:.1%} of the tail, and nothing about the rest.",
)


def _best(column: str) -> Callable[[Mapping[str, Any]], float]:
    return lambda grid: grid["l2"][int(np.argmax(grid[column]))]


penalty = Exercise(
    task="Set `best_l2` to the l2 with which EASE should be fitted, by validation.",
    given={
        "grid": {
            "l2": [5, 50, 500, 5000],
            "train": [0.9, 0.8, 0.6, 0.4],
            "validation": [0.11, 0.12, 0.14, 0.13],
        }
    },
    expected=_best("validation"),
    mistakes=[
        Mistake(
            "best on train",
            "That one is best at repeating what it was fitted on. Which column holds interactions "
            "that the model has not seen?",
            produces=_best("train"),
        ),
        Mistake(
            "the metric instead of the setting",
            "This is the best NDCG. The setting stands in the same row, under l2.",
            produces=lambda grid: max(grid["validation"]),
        ),
        Mistake(
            "the place instead of the setting",
            "This is the row, counted from 0. What is the l2 in it?",
            produces=lambda grid: int(np.argmax(grid["validation"])),
        ),
        Mistake(
            "largest l2",
            "That one is the strongest penalty, and not the best row. Too strong a penalty pulls "
            "all weights to 0.",
            produces=lambda grid: max(grid["l2"]),
        ),
    ],
    means="l2 = {expected:g} has the highest NDCG on interactions that no fit has seen.",
)

median_rank = Exercise(
    task="Set `median` to the median rank of the test interactions with tail items.",
    given={
        "items": np.array([0, 3, 1, 4, 3, 2, 0]),
        "ranks": np.array([1, 99, 7, 60, 30, 8, 2]),
        "tail": np.array([0, 0, 0, 1, 1], dtype=bool),
    },
    expected=lambda items, ranks, tail: float(np.median(ranks[tail[items]])),
    mistakes=[
        Mistake(
            "all test interactions",
            "This is the median over head, mid and tail. `tail[items]` says which ranks belong to "
            "the tail.",
            produces=lambda items, ranks, tail: np.median(ranks),
        ),
        Mistake(
            "everything but the tail",
            "This is the median of head and mid. You have taken the wrong half of the mask.",
            produces=lambda items, ranks, tail: np.median(ranks[~tail[items]]),
        ),
        Mistake(
            "mean instead of median",
            "This is the mean. A few very low places pull it; the median is the middle one.",
            produces=lambda items, ranks, tail: ranks[tail[items]].mean(),
        ),
        Mistake(
            "best rank",
            "This is the best rank of all. The median has as many above it as below.",
            produces=lambda items, ranks, tail: ranks[tail[items]].min(),
        ),
        Mistake(
            "mask of the catalogue",
            "`tail` has one value for each item of the catalogue, `ranks` one for each test "
            "interaction. `tail[items]` translates.",
            produces=lambda items, ranks, tail: np.median(ranks[: len(tail)][tail]),
        ),
    ],
    means="Half of the tail's test interactions lie below rank {expected:,.0f}. Hold it against a "
    "random order.",
)


def lesson_quiz() -> Quiz:
    """Ask the closing question of lesson 07."""
    return quiz(
        "A colleague doubles the number of weights of a two-tower model that is trained on these "
        "interactions alone. What do you expect for the tail films that nobody chose in train?",
        [
            (
                "Their NDCG rises, because a larger model finds finer patterns",
                False,
                "There is no pattern to find: their columns in train are empty. A larger model "
                "sees the same nothing.",
            ),
            (
                "Nothing that can be relied on: their scores come from no evidence",
                True,
                "What train does not hold, no number of weights can learn. The items need another "
                "source, such as their text.",
            ),
            (
                "Their NDCG rises once a penalty is tuned on the tail of validation",
                False,
                "A penalty weighs the evidence that is there. Where there is none, no value of it "
                "can tell a film that somebody would like from one that nobody would.",
            ),
            (
                "It rises if head items are taken out of the test part",
                False,
                "That changes the question, not the model. The ranking of the tail films stays as "
                "it was.",
            ),
            (
                "It cannot be measured, so it does not matter",
                False,
                "It can: hundreds of test interactions are with such films. People do choose them.",
            ),
        ],
    )

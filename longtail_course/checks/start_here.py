"""Checks of lesson 00: count interactions, take a share, mask seen items."""

from __future__ import annotations

import numpy as np

from longtail_course.checks.exercise import Exercise
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.quiz import Quiz, quiz

__all__ = ["ITEMS", "USERS", "item_count", "lesson_quiz", "popular_unseen", "top_share"]

# A log of fifteen interactions over a catalogue of six items: user 0 bought item 3, and so on.
USERS = np.array([0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5])
ITEMS = np.array([3, 2, 0, 3, 0, 3, 2, 1, 3, 2, 1, 3, 2, 4, 3])

item_count = Exercise(
    task="Set `count` to the number of interactions of item 3.",
    given={"items": ITEMS},
    expected=lambda items: np.sum(items == 3),
    mistakes=[
        Mistake(
            "length of the comparison",
            "`items == 3` has one value for every interaction. Add the values up instead of "
            "taking the length.",
            produces=lambda items: len(items == 3),
        ),
        Mistake(
            "sum of the ids",
            "You added up ids. Compare first, then add up: True counts as 1.",
            produces=lambda items: items[items == 3].sum(),
        ),
        Mistake(
            "number of distinct items",
            "This is the number of distinct items. How often does item 3 appear?",
            produces=lambda items: len(np.unique(items)),
        ),
    ],
    means="Item 3 has {expected} interactions; this is its popularity.",
)

top_share = Exercise(
    task="Set `share` to the popularity of the most popular item, divided by the number of "
    "interactions.",
    given={"popularity": np.bincount(ITEMS, minlength=6)},
    expected=lambda popularity: popularity.max() / popularity.sum(),
    mistakes=[
        Mistake(
            "divided by the catalogue",
            "You divided by the number of items. A share of interactions is divided by the "
            "number of interactions.",
            produces=lambda popularity: popularity.max() / len(popularity),
        ),
        Mistake(
            "position of the maximum",
            "`argmax` gives the position of the largest value. Here its size is needed: `max`.",
            produces=lambda popularity: popularity.argmax() / popularity.sum(),
        ),
        Mistake(
            "not divided",
            "This is the count. Divide it by the number of interactions.",
            produces=lambda popularity: popularity.max(),
        ),
    ],
    means="One item of the catalogue holds {expected:.0%} of the interactions.",
)


def _unseen(popularity: np.ndarray, seen: np.ndarray) -> int:
    return int(np.argmax(np.where(np.isin(np.arange(len(popularity)), seen), -1, popularity)))


popular_unseen = Exercise(
    task="Set `best` to the most popular item that user 1 has not seen.",
    given={"popularity": np.bincount(ITEMS, minlength=6), "seen": ITEMS[USERS == 1]},
    expected=_unseen,
    mistakes=[
        Mistake(
            "seen items not masked",
            "User 1 has bought this item already. Take the seen items out before `argmax`.",
            produces=lambda popularity, seen: int(np.argmax(popularity)),
        ),
        Mistake(
            "position in the shortened array",
            "You removed the seen items, and the other positions moved up. Keep the array's "
            "length: set the popularity of seen items to -1.",
            produces=lambda popularity, seen: int(np.argmax(np.delete(popularity, seen))),
        ),
        Mistake(
            "popularity instead of the item",
            "This is a popularity. The item is the position where it stands: `argmax`.",
            produces=lambda popularity, seen: popularity[_unseen(popularity, seen)],
        ),
        Mistake(
            "least popular",
            "This is the least popular item. Which function finds the largest value?",
            produces=lambda popularity, seen: int(np.argmin(popularity)),
        ),
    ],
    means="Item {expected} is recommended: the most popular of what user 1 has not seen.",
)


def lesson_quiz() -> Quiz:
    """Ask the closing question of lesson 00."""
    return quiz(
        "A log names 900 items of a shop that sells 1,000. How many items can be recommended?",
        [
            (
                "900",
                False,
                "That is what the log knows. The other 100 are cold items, and they are for sale.",
            ),
            (
                "1,000, less what the user has seen",
                True,
                "Candidates are the whole catalogue without the seen items of this user.",
            ),
            (
                "Those that sell best",
                False,
                "That is one way to rank the candidates. It does not say which items they are.",
            ),
            (
                "100",
                False,
                "These are the cold items alone. Items with interactions can be recommended too.",
            ),
        ],
    )

"""Checks of lesson 04: copies, the rule for duplicates, a k-core by hand, a look for the future."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from longtail_course.checks.exercise import Exercise
from longtail_course.checks.function_exercise import FunctionExercise
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.quiz import Quiz, quiz
from longtail_lib.preprocessing import Preparation
from longtail_lib.preprocessing._cleaning_steps import k_core

__all__ = [
    "FIVE_USERS",
    "core_users",
    "duplicate_rules",
    "exact_copies",
    "found_and_injected",
    "future_share",
    "lesson_quiz",
]

# Five users with two items each. The mirror has one user; what follows falls like dominoes.
FIVE_USERS = pl.DataFrame(
    {
        "user_id": ["Ann", "Ann", "Ben", "Ben", "Cid", "Cid", "Dan", "Dan", "Eve", "Eve"],
        "item_id": [
            "lamp",
            "rug",
            "lamp",
            "rug",
            "rug",
            "vase",
            "vase",
            "clock",
            "clock",
            "mirror",
        ],
    }
)

_SMALL_LOG = pl.DataFrame(
    {
        "uid": ["1", "1", "2", "1", "3", "2", "2", "3", "4"],
        "sku": ["a", "a", "b", "a", "c", "b", "b", "a", "a"],
        "stars": ["4", "4", "5", "4", "3", "5", "2", "4", "1"],
        "ts": ["10", "10", "11", "10", "12", "11", "19", "20", "21"],
    }
)


def _equals_the_row_before(frame: pl.DataFrame) -> int:
    same = pl.all_horizontal(pl.all().eq_missing(pl.all().shift(1)))
    return int(frame.select(same.alias("same"))["same"][1:].sum())


exact_copies = Exercise(
    task="Set `n_copies` to the number of rows that could be dropped because an equal row stays.",
    given={"frame": _SMALL_LOG},
    expected=lambda frame: frame.height - frame.unique().height,
    mistakes=[
        Mistake(
            "the one that stays was counted",
            "You counted every row that has a twin. One row of each set of equal rows stays.",
            produces=lambda frame: frame.is_duplicated().sum(),
        ),
        Mistake(
            "distinct rows",
            "This is how many rows stay. How many are there before, and what is the difference?",
            produces=lambda frame: frame.unique().height,
        ),
        Mistake(
            "repeated pairs",
            "You compared user and item alone. Two ratings at two times are a change of mind, not "
            "a copy: compare all columns.",
            produces=lambda frame: frame.height - frame.unique(["uid", "sku"]).height,
        ),
        Mistake(
            "neighbours only",
            "You compared each row with the one before it. A copy may stand anywhere in the log.",
            produces=_equals_the_row_before,
        ),
        Mistake(
            "sets of equal rows",
            "This is how many rows have copies. A row can have more than one copy.",
            produces=lambda frame: frame.filter(frame.is_duplicated()).unique().height,
        ),
    ],
    means="{expected:,} rows are copies.",
)


_QUESTIONS = ("taste now", "first met", "ever liked")


def _rules(*rules: str) -> dict[str, str]:
    return dict(zip(_QUESTIONS, rules, strict=True))


duplicate_rules = Exercise(
    task="Set `rules` to a dictionary with one of 'first', 'last' and 'highest' for each of 'taste "
    "now', 'first met' and 'ever liked'.",
    expected=_rules("last", "first", "highest"),
    mistakes=[
        Mistake(
            "the latest for everything",
            "The latest rating says what the user thinks now. When did the user meet the item? "
            "And did the user like it at any time?",
            produces=_rules("last", "last", "last"),
        ),
        Mistake(
            "first and last changed places",
            "Look at the days again: which rating is the newest, and which day is that of the "
            "first meeting?",
            produces=_rules("first", "last", "highest"),
        ),
        Mistake(
            "the highest as the taste of now",
            "Five stars were given on day 2. What does the user say on day 9?",
            produces=_rules("highest", "first", "highest"),
        ),
        Mistake(
            "the first meeting as the liking",
            "On day 1 the user was not sure. Was there a day on which the user did like it?",
            produces=_rules("last", "first", "first"),
        ),
        Mistake(
            "the latest as the liking",
            "The last rating is the lowest. 'Ever' asks for the best of the three.",
            produces=_rules("last", "first", "last"),
        ),
    ],
    means="There is no right rule without a question.",
)


def _core(log: pl.DataFrame, k: int) -> set[str]:
    users = np.unique(log["user_id"].to_numpy(), return_inverse=True)[1]
    items = np.unique(log["item_id"].to_numpy(), return_inverse=True)[1]
    return set(log.filter(k_core(users, items, k, k)[0])["user_id"])


def _one_pass(log: pl.DataFrame, k: int) -> pl.DataFrame:
    return log.filter((pl.len().over("user_id") >= k) & (pl.len().over("item_id") >= k))


core_users = Exercise(
    task="Set `kept` to the set of the users who are left in the 2-core, such as {'Ann', 'Eve'}.",
    given={"log": FIVE_USERS, "k": 2},
    expected=_core,
    accepts=lambda answer, log, k: not isinstance(answer, str) and set(answer) == _core(log, k),
    mistakes=[
        Mistake(
            "one pass",
            "That is the log after one pass. The mirror is gone: how many items has Eve now?",
            produces=lambda log, k: set(_one_pass(log, k)["user_id"]),
        ),
        Mistake(
            "items instead of users",
            "These are the items that are left. Who has them?",
            recognises=lambda answer, log, k: bool(set(answer) & set(log["item_id"])),
            sample={"lamp", "rug"},
        ),
        Mistake(
            "nobody",
            "Users with exactly two items are active enough: the minimum is two, not three.",
            produces=set(),
        ),
        Mistake(
            "stopped too early",
            "Count once more, users and items. Somebody still has a single item, or an item a "
            "single user.",
            recognises=lambda answer, log, k: set(answer) > _core(log, k),
            sample={"Ann", "Ben", "Cid"},
        ),
    ],
    means="Three users fell because of one mirror.",
)


future_share = FunctionExercise(
    task="Write `future_share(train, test)`: the share of train times that are not before the "
    "first test time.",
    expected=lambda train, test: float(np.mean(train >= test.min())),
    cases=[
        (np.array([1, 2, 3]), np.array([4, 5])),
        (np.array([1, 9, 5, 3]), np.array([6, 4])),
        (np.array([1, 4]), np.array([4, 8])),
        (np.array([1, 2, 3, 7, 9]), np.array([3, 8])),
    ],
    mistakes=[
        Mistake(
            "the last test time",
            "You compared with the last test time. From the first one on, train holds what had "
            "not happened yet.",
            produces=lambda train, test: float(np.mean(train >= test.max())),
        ),
        Mistake(
            "the same second was let through",
            "An interaction of the same second is not before the test. Look at the sign.",
            produces=lambda train, test: float(np.mean(train > test.min())),
        ),
        Mistake(
            "the past instead of the future",
            "This is the share that lies before the test. The question is about the rest.",
            produces=lambda train, test: float(np.mean(train < test.min())),
        ),
        Mistake(
            "share of the test part",
            "You counted test interactions. Count those in train that come too late.",
            produces=lambda train, test: float(np.mean(test <= train.max())),
        ),
        Mistake(
            "number instead of share",
            "This counts them. A share divides by the number of train interactions.",
            produces=lambda train, test: int(np.sum(train >= test.min())),
        ),
        Mistake(
            "yes or no",
            "This says whether there is any. How many of them, as a share?",
            produces=lambda train, test: bool(np.any(train >= test.min())),
        ),
    ],
    means="Where it is 0, no model can have learnt from what came later.",
)


# The defects of the dirty log, by the step of `prepare` that should find them.
_FOUND_BY = {
    "missing values": (
        "missing_user",
        "missing_item",
        "missing_rating",
        "broken_rating",
        "broken_time",
    ),
    "unknown items": ("unknown_item",),
    "rating range": ("rating_out_of_range",),
    "exact duplicates": ("exact_duplicate",),
    "repeated pairs": ("changed_rating",),
    "bot users": ("bot",),
}


def found_and_injected(preparation: Preparation, about: Mapping[str, Any]) -> pl.DataFrame:
    """Set what `prepare` dropped from the dirty log beside what was put into it.

    Parameters
    ----------
    preparation : Preparation
        Of the dirty log.
    about : mapping
        `defects` of the dirty log: "defects", rows of each kind, and "bot_user".

    Returns
    -------
    polars.DataFrame
        `step`; `injected`, rows; `found`, dropped rows of people; `of_bot`, dropped rows of the
        bot. A step that did not run dropped nothing.
    """
    dropped = nw.from_native(preparation.dropped, eager_only=True)
    steps = np.array(dropped["step"].to_list(), dtype=object)
    is_bot = np.array([user == about["bot_user"] for user in dropped["user_id"].to_list()], bool)
    return pl.DataFrame(
        {
            "step": list(_FOUND_BY),
            "injected": [
                sum(about["defects"][kind] for kind in kinds) for kinds in _FOUND_BY.values()
            ],
            "found": [int(((steps == step) & ~is_bot).sum()) for step in _FOUND_BY],
            "of_bot": [int(((steps == step) & is_bot).sum()) for step in _FOUND_BY],
        }
    )


def lesson_quiz() -> Quiz:
    """Ask the closing question of lesson 04."""
    return quiz(
        "You compute the mean rating of each item over the whole log, and only then split it. The "
        "error on test falls, most of all in the tail. Why?",
        [
            (
                "Item means predict well where there is little data",
                False,
                "It is the other way round: a mean of few ratings says little about the next one. "
                "With means of train alone, items outside the head were predicted worse than by "
                "one number for all.",
            ),
            (
                "The rating to be predicted is part of the mean, and the fewer ratings an item "
                "has, the larger its part",
                True,
                "With a single rating the mean is that rating, and the error is 0. Nothing was "
                "learnt. Fit every statistic on train.",
            ),
            (
                "The split was random; with a temporal split the error would be honest",
                False,
                "The mean was taken before the split, so it holds the test ratings under every "
                "split.",
            ),
            (
                "The log was not cleaned well enough",
                False,
                "This log was as clean as it gets. Cleaning and leaking are two different faults, "
                "and a report of dropped rows does not show the second.",
            ),
        ],
    )

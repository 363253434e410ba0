"""Checks of lesson 08: time decay, shrunk cosine, EASE in closed form, a choice on validation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from longtail_course.checks.exercise import Exercise
from longtail_course.checks.function_exercise import FunctionExercise
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.quiz import Quiz, quiz

__all__ = [
    "AGES",
    "BASKETS",
    "HALF_LIFE",
    "choice",
    "decayed",
    "ease_weights",
    "lesson_quiz",
    "shrunk_cosine",
]

# Days since three interactions of one item.
AGES = np.array([0.0, 10.0, 30.0])
HALF_LIFE = 10.0

# Six users and four items: cups and plates go together; one user bought the two rare items.
BASKETS = np.array(
    [
        [1, 1, 0, 0],
        [1, 1, 0, 0],
        [1, 1, 0, 0],
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 1],
    ]
)

decayed = Exercise(
    task="Set `score` to what the interactions of these ages count together.",
    given={"ages": AGES, "half_life": HALF_LIFE},
    expected=lambda ages, half_life: (0.5 ** (ages / half_life)).sum(),
    mistakes=[
        Mistake(
            "e instead of one half",
            "With `np.exp` an interaction of one half-life counts 1/e, about .37. It should count "
            "one half.",
            produces=lambda ages, half_life: np.exp(-ages / half_life).sum(),
        ),
        Mistake(
            "multiplied by the half-life",
            "You multiplied age and half-life. How many half-lives old is an interaction?",
            produces=lambda ages, half_life: (0.5 ** (ages * half_life)).sum(),
        ),
        Mistake(
            "a straight line",
            "You let the weight fall along a straight line. It halves, and halves again: after "
            "three half-lives an eighth is left.",
            produces=lambda ages, half_life: np.maximum(0, 1 - ages / (2 * half_life)).sum(),
        ),
        Mistake(
            "a window instead of a decay",
            "You counted the interactions that are not older than the half-life. The older ones "
            "count too, only less.",
            produces=lambda ages, half_life: np.count_nonzero(ages <= half_life),
        ),
        Mistake(
            "mean instead of sum",
            "This is the mean weight. Popularity counts, so add up.",
            produces=lambda ages, half_life: (0.5 ** (ages / half_life)).mean(),
        ),
        Mistake(
            "no decay",
            "This is the number of interactions, old ones and new ones alike.",
            produces=lambda ages, half_life: len(ages),
        ),
    ],
    means="Three interactions of these ages count as much as {expected:.3f} of today.",
)


def _similarity(baskets: np.ndarray, shrinkage: float) -> np.ndarray:
    together = baskets.T @ baskets
    norms = np.sqrt(np.diag(together))
    similar = together / (np.outer(norms, norms) + shrinkage)
    np.fill_diagonal(similar, 0)
    return similar


def _with_diagonal(baskets: np.ndarray, shrinkage: float) -> np.ndarray:
    together = baskets.T @ baskets
    norms = np.sqrt(np.diag(together))
    return together / (np.outer(norms, norms) + shrinkage)


def _of_users(baskets: np.ndarray, shrinkage: float) -> np.ndarray:
    return _similarity(baskets.T, shrinkage)


def _product_of_counts(baskets: np.ndarray, shrinkage: float) -> np.ndarray:
    together = baskets.T @ baskets
    counts = np.diag(together)
    similar = together / (np.outer(counts, counts) + shrinkage)
    np.fill_diagonal(similar, 0)
    return similar


def _weighted_by_support(baskets: np.ndarray, shrinkage: float) -> np.ndarray:
    together = baskets.T @ baskets
    return _similarity(baskets, 0) * together / np.maximum(together + shrinkage, 1e-12)


def _shrunk_after_division(baskets: np.ndarray, shrinkage: float) -> np.ndarray:
    return _similarity(baskets, 0) / (1 + shrinkage)


shrunk_cosine = FunctionExercise(
    task="Write `similarity(X, shrinkage)`, the shrunk cosine of every two columns, 0 on the "
    "diagonal.",
    expected=_similarity,
    cases=[
        (BASKETS, 0.0),
        (BASKETS, 1.0),
        (np.array([[1, 1, 0], [1, 0, 1], [1, 1, 1], [0, 1, 1], [1, 0, 0]]), 10.0),
    ],
    mistakes=[
        Mistake(
            "diagonal left",
            "An item must not speak for itself: set the diagonal to 0.",
            produces=_with_diagonal,
        ),
        Mistake(
            "users instead of items",
            "You compared the rows, which are users. Items are columns: `X.T @ X`.",
            produces=_of_users,
        ),
        Mistake(
            "no shrinkage",
            "With shrinkage 0 it is right. Where does the shrinkage enter?",
            produces=lambda baskets, shrinkage: _similarity(baskets, 0),
        ),
        Mistake(
            "counts instead of lengths",
            "You multiplied the numbers of users. The length of a column of ones is the square "
            "root of its number of ones.",
            produces=_product_of_counts,
        ),
        Mistake(
            "shrunk by the number of common users",
            "This is another shrinkage, which multiplies the cosine by n / (n + shrinkage), with n "
            "common users. Some libraries use it. Ours adds to the product of lengths.",
            produces=_weighted_by_support,
        ),
        Mistake(
            "every cosine divided alike",
            "You divided all cosines by the same number. Then the order stays as it was. Add the "
            "shrinkage to the product of lengths, before you divide.",
            produces=_shrunk_after_division,
        ),
    ],
    means="One common user no longer makes two rare items as similar as two items can be.",
)


def _inverse(interactions: np.ndarray, l2: float) -> np.ndarray:
    return np.linalg.inv(interactions.T @ interactions + l2 * np.eye(interactions.shape[1]))


def _ease(interactions: np.ndarray, l2: float) -> np.ndarray:
    inverse = _inverse(interactions, l2)
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def _ease_with_diagonal(interactions: np.ndarray, l2: float) -> np.ndarray:
    inverse = _inverse(interactions, l2)
    return -inverse / np.diag(inverse)


def _ease_by_rows(interactions: np.ndarray, l2: float) -> np.ndarray:
    return _ease(interactions, l2).T


def _ease_undivided(interactions: np.ndarray, l2: float) -> np.ndarray:
    weights = -_inverse(interactions, l2)
    np.fill_diagonal(weights, 0)
    return weights


def _ease_l2_everywhere(interactions: np.ndarray, l2: float) -> np.ndarray:
    inverse = np.linalg.inv(interactions.T @ interactions + l2)
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def _ridge(interactions: np.ndarray, l2: float) -> np.ndarray:
    weights = np.eye(interactions.shape[1]) - l2 * _inverse(interactions, l2)
    np.fill_diagonal(weights, 0)
    return weights


ease_weights = FunctionExercise(
    task="Write `weights(X, l2)`, the matrix B of EASE.",
    expected=_ease,
    cases=[
        (np.array([[1, 1, 0], [1, 0, 1], [1, 1, 1], [0, 1, 1], [1, 0, 0]]), 1.0),
        (np.array([[1, 1, 0], [1, 0, 1], [1, 1, 1], [0, 1, 1], [1, 0, 0]]), 5.0),
        (np.array([[1, 0], [1, 1], [1, 1]]), 2.0),
    ],
    mistakes=[
        Mistake(
            "diagonal left",
            "On your diagonal stands -1. An item must not predict itself: set it to 0.",
            produces=_ease_with_diagonal,
        ),
        Mistake(
            "divided along the rows",
            "You divided each row by its diagonal entry. The formula divides column j by the "
            "entry jj. Which way does NumPy stretch a vector?",
            produces=_ease_by_rows,
        ),
        Mistake(
            "l2 forgotten",
            "Your result does not depend on l2. It goes onto the diagonal before the inverse.",
            produces=lambda interactions, l2: _ease(interactions, 0.0),
        ),
        Mistake(
            "l2 added everywhere",
            "You added l2 to every entry. `l2 * np.eye(n)` has it on the diagonal only.",
            produces=_ease_l2_everywhere,
        ),
        Mistake(
            "not divided",
            "Divide by the diagonal of P. Without it the diagonal could not have been 0.",
            produces=_ease_undivided,
        ),
        Mistake(
            "ridge regression, diagonal removed afterwards",
            "This is ridge regression, whose diagonal you removed afterwards. With the diagonal "
            "forbidden from the start, the other weights come out differently.",
            produces=_ridge,
        ),
    ],
    means="That is the whole training of EASE: one inverse.",
)


def _column(table: Mapping[str, Any], name: str) -> np.ndarray:
    return np.asarray(table[name], dtype=np.float64)


def _choose(table: Mapping[str, Any], part: str, floor: Any) -> float:
    overall, tail = (_column(table, f"{part} {group}") for group in ("overall", "tail"))
    allowed = np.flatnonzero(overall >= floor(overall))
    return float(_column(table, "exponent")[allowed[np.argmax(tail[allowed])]])


choice = Exercise(
    task="Set `chosen` to the exponent with the best tail among those that keep 99% of the best "
    "overall value, on validation.",
    given={
        "table": {
            "exponent": [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
            "validation overall": [0.300, 0.310, 0.320, 0.318, 0.316, 0.305, 0.250],
            "validation tail": [0.000, 0.004, 0.006, 0.014, 0.0145, 0.015, 0.030],
            "test overall": [0.300, 0.325, 0.321, 0.318, 0.316, 0.305, 0.250],
            "test tail": [0.001, 0.005, 0.007, 0.012, 0.013, 0.016, 0.028],
        }
    },
    expected=lambda table: _choose(table, "validation", lambda overall: 0.99 * overall.max()),
    mistakes=[
        Mistake(
            "best overall",
            "This one has the best overall value. Others come within 99% of it: look at their "
            "tail.",
            produces=lambda table: _column(table, "exponent")[
                np.argmax(_column(table, "validation overall"))
            ],
        ),
        Mistake(
            "constraint ignored",
            "This one has the best tail. How much of the best overall value has it kept?",
            produces=lambda table: _choose(table, "validation", lambda overall: 0.0),
        ),
        Mistake(
            "chosen on test",
            "You chose by the columns of test. What was chosen on test can no longer be judged by "
            "it.",
            produces=lambda table: _choose(table, "test", lambda overall: 0.99 * overall.max()),
        ),
        Mistake(
            "99% of exponent 0",
            "You kept 99% of what exponent 0 has. The condition asks for 99% of the best.",
            produces=lambda table: _choose(table, "validation", lambda overall: 0.99 * overall[0]),
        ),
        Mistake(
            "0.01 less instead of 1% less",
            "You allowed a loss of .01. One per cent of a value of about a quarter is far less.",
            produces=lambda table: _choose(
                table, "validation", lambda overall: overall.max() - 0.01
            ),
        ),
    ],
    means="At exponent {expected:g} the tail gets what it can within the condition.",
)


def lesson_quiz() -> Quiz:
    """Ask the closing question of lesson 08."""
    return quiz(
        "A paper reports a new model, 60 trials on validation, 25% above ALS, whose settings are "
        "the defaults of its library. The interval of the paired difference lies above 0. What do "
        "you know?",
        [
            (
                "The new model is better than ALS, since the difference is decided",
                False,
                "The interval speaks about these two fitted models and other users. It does not "
                "know that one of them had 60 trials and the other had one.",
            ),
            (
                "With 60 trials the new model beats ALS as it was set, and no more",
                True,
                "Here, two settings moved ALS from behind Popularity to the front. Give both sides "
                "the same number of trials and equally good spaces, then compare.",
            ),
            (
                "Defaults are chosen by the library's authors, so they are near the best",
                False,
                "They are a starting point for no particular log. In this lesson one default was "
                "far below the simplest baseline.",
            ),
            (
                "The comparison would be fair if both had been tuned on test",
                False,
                "Then both numbers are too good, and the one with more trials gains more. Choose "
                "on validation, measure on test once.",
            ),
        ],
    )

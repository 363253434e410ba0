"""Checks of lesson 10: IPS, SNIPS, doubly robust, and a propensity guessed from popularity."""

from __future__ import annotations

import numpy as np

from longtail_course.checks.exercise import Exercise
from longtail_course.checks.function_exercise import FunctionExercise
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.quiz import Quiz, quiz
from longtail_lib import debias

__all__ = [
    "CHOSEN",
    "IMPUTED",
    "PROPENSITY",
    "SHOWN",
    "doubly_robust",
    "guess",
    "ips",
    "lesson_quiz",
    "snips",
]

# One recommended list of four items, and what came of it in a log.
SHOWN = np.array([1, 1, 1, 0])
CHOSEN = np.array([1, 0, 1, 0])
PROPENSITY = np.array([0.8, 0.5, 0.1, 0.25])
# What a model thinks of the four.
IMPUTED = np.array([0.7, 0.4, 0.5, 0.2])

_CASES = [
    (CHOSEN, SHOWN, PROPENSITY),
    (np.array([0, 1]), np.array([1, 1]), np.array([0.5, 0.5])),
    (
        np.array([0, 0, 1, 1, 0]),
        np.array([1, 0, 1, 1, 0]),
        np.array([0.9, 0.2, 0.6, 0.3, 0.05]),
    ),
]
_MODELS = [IMPUTED, np.array([0.5, 0.25]), np.array([0.1, 0.2, 0.8, 0.5, 0.4])]


def _ips(chosen: np.ndarray, shown: np.ndarray, propensity: np.ndarray) -> float:
    return float(debias.ips(chosen[None], shown[None], propensity[None]).value)


ips = FunctionExercise(
    task="Write `ips(chosen, shown, propensity)`, the IPS estimate of one list.",
    expected=_ips,
    cases=_CASES,
    mistakes=[
        Mistake(
            "multiplied instead of divided",
            "You multiplied by the propensity. Then what was rarely shown counts least. It stands "
            "for many that were not shown, so it has to count most.",
            produces=lambda chosen, shown, propensity: (chosen * propensity).mean(),
        ),
        Mistake(
            "averaged over what was shown",
            "You averaged over the items that were shown. The weights already make up for those "
            "that were not: divide by the length of the list.",
            produces=lambda chosen, shown, propensity: (chosen / propensity)[shown == 1].mean(),
        ),
        Mistake(
            "averaged over what was chosen",
            "You averaged over the items that were chosen. What was not chosen counts 0, but it "
            "counts as a place of the list.",
            produces=lambda chosen, shown, propensity: (chosen / propensity)[chosen == 1].mean(),
        ),
        Mistake(
            "plain mean of what was shown",
            "This is the plain mean of what was shown. Where does the propensity enter?",
            produces=lambda chosen, shown, propensity: chosen[shown == 1].mean(),
        ),
        Mistake(
            "plain mean of the list",
            "This is the share of the list that was chosen: what was never shown counts as "
            "refused. Where does the propensity enter?",
            produces=lambda chosen, shown, propensity: chosen.mean(),
        ),
        Mistake(
            "sum instead of mean",
            "This is the sum. Divide by the length of the list.",
            produces=lambda chosen, shown, propensity: (chosen / propensity).sum(),
        ),
        Mistake(
            "divided by the sum of the weights",
            "You divided by the sum of the weights. That is another estimator, and your next "
            "exercise. IPS divides by the length of the list.",
            produces=lambda chosen, shown, propensity: (
                (chosen / propensity).sum() / (shown / propensity).sum()
            ),
        ),
    ],
    means="A choice that had one chance in ten counts ten times.",
)


def _snips(chosen: np.ndarray, shown: np.ndarray, propensity: np.ndarray) -> float:
    return float(debias.snips(chosen[None], shown[None], propensity[None]).value)


snips = FunctionExercise(
    task="Write `snips(chosen, shown, propensity)`, the SNIPS estimate of one list.",
    expected=_snips,
    cases=_CASES,
    mistakes=[
        Mistake(
            "divided by the length of the list",
            "This is still IPS. Divide by the weights that the shown items have together.",
            produces=_ips,
        ),
        Mistake(
            "divided by the number shown",
            "You divided by how many were shown. Divide by the sum of their weights.",
            produces=lambda chosen, shown, propensity: (chosen / propensity).sum() / shown.sum(),
        ),
        Mistake(
            "weights of what was not shown",
            "Your sum of weights holds items that were not shown. They have no outcome, so they "
            "take no part above or below the line.",
            produces=lambda chosen, shown, propensity: (
                (chosen / propensity).sum() / (1 / propensity).sum()
            ),
        ),
        Mistake(
            "weights of what was chosen only",
            "Above and below the line stands the same, so the result is always 1. Refused items "
            "belong below the line too.",
            produces=lambda chosen, shown, propensity: (
                (chosen / propensity).sum() / (chosen / propensity).sum()
            ),
        ),
        Mistake(
            "propensity as weight",
            "The weights are 1 / propensity. Yours are the propensities.",
            produces=lambda chosen, shown, propensity: (
                (chosen * propensity).sum() / (shown * propensity).sum()
            ),
        ),
    ],
    means="A weighted mean of zeros and ones cannot leave the range from 0 to 1.",
)


def _doubly_robust(
    chosen: np.ndarray, shown: np.ndarray, propensity: np.ndarray, imputed: np.ndarray
) -> float:
    found = debias.doubly_robust(chosen[None], shown[None], propensity[None], imputed[None])
    return float(found.value)


doubly_robust = FunctionExercise(
    task="Write `doubly_robust(chosen, shown, propensity, imputed)`, the doubly robust estimate "
    "of one list.",
    expected=_doubly_robust,
    cases=[(*case, imputed) for case, imputed in zip(_CASES, _MODELS, strict=True)],
    mistakes=[
        Mistake(
            "corrected where nothing was shown",
            "You corrected every item, also those that were not shown. There is no outcome to "
            "correct them with, and a 0 in `chosen` is no refusal there.",
            produces=lambda chosen, shown, propensity, imputed: (
                imputed + (chosen - imputed) / propensity
            ).mean(),
        ),
        Mistake(
            "correction without weight",
            "You replaced the imputation where the outcome is known. Divide the error by the "
            "propensity: it also stands for the items that were not shown.",
            produces=lambda chosen, shown, propensity, imputed: (
                imputed + shown * (chosen - imputed)
            ).mean(),
        ),
        Mistake(
            "imputation counted twice",
            "You added the IPS estimate to the imputation, which counts everything twice. Correct "
            "by the error, outcome minus imputation.",
            produces=lambda chosen, shown, propensity, imputed: (
                imputed + shown * chosen / propensity
            ).mean(),
        ),
        Mistake(
            "sign of the error",
            "Your correction goes the wrong way: where the outcome is above the imputation, the "
            "estimate has to rise.",
            produces=lambda chosen, shown, propensity, imputed: (
                imputed - shown * (chosen - imputed) / propensity
            ).mean(),
        ),
        Mistake(
            "shown items only",
            "You averaged over what was shown. The imputation covers the whole list: that is what "
            "it is for.",
            produces=lambda chosen, shown, propensity, imputed: (
                imputed + (chosen - imputed) / propensity
            )[shown == 1].mean(),
        ),
        Mistake(
            "imputation alone",
            "This is the imputation, uncorrected. What does the log say about its errors?",
            produces=lambda chosen, shown, propensity, imputed: imputed.mean(),
        ),
    ],
    means="Only the error of the imputation is weighted, and a good imputation has small errors.",
)

guess = Exercise(
    task="Set `guessed` to the propensity of each item: the square root of its popularity as a "
    "share of the largest, with a cold item counted as one interaction.",
    given={"popularity": np.array([900, 100, 4, 1, 0])},
    expected=lambda popularity: debias.popularity_propensity(popularity, exponent=0.5),
    mistakes=[
        Mistake(
            "cold items at 0",
            "All but the cold items are right. A propensity of 0 says: cannot be shown. And you "
            "are going to divide by it.",
            produces=lambda popularity: (popularity / popularity.max()) ** 0.5,
        ),
        Mistake(
            "share of all interactions",
            "You divided by all interactions. Divide by the popularity of the most popular item, "
            "so that it gets 1.",
            produces=lambda popularity: (np.maximum(popularity, 1) / popularity.sum()) ** 0.5,
        ),
        Mistake(
            "no root",
            "You have exponent 1, where weights differ as much as popularity does. Take the root.",
            produces=lambda popularity: np.maximum(popularity, 1) / popularity.max(),
        ),
        Mistake(
            "root of the popularity only",
            "You took the root of the popularity and divided by the largest popularity. Divide "
            "first, or take the root of both.",
            produces=lambda popularity: np.maximum(popularity, 1) ** 0.5 / popularity.max(),
        ),
        Mistake(
            "square instead of root",
            "You squared. The root brings the propensities closer to each other.",
            produces=lambda popularity: (np.maximum(popularity, 1) / popularity.max()) ** 2,
        ),
        Mistake(
            "weight instead of propensity",
            "These are the weights, 1 / propensity. A propensity is a probability.",
            produces=lambda popularity: (np.maximum(popularity, 1) / popularity.max()) ** -0.5,
        ),
    ],
    means="That is the usual guess. How good it is, only a truth can say.",
)


def lesson_quiz() -> Quiz:
    """Ask the closing question of lesson 10."""
    return quiz(
        "Your shop logs purchases, and not what was shown. A colleague weights each purchase by "
        "1 / square root of popularity, and the new model beats the old one by this measure. What "
        "do you say?",
        [
            (
                "Good: IPS is unbiased, so the new model is better",
                False,
                "IPS is unbiased if the propensities are right. These are guessed, and in this "
                "lesson such a guess left a larger error than the plain mean.",
            ),
            (
                "Use SNIPS instead: it forgives wrong propensities",
                False,
                "It forgives a factor that is the same for all pairs. Here the guess is wrong by "
                "item and by user, and SNIPS put two models in the wrong order.",
            ),
            (
                "Log what is shown, at least for a week, and show a few places at random",
                True,
                "Then propensities are measured and never 0. Until then, report several exponents "
                "beside the plain mean, and say that none of them is the truth.",
            ),
            (
                "Bias is a matter of large shops; keep the plain mean and say nothing",
                False,
                "The plain mean was wrong too, by an amount that depended on the model. It has at "
                "least to be said what was not measured.",
            ),
            (
                "Raise the exponent until the tail is served",
                False,
                "That answers another question: whom you want to serve. Decide that openly, and "
                "do not hide it in a propensity.",
            ),
        ],
    )

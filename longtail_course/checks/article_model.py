"""Checks of lesson 05: parameters, a constant guess, the normalised dot, a temperature."""

from __future__ import annotations

import numpy as np

from longtail_course.checks.exercise import Exercise
from longtail_course.checks.function_exercise import FunctionExercise
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.quiz import Quiz, quiz

__all__ = ["constant_guess", "lesson_quiz", "normalised_dot", "parameters", "softmax"]

parameters = Exercise(
    task="Set `n_parameters` to the number of numbers that training may change, in both towers.",
    given={"n_features": 5, "units": 10},
    expected=lambda n_features, units: 2 * (n_features * units + units),
    mistakes=[
        Mistake(
            "forgot the biases",
            "Those are the weights. Each output of a dense layer has one more number, its bias.",
            produces=lambda n_features, units: 2 * n_features * units,
        ),
        Mistake(
            "one tower",
            "That is one tower. How many are there?",
            produces=lambda n_features, units: n_features * units + units,
        ),
        Mistake(
            "one tower without biases",
            "Those are the weights of one tower. Its biases and the other tower are missing.",
            produces=lambda n_features, units: n_features * units,
        ),
        Mistake(
            "one bias a tower",
            "Nearly: a bias belongs to each output, not to each tower.",
            produces=lambda n_features, units: 2 * (n_features * units + 1),
        ),
        Mistake(
            "a bias for each input",
            "Each output has a bias; inputs have none.",
            produces=lambda n_features, units: 2 * (n_features * units + n_features),
        ),
        Mistake(
            "parameters of the dot",
            "The cosine has no numbers of its own to learn. Count the two dense layers only.",
            produces=lambda n_features, units: 2 * (n_features * units + units) + units,
        ),
    ],
    means="{expected} numbers: 50 weights and 10 biases a tower, none for the cosine.",
)

constant_guess = Exercise(
    task="Set `constant` to the mean squared error of always answering the mean label.",
    # Two positives of five: with half of each, too many wrong ways lead to the same number.
    given={"labels": np.array([1.0, 0.0, 0.0, 1.0, 0.0])},
    expected=lambda labels: np.mean((labels - labels.mean()) ** 2),
    mistakes=[
        Mistake(
            "error not squared",
            "The error of each pair is to be squared before you take the mean.",
            produces=lambda labels: np.mean(np.abs(labels - labels.mean())),
        ),
        Mistake(
            "root of the mean",
            "That is the root of it, the standard deviation. Mean squared error keeps the square.",
            produces=lambda labels: np.std(labels),
        ),
        Mistake(
            "the mean label itself",
            "That is what the constant guess says. How far is it from each label, squared?",
            produces=lambda labels: np.mean(labels),
        ),
        Mistake(
            "summed",
            "That is the sum over all pairs. Divide by their number.",
            produces=lambda labels: np.sum((labels - labels.mean()) ** 2),
        ),
        Mistake(
            "cross-entropy",
            "That is the cross-entropy of the constant. The printed code uses the squared error.",
            produces=lambda labels: (
                -np.mean(labels * np.log(labels.mean()) + (1 - labels) * np.log(1 - labels.mean()))
            ),
        ),
        Mistake(
            "squared after the mean",
            "You took the mean first, and there the errors cancel out. Square, then take the mean.",
            produces=lambda labels: np.mean(labels - labels.mean()) ** 2,
        ),
    ],
    means="A model that has learnt anything lies below {expected:.3f}.",
)


def _cosine(u: np.ndarray, i: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(u, axis=1) * np.linalg.norm(i, axis=1)
    return (u * i).sum(axis=1) / lengths


_TWO_PAIRS = (
    np.array([[3.0, 4.0], [1.0, 0.0]]),
    np.array([[4.0, 3.0], [-2.0, 2.0]]),
)
_THREE_UNITS = (np.array([[0.9, 0.1, 0.4]]), np.array([[0.2, 0.8, 0.5]]))

normalised_dot = FunctionExercise(
    task="Write `normalised_dot(u, i)`: for each row the dot product, divided by both lengths.",
    expected=_cosine,
    cases=[_TWO_PAIRS, _THREE_UNITS],
    mistakes=[
        Mistake(
            "not normalised",
            "That is the plain dot product. Divide it by the lengths of both vectors.",
            produces=lambda u, i: (u * i).sum(axis=1),
        ),
        Mistake(
            "one length only",
            "You divided by the length of u. The item has a length, too.",
            produces=lambda u, i: (u * i).sum(axis=1) / np.linalg.norm(u, axis=1),
        ),
        Mistake(
            "length of the whole matrix",
            "`np.linalg.norm` without `axis` takes the whole matrix as one vector. Each row needs "
            "a length of its own.",
            produces=lambda u, i: (u * i).sum(axis=1) / (np.linalg.norm(u) * np.linalg.norm(i)),
        ),
        Mistake(
            "squared lengths",
            "You divided by the squared lengths. A length is the root of the sum of squares.",
            produces=lambda u, i: (u * i).sum(axis=1) / ((u**2).sum(axis=1) * (i**2).sum(axis=1)),
        ),
        Mistake(
            "mean instead of sum",
            "The dot product adds the products up; it does not take their mean.",
            produces=lambda u, i: _cosine(u, i) / u.shape[1],
        ),
        Mistake(
            "all users with all items",
            "`u @ i.T` scores every user with every item. Here row r of u meets row r of i only.",
            produces=lambda u, i: (
                u @ i.T / np.outer(np.linalg.norm(u, axis=1), np.linalg.norm(i, axis=1))
            ),
        ),
    ],
    means="This is what `Dot(normalize=True)` computes, with nothing in it to learn.",
)


def _softmax(scores: np.ndarray, temperature: float) -> np.ndarray:
    powers = np.exp(np.asarray(scores) / temperature)
    return powers / powers.sum()


_SCORES = np.array([0.9, 0.7, -0.3])

softmax = FunctionExercise(
    task="Write `softmax(cosines, temperature)`: probabilities that add up to 1.",
    expected=_softmax,
    cases=[(_SCORES, 1.0), (_SCORES, 0.1), (np.array([0.2, 0.2]), 0.5)],
    mistakes=[
        Mistake(
            "multiplied by the temperature",
            "With a temperature of .1 your probabilities become more equal. Divide by it.",
            produces=lambda s, t: np.exp(s * t) / np.exp(s * t).sum(),
        ),
        Mistake(
            "temperature left out",
            "At a temperature of 1 this is right. Where does any other temperature come in?",
            produces=lambda s, t: np.exp(s) / np.exp(s).sum(),
        ),
        Mistake(
            "divided the probabilities",
            "You divided the probabilities, so they no longer add up to 1. Divide the cosines.",
            produces=lambda s, t: np.exp(s) / np.exp(s).sum() / t,
        ),
        Mistake(
            "not divided by the sum",
            "These do not add up to 1 yet. What do you divide by?",
            produces=lambda s, t: np.exp(s / t),
        ),
        Mistake(
            "no exponential",
            "Without the exponential a negative cosine gives a negative probability.",
            produces=lambda s, t: (s / t) / (s / t).sum(),
        ),
        Mistake(
            "sigmoid",
            "That is a sigmoid for each item. In a softmax the items compete: one sum for all.",
            produces=lambda s, t: 1 / (1 + np.exp(-s / t)),
        ),
    ],
    means="A small temperature gives nearly everything to the largest cosine.",
)


def lesson_quiz() -> Quiz:
    """Ask the closing question of lesson 05."""
    return quiz(
        "The printed model's squared error is far below that of a constant guess. What follows?",
        [
            (
                "It knows what each user likes",
                False,
                "Labelled 1 are popular items, mostly; labelled 0 are items drawn at random. A "
                "guess from popularity alone beats the constant as well.",
            ),
            (
                "It tells bought items from items drawn at random, perhaps by popularity alone",
                True,
                "That is the question which its labels ask. Whether the order is personal, and "
                "whether it helps, only a ranking of the whole catalogue can show.",
            ),
            (
                "It is a better recommender than Popularity",
                False,
                "The error was measured on labelled pairs. A recommender is judged by the top of "
                "a ranking of all candidates; the table in section 5 has both models in it.",
            ),
            (
                "Nothing, because cross-entropy was not used",
                False,
                "The squared error is a fair loss for 0 and 1. What it says depends on which "
                "pairs carry the labels.",
            ),
        ],
    )

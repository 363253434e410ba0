"""Checks of lesson 02: order the steps, count parameters, name the pretraining, probe vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from longtail_course.checks.exercise import Exercise
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.quiz import Quiz, quiz
from longtail_course.toys import neighbour_agreement
from longtail_lib.text._encoder import unit_rows

__all__ = [
    "STEPS",
    "TASKS",
    "THEMES",
    "VECTORS",
    "agreement",
    "lesson_quiz",
    "pretraining_kinds",
    "step_order",
    "tower_parameters",
]

# Six steps of a pipeline, out of order.
STEPS = {
    "A": "fit one model on train for each penalty that you want to try",
    "B": "take out rows that are in the log twice",
    "C": "choose the penalty whose model does best on validation",
    "D": "split the log into train, validation and test",
    "E": "deploy the chosen model",
    "F": "measure the chosen model on test",
}


def _place(order: Any, step: str) -> int:
    return "".join(order).upper().index(step)


def _before(first: str, second: str) -> Callable[[Any], bool]:
    return lambda answer: _place(answer, first) < _place(answer, second)


step_order = Exercise(
    task="Set `order` to the six letters in the right order, as one text.",
    expected="BDACFE",
    accepts=lambda answer: "".join(answer).upper() == "BDACFE",
    mistakes=[
        Mistake(
            "a step missing or twice",
            "Each of the six letters stands there exactly once.",
            recognises=lambda answer: sorted("".join(answer).upper()) != sorted(STEPS),
            sample="BDACF",
        ),
        Mistake(
            "fitted before the split",
            "Step A fits on train. Which step has to run before there is a train part?",
            recognises=_before("A", "D"),
            sample="BADCFE",
        ),
        Mistake(
            "duplicates after the split",
            "After the split, one copy of a repeated row can lie in train and the other in test: "
            "the model has then seen the answer. Where does step B belong?",
            recognises=_before("D", "B"),
            sample="DBACFE",
        ),
        Mistake(
            "measured before the choice",
            "Step F measures the chosen model. Whoever looks at test before choosing will choose "
            "by it.",
            recognises=_before("F", "C"),
            sample="BDAFCE",
        ),
        Mistake(
            "chosen before fitting",
            "Step C compares fitted models. Which step makes them?",
            recognises=_before("C", "A"),
            sample="BDCAFE",
        ),
        Mistake(
            "deployed before measuring",
            "Users would meet the model before anybody knows how good it is. Swap the last two.",
            recognises=_before("E", "F"),
            sample="BDACEF",
        ),
    ],
    means="Every step uses only what the steps before it have made, and test is used once.",
)

tower_parameters = Exercise(
    task="Set `count` to the number of parameters of both towers together.",
    given={"n_features": 5, "units": 10},
    expected=lambda n_features, units: 2 * (n_features * units + units),
    mistakes=[
        Mistake(
            "no biases",
            "These are the weights. Each output also has a bias b of its own.",
            produces=lambda n_features, units: 2 * n_features * units,
        ),
        Mistake(
            "one tower",
            "This is one tower. The item has one as well.",
            produces=lambda n_features, units: n_features * units + units,
        ),
        Mistake(
            "one bias for each tower",
            "A layer has one bias for each output, not one for all of them.",
            produces=lambda n_features, units: 2 * (n_features * units + 1),
        ),
        Mistake(
            "a bias for each feature",
            "Biases are added to outputs, not to features. How many outputs has a tower?",
            produces=lambda n_features, units: 2 * (n_features * units + n_features),
        ),
        Mistake(
            "features and units added",
            "Every feature meets every output, each pair with its own weight: multiply.",
            produces=lambda n_features, units: 2 * (n_features + units),
        ),
        Mistake(
            "the cosine counted",
            "The cosine of two vectors computes, but learns nothing: it has no parameters.",
            produces=lambda n_features, units: 2 * (n_features * units + units) + units + 1,
        ),
    ],
    means="{expected} numbers are the whole model of the article. It is pretrained on nothing.",
)

# What is learned from what; the kind of each is the exercise.
TASKS = (
    "Hide one song of a playlist and guess it from the others.",
    "Ten people sort 5,000 photos into categories; a model learns to do the same.",
    "Group items whose texts use the same words; nobody says what the groups are.",
    "BERT: cover some words of a text and guess them.",
    "Predict the stars that users gave from the text of their reviews.",
    "EASE: predict each interaction of a user from the user's other interactions.",
)
_KINDS = ("self-supervised", "supervised", "unsupervised")
_RIGHT = (
    "self-supervised",
    "supervised",
    "unsupervised",
    "self-supervised",
    "supervised",
    "self-supervised",
)


def _answers(place: int, kind: str) -> Callable[[Any], bool]:
    return lambda answer: len(answer) == len(TASKS) and answer[place] == kind


def _with(place: int, kind: str) -> list[str]:
    return [*_RIGHT[:place], kind, *_RIGHT[place + 1 :]]


pretraining_kinds = Exercise(
    task='Set `kinds` to a list of six words: "unsupervised", "self-supervised" or "supervised".',
    expected=list(_RIGHT),
    mistakes=[
        Mistake(
            "other words",
            "The words are unsupervised, self-supervised and supervised, written like this.",
            recognises=lambda answer: not set(answer) <= set(_KINDS),
            sample=_with(0, "self supervised"),
        ),
        Mistake(
            "not one for each task",
            "There are six tasks: give one word for each, in their order.",
            recognises=lambda answer: len(answer) != len(TASKS),
            sample=list(_RIGHT[:5]),
        ),
        Mistake(
            "hidden words as unsupervised",
            "Task 4 has a target: the covered word. Nobody had to write it down. What is it called "
            "when the target is a part of the input?",
            recognises=_answers(3, "unsupervised"),
            sample=_with(3, "unsupervised"),
        ),
        Mistake(
            "a hidden song as another kind than a hidden word",
            "Compare task 1 with task 4: what is hidden, and what is it guessed from?",
            recognises=lambda answer: answer[0] != answer[3],
            sample=_with(0, "unsupervised"),
        ),
        Mistake(
            "EASE as unsupervised",
            "Task 6 has a target: an interaction, guessed from the others. Where does the target "
            "come from?",
            recognises=_answers(5, "unsupervised"),
            sample=_with(5, "unsupervised"),
        ),
        Mistake(
            "stars are in the text",
            "In task 5, is the number of stars a part of the text that the model reads? Who gave "
            "it?",
            recognises=_answers(4, "self-supervised"),
            sample=_with(4, "self-supervised"),
        ),
        Mistake(
            "groups with a target",
            "In task 3, what would a wrong answer be wrong about? Without a target there is none.",
            recognises=lambda answer: answer[2] != "unsupervised",
            sample=_with(2, "supervised"),
        ),
    ],
    means="Ask where the target comes from: nowhere, the input itself, or people.",
)

# Six items as vectors of different length, and the theme of each.
VECTORS = np.array([[8, 4], [-1, 8], [-4, 5], [4, 3], [-1, 3], [-1, -4]], dtype=float)
THEMES = np.array(["stars", "stars", "sea", "sea", "stars", "sea"])


def _share(similar: np.ndarray, themes: np.ndarray, mask: float | None) -> float:
    if mask is not None:
        np.fill_diagonal(similar, mask)
    return float(np.mean(themes[similar.argmax(axis=1)] == themes))


agreement = Exercise(
    task="Set `share` to the share of items whose nearest other item, by cosine, has their theme.",
    given={"vectors": VECTORS, "themes": THEMES},
    expected=lambda vectors, themes: neighbour_agreement(unit_rows(vectors), themes).value,
    mistakes=[
        Mistake(
            "each item is its own neighbour",
            "Every item is nearest to itself, and of course it has its own theme. Take the "
            "diagonal out before `argmax`: `np.fill_diagonal(similar, -2)`.",
            produces=lambda vectors, themes: _share(
                unit_rows(vectors) @ unit_rows(vectors).T, themes, None
            ),
        ),
        Mistake(
            "dot product instead of cosine",
            "Long vectors win here whatever their direction. Divide each vector by its length "
            "first.",
            produces=lambda vectors, themes: _share(vectors @ vectors.T, themes, -np.inf),
        ),
        Mistake(
            "farthest instead of nearest",
            "A large cosine means near. `argmin` finds the item that is least alike.",
            produces=lambda vectors, themes: _share(
                -(unit_rows(vectors) @ unit_rows(vectors).T), themes, -np.inf
            ),
        ),
        Mistake(
            "distance between end points",
            "This is the distance between the end points, where length counts too. The cosine "
            "looks at directions alone.",
            produces=lambda vectors, themes: _share(
                -((vectors[:, None] - vectors) ** 2).sum(axis=2), themes, -np.inf
            ),
        ),
        Mistake(
            "a count",
            "This counts the items. Divide by their number.",
            produces=lambda vectors, themes: (
                len(themes) * neighbour_agreement(unit_rows(vectors), themes).value
            ),
        ),
    ],
    means="{expected:.0%} of six items: with so few, chance alone could do it. The probe needs "
    "many items, and an interval.",
)


def lesson_quiz() -> Quiz:
    """Ask the closing question of lesson 02."""
    return quiz(
        "What makes a model a large model in the sense of the article's section 1.2?",
        [
            (
                "Millions of parameters",
                False,
                "EASE on the shop has millions, and knows nothing outside this shop. Size comes "
                "with pretraining; alone it is storage.",
            ),
            (
                "Layers of a neural network, trained by back-propagation",
                False,
                "The article's own code has two layers and is trained that way. It starts from "
                "random numbers for every shop.",
            ),
            (
                "It was trained on much data before, and is used again for another task",
                True,
                "That is pretraining. The promise is that what was learned elsewhere helps where "
                "your own data are few: in the tail. A promise that has to be measured.",
            ),
            (
                "It recommends items of the long tail",
                False,
                "That is the use the article hopes for. What a model recommends has to be "
                "measured, whatever its size.",
            ),
        ],
    )

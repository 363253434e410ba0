"""Checks of lesson 14: a gate by popularity, a split of text vectors, EASE that also reads."""

from __future__ import annotations

import numpy as np

from longtail_course.checks.exercise import Exercise
from longtail_course.checks.function_exercise import FunctionExercise
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.quiz import Quiz, quiz

__all__ = ["TEST", "TRAIN", "gate_weights", "lesson_quiz", "main_directions", "text_ease"]

# Six users in rows, four items in columns: a bestseller, a fair seller, a rare and a cold item.
TRAIN = np.array(
    [[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0]]
)
TEST = np.array(
    [[0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 1], [0, 1, 1, 0], [0, 0, 0, 0]]
)


def _gate(popularity: np.ndarray, text_weight: float, half: float) -> np.ndarray:
    return text_weight * half / (popularity + half)


gate_weights = Exercise(
    task="Set `weights` to the weight of text for each of the four items: text_weight x half / "
    "(popularity + half).",
    given={"train": TRAIN, "test": TEST, "text_weight": 0.8, "half": 2.0},
    expected=lambda train, test, text_weight, half: _gate(train.sum(axis=0), text_weight, half),
    mistakes=[
        Mistake(
            "rising instead of falling",
            "Your weight grows with popularity, so text would speak for the bestseller. At "
            "popularity 0 it should be largest: which number stands above the line?",
            produces=lambda train, test, text_weight, half: (
                text_weight * train.sum(axis=0) / (train.sum(axis=0) + half)
            ),
        ),
        Mistake(
            "not scaled",
            "That is the shape, between 0 and 1. The cold item should get `text_weight`, not 1.",
            produces=lambda train, test, text_weight, half: _gate(train.sum(axis=0), 1, half),
        ),
        Mistake(
            "popularity from test",
            "You counted test interactions. When the model is served nobody knows them yet; and "
            "here they make the cold item look known.",
            produces=lambda train, test, text_weight, half: _gate(
                test.sum(axis=0), text_weight, half
            ),
        ),
        Mistake(
            "popularity from train and test",
            "You counted test interactions as well. Popularity is the count in train.",
            produces=lambda train, test, text_weight, half: _gate(
                (train + test).sum(axis=0), text_weight, half
            ),
        ),
        Mistake(
            "users instead of items",
            "You have one number for each user. Items are the columns: add up along the rows.",
            produces=lambda train, test, text_weight, half: _gate(
                train.sum(axis=1), text_weight, half
            ),
        ),
        Mistake(
            "half forgotten above the line",
            "At popularity 0 you get text_weight / half. What has to stand above the line so that "
            "it is `text_weight`?",
            produces=lambda train, test, text_weight, half: (
                text_weight / (train.sum(axis=0) + half)
            ),
        ),
    ],
    means="The cold item gets the whole weight, an item with as many interactions as `half` would "
    "get half of it.",
)

_RNG = np.random.default_rng(14)
# The mean is far from 0, as in text vectors, and the spread differs from direction to direction.
_TEXTS = _RNG.normal(size=(6, 4)) * [3.0, 1.5, 0.6, 0.2] + [1.0, -2.0, 4.0, 0.5]
_TURNED = _TEXTS @ np.linalg.qr(_RNG.normal(size=(4, 4)))[0]


def _project(centred: np.ndarray, directions: np.ndarray) -> np.ndarray:
    return centred @ directions @ directions.T


def _directions(centred: np.ndarray) -> np.ndarray:
    """Directions in columns, largest variance first."""
    return np.linalg.svd(centred, full_matrices=False)[2].T


def _kept(vectors: np.ndarray, k: int) -> np.ndarray:
    centred = vectors - vectors.mean(axis=0)
    return _project(centred, _directions(centred)[:, :k])


def _last(vectors: np.ndarray, k: int) -> np.ndarray:
    centred = vectors - vectors.mean(axis=0)
    return _project(centred, _directions(centred)[:, -k:])


def _columns(vectors: np.ndarray, k: int) -> np.ndarray:
    centred = vectors - vectors.mean(axis=0)
    return _project(centred, _directions(centred).T[:, :k])


def _by_row(vectors: np.ndarray, k: int) -> np.ndarray:
    centred = vectors - vectors.mean(axis=1, keepdims=True)
    return _project(centred, _directions(centred)[:, :k])


main_directions = FunctionExercise(
    task="Write `main_part(vectors, k)`: each vector less the mean vector, projected on the k "
    "directions of largest variance. The result has the shape of `vectors`.",
    expected=_kept,
    cases=[(_TEXTS, 1), (_TURNED, 2), (_TURNED, 3)],
    mistakes=[
        Mistake(
            "wrong end of the spectrum",
            "You kept the directions along which texts differ least: that is the null space, where "
            "the ids go. `svd` gives the largest first.",
            produces=_last,
        ),
        Mistake(
            "not centred",
            "Subtract the mean vector first. Otherwise the first direction is the mean itself, "
            "which all items share.",
            produces=lambda vectors, k: _project(vectors, _directions(vectors)[:, :k]),
        ),
        Mistake(
            "mean of each row",
            "You took a mean for each item. The mean *vector* is that over items: axis 0.",
            produces=_by_row,
        ),
        Mistake(
            "columns instead of rows",
            "`np.linalg.svd` returns the directions as the *rows* of its third result. The first k "
            "are `directions[:k]`.",
            produces=_columns,
        ),
        Mistake(
            "the rest instead of the part",
            "That is what is left when the main part is taken off. We want the main part.",
            produces=lambda vectors, k: vectors - vectors.mean(axis=0) - _kept(vectors, k),
        ),
        Mistake(
            "mean put back",
            "You added the mean again. It says the same of every item, so it stays out.",
            produces=lambda vectors, k: _kept(vectors, k) + vectors.mean(axis=0),
        ),
    ],
    means="What texts say lies in few directions; in the others there is room for ids.",
)


def _weights(gram: np.ndarray, l2: float) -> np.ndarray:
    inverse = np.linalg.inv(gram + l2 * np.eye(len(gram)))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def _text_ease(X: np.ndarray, texts: np.ndarray, weight: float, l2: float) -> np.ndarray:
    return _weights(X.T @ X + weight * texts @ texts.T, l2)


def _with_diagonal(X: np.ndarray, texts: np.ndarray, weight: float, l2: float) -> np.ndarray:
    inverse = np.linalg.inv(X.T @ X + weight * texts @ texts.T + l2 * np.eye(X.shape[1]))
    return -inverse / np.diag(inverse)


# As many dimensions as items: a product the wrong way round has the right shape and wrong numbers.
_LOG = np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
_TEXT = np.array([[1.0, 0.0, 0.0], [0.0, 0.8, 0.6], [0.6, 0.0, 0.8]])
_MORE = np.vstack([_LOG, [[0.0, 1.0, 1.0]]])

text_ease = FunctionExercise(
    task="Write `weights_with_text(X, texts, weight, l2)`: EASE as if each dimension of "
    "the texts were a further user, and the texts counted `weight` times as much as interactions.",
    expected=_text_ease,
    cases=[(_LOG, _TEXT, 2.0, 1.0), (_MORE, _TEXT, 0.5, 2.0), (_MORE, _TEXT.T, 4.0, 1.0)],
    mistakes=[
        Mistake(
            "features x features",
            "`texts.T @ texts` compares dimensions with each other. We need a number for each two "
            "*items*, and items are the rows of `texts`.",
            produces=lambda X, texts, weight, l2: _weights(X.T @ X + weight * texts.T @ texts, l2),
        ),
        Mistake(
            "weight squared",
            "You multiplied the texts by `weight` before the product, so it counts twice. Multiply "
            "the product, or take the square root.",
            produces=lambda X, texts, weight, l2: _weights(
                X.T @ X + weight**2 * texts @ texts.T, l2
            ),
        ),
        Mistake(
            "weight left out",
            "Where does `weight` come in? At weight 0 this has to be plain EASE.",
            produces=lambda X, texts, weight, l2: _weights(X.T @ X + texts @ texts.T, l2),
        ),
        Mistake(
            "diagonal not 0",
            "On the diagonal you have -1: each item speaks against itself. EASE wants 0 there.",
            produces=_with_diagonal,
        ),
        Mistake(
            "texts left out",
            "This is EASE without texts. The cold item has no weight at all.",
            produces=lambda X, texts, weight, l2: _weights(X.T @ X, l2),
        ),
        Mistake(
            "divided along rows",
            "Column j is divided by entry jj. `matrix / vector` does that; `vector[:, None]` "
            "divides rows.",
            produces=lambda X, texts, weight, l2: _text_ease(X, texts, weight, l2).T,
        ),
    ],
    means="The last item of the first case is cold, and it has weights: its text lends them.",
)


def lesson_quiz() -> Quiz:
    """Ask the closing question of lesson 14."""
    return quiz(
        "Your team trains one network on ids and texts together, end to end, on the log. Accuracy "
        "rises a little, and tail items still never appear. What is the likeliest reason?",
        [
            (
                "The text vectors are too short",
                False,
                "The text tower reads the same vectors and finds tail items. What they say is "
                "there; the joint training does not need it.",
            ),
            (
                "The training interactions can be explained by ids and popularity, so nothing in "
                "the loss asks the network to use texts for rare items",
                True,
                "In train an item with three interactions has three known users. Only interactions "
                "that were not trained on show what texts are worth.",
            ),
            (
                "The gate was missing",
                False,
                "With a learned gate inside the network it came out the same: the same "
                "interactions teach the gate.",
            ),
            (
                "It needs more epochs",
                False,
                "More epochs memorise more. The ids get better at what they have seen, and texts "
                "are needed even less.",
            ),
        ],
    )

"""Checks of lesson 15: residual quantisation, allowed tokens, an id's probability, unique ids."""

from __future__ import annotations

import numpy as np

from longtail_course.checks.function_exercise import FunctionExercise
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.quiz import Quiz, quiz

__all__ = ["allowed_tokens", "lesson_quiz", "log_probability", "quantised", "share_unique"]

_BOOKS = np.array(
    [
        [[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]],
        [[-2.0, 0.0], [2.0, 0.0], [0.0, 3.0]],
        [[0.5, 0.0], [0.0, 0.5], [-0.5, -0.5]],
    ]
)


def _tokens(vector: np.ndarray, books: np.ndarray, keep: float = 1.0, far: bool = False) -> list:
    left, tokens = vector, []
    for book in books:
        distances = ((book - left) ** 2).sum(axis=1)
        tokens.append(int(distances.argmax() if far else distances.argmin()))
        left = left - keep * book[tokens[-1]]
    return tokens


quantised = FunctionExercise(
    task="Write `quantise(vector, codebooks)`: a list with one token for each codebook.",
    expected=_tokens,
    cases=[
        (np.array([6.0, 0.0]), _BOOKS[:1]),
        (np.array([6.1, 0.4]), _BOOKS),
        (np.array([0.3, 9.9]), _BOOKS),
        (np.array([2.4, 1.0]), _BOOKS),
        (np.array([4.6, 4.1]), _BOOKS),
    ],
    mistakes=[
        Mistake(
            "vector instead of residual",
            "You looked for the vector itself in every codebook. From the second level on, only "
            "what is left after the levels before counts.",
            produces=lambda vector, books: _tokens(vector, books, keep=0.0),
        ),
        Mistake(
            "farthest code",
            "You took the code that lies farthest away. The smallest distance names the token.",
            produces=lambda vector, books: _tokens(vector, books, far=True),
        ),
        Mistake(
            "residual added",
            "The residual grows from level to level in your function. Subtract the chosen code.",
            produces=lambda vector, books: _tokens(vector, books, keep=-1.0),
        ),
        Mistake(
            "first token only",
            "Your list ends after the first codebook. Each codebook gives one token.",
            produces=lambda vector, books: _tokens(vector, books)[:1],
        ),
    ],
    means="Each token says what the tokens before it left open.",
)

_IDS = np.array([[0, 1, 0], [0, 1, 1], [0, 3, 0], [2, 1, 2], [2, 2, 0]])


def _allowed(ids: np.ndarray, prefix: tuple, size: int) -> np.ndarray:
    fits = (ids[:, : len(prefix)] == prefix).all(axis=1)
    mask = np.zeros(size, dtype=bool)
    mask[ids[fits, len(prefix)]] = True
    return mask


def _one_token_short(ids: np.ndarray, prefix: tuple, size: int) -> np.ndarray:
    short = prefix[:-1]
    fits = (ids[:, : len(short)] == short).all(axis=1)
    mask = np.zeros(size, dtype=bool)
    mask[ids[fits, len(prefix)]] = True
    return mask


allowed_tokens = FunctionExercise(
    task="Write `allowed(ids, prefix, size)`: a mask of `size` tokens, True where an id goes on "
    "like this after the prefix.",
    expected=_allowed,
    cases=[
        (_IDS, (), 4),
        (_IDS, (0,), 4),
        (_IDS, (2, 1), 4),
        (_IDS, (1,), 4),
    ],
    mistakes=[
        Mistake(
            "everything allowed",
            "Every token is allowed in your mask, so the decoder may write an id of no item.",
            produces=lambda ids, prefix, size: np.ones(size, dtype=bool),
        ),
        Mistake(
            "mask inverted",
            "True and False are exchanged: you closed the ways that lead to an item.",
            produces=lambda ids, prefix, size: ~_allowed(ids, prefix, size),
        ),
        Mistake(
            "prefix one token short",
            "You compared all tokens of the prefix but the last. The next token depends on all.",
            produces=_one_token_short,
        ),
        Mistake(
            "prefix ignored",
            "This is what any id has at that place. Keep only the ids that begin with the prefix.",
            produces=lambda ids, prefix, size: np.isin(np.arange(size), ids[:, len(prefix)]),
        ),
    ],
    means="A beam that follows the mask at each step always ends at an item.",
)


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def _chosen(table: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    return table[np.arange(len(tokens)), tokens]


def _log_probability(logits: np.ndarray, masks: np.ndarray, tokens: np.ndarray) -> float:
    return float(_chosen(_log_softmax(np.where(masks, logits, -np.inf)), tokens).sum())


_LOGITS = np.array([[2.0, 1.0, 0.0], [0.5, 1.5, -1.0], [0.0, 1.0, 3.0]])
_OPEN = np.ones((3, 3), dtype=bool)
_SOME = np.array([[True, True, False], [True, True, True], [False, True, True]])

log_probability = FunctionExercise(
    task="Write `log_probability(logits, masks, tokens)`: the log probability of writing the "
    "tokens when only allowed tokens compete.",
    expected=_log_probability,
    cases=[
        (_LOGITS[:1], _OPEN[:1], np.array([0])),
        (_LOGITS, _OPEN, np.array([0, 1, 2])),
        (_LOGITS, _SOME, np.array([1, 0, 2])),
    ],
    mistakes=[
        Mistake(
            "product of logarithms",
            "You multiplied the logarithms. Probabilities multiply, so their logarithms add up.",
            produces=lambda logits, masks, tokens: float(
                _chosen(_log_softmax(np.where(masks, logits, -np.inf)), tokens).prod()
            ),
        ),
        Mistake(
            "not renormalised after the mask",
            "Tokens that are not allowed still take their share of the probability. Mask first, "
            "then normalise.",
            produces=lambda logits, masks, tokens: float(
                _chosen(_log_softmax(logits), tokens).sum()
            ),
        ),
        Mistake(
            "logits added up",
            "You added the logits. They are no logarithms of probabilities before the softmax.",
            produces=lambda logits, masks, tokens: float(_chosen(logits, tokens).sum()),
        ),
        Mistake(
            "logarithm left out",
            "This is the probability itself. Take its logarithm: with many tokens the product "
            "would come too near 0.",
            produces=lambda logits, masks, tokens: float(
                np.exp(_log_probability(logits, masks, tokens))
            ),
        ),
    ],
    means="Normalised like this at each step, the probabilities of all items add up to 1.",
)


def _counts(ids: np.ndarray) -> np.ndarray:
    return np.unique(ids, axis=0, return_counts=True)[1]


share_unique = FunctionExercise(
    task="Write `share_unique(ids)`: the share of items whose id no other item has.",
    expected=lambda ids: float((_counts(ids) == 1).sum() / len(ids)),
    cases=[
        (np.array([[0, 1], [0, 2]]),),
        (np.array([[1, 2], [1, 2], [3, 0], [3, 1]]),),
        (np.array([[1, 2], [1, 2], [1, 2], [3, 0], [2, 1]]),),
    ],
    mistakes=[
        Mistake(
            "different ids counted",
            "You counted different ids. Two items that share one are both not unique.",
            produces=lambda ids: len(_counts(ids)) / len(ids),
        ),
        Mistake(
            "share of the different ids",
            "You divided by the number of different ids. The share is one of items.",
            produces=lambda ids: float((_counts(ids) == 1).mean()),
        ),
        Mistake(
            "share of items that collide",
            "This is the share of items that share their id with another. Take the others.",
            produces=lambda ids: float((_counts(ids)[_counts(ids) > 1]).sum() / len(ids)),
        ),
        Mistake(
            "number instead of share",
            "This is a number of items. Divide it by how many there are.",
            produces=lambda ids: int((_counts(ids) == 1).sum()),
        ),
    ],
    means="What is not unique needs one token more, which means nothing.",
)


def lesson_quiz() -> Quiz:
    """Ask the closing question of lesson 15."""
    return quiz(
        "A team gives each item a semantic id and trains a model that writes ids. An item that "
        "arrived today has a text and no interaction. What happens?",
        [
            (
                "It has an id at once, but the model hardly ever writes it",
                True,
                "The text alone makes the id. In training, though, no history ever went on with "
                "it, so a share of the list has to be kept for such items.",
            ),
            (
                "It cannot be recommended before the model is trained again",
                False,
                "No item has a vector of its own here. The codebooks turn its text into tokens "
                "that the model knows from other items.",
            ),
            (
                "It is recommended as often as its neighbours in the id tree",
                False,
                "It shares the first tokens with them, but at the token where they part the model "
                "has learned to go on to what people chose.",
            ),
            (
                "The trie forbids it, because it was not in training",
                False,
                "The trie holds the ids of the whole catalogue and is built without interactions.",
            ),
        ],
    )

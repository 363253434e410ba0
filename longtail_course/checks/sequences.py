"""Checks of lesson 13: the causal mask, two losses of one place, gBCE's exponent, masked items."""

from __future__ import annotations

import numpy as np

from longtail_course.checks.function_exercise import FunctionExercise
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.quiz import Quiz, quiz

__all__ = ["causal_mask", "exponent", "lesson_quiz", "masked_items", "two_losses"]


def _mask(items: np.ndarray) -> np.ndarray:
    real = items >= 0
    return np.tri(len(items), dtype=bool) & real & real[:, None]


causal_mask = FunctionExercise(
    task="Write `causal_mask(items)`: a square table of True and False; row t, column s says "
    "whether place t may look at place s.",
    expected=_mask,
    cases=[
        (np.array([3, 1, 2]),),
        (np.array([-1, -1, 4, 0, 7]),),
        (np.array([-1, 5]),),
    ],
    mistakes=[
        Mistake(
            "mask transposed",
            "Your places look at what comes after them. Row t may see the columns up to t: the "
            "triangle below the diagonal.",
            produces=lambda items: _mask(items[::-1])[::-1, ::-1],
        ),
        Mistake(
            "diagonal masked",
            "A place may see itself: the item that stands there is known, and it tells most about "
            "the next.",
            produces=lambda items: _mask(items) & ~np.eye(len(items), dtype=bool),
        ),
        Mistake(
            "padding not masked",
            "Without padding it is right. Padding (-1) is no item: nobody looks at its columns, "
            "and its rows look at nothing.",
            produces=lambda items: np.tri(len(items), dtype=bool),
        ),
        Mistake(
            "no order",
            "You mask padding, but everything else sees everything: the answer to place t stands "
            "at place t + 1.",
            produces=lambda items: (items >= 0) & (items >= 0)[:, None],
        ),
        Mistake(
            "item 0 taken for padding",
            "Item 0 is an item. Padding is -1: compare with `>= 0`.",
            produces=lambda items: (
                np.tri(len(items), dtype=bool) & (items > 0) & (items > 0)[:, None]
            ),
        ),
    ],
    means="Every place has its own past, so one history gives as many training examples as it has "
    "places.",
)


def _softplus(x: float | np.ndarray) -> float | np.ndarray:
    return np.logaddexp(0, x)


def _cross_entropy(logits: np.ndarray, target: int) -> float:
    return float(np.logaddexp.reduce(logits) - logits[target])


def _two(logits: np.ndarray, target: int, negative: int) -> np.ndarray:
    bce = _softplus(-logits[target]) + _softplus(logits[negative])
    return np.array([bce, _cross_entropy(logits, target)])


def _bce_without_negative(logits: np.ndarray, target: int, negative: int) -> np.ndarray:
    return np.array([_softplus(-logits[target]), _cross_entropy(logits, target)])


def _negative_rewarded(logits: np.ndarray, target: int, negative: int) -> np.ndarray:
    bce = _softplus(-logits[target]) + _softplus(-logits[negative])
    return np.array([bce, _cross_entropy(logits, target)])


def _against_one(logits: np.ndarray, target: int, negative: int) -> np.ndarray:
    pair = logits[[target, negative]]
    return np.array([_two(logits, target, negative)[0], _cross_entropy(pair, 0)])


def _target_left_out(logits: np.ndarray, target: int, negative: int) -> np.ndarray:
    rest = np.logaddexp.reduce(np.delete(logits, target)) - logits[target]
    return np.array([_two(logits, target, negative)[0], rest])


_LOGITS = np.array([1.5, -0.5, 0.25, 3.0, -1.0])

two_losses = FunctionExercise(
    task="Write `two_losses(logits, target, negative)`: an array of two numbers, the BCE against "
    "one negative and the cross-entropy over all logits.",
    expected=_two,
    cases=[
        (np.zeros(4), 0, 1),
        (_LOGITS, 0, 1),
        (_LOGITS, 2, 3),
    ],
    mistakes=[
        Mistake(
            "negative left out",
            "Your BCE looks at the target alone. Then a model that says yes to everything is "
            "perfect: the negative has to be told no, by -log(1 - sigmoid).",
            produces=_bce_without_negative,
        ),
        Mistake(
            "negative rewarded",
            "Both items get -log sigmoid, so the negative is pulled up as well. It needs "
            "-log(1 - sigmoid).",
            produces=_negative_rewarded,
        ),
        Mistake(
            "softmax over two",
            "Your BCE is right. The cross-entropy compares the target with all logits, not with "
            "the negative alone.",
            produces=_against_one,
        ),
        Mistake(
            "target missing from the sum",
            "The sum of exponentials holds every item, the target too; otherwise it gives no "
            "probabilities.",
            produces=_target_left_out,
        ),
        Mistake(
            "sign",
            "A loss is minus a logarithm of something below 1: it is not negative.",
            produces=lambda logits, target, negative: -_two(logits, target, negative),
        ),
        Mistake(
            "order of the two",
            "Both numbers are right; the BCE comes first.",
            produces=lambda logits, target, negative: _two(logits, target, negative)[::-1],
        ),
    ],
    means="BCE has no idea of the items that were not drawn; cross-entropy hears of all of them.",
)


def _exponent(n_negatives: int, n_items: int, t: float) -> float:
    share = n_negatives / (n_items - 1)
    return share * (t * (1 - 1 / share) + 1 / share)


exponent = FunctionExercise(
    task="Write `exponent(n_negatives, n_items, t)`: a (t (1 - 1/a) + 1/a), with a the share of "
    "possible negatives that is drawn.",
    expected=_exponent,
    cases=[(10, 101, 0.75), (1, 1501, 0.0), (256, 4000, 1.0), (256, 4000, 0.3)],
    mistakes=[
        Mistake(
            "target counted among the negatives",
            "The target itself cannot be a negative: there are n_items - 1 others.",
            produces=lambda n, items, t: _exponent(n, items + 1, t),
        ),
        Mistake(
            "share upside down",
            "a is drawn over possible: it lies below 1.",
            produces=lambda n, items, t: (
                (1 / (n / (items - 1))) * (t * (1 - n / (items - 1)) + n / (items - 1))
            ),
        ),
        Mistake(
            "factor in front left out",
            "At t = 0 the exponent must be 1, plain BCE. Multiply the bracket by a.",
            produces=lambda n, items, t: _exponent(n, items, t) / (n / (items - 1)),
        ),
        Mistake(
            "calibration the wrong way round",
            "You have 1 - t for t: t = 0 should leave BCE as it is, with exponent 1.",
            produces=lambda n, items, t: _exponent(n, items, 1 - t),
        ),
        Mistake(
            "share alone",
            "That is the exponent at t = 1. Between 0 and 1 it lies between 1 and a.",
            produces=lambda n, items, t: n / (items - 1),
        ),
    ],
    means="The fewer negatives are drawn, the less the one positive may count.",
)

_MASK = -2


def _masked(items: np.ndarray, places: np.ndarray) -> np.ndarray:
    inputs, targets = items.copy(), np.full_like(items, -1)
    inputs[places], targets[places] = _MASK, items[places]
    return np.array([inputs, targets])


def _only_inputs(items: np.ndarray, places: np.ndarray) -> np.ndarray:
    return np.array([_masked(items, places)[0], items])


masked_items = FunctionExercise(
    task="Write `masked_items(items, places)`: two rows, what the network reads (-2 at the masked "
    "places) and its targets (-1 where there is none).",
    expected=_masked,
    cases=[
        (np.array([5, 8, 2, 9]), np.array([1])),
        (np.array([7, 0, 4, 4, 3, 6]), np.array([0, 3, 5])),
        (np.array([1, 2]), np.array([1])),
    ],
    mistakes=[
        Mistake(
            "loss on unmasked places",
            "Your targets hold every item. Where an item is not masked the network only has to "
            "copy what it reads: no target there.",
            produces=_only_inputs,
        ),
        Mistake(
            "mask missing",
            "The targets are right, but the network still reads them. Put -2 in the first row at "
            "the masked places.",
            produces=lambda items, places: np.array([items, _masked(items, places)[1]]),
        ),
        Mistake(
            "targets read after masking",
            "Your targets are masks: the items were overwritten before you read them. Work on a "
            "copy.",
            produces=lambda items, places: np.array(
                [_masked(items, places)[0], np.where(_masked(items, places)[1] < 0, -1, _MASK)]
            ),
        ),
        Mistake(
            "places the wrong way round",
            "You masked all the other places. `places` are those to hide.",
            produces=lambda items, places: _masked(
                items, np.setdiff1d(np.arange(len(items)), places)
            ),
        ),
        Mistake(
            "rows swapped",
            "What the network reads comes first, then the targets.",
            produces=lambda items, places: _masked(items, places)[::-1],
        ),
    ],
    means="The loss asks only where the answer is hidden.",
)


def lesson_quiz() -> Quiz:
    """Ask the closing question of lesson 13."""
    return quiz(
        "A paper reports that its new architecture, trained with cross-entropy, beats SASRec, "
        "trained with BCE and one negative, by a quarter. What do you ask first?",
        [
            (
                "How many layers the new architecture has",
                False,
                "Two things changed at once, the architecture and the loss. More layers say "
                "nothing about which of them made the difference.",
            ),
            (
                "What SASRec reaches with cross-entropy, and what EASE reaches",
                True,
                "Same loss for both, and a baseline without any order. Only what is left then "
                "belongs to the architecture.",
            ),
            (
                "Whether it was pretrained on other catalogues",
                False,
                "A fair question, but a later one. Here the loss alone may explain the gap.",
            ),
            (
                "Nothing: a quarter is far outside any interval",
                False,
                "An interval says that the difference is no chance. It does not say where the "
                "difference comes from.",
            ),
        ],
    )

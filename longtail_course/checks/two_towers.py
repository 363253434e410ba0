"""Checks of lesson 09: BPR, in-batch softmax, the logQ correction, a stream's frequency."""

from __future__ import annotations

import numpy as np

from longtail_course.checks.exercise import Exercise
from longtail_course.checks.function_exercise import FunctionExercise
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.quiz import Quiz, quiz

__all__ = ["APPEARED", "bpr_loss", "corrected", "in_batch_loss", "lesson_quiz", "rate"]

# Draws at which one item came by in a stream.
APPEARED = np.array([4, 9, 12, 20])

_LOGITS = np.array([[2.0, 0.0, 1.0], [0.0, 3.0, 1.0], [2.0, 1.0, 2.0]])
_ITEMS = np.array([7, 8, 7])


def _softplus(x: np.ndarray) -> np.ndarray:
    return np.logaddexp(0, x)


bpr_loss = FunctionExercise(
    task="Write `bpr(positive, negatives)`: the mean of -log sigmoid(positive - negative).",
    expected=lambda positive, negatives: _softplus(negatives - positive).mean(),
    cases=[
        (2.0, np.array([0.0])),
        (2.0, np.array([1.0, 0.0, -1.0])),
        (-0.5, np.array([0.5, 0.5])),
    ],
    mistakes=[
        Mistake(
            "difference the wrong way round",
            "Your loss falls when the negative gains. The positive comes first in the difference.",
            produces=lambda positive, negatives: _softplus(positive - negatives).mean(),
        ),
        Mistake(
            "sigmoid of each logit",
            "You took the sigmoid of both logits apart. BPR looks at their difference alone: "
            "adding 5 to both must change nothing.",
            produces=lambda positive, negatives: _softplus(-positive) + _softplus(negatives).mean(),
        ),
        Mistake(
            "logarithm left out",
            "This is the mean probability of the wrong order. Take minus the logarithm of the "
            "right one.",
            produces=lambda positive, negatives: (1 / (1 + np.exp(positive - negatives))).mean(),
        ),
        Mistake(
            "mean before the loss",
            "You averaged the negatives first. Each pair has its own loss; average those.",
            produces=lambda positive, negatives: _softplus(negatives.mean() - positive),
        ),
        Mistake(
            "sum instead of mean",
            "You added up over the negatives. With the mean, more negatives do not mean more loss.",
            produces=lambda positive, negatives: _softplus(negatives - positive).sum(),
        ),
        Mistake(
            "sign",
            "A loss is not negative: log sigmoid is below 0, so put a minus before it.",
            produces=lambda positive, negatives: -_softplus(negatives - positive).mean(),
        ),
    ],
    means="Only the order counts: the same amount on top of all logits changes nothing.",
)


def _masked(logits: np.ndarray, items: np.ndarray) -> np.ndarray:
    same = items[:, None] == items[None, :]
    np.fill_diagonal(same, False)
    return np.where(same, -np.inf, logits)


def _cross_entropy(logits: np.ndarray) -> float:
    return float(np.mean(np.logaddexp.reduce(logits, axis=1) - np.diag(logits)))


def _in_batch(logits: np.ndarray, items: np.ndarray) -> float:
    return _cross_entropy(_masked(logits, items))


def _own_item_lost(logits: np.ndarray, items: np.ndarray) -> float:
    same = items[:, None] == items[None, :]
    rest = np.logaddexp.reduce(np.where(same, -np.inf, logits), axis=1)
    return float(np.mean(rest - np.diag(logits)))


in_batch_loss = FunctionExercise(
    task="Write `in_batch(logits, items)`: the mean cross-entropy of the diagonal in each row, "
    "with accidental hits left out.",
    expected=_in_batch,
    cases=[
        (_LOGITS[:2, :2], np.array([7, 8])),
        (_LOGITS, _ITEMS),
        (np.arange(16.0).reshape(4, 4) / 5, np.array([1, 2, 1, 1])),
    ],
    mistakes=[
        Mistake(
            "accidental hits kept",
            "Without repeated items it is right. Where two rows hold the same item, one punishes "
            "the other for it: mask those places.",
            produces=lambda logits, items: _cross_entropy(logits),
        ),
        Mistake(
            "own item masked too",
            "The diagonal holds each row's own item. It must stay in the sum, or the loss can fall "
            "below 0.",
            produces=_own_item_lost,
        ),
        Mistake(
            "masked with 0",
            "A logit of 0 still counts: exp(0) is 1. What is masked has to be so low that its "
            "exponential vanishes.",
            produces=lambda logits, items: _cross_entropy(
                np.where(np.isinf(_masked(logits, items)), 0.0, logits)
            ),
        ),
        Mistake(
            "columns instead of rows",
            "You normalised over the columns, which are users. Each user chooses among items: one "
            "row, one sum.",
            produces=lambda logits, items: _in_batch(logits.T, items),
        ),
        Mistake(
            "sum instead of mean",
            "You added up over the rows. Take the mean, so that the batch size does not matter.",
            produces=lambda logits, items: _in_batch(logits, items) * len(items),
        ),
    ],
    means="The other rows' items serve as negatives, and none of them is the row's own item.",
)

_Q = np.array([0.5, 0.25, 0.125])

corrected = FunctionExercise(
    task="Write `corrected(logits, q)`: the logits with the logQ correction of each column.",
    expected=lambda logits, q: logits - np.log(q),
    cases=[
        (np.array([[1.0, 1.0, 1.0]]), _Q),
        (_LOGITS, _Q),
        (np.zeros((2, 2)), np.array([0.9, 0.1])),
    ],
    mistakes=[
        Mistake(
            "wrong sign",
            "You added log q. Then what is drawn often looks even stronger as a negative, and is "
            "pushed down even more.",
            produces=lambda logits, q: logits + np.log(q),
        ),
        Mistake(
            "probability instead of its logarithm",
            "You subtracted q itself. Logits live on the scale of logarithms.",
            produces=lambda logits, q: logits - q,
        ),
        Mistake(
            "divided by q",
            "You divided the logits by q. Dividing the exponential of a logit by q is subtracting "
            "log q from the logit.",
            produces=lambda logits, q: logits / q,
        ),
        Mistake(
            "only the negatives corrected",
            "The diagonal is a candidate like the others: correct every column, the own item too.",
            produces=lambda logits, q: logits - np.log(q) * (1 - np.eye(*logits.shape)),
        ),
        Mistake(
            "another base",
            "Use the natural logarithm: the softmax has e as its base.",
            produces=lambda logits, q: logits - np.log2(q),
        ),
    ],
    means="What is drawn k times as often as another is given k times less weight in the sum.",
)

rate = Exercise(
    task="Set `probability` to the estimate: one over the mean gap.",
    given={"appeared": APPEARED},
    expected=lambda appeared: 1 / np.mean(np.diff(appeared, prepend=0)),
    mistakes=[
        Mistake(
            "first gap left out",
            "The stream begins at 0, so the first appearance has a gap too: "
            "`np.diff(appeared, prepend=0)`.",
            produces=lambda appeared: 1 / np.mean(np.diff(appeared)),
        ),
        Mistake(
            "gap instead of probability",
            "This is the mean gap: how many draws pass until it comes again. The probability is "
            "one over it.",
            produces=lambda appeared: np.mean(np.diff(appeared, prepend=0)),
        ),
        Mistake(
            "mean of the inverses",
            "You averaged one over each gap. A short gap then counts far too much: average the "
            "gaps, then invert.",
            produces=lambda appeared: np.mean(1 / np.diff(appeared, prepend=0)),
        ),
        Mistake(
            "count instead of probability",
            "This is how often it came. How often in how many draws?",
            produces=lambda appeared: len(appeared),
        ),
    ],
    means="It comes by once in five draws, and two numbers a bucket were enough to know.",
)


def lesson_quiz() -> Quiz:
    """Ask the closing question of lesson 09."""
    return quiz(
        "A team trains two towers with in-batch negatives and no correction. NDCG is poor, but the "
        "tail is shown often. What would you tell them?",
        [
            (
                "They have solved the long tail; the low NDCG is the price",
                False,
                "The loss took popularity out of every score, by accident. Nobody chose how much, "
                "and the users' choices got lost with it.",
            ),
            (
                "Their loss answers another question: what suits a user more than its popularity "
                "says",
                True,
                "It learns p / q. With the correction it learns p. How much of q to leave in is "
                "then a decision, and lesson 10 makes it one number.",
            ),
            (
                "Add log q to the logits",
                False,
                "That is the wrong sign: it learns p / q², and the lesson measured what it costs.",
            ),
            (
                "Two towers cannot beat EASE, so stop",
                False,
                "Here they did, with the right loss and negatives. The last table has both, tuned, "
                "with the intervals of their difference.",
            ),
        ],
    )

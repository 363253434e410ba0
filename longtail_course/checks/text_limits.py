"""Checks of lesson 16: a paired control, popularity on held-out items, the price of a point."""

from __future__ import annotations

import numpy as np

from longtail_course.checks.function_exercise import FunctionExercise
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.quiz import Quiz, quiz
from longtail_course.experiments import seconds_per_point

__all__ = ["control_gain", "held_out_r2", "lesson_quiz", "price"]

_REAL = np.array([0.30, 0.00, 0.55, np.nan, 0.10, 0.42])
_SHUFFLED = np.array([0.21, 0.00, 0.40, np.nan, 0.08, 0.37])


def _interval(middle: float, error: float) -> np.ndarray:
    return np.array([middle, middle - 1.96 * error, middle + 1.96 * error])


def _error(numbers: np.ndarray) -> float:
    return numbers.std(ddof=1) / np.sqrt(len(numbers))


def _paired(real: np.ndarray, shuffled: np.ndarray) -> np.ndarray:
    each = (real - shuffled)[~np.isnan(real)]
    return _interval(each.mean(), _error(each))


def _unpaired(real: np.ndarray, shuffled: np.ndarray) -> np.ndarray:
    one, other = (numbers[~np.isnan(numbers)] for numbers in (real, shuffled))
    return _interval(one.mean() - other.mean(), np.hypot(_error(one), _error(other)))


def _with_spread(real: np.ndarray, shuffled: np.ndarray) -> np.ndarray:
    each = (real - shuffled)[~np.isnan(real)]
    return _interval(each.mean(), each.std(ddof=1))


control_gain = FunctionExercise(
    task="Write `control_gain(real, shuffled)`: mean difference of the users' numbers, and its "
    "interval, as an array of three numbers.",
    expected=_paired,
    cases=[
        (np.array([0.5, 0.2, 0.3]), np.array([0.4, 0.2, 0.1])),
        (_REAL, _SHUFFLED),
        (_SHUFFLED, _REAL),
    ],
    mistakes=[
        Mistake(
            "two samples instead of pairs",
            "Your interval treats the two columns as different users. They are the same: subtract "
            "user by user first, and let easy and hard users cancel out.",
            produces=_unpaired,
        ),
        Mistake(
            "the other way round",
            "A gain is real less shuffled. Yours is positive where the real text is worse.",
            produces=lambda real, shuffled: _paired(shuffled, real),
        ),
        Mistake(
            "undefined counted as 0",
            "A user without a tail item in test has no number (NaN). Leave the user out; a 0 would "
            "say that a hit was missed.",
            produces=lambda real, shuffled: _paired(np.nan_to_num(real), np.nan_to_num(shuffled)),
        ),
        Mistake(
            "spread of users instead of error of the mean",
            "This is how far users lie apart. The error of their mean is smaller by the root of "
            "their number.",
            produces=_with_spread,
        ),
        Mistake(
            "NaN left in",
            "One NaN makes the whole mean NaN. Keep the users that have a number.",
            produces=lambda real, shuffled: _interval(
                (real - shuffled).mean(), _error(real - shuffled)
            ),
        ),
    ],
    means="What is left of a gain under shuffled text did not come from what the texts say.",
)


def _ridge(vectors: np.ndarray, target: np.ndarray, l2: float) -> np.ndarray:
    return np.linalg.solve(vectors.T @ vectors + l2 * np.eye(vectors.shape[1]), vectors.T @ target)


def _r2(
    vectors: np.ndarray,
    target: np.ndarray,
    fitted: np.ndarray,
    asked: np.ndarray,
    l2: float,
    centre: np.ndarray | None = None,
) -> float:
    mean, middle = vectors[fitted].mean(axis=0), target[fitted].mean()
    weights = _ridge(vectors[fitted] - mean, target[fitted] - middle, l2)
    error = target[asked] - middle - (vectors[asked] - mean) @ weights
    around = target[asked] - (middle if centre is None else target[centre].mean())
    return float(1 - error @ error / (around @ around))


def _not_centred(
    vectors: np.ndarray, target: np.ndarray, train: np.ndarray, test: np.ndarray, l2: float
) -> float:
    weights = _ridge(vectors[train], target[train], l2)
    error, around = target[test] - vectors[test] @ weights, target[test] - target[train].mean()
    return float(1 - error @ error / (around @ around))


def _probe(seed: int, n: int, d: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, d)) + 1
    target = 3 + vectors @ rng.normal(size=d) + rng.normal(size=n)
    order = rng.permutation(n)
    return vectors, target, np.sort(order[n // 3 :]), np.sort(order[: n // 3])


held_out_r2 = FunctionExercise(
    task="Write `held_out_r2(vectors, target, train, test, l2)`: fit a ridge regression on the "
    "rows `train`, centred by their means, and give R² on the rows `test`.",
    expected=lambda vectors, target, train, test, l2: _r2(vectors, target, train, test, l2),
    cases=[(*_probe(0, 12, 2), 0.1), (*_probe(1, 30, 10), 1.0), (*_probe(2, 24, 3), 5.0)],
    mistakes=[
        Mistake(
            "measured on the items it was fitted on",
            "You measure on the rows that the weights were fitted on. With as many numbers in a "
            "vector as here, a fit explains them whatever they are.",
            produces=lambda vectors, target, train, test, l2: _r2(
                vectors, target, train, train, l2
            ),
        ),
        Mistake(
            "fitted on all items",
            "The rows you measure on were among those you fitted on. Use `train` alone for means "
            "and weights.",
            produces=lambda vectors, target, train, test, l2: _r2(
                vectors, target, np.arange(len(target)), test, l2, centre=train
            ),
        ),
        Mistake(
            "not centred",
            "Without centring the weights must also carry the mean, and the penalty pulls it "
            "towards 0. Subtract the means of the train rows from vectors and target.",
            produces=_not_centred,
        ),
        Mistake(
            "compared with the mean of the held-out items",
            "You divide by the spread around the held-out items' own mean, which nobody knows "
            "beforehand. The guess to beat is the mean of the train items.",
            produces=lambda vectors, target, train, test, l2: _r2(
                vectors, target, train, test, l2, centre=test
            ),
        ),
        Mistake(
            "share of the error",
            "This is the share that is left unexplained. R² is 1 less that.",
            produces=lambda vectors, target, train, test, l2: (
                1 - _r2(vectors, target, train, test, l2)
            ),
        ),
        Mistake(
            "penalty forgotten",
            "Your result does not depend on l2. It goes onto the diagonal of V'V.",
            produces=lambda vectors, target, train, test, l2: _r2(
                vectors, target, train, test, 0.0
            ),
        ),
    ],
    means="0 is no better than guessing the mean, and below 0 is worse.",
)


def _price(
    ndcg: float, base_ndcg: float, seconds: float, base_seconds: float, encoding: float, fits: int
) -> float | None:
    return seconds_per_point(ndcg - base_ndcg, seconds, base_seconds, encoding, fits)


_CASES = [(0.06, 0.02, 50.0, 10.0, 0.0, 1), (0.05, 0.03, 60.0, 20.0, 120.0, 30)]

price = FunctionExercise(
    task="Write `price(ndcg, base_ndcg, seconds, base_seconds, encoding, fits)`: extra seconds a "
    "fit, for each point of NDCG gained.",
    expected=_price,
    cases=[*_CASES, (0.08, 0.01, 9.0, 2.0, 300.0, 10)],
    mistakes=[
        Mistake(
            "divided by NDCG, not by the gain",
            "You divide by the model's whole NDCG. Most of it the baseline has for free: what is "
            "paid for is the difference.",
            produces=lambda ndcg, base_ndcg, seconds, base_seconds, encoding, fits: (
                seconds_per_point(ndcg, seconds, base_seconds, encoding, fits)
            ),
        ),
        Mistake(
            "encoder charged to every fit",
            "Texts are encoded once and serve all fits. Each fit carries its part of that.",
            produces=lambda ndcg, base_ndcg, seconds, base_seconds, encoding, fits: _price(
                ndcg, base_ndcg, seconds, base_seconds, encoding, 1
            ),
        ),
        Mistake(
            "encoder for free",
            "Your price does not depend on `encoding`. Somebody pays for the vectors.",
            produces=lambda ndcg, base_ndcg, seconds, base_seconds, encoding, fits: _price(
                ndcg, base_ndcg, seconds, base_seconds, 0.0, 1
            ),
        ),
        Mistake(
            "whole cost instead of extra cost",
            "The baseline has to be fitted, too. Only the extra cost buys the gain.",
            produces=lambda ndcg, base_ndcg, seconds, base_seconds, encoding, fits: _price(
                ndcg, base_ndcg, seconds, 0.0, encoding, fits
            ),
        ),
        Mistake(
            "for 1.0 of NDCG instead of a point",
            "This is the price of a whole 1.0 of NDCG. A point is a hundredth.",
            produces=lambda *numbers: 100 * _price(*numbers),
        ),
        Mistake(
            "upside down",
            "These are points for a second. The price is seconds for a point.",
            produces=lambda *numbers: 1 / _price(*numbers),
        ),
    ],
    means="A price needs a baseline twice: for what it costs, and for what it already has.",
)


def lesson_quiz() -> Quiz:
    """Ask the closing question of lesson 16."""
    return quiz(
        "A team adds a pretrained text encoder to its recommender of films. Tail NDCG goes from 0 "
        "to a small number, and the interval leaves out 0. What would convince you that the "
        "encoder understands the films?",
        [
            (
                "The interval: it leaves out 0, so the gain is proved",
                False,
                "It proves that something was gained. Shuffled text, changed titles and words "
                "alone say where it came from.",
            ),
            (
                "The gain goes away with shuffled text, stays with changed titles, and is larger "
                "than with plain words",
                True,
                "The first says that the text did it, the second that it was no memory of titles, "
                "and the third that it took pretraining.",
            ),
            (
                "A larger encoder gains more",
                False,
                "A larger encoder has also read more about well-known films. Size does not tell "
                "understanding from memory.",
            ),
            (
                "The popularity of films can be read off the vectors",
                False,
                "That is a reason for suspicion: the model may get popularity by the back door.",
            ),
        ],
    )

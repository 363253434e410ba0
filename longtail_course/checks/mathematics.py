"""Checks of lesson 03: the elementwise reading, the two scores, a W for .5, the lowest cosine."""

from __future__ import annotations

import numpy as np

from longtail_course.article import cosine, dot_score, project, sigmoid, sigmoid_cosine_floor
from longtail_course.checks.exercise import Exercise
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.quiz import Quiz, quiz

__all__ = ["X_ITEM", "X_USER", "W", "elementwise", "half", "lesson_quiz", "lowest", "two_scores"]

# The worked example of the article's section 4.3.
X_USER = np.array([1, 0, 1, 0, 0])
X_ITEM = np.array([0, 1, 0, 1, 0])
W = np.full(5, 0.5)

elementwise = Exercise(
    task="Set `u` to the sigmoid of each weight times its entry of x: five numbers.",
    given={"x": X_USER + X_ITEM, "W": W},
    expected=lambda x, W: project(x, 0 * x, W, reading="elementwise"),
    mistakes=[
        Mistake(
            "summed before the sigmoid",
            "You added the five products up: that is the first reading, one number. Which "
            "operator multiplies two arrays entry by entry?",
            produces=lambda x, W: sigmoid(W @ x),
        ),
        Mistake(
            "no sigmoid",
            "These are the products. The sigmoid of each of them is still to come.",
            produces=lambda x, W: W * x,
        ),
        Mistake(
            "sigmoid of the features",
            "The weight belongs inside the sigmoid: multiply first, then squash.",
            produces=lambda x, W: W * sigmoid(x),
        ),
        Mistake(
            "the printed result",
            "This is what the article prints. Compute it: what is W·x at the first position?",
            produces=lambda x, W: np.full(len(x), 0.5),
        ),
        Mistake(
            "the item was not added",
            "This holds the user's features alone. x is the sum of both vectors.",
            recognises=lambda answer, x, W: np.allclose(answer, sigmoid(W * X_USER)),
            sample=sigmoid(W * X_USER),
        ),
    ],
    means="Four entries are above .5, because their weight met a feature; the fifth met a 0.",
)

two_scores = Exercise(
    task="Set `scores` to a list of two numbers: uᵀi, and the sigmoid of uᵀi.",
    given={"u": np.full(5, 0.5), "i": np.full(5, 0.5)},
    expected=lambda u, i: np.array([dot_score(u, i), sigmoid(dot_score(u, i))]),
    mistakes=[
        Mistake(
            "mean instead of sum",
            "The dot product adds the products up; it does not take their mean.",
            produces=lambda u, i: [np.mean(u * i), sigmoid(np.mean(u * i))],
        ),
        Mistake(
            "order turned round",
            "Both numbers are right, in the other order: uᵀi comes first.",
            produces=lambda u, i: [sigmoid(u @ i), u @ i],
        ),
        Mistake(
            "cosine",
            "You divided by the lengths, so this is the cosine. The article's formula does not "
            "divide.",
            produces=lambda u, i: [cosine(u, i), sigmoid(cosine(u, i))],
        ),
        Mistake(
            "sigmoid of the sum of both vectors",
            "You added the vectors. The dot product multiplies them entry by entry, then adds up.",
            produces=lambda u, i: [(u + i).sum(), sigmoid((u + i).sum())],
        ),
        Mistake(
            "the printed score",
            "This is the printed score. How many products are there to add, and how large is each?",
            produces=lambda u, i: [0.5, 0.5],
        ),
    ],
    means="The two sides are {expected[0]:.2f} and {expected[1]:.4f}, and the article prints .5.",
)


def _with_first(value: float, W: np.ndarray) -> np.ndarray:
    return np.concatenate(([value], W[1:]))


half = Exercise(
    task="Set `W_half` to the five weights, the first one changed, so that W·x is 0.",
    given={"x": X_USER + X_ITEM, "W": W},
    expected=lambda x, W: _with_first(-(W[1:] @ x[1:]) / x[0], W),
    mistakes=[
        Mistake(
            "balanced the fifth weight too",
            "You balanced all four other weights. The fifth feature is 0: what does its weight "
            "add to the sum?",
            produces=lambda x, W: _with_first(-W[1:].sum(), W),
        ),
        Mistake(
            "W·x is .5",
            "Now W·x is .5. The sigmoid comes after it: which sum does the sigmoid turn into .5?",
            produces=lambda x, W: _with_first((0.5 - W[1:] @ x[1:]) / x[0], W),
        ),
        Mistake(
            "all weights zero",
            "That gives .5, from a model that ignores every feature. Keep the other four at .5.",
            produces=lambda x, W: np.zeros_like(W),
        ),
        Mistake(
            "first weight zero",
            "The first weight is gone, but the sum of the others is still above 0. What balances "
            "it?",
            produces=lambda x, W: _with_first(0.0, W),
        ),
        Mistake(
            "four weights changed",
            "This gives .5 too. The exercise changes only the first weight and keeps the others.",
            recognises=lambda answer, x, W: abs(np.asarray(answer) @ x) < 1e-9,
            sample=np.array([0.0, 0.0, 0.0, 0.0, 0.5]),
        ),
    ],
    means="A first weight of {expected[0]:g} balances the other three that meet a feature.",
)

lowest = Exercise(
    task="Set `smallest` to the lowest cosine of two sigmoid vectors with z between -3 and 3.",
    given={"c": 3.0},
    expected=lambda c: sigmoid_cosine_floor(reach=c),
    mistakes=[
        Mistake(
            "same direction",
            "1 means that both vectors point the same way. All entries large and all entries "
            "small is the same direction: the diagonal. Make the entries of one vector differ.",
            produces=1.0,
        ),
        Mistake(
            "no sigmoid",
            "That is the cosine of the z themselves. Their sigmoids are all positive: apply "
            "`sigmoid` to both vectors first.",
            produces=-1.0,
        ),
        Mistake(
            "right angle",
            "For 0 one of each two entries must be 0, and no sigmoid gives a 0. Compute it.",
            produces=0.0,
        ),
        Mistake(
            "only one vector at its limits",
            "Only one of the vectors uses its range. Let the other one point the opposite way.",
            produces=lambda c: cosine(sigmoid([c, -c]), sigmoid([0.0, 0.0])),
        ),
        Mistake(
            "dot product",
            "This is the dot product. A cosine divides it by the lengths of both vectors.",
            produces=lambda c: dot_score(sigmoid([c, -c]), sigmoid([-c, c])),
        ),
    ],
    means="At best {expected:.4f}: small, and still on the side of yes.",
)


def lesson_quiz() -> Quiz:
    """Ask the closing question of lesson 03."""
    return quiz(
        "A user dislikes an item. Which cosine can two sigmoid towers give this pair?",
        [
            (
                "-1, if the weights are negative enough",
                False,
                "Negative weights make z negative. Its sigmoid is small, and still above 0.",
            ),
            (
                "0, the middle of the scale",
                False,
                "A cosine of 0 needs a 0 in one of each two entries. The sigmoid comes near 0 and "
                "never reaches it.",
            ),
            (
                "A number above 0; the nearer to 0, the flatter the sigmoids",
                True,
                "All entries are positive, so the cosine is. Small cosines need large |z|, where "
                "the slope, and with it the gradient, is nearly 0.",
            ),
            (
                "Any number: training finds the weights",
                False,
                "Training chooses among what the formula can give. No weights give a negative "
                "entry.",
            ),
        ],
    )

"""Checks of lesson 12: pooling over a mask, centring, whole numbers for entries, content scores."""

from __future__ import annotations

import numpy as np

from longtail_course.checks.function_exercise import FunctionExercise
from longtail_course.checks.mistake import Mistake
from longtail_course.checks.quiz import Quiz, quiz
from longtail_lib.text import anisotropy, quantise_int8

__all__ = ["centred_cosine", "content_scores", "int8_codes", "lesson_quiz", "mean_pooling"]


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def _pooled(states: np.ndarray, mask: np.ndarray) -> np.ndarray:
    weights = mask[:, :, None]
    return _unit((states * weights).sum(axis=1) / weights.sum(axis=1))


# A network gives padding a vector like any other token, so these are not zero.
_SHORT = np.array([[[3.0, 0.0], [0.0, 1.0], [5.0, -9.0]], [[1.0, 1.0], [1.0, 3.0], [2.0, 2.0]]])
_SHORT_MASK = np.array([[1, 1, 0], [1, 1, 1]])
_LONG = np.random.default_rng(12).normal(size=(3, 5, 4))
_LONG_MASK = np.arange(5) < np.array([[2], [5], [3]])

mean_pooling = FunctionExercise(
    task="Write `mean_pooling(states, mask)`: the mean vector of each text's real tokens, divided "
    "by its length.",
    expected=_pooled,
    cases=[(_SHORT, _SHORT_MASK), (_LONG, _LONG_MASK)],
    mistakes=[
        Mistake(
            "padding counted",
            "You averaged over all places. The vectors of padding belong to no word: multiply by "
            "the mask before you add up.",
            produces=lambda states, mask: _unit(states.mean(axis=1)),
        ),
        Mistake(
            "first token instead of the mean",
            "You took the vector of the first token. Some models are trained for that; this one "
            "was trained with the mean.",
            produces=lambda states, mask: _unit(states[:, 0]),
        ),
        Mistake(
            "not divided by its length",
            "The mean is right. Its length is not 1 yet, so a product would be no cosine.",
            produces=lambda states, mask: (
                (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1)[:, None]
            ),
        ),
        Mistake(
            "one length for all texts",
            "You divided all rows by one number. Each row has a length of its own: `axis=1`, and "
            "`keepdims=True`.",
            produces=lambda states, mask: (
                (states * mask[:, :, None]).sum(axis=1)
                / np.linalg.norm((states * mask[:, :, None]).sum(axis=1))
            ),
        ),
        Mistake(
            "tokens divided by their length first",
            "You gave each token length 1 before the mean. The length of a token counts: average "
            "first, then divide.",
            produces=lambda states, mask: _pooled(_unit(states), mask),
        ),
    ],
    means="One vector for each text, however long it is and however much padding it has.",
)


def _mean_of_pairs(rows: np.ndarray, diagonal: bool = False) -> float:
    products = rows @ rows.T
    return float(products.mean() if diagonal else products[~np.eye(len(rows), dtype=bool)].mean())


_CONE = np.random.default_rng(1).normal(size=(6, 3)) + np.array([2.0, 0.0, -1.0])

centred_cosine = FunctionExercise(
    task="Write `centred_cosine(vectors)`: subtract the mean vector, then return the mean cosine "
    "of two different rows.",
    expected=lambda vectors: anisotropy(vectors - vectors.mean(axis=0)),
    cases=[(np.array([[2.0, 0.0], [2.0, 1.0], [2.0, 5.0]]),), (_CONE,), (10 * _CONE[:4] + 1,)],
    mistakes=[
        Mistake(
            "not centred",
            "This is the mean cosine before centring. Which vector do all rows share?",
            produces=anisotropy,
        ),
        Mistake(
            "mean of each row",
            "You subtracted from each row the mean of its own entries. The mean vector has one "
            "entry for each column: `axis=0`.",
            produces=lambda vectors: anisotropy(vectors - vectors.mean(axis=1, keepdims=True)),
        ),
        Mistake(
            "each row with itself",
            "Every row has cosine 1 with itself, and you counted these. Leave out the diagonal.",
            produces=lambda vectors: _mean_of_pairs(_unit(vectors - vectors.mean(axis=0)), True),
        ),
        Mistake(
            "length not set again",
            "After centring, rows have other lengths. Divide by them, or the products are no "
            "cosines.",
            produces=lambda vectors: _mean_of_pairs(vectors - vectors.mean(axis=0)),
        ),
        Mistake(
            "length 1 before centring only",
            "You divided by the length, then centred. Centring changes the length: divide after "
            "it.",
            produces=lambda vectors: _mean_of_pairs(_unit(vectors) - _unit(vectors).mean(axis=0)),
        ),
    ],
    means="What all texts share is gone, and 0 means again: no more alike than any two.",
)

_ROW = np.array([0.05, -0.4, 0.3, 0.0, 0.127])


def _codes(row: np.ndarray) -> np.ndarray:
    return quantise_int8(row[None]).codes[0]


int8_codes = FunctionExercise(
    task="Write `int8_codes(row)`: whole numbers from -127 to 127, where 127 stands for the "
    "largest absolute entry.",
    expected=_codes,
    cases=[(_ROW,), (np.array([1.0, -0.5, 0.204]),), (np.array([-3.0, 0.46, -1.7, 2.9]),)],
    mistakes=[
        Mistake(
            "cut off instead of rounded",
            "`astype` cuts the fraction off, so everything moves towards 0. Round first: "
            "`np.rint`.",
            produces=lambda row: (127 * row / np.abs(row).max()).astype(np.int8),
        ),
        Mistake(
            "largest entry instead of largest absolute entry",
            "A negative entry can be the largest in size. Take `np.abs` before `max`, or it does "
            "not fit into a byte.",
            produces=lambda row: np.rint(127 * row / row.max()),
        ),
        Mistake(
            "rounded without a scale",
            "Entries between -1 and 1 round to almost nothing but 0. Stretch them to 127 first.",
            produces=np.rint,
        ),
        Mistake(
            "128 steps",
            "A signed byte goes from -128 to 127. With 128 the largest entry overflows and turns "
            "negative.",
            produces=lambda row: np.rint(128 * row / np.abs(row).max()),
        ),
        Mistake(
            "not rounded",
            "These are still fractions. A byte holds whole numbers.",
            produces=lambda row: 127 * row / np.abs(row).max(),
        ),
    ],
    means="One byte instead of four for each entry, and one scale for the row.",
)


def _scores(history: list[int], vectors: np.ndarray, how: str = "mean") -> np.ndarray:
    similar = vectors @ vectors[list(history)].T
    scores = {
        "mean": similar.mean(axis=1),
        "sum": similar.sum(axis=1),
        "last": similar[:, -1],
        "nearest": similar.max(axis=1),
    }[how]
    scores[list(history)] = -np.inf
    return scores


_TEXTS = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0], [0.8, -0.6], [0.8, 0.6]])
_MORE = _unit(np.random.default_rng(3).normal(size=(7, 4)))

content_scores = FunctionExercise(
    task="Write `content_scores(history, vectors)`: for each item its mean cosine to the items in "
    "`history`, and -inf for seen items.",
    expected=_scores,
    cases=[([0, 1], _TEXTS), ([2, 5, 6], _MORE), ([4], _TEXTS)],
    mistakes=[
        Mistake(
            "seen items left in",
            "The scores are right, but a user's own items are most like themselves and would come "
            "first. Set theirs to -np.inf.",
            produces=lambda history, vectors: (vectors @ vectors[list(history)].T).mean(axis=1),
        ),
        Mistake(
            "sum instead of mean",
            "You added the cosines up. The order is the same, but a long history gets scores far "
            "above 1.",
            produces=lambda history, vectors: _scores(history, vectors, "sum"),
        ),
        Mistake(
            "last item only",
            "You looked at the last item of the history. All of them speak.",
            produces=lambda history, vectors: _scores(history, vectors, "last"),
        ),
        Mistake(
            "nearest item only",
            "You took the most similar item of the history. Asked is the mean over all of them.",
            produces=lambda history, vectors: _scores(history, vectors, "nearest"),
        ),
    ],
    means="No interaction of the candidate was needed: a cold item gets a score like any other.",
)


def lesson_quiz() -> Quiz:
    """Ask the closing question of lesson 12."""
    return quiz(
        "A shop adds 400 new items a week. A colleague says: 'MiniLM finds better neighbours than "
        "TF-IDF, so its vectors will sell more new items.' What do you answer?",
        [
            (
                "Yes: better neighbours mean better recommendations",
                False,
                "Neighbours that share a theme are a probe. Users also choose by what the probe "
                "does not ask, and the two can disagree, as they do in this lesson.",
            ),
            (
                "Hold items out, and compare both on the interactions of these, with intervals",
                True,
                "That is the question itself. It costs a split and two models that fit in "
                "seconds, and it may come out either way.",
            ),
            (
                "Use EASE: it has the highest Recall overall",
                False,
                "EASE has no weight for an item that nobody has bought. Its recall of new items "
                "is 0, whatever it reaches on the rest.",
            ),
            (
                "No: pretrained encoders do not work for shops",
                False,
                "They do: the recall of cold items is several times that of chance. Whether they "
                "beat plain words depends on texts and users, so measure.",
            ),
        ],
    )

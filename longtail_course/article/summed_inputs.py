"""What adding X_u and X_i does: user and item become interchangeable."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from longtail_course.article.projections import item_projection, user_projection
from longtail_course.article.scoring import dot_score

__all__ = ["article_score", "swap_features"]


def article_score(
    x_user: ArrayLike,
    x_item: ArrayLike,
    weights_user: ArrayLike,
    weights_item: ArrayLike,
    bias_user: ArrayLike = 0.0,
    bias_item: ArrayLike = 0.0,
    *,
    reading: str = "matrix",
) -> np.ndarray:
    """Score pairs with the formulas of section 4.2 taken at their word.

    Both towers see the same sum X_u + X_i. Three things follow, whatever was learned:

    - Who has a feature does not matter: see `swap_features`.
    - With equal weights u = i, and the score is |u|².
    - With W a vector, the same in both towers, every user gets the same order of items: u and i
      both rise with W · X_i, and X_u only shifts it.

    Parameters
    ----------
    x_user, x_item : array of float, shape (d,) or (n, d)
    weights_user, weights_item : array of float
        W1 and W2; shapes as in `project`.
    bias_user, bias_item : array of float
        b1 and b2.
    reading : {"vector", "elementwise", "matrix"}

    Returns
    -------
    ndarray of float64, shape () or (n,)

    Examples
    --------
    >>> likes_jazz, jazz, rock = [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]
    >>> w = [[1.0, 1.0], [1.0, 1.0]]
    >>> article_score(likes_jazz, jazz, w, w) == article_score(likes_jazz, rock, w, w)
    np.True_
    """
    u = user_projection(x_user, x_item, weights_user, bias_user, reading=reading)
    i = item_projection(x_user, x_item, weights_item, bias_item, reading=reading)
    if reading == "vector":
        return u * i
    return dot_score(u, i)


def swap_features(
    x_user: ArrayLike, x_item: ArrayLike, positions: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Give the user the item's features at some positions, and the item the user's.

    The sum X_u + X_i stays what it was, so the article's score cannot change; the pair that it
    describes can be another one altogether.

    Parameters
    ----------
    x_user, x_item : array of float, shape (d,)
    positions : array of int
        Which features change hands.

    Returns
    -------
    x_user, x_item : ndarray of float64, shape (d,)
        Fresh arrays.

    Raises
    ------
    ValueError
        x_user and x_item differ in shape.

    Examples
    --------
    >>> swap_features([1, 0, 1], [0, 1, 0], [0])
    (array([0., 0., 1.]), array([1., 1., 0.]))
    """
    x_user = np.array(x_user, dtype=np.float64)
    x_item = np.array(x_item, dtype=np.float64)
    if x_user.shape != x_item.shape:
        raise ValueError(
            f"x_user and x_item must have the same shape, got {x_user.shape} and {x_item.shape}"
        )
    positions = np.atleast_1d(np.asarray(positions, dtype=np.int64))
    x_user[positions], x_item[positions] = x_item[positions], x_user[positions]
    return x_user, x_item

"""Real cold start: items and users that a log meets for the first time after a date."""

from __future__ import annotations

from numbers import Integral

import numpy as np
from scipy.sparse import csr_matrix

from longtail_lib._parameters import Interval, constrained
from longtail_lib._stored_entries import owners
from longtail_lib.preprocessing._rearranged import DROPPED, rearranged
from longtail_lib.preprocessing._split_matrices import Split

__all__ = ["hold_out_new_items", "hold_out_new_users"]


def hold_out_new_items(parts: Split) -> Split:
    """Ask only for items that appear after test begins, from users who are known by then.

    `hold_out_items` takes interactions of any items away, so what looks cold has an old item's
    users and popularity. Here items are cold because they are new, as in a real catalogue, and
    are asked for among all others. Validation asks likewise for items that are new when it
    begins; the rest of its interactions lies in `Split.between`.

    Parameters
    ----------
    parts : Split
        Made with `how="temporal"`: test begins for all at one moment.

    Returns
    -------
    Split

    Raises
    ------
    ValueError
        Parts that are not divided by time, or no new item that a known user chose.

    Examples
    --------
    >>> times = {"train": [[1, 2, 0], [0, 3, 0]], "test": [[0, 0, 4], [5, 0, 0]]}
    >>> parts = Split.from_matrices(
    ...     [[1, 1, 0], [0, 1, 0]], test=[[0, 0, 1], [1, 0, 0]], times=times)
    >>> hold_out_new_items(parts).test.toarray()        # item 0 is known, item 2 is not
    array([[0., 0., 1.],
           [0., 0., 0.]], dtype=float32)
    """
    before = _divided_by_time("hold_out_new_items", parts)
    known_items = np.bincount(before.indices, minlength=parts.n_items) > 0
    known_users = np.diff(before.indptr) > 0
    test_rows, validation_rows = owners(parts.test), owners(parts.validation)
    asked = known_users[test_rows] & ~known_items[parts.test.indices]
    if not asked.any():
        raise ValueError(
            f"hold_out_new_items: no user of {parts!r} who is known before test chose an item "
            "that is new in it; begin test earlier, or use hold_out_items"
        )
    trained = parts.popularity > 0
    learned = np.diff(parts.train.indptr) > 0
    checked = learned[validation_rows] & ~trained[parts.validation.indices]
    into = {
        "test": np.where(asked, 2, DROPPED),
        "validation": np.where(checked, 1, 3),
    }
    return rearranged(parts, into, parameters={**parts.parameters, "held_out": "new items"})


@constrained(given=Interval(Integral, 0))
def hold_out_new_users(parts: Split, given: int = 0) -> Split:
    """Ask only users who appear after test begins, once they have chosen `given` items.

    With `given=0` nothing is known of them, and a model shows what it shows to anybody. Otherwise
    their first `given` items lie in `Split.between`: `Split.final` joins them to train, as if the
    service had learned again, and `Recommender.with_histories` shows them to a model that has
    not. Validation asks likewise users who are new when it begins; their given items are in train,
    the rest of validation's interactions in `Split.between`.

    Parameters
    ----------
    parts : Split
        Made with `how="temporal"`: test begins for all at one moment.
    given : int
        Users with no more than so many test interactions are dropped.

    Returns
    -------
    Split

    Raises
    ------
    ValueError
        Parts that are not divided by time, or no such user.

    Examples
    --------
    >>> times = {"train": [[1, 2, 0], [0, 0, 0]], "test": [[0, 0, 4], [5, 0, 6]]}
    >>> parts = Split.from_matrices(
    ...     [[1, 1, 0], [0, 0, 0]], test=[[0, 0, 1], [1, 0, 1]], times=times)
    >>> new = hold_out_new_users(parts, given=1)
    >>> new.test.toarray()[1], new.between.toarray()[1]
    (array([0., 0., 1.], dtype=float32), array([1., 0., 0.], dtype=float32))
    """
    before = _divided_by_time("hold_out_new_users", parts)
    asked, shown = _asked(parts, "test", np.diff(before.indptr) > 0, given)
    if not asked.any():
        raise ValueError(
            f"hold_out_new_users: no user of {parts!r} appears in test with more than {given} "
            "interactions; begin test earlier, or give less"
        )
    checked, learned = _asked(parts, "validation", np.diff(parts.train.indptr) > 0, given)
    into = {
        "test": np.where(asked, 2, np.where(shown, 3, DROPPED)),
        "validation": np.where(checked, 1, np.where(learned, 0, 3)),
    }
    held = {"held_out": "new users", "given": given}
    return rearranged(parts, into, parameters={**parts.parameters, **held})


def _asked(parts: Split, part: str, known: np.ndarray, given: int) -> tuple[np.ndarray, np.ndarray]:
    """Say of each interaction of a part whether it is asked for, and whether it is given."""
    matrix = getattr(parts, part)
    rows = owners(matrix)
    ranks = parts.order[part].data
    first = np.full(parts.n_users, np.iinfo(np.int32).max, dtype=np.int64)
    np.minimum.at(first, rows, ranks)
    # Ranks count a user's whole history; a new user's begins in this part.
    place = ranks - first[rows]
    new = ~known[rows] & (np.diff(matrix.indptr)[rows] > given)
    return new & (place >= given), new & (place < given)


def _divided_by_time(who: str, parts: Split) -> csr_matrix:
    """Return all that comes before test; refuse a test that does not begin at one moment."""
    final = parts.final()
    times = final.times
    if times is None or (
        final.train.nnz and final.test.nnz and times["test"].data.min() <= times["train"].data.max()
    ):
        raise ValueError(
            f"{who}: test of {parts!r} does not begin at one moment for all; split with "
            "how='temporal'"
        )
    return final.train
